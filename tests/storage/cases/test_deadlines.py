"""By when a case is to be answered, counted in working days from the unit's own day."""

from datetime import date

import pytest

from storage.cases.deadlines import due_on, working_day
from survey.codes import CaseKind


@pytest.mark.parametrize(
    ("kind", "opened_on", "due"),
    [
        (CaseKind.DANGER, "2026-03-30", "2026-03-30"),  # the same day
        (CaseKind.DANGER, "2026-03-29", "2026-03-29"),  # on a Sunday too
        (CaseKind.CHANNEL, "2026-03-30", "2026-03-30"),
        (CaseKind.GAP, "2026-03-30", "2026-03-30"),
        (CaseKind.LIST, "2026-03-27", "2026-03-30"),  # one: Friday to Monday
        (CaseKind.UNCLEAR_STOP, "2026-03-28", "2026-03-30"),  # one: Saturday to Monday
        (CaseKind.CONTACT, "2026-03-23", "2026-03-30"),  # five: Tue 24, Wed 25, Thu 26, Fri 27, Mon 30
        # Ten: Tue 2 to Fri 5 June, Mon 8 to Fri 12, Mon 15. Saturday 6 June is a holiday anyway.
        (CaseKind.COMPLAINT, "2026-06-01", "2026-06-15"),
        # Ten: 31 March, 1 and 2 April, 7 to 10, 13 to 15. Good Friday the 3rd and Easter Monday the 6th are none.
        (CaseKind.COMPLAINT, "2026-03-30", "2026-04-15"),
        # A kind that has no days of its own has the most.
        (CaseKind.WATCH, "2026-06-01", "2026-06-15"),
    ],
)
def test_the_last_day_to_answer(kind: CaseKind, opened_on: str, due: str) -> None:
    assert due_on(kind, date.fromisoformat(opened_on)) == date.fromisoformat(due)


def test_no_working_day_is_the_day_itself() -> None:
    saturday = date(2026, 3, 28)
    assert working_day(saturday, 0) == saturday
