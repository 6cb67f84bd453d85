"""A report is published once, and kept as it was: the figures, the definitions, the questions, the cut-off.

What is kept is the whole QualityReport value, so that every format can be made of it again.
"""

from collections.abc import Iterable
from dataclasses import replace
from datetime import datetime

from reporting import frozen, themes
from reporting.background import Background, PreviousReport, QuestionWording, series_breaks
from reporting.difficulty import expectations
from reporting.disclosure import MIN_ANSWERS
from reporting.report import QualityReport
from storage import snapshots, targets
from storage import themes as coded
from storage.difficulty import endings_by_difficulty
from storage.occasions import Connection
from storage.volumes import volumes
from survey.model import Survey

TONGUE = "sv"


class PublishError(Exception):
    """The report cannot be published as asked; the message says what to do."""


def wordings(surveys: Iterable[Survey]) -> tuple[QuestionWording, ...]:
    """How the questions are put in Swedish, in the versions in use."""
    return tuple(
        QuestionWording(survey.id, survey.version, question.id, question.text[TONGUE])
        for survey in surveys
        for question in survey.questions
    )


async def background(
    conn: Connection, year: int, questions: tuple[QuestionWording, ...], minimum: int = MIN_ANSWERS
) -> Background:
    """All that the report of ``year`` shows beside its own figures. Raises PublishError."""
    previous = await _previous(conn, year - 1)
    return Background(
        targets=await targets.targets_of(conn, year),
        context=await targets.context_of(conn, year),
        themes=themes.shown(await coded.counts(conn, year), minimum),
        questions=questions,
        previous=previous,
        breaks=series_breaks(previous, questions),
        volumes=await volumes(conn, year),
        expectations=expectations(await endings_by_difficulty(conn, year)),
    )


async def _previous(conn: Connection, year: int) -> PreviousReport | None:
    snapshot = await snapshots.latest(conn, year)
    if snapshot is None:
        return None
    report = thaw(snapshot)
    return PreviousReport(
        year=year,
        revision=snapshot.revision,
        published_at=snapshot.published_at,
        indicators=report.indicators,
        questions=report.background.questions,
    )


def thaw(snapshot: snapshots.Snapshot) -> QualityReport:
    """The report as it was published. Raises PublishError when this version of the program cannot read it."""
    try:
        return frozen.from_text(QualityReport, snapshot.content)
    except frozen.Unreadable as error:
        raise PublishError(
            f"Den publicerade rapporten för {snapshot.year} är skriven av en annan version av programmet ({error})."
        ) from error


async def published(conn: Connection, year: int) -> QualityReport | None:
    """The report as last published; None for a year that is not. Raises PublishError."""
    snapshot = await snapshots.latest(conn, year)
    return thaw(snapshot) if snapshot else None


async def publish(conn: Connection, report: QualityReport, now: datetime, reason: str | None) -> QualityReport:
    """Keep ``report`` as its year's publication; with a ``reason`` as a revision of the one that is there.

    Raises PublishError: when the year is published already and no reason is given, when there is nothing to
    revise, when the year is not over, and when it is empty.
    """
    year = report.year
    last = await snapshots.latest(conn, year)
    if last is not None and reason is None:
        raise PublishError(
            f"Rapporten för {year} är redan publicerad ({last.published_at:%Y-%m-%d}) och ändras inte. "
            'En rättelse ges ut med --revise "skälet".'
        )
    if last is None and reason is not None:
        raise PublishError(f"Rapporten för {year} är inte publicerad: använd --publish utan --revise.")
    if reason is not None and not reason.strip():
        raise PublishError("En rättelse behöver ett skäl: skriv det efter --revise.")
    if report.as_of.year <= year:
        raise PublishError(f"Året {year} är inte slut: en rapport publiceras när alla dess siffror finns.")
    if report.is_empty:
        raise PublishError(f"Det finns inga uppgifter för {year} att publicera.")
    revision = last.revision + 1 if last else 1
    because = (reason or "").strip()
    kept = replace(report, background=replace(report.background, revision=revision, revised_because=because))
    try:
        await snapshots.add(conn, year, frozen.to_text(kept), report.as_of, because, now)
    except snapshots.Taken as error:
        raise PublishError(str(error)) from error
    return kept
