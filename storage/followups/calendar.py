"""Calendar months, written YYYY-MM, and how long an enrolment is open in them. Pure."""

from datetime import date, timedelta

OPEN_DAYS = 15  # an enrolment-month is a calendar month with at least so many open days (REPORT.md)


def month_of(day: date) -> str:
    """YYYY-MM."""
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """The first day of a month."""
    return date.fromisoformat(f"{month}-01")


def following(month: str) -> str:
    """The month after."""
    return month_of(first_day(month) + timedelta(days=32))


def preceding(month: str) -> str:
    """The month before."""
    return month_of(first_day(month) - timedelta(days=1))


def last_day(month: str) -> date:
    """The last day of a month."""
    return first_day(following(month)) - timedelta(days=1)


def open_days(month: str, started_on: date, ended_on: date | None) -> int:
    """How many days of the month an enrolment is open, the first and the last one counted."""
    last = last_day(month)
    return max(0, (min(last, ended_on or last) - max(first_day(month), started_on)).days + 1)
