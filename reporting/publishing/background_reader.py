"""Read from the database and the packs what a report shows beside its own figures. It changes nothing."""

from datetime import date

from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.document.swedish import CHANGE_REASONS
from reporting.figures import themes
from reporting.figures.case_mix import expectations
from reporting.figures.previous_year import PreviousReport, QuestionWording, series_breaks
from reporting.publishing.publication import thaw
from reporting.report.actions import actions
from reporting.report.background import Background
from storage.database.engine import Connection
from storage.figures import snapshots, targets
from storage.figures import themes as coded
from storage.figures.difficulty import endings_by_difficulty
from storage.figures.volumes import volumes, youth
from storage.register import provider_changes
from storage.supervision import evidence
from survey.packs.pack_files import LANGUAGES, PACKS, read_language, read_surveys, wording_names

LANGUAGE = "sv"  # in which the report quotes the questions
CHANGE_REASON_TITLES = {str(value): title for value, title in CHANGE_REASONS.items()}


def wordings() -> tuple[QuestionWording, ...]:
    """Return how the questions are put in Swedish, in the versions in use.

    Raises:
        PackError: a pack is wrong.
    """
    surveys = read_surveys(PACKS)
    swedish = read_language(PACKS / LANGUAGES / f"{LANGUAGE}.toml", surveys)
    return tuple(
        QuestionWording(
            survey.id, survey.version, question.id, swedish.text(*wording_names(survey.id, question.id))
        )
        for survey in surveys
        for question in survey.questions
    )


async def read_background(
    conn: Connection,
    year: int,
    questions: tuple[QuestionWording, ...],
    today: date,
    minimum: int = MIN_ANSWERS,
) -> Background:
    """Return the background of the report of ``year``, as it stands ``today``.

    Raises:
        PublicationUnreadable: the report of the year before cannot be read.
    """
    previous = await _previous(conn, year - 1)
    first, last = date(year, 1, 1), date(year, 12, 31)
    return Background(
        targets=await targets.targets_of(conn, year),
        context=await targets.context_of(conn, year),
        themes=themes.shown(await coded.counts(conn, year), minimum),
        questions=questions,
        previous=previous,
        breaks=series_breaks(previous, questions),
        volumes=await volumes(conn, year),
        youth=await youth(conn, year),
        change_reasons=themes.shown(await provider_changes.reasons(conn, year), minimum, CHANGE_REASON_TITLES),
        expectations=expectations(await endings_by_difficulty(conn, year)),
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
