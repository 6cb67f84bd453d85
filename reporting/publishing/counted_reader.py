"""Read from the database and the packs what a report is made of. It changes nothing, and hides nothing."""

from datetime import date, datetime

from reporting.figures.previous_year import PreviousReport, QuestionWording, series_breaks
from reporting.publishing.publication import thaw
from reporting.report.actions import actions
from reporting.report.background import Background
from reporting.report.build import Counted
from storage.database.engine import Connection
from storage.figures import snapshots, targets
from storage.figures import themes as coded
from storage.figures.aggregates import aggregate
from storage.figures.responses import responses
from storage.figures.volumes import volumes, youth
from storage.outcomes import modes
from storage.register import provider_changes
from storage.supervision import evidence
from survey.packs import placeholders
from survey.packs.pack_files import LANGUAGES, PACKS, read_language, read_surveys, wording_names
from survey.unit.profile import UnitProfile

LANGUAGE = "sv"  # in which the report quotes the questions


def wordings(unit: UnitProfile) -> tuple[QuestionWording, ...]:
    """Return how ``unit`` puts the questions in Swedish, in the versions in use.

    Raises:
        PackError: a pack is wrong.
    """
    surveys = read_surveys(PACKS)
    swedish = placeholders.fill(read_language(PACKS / LANGUAGES / f"{LANGUAGE}.toml", surveys), unit)
    return tuple(
        QuestionWording(
            survey.id, survey.version, question.id, swedish.text(*wording_names(survey.id, question.id))
        )
        for survey in surveys
        for question in survey.questions
    )


async def read_counted(
    conn: Connection, year: int, questions: tuple[QuestionWording, ...], now: datetime
) -> Counted:
    """Return what the report of ``year`` is made of at ``now``, which is in the unit's zone.

    Raises:
        PublicationUnreadable: the report of the year before cannot be read.
    """
    today = now.date()
    found = await responses(conn, year, today)
    found["change_reasons"] = await provider_changes.given(conn, year)
    return Counted(
        cells=await aggregate(conn, year, now),
        responses=found,
        themes=await coded.counts(conn, year),
        change_reasons=await provider_changes.reasons(conn, year),
        background=await _background(conn, year, questions, today),
    )


async def _background(
    conn: Connection, year: int, questions: tuple[QuestionWording, ...], today: date
) -> Background:
    previous = await _previous(conn, year - 1)
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Background(
        targets=await targets.targets_of(conn, year),
        context=await targets.context_of(conn, year),
        questions=questions,
        previous=previous,
        breaks=series_breaks(previous, questions),
        volumes=await volumes(conn, year),
        youth=await youth(conn, year),
        modes=await modes.of_year(conn, year),
        too_young=await modes.too_young(conn, year),
        actions=actions(await evidence.watches(conn, first, last), await evidence.plans(conn, first, last), today),
    )


async def _previous(conn: Connection, year: int) -> PreviousReport | None:
    snapshot = await snapshots.latest(conn, year)
    if snapshot is None:
        return None
    report = thaw(snapshot).report
    return PreviousReport(
        year=year,
        revision=snapshot.revision,
        published_at=snapshot.published_at,
        indicators=report.indicators,
        questions=report.background.questions,
    )
