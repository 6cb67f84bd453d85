"""By when a case is to be answered. Pure: the day on which it was opened in, the last day out.

What the phrases promise the customer (survey/packs: complaint_received, contact_promised) is the unit's own, of its
profile; the days here are those of every other case.
"""

from datetime import date, timedelta
from functools import cache

from survey.codes import CaseKind

# Working days until the customer is to hear from us; 0: on the same day. A kind that is not here has the longest.
WORKING_DAYS = {
    CaseKind.COMPLAINT: 10,
    CaseKind.CONTACT: 5,
    CaseKind.DANGER: 0,
    CaseKind.UNCLEAR_STOP: 1,
    CaseKind.WRONG_NUMBER: 5,
    CaseKind.HANDOVER: 5,
    CaseKind.LIST: 1,
    CaseKind.CHANNEL: 0,
    CaseKind.GAP: 0,
    CaseKind.MISTAKEN_END: 5,
}
_LONGEST = max(WORKING_DAYS.values())


def due_on(kind: CaseKind, opened_on: date, promised: int | None = None) -> date:
    """Return the last day to answer a case of this kind.

    Args:
        kind: what the case is about.
        opened_on: the unit's own day (FOLLOWUP_TIMEZONE) on which it was opened.
        promised: the working days that the customer was promised; None for those of the kind.
    """
    return working_day(opened_on, WORKING_DAYS.get(kind, _LONGEST) if promised is None else promised)


def working_day(day: date, days: int) -> date:
    """Return the working day that comes ``days`` working days after ``day``; Swedish public holidays are none."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in _holidays(day.year)
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    # Imported where a case is opened only: it takes a quarter of a second.
    from holidays.countries.sweden import Sweden

    return frozenset(Sweden(years=year, include_sundays=False, categories=("public", "de_facto")))
