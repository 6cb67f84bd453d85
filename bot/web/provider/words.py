"""Swedish words of the providers' page. Pure."""

from datetime import date

from reporting.document.swedish import month_and_year, month_name
from storage.followups.calendar import first_day

FORMS = {"meeting": "Möte", "phone": "Telefon", "digital": "Digitalt"}
ACTIVITIES = {
    "coaching": "Coachning",
    "job_search": "Jobbsökning",
    "internship": "Praktik",
    "education": "Utbildning",
    "employer_contact": "Kontakt med arbetsgivare",
    "study_visit": "Studiebesök",
    "other": "Annat",
}


def month(month_: str) -> str:
    """``november 2026``."""
    return month_and_year(first_day(month_))


def day(day_: date | str) -> str:
    """``3 november``."""
    at = date.fromisoformat(day_) if isinstance(day_, str) else day_
    return f"{at.day} {month_name(at)}"
