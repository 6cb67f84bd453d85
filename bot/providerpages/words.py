"""Swedish words of the providers' page. Pure."""

from datetime import date

from storage.calendarmonths import first_day

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
MONTHS = (
    "januari",
    "februari",
    "mars",
    "april",
    "maj",
    "juni",
    "juli",
    "augusti",
    "september",
    "oktober",
    "november",
    "december",
)


def month(month_: str) -> str:
    """``november 2026``."""
    first = first_day(month_)
    return f"{MONTHS[first.month - 1]} {first.year}"


def day(day_: date | str) -> str:
    """``3 november``."""
    at = date.fromisoformat(day_) if isinstance(day_, str) else day_
    return f"{at.day} {MONTHS[at.month - 1]}"
