"""A report is published once, and kept as it was: the figures, the definitions, the questions, the cut-off.

What is kept is the whole QualityReport value, so that every format can be made of it again, and its counts.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime

from reporting.disclosure.suppression import MIN_ANSWERS
from reporting.document.swedish import CHANGE_REASONS
from reporting.errors import PublishError
from reporting.figures import themes
from reporting.figures import youth as young
from reporting.figures.case_mix import expectations
from reporting.figures.indicators import QUESTIONS
from reporting.figures.previous_year import PreviousReport, QuestionWording, series_breaks
from reporting.publishing import serialisation
from reporting.publishing.revisions import OUTCOMES, Release, unsafe_parts
from reporting.report.actions import actions
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.model import QualityReport
from storage.database.engine import Connection
from storage.figures import snapshots, targets
from storage.figures import themes as coded
from storage.figures.cells import Aggregate
from storage.figures.difficulty import endings_by_difficulty
from storage.figures.volumes import volumes, youth
from storage.register import provider_changes
from storage.supervision import evidence
from survey.packs.pack_files import LANGUAGES, PACKS, read_language, read_surveys, wording_names

TONGUE = "sv"
CHANGE_REASON_TITLES = {str(value): title for value, title in CHANGE_REASONS.items()}


def wordings() -> tuple[QuestionWording, ...]:
    """How the questions are put in Swedish, in the versions in use. Raises PackError."""
    surveys = read_surveys(PACKS)
    swedish = read_language(PACKS / LANGUAGES / f"{TONGUE}.toml", surveys)
    return tuple(
        QuestionWording(
            survey.id, survey.version, question.id, swedish.text(*wording_names(survey.id, question.id))
        )
        for survey in surveys
        for question in survey.questions
    )


async def background(
    conn: Connection,
    year: int,
    questions: tuple[QuestionWording, ...],
    today: date,
    minimum: int = MIN_ANSWERS,
) -> Background:
    """All that the report of ``year`` shows ``today`` beside its own figures. Raises PublishError."""
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


@dataclass(frozen=True, slots=True)
class Publication:
    """What is kept: the report, and the counts that a later revision is held against."""

    report: QualityReport
    counts: Aggregate


def thaw(snapshot: snapshots.Snapshot) -> Publication:
    """What was published. Raises PublishError when this version of the program cannot read it."""
    try:
        return serialisation.from_text(Publication, snapshot.content)
    except serialisation.Unreadable as error:
        raise PublishError(
            f"Den publicerade rapporten för {snapshot.year} är skriven av en annan version av programmet ({error})."
        ) from error


async def published(conn: Connection, year: int) -> QualityReport | None:
    """The report as last published; None for a year that is not. Raises PublishError."""
    snapshot = await snapshots.latest(conn, year)
    return thaw(snapshot).report if snapshot else None


async def publish(
    conn: Connection, counts: Aggregate, beside: Background, now: datetime, reason: str | None
) -> QualityReport:
    """Keep the report of ``counts`` as its year's publication; with a ``reason`` as a revision of what is there.

    A revision that would tell a few people's answers to those who have the earlier report repeats its figures
    for that question (reporting/publishing/revisions.py).

    Raises PublishError: when the year is published already and no reason is given, when there is nothing to
    revise, when the year is not over, and when it is empty.
    """
    year = counts.year
    earlier = await snapshots.of_year(conn, year)
    if earlier and reason is None:
        raise PublishError(
            f"Rapporten för {year} är redan publicerad ({earlier[-1].published_at:%Y-%m-%d}) och ändras inte. "
            'En rättelse ges ut med --revise "skälet".'
        )
    if not earlier and reason is not None:
        raise PublishError(f"Rapporten för {year} är inte publicerad: använd --publish utan --revise.")
    if reason is not None and not reason.strip():
        raise PublishError("En rättelse behöver ett skäl: skriv det efter --revise.")
    if counts.as_of.year <= year:
        raise PublishError(f"Året {year} är inte slut: en rapport publiceras när alla dess siffror finns.")
    because = (reason or "").strip()
    beside = replace(beside, revision=len(earlier) + 1, revised_because=because)
    made = revised(counts, beside, now, [thaw(each) for each in earlier])
    if made.report.is_empty:
        raise PublishError(f"Det finns inga uppgifter för {year} att publicera.")
    try:
        await snapshots.add(conn, year, serialisation.to_text(made), counts.as_of, because, now)
    except snapshots.Taken as error:
        raise PublishError(str(error)) from error
    return made.report


def revised(counts: Aggregate, beside: Background, now: datetime, earlier: Sequence[Publication]) -> Publication:
    """The publication that may stand beside the earlier ones. Raises PublishError when there is none."""
    if earlier:
        before = earlier[-1].report.background
        beside = replace(
            beside,
            themes=themes.steady(beside.themes, before.themes),
            change_reasons=themes.steady(beside.change_reasons, before.change_reasons),
            youth=young.steady(beside.youth, before.youth),
        )
    made = Publication(build(counts, counts.year, now, background=beside), counts)
    released = [Release(each.counts, each.report.indicators) for each in earlier]
    unsafe = unsafe_parts(Release(made.counts, made.report.indicators), released)
    if not unsafe:
        return made
    counts = standing(counts, earlier[-1].counts, unsafe)
    beside = replace(beside, standing=tuple(sorted(unsafe)))
    if OUTCOMES in unsafe:  # observed against expected is made of the same endings
        beside = replace(beside, expectations=earlier[-1].report.background.expectations)
    made = Publication(build(counts, counts.year, now, background=beside), counts)
    if unsafe_parts(Release(made.counts, made.report.indicators), released):
        raise PublishError(
            "Rättelsen kan inte ges ut: skillnaden mot den publicerade rapporten visar enskilda svar."
        )
    return made


def standing(counts: Aggregate, before: Aggregate, parts: Iterable[str]) -> Aggregate:
    """``counts`` with the earlier numbers of ``parts``, each as a whole."""
    cells = {key: list(numbers) for key, numbers in counts.satisfaction.items()}
    for part in parts:
        if part == OUTCOMES:
            counts = replace(counts, endings=before.endings)
            continue
        place = 1 + 2 * QUESTIONS.index(part)
        for key in cells.keys() | before.satisfaction.keys():
            numbers = cells.setdefault(key, [0] * (1 + 2 * len(QUESTIONS)))
            numbers[place : place + 2] = before.satisfaction.get(key, [0] * len(numbers))[place : place + 2]
        if part == QUESTIONS[0]:  # the reason is asked of those who were not satisfied
            counts = replace(counts, reasons=before.reasons)
    return replace(counts, satisfaction=cells)
