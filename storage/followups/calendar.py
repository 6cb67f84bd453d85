"""Calendar months, written YYYY-MM, and how long an enrolment is open in them. Pure."""

from datetime import date, timedelta

# An enrolment-month is a calendar month in which the enrolment is open on at least so many days (REPORT.md).
OPEN_DAYS = 15


def month_of(day: date) -> str:
    """Return the month of a day."""
    return f"{day:%Y-%m}"


def first_day(month: str) -> date:
    """Return the first day of a month."""
    return date.fromisoformat(f"{month}-01")


def following(month: str) -> str:
    """Return the next month."""
    return month_of(first_day(month) + timedelta(days=32))


def preceding(month: str) -> str:
    """Return the month before."""
    return month_of(first_day(month) - timedelta(days=1))


def last_day(month: str) -> date:
    """Return the last day of a month."""
    return first_day(following(month)) - timedelta(days=1)


def open_days(month: str, started_on: date, ended_on: date | None) -> int:
    """Count the days of the month on which an enrolment is open, its first and last day among them."""
    last = last_day(month)
    return max(0, (min(last, ended_on or last) - max(first_day(month), started_on)).days + 1)
