"""Months, days and forms of follow-up as the providers' page words them. Pure."""

from datetime import date

from reporting.document.swedish import month_and_year, month_name
from storage.followups.calendar import first_day
from survey.codes import FollowUpForm, in_sentence, swedish

__all__ = ["day", "form", "in_sentence", "month"]


def month(yyyy_mm: str) -> str:
    """Return a month in words: ``november 2026``."""
    return month_and_year(first_day(yyyy_mm))


def day(at: date | str) -> str:
    """Return a day in words: ``3 november``. What a browser sent instead of a day is returned as it is."""
    try:
        at = date.fromisoformat(at) if isinstance(at, str) else at
    except ValueError:
        return str(at)
    return f"{at.day} {month_name(at)}"


def form(code: str) -> str:
    """Return the name of a form of follow-up; an unknown code, which a browser may send, names itself."""
    return swedish(FollowUpForm, code)
