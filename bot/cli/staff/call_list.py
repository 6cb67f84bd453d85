"""`followup export contacts`: whom staff ask by phone or letter, and an answers file to fill in."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

from bot import reports, texts
from bot import settings as settings_
from bot.contact_rules import contact_rules
from bot.database import database
from scheduler.planning.rules import not_by_message
from storage.planning.call_list import ToAsk, to_ask
from storage.register import headers
from survey.codes import ContactWish, Reason, SurveyId, swedish
from survey.packs.catalogue import FALLBACK, Catalogue
from survey.understanding.questions import Survey

COLUMNS = (
    "kund",
    "kontakt",
    "telefon",
    "språk",
    "anordnare",
    "insats",
    "enkät",
    "period",
    "förföll",
    "senast",
    "frågor",
)


async def contacts(now: datetime, answers: Path | None) -> bytes:
    """Return the list as CSV; with ``answers`` write there the file to fill in, which `followup import` takes."""
    from reporting.render.csv import table

    settings = settings_.load()
    rules, _ = contact_rules(settings)
    year = now.astimezone(settings.zone).year
    async with database(settings) as db, db.read() as conn:
        found = [
            each
            for each in await to_ask(conn, now)
            if not_by_message(each.contact, year - each.birth_year if each.birth_year else None, rules)
            is Reason.BY_STAFF
        ]
    if answers is not None:
        reports.write_private(answers, table(tuple(headers.COLUMNS["answers"]), _to_fill_in(found)))
    return table(COLUMNS, _listed(found, texts.every_language(settings), settings.zone))


def _listed(found: Sequence[ToAsk], catalogue: Catalogue, zone: ZoneInfo) -> Iterable[Sequence[str]]:
    for each in found:
        survey = catalogue.surveys[each.survey]
        language = each.language if each.language in catalogue.names else FALLBACK
        asked = [
            survey.question(id_).text[language] for id_ in headers.ASKED[SurveyId(each.survey)] if _has(survey, id_)
        ]
        yield (
            each.customer,
            swedish(ContactWish, each.contact),
            each.phone,
            catalogue.names[language],
            each.provider_name,
            each.enrolment,
            swedish(SurveyId, each.survey),
            each.period,
            f"{each.due_at.astimezone(zone):%Y-%m-%d}",
            f"{each.expires_at.astimezone(zone):%Y-%m-%d}",
            " / ".join(asked),
        )


def _to_fill_in(found: Sequence[ToAsk]) -> Iterable[Sequence[str]]:
    for each in found:
        for question in headers.ASKED[SurveyId(each.survey)]:
            yield (each.enrolment, each.survey, each.period, question, "", "", "", each.contact)


def _has(survey: Survey, question: str) -> bool:
    return any(each.id == question for each in survey.questions)
