"""For whom a question is: told where a bare one could be taken for another's, or for one about other support."""

from datetime import date

import pytest

from survey.conversation.openings import PLAIN, Use, opening

MARCH, APRIL = date(2026, 3, 2), date(2026, 4, 13)
OWN = Use(1, 1984, MARCH)


@pytest.mark.parametrize(
    ("others", "told"),
    [
        ((), PLAIN),
        ((Use(2, 1990, MARCH),), ("opening_born", "1984")),
        ((Use(2, 0, None),), ("opening_born", "1984")),  # the other's year is not known, but this one's is its own
        ((Use(2, 1984, APRIL),), ("opening_since", "2026-03")),  # born the same year
        ((Use(2, 1984, None),), ("opening_since", "2026-03")),  # and not enrolled
        ((Use(2, 1984, date(2026, 3, 30)),), None),  # nothing tells them apart
        ((Use(1, 1984, APRIL),), ("opening_since", "2026-03")),  # the customer's own other support
        ((Use(1, 1984, date(2026, 3, 30)),), PLAIN),  # of the same month: the month would not tell
        ((Use(1, 1984, APRIL), Use(2, 1990, MARCH)), ("opening_born", "1984")),
    ],
)
def test_what_an_opening_tells(others: tuple[Use, ...], told: tuple[str, str] | None) -> None:
    assert opening(1, MARCH, (OWN, *others)) == told
    assert opening(1, MARCH, (*others, OWN)) == told


def test_unknown_years_do_not_tell_two_apart() -> None:
    assert opening(1, MARCH, (Use(1, 0, MARCH), Use(2, 0, MARCH))) is None
