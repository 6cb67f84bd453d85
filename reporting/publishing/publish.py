"""Publish a report once, and keep it as it was: the figures, the definitions, the questions, the cut-off.

A revision is a new edition; the earlier ones are kept beside it and never changed.
"""

from collections.abc import Iterable, Sequence
from dataclasses import replace
from datetime import datetime

from reporting.errors import PublishError
from reporting.figures import themes, youth
from reporting.figures.indicators import OVERALL, QUESTIONS
from reporting.publishing import serialisation
from reporting.publishing.publication import Publication, thaw
from reporting.publishing.revisions import OUTCOMES, Release, unsafe_parts
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.model import QualityReport
from storage.database.engine import Connection
from storage.figures import snapshots
from storage.figures.cells import Aggregate


async def published(conn: Connection, year: int) -> QualityReport | None:
    """Return the report as last published; None for a year that is not.

    Raises:
        PublicationUnreadable: another version of the program wrote it, and this one cannot read it.
    """
    snapshot = await snapshots.latest(conn, year)
    return thaw(snapshot).report if snapshot else None


async def publish(
    conn: Connection, counts: Aggregate, beside: Background, now: datetime, reason: str | None
) -> QualityReport:
    """Keep the report of ``counts`` as its year's publication.

    A revision that would tell a few people's answers to those who have an earlier edition repeats the earlier
    figures of that question (reporting/publishing/revisions.py).

    Args:
        reason: why a published report is revised; None for the first publication.

    Raises:
        PublishError: the year is published and no reason is given, there is nothing to revise, the year is not
            over, it is empty, or the revision would tell single answers.
        RevisionTaken: somebody else has just published this revision.
        PublicationUnreadable: an earlier edition cannot be read.
    """
    earlier = await snapshots.of_year(conn, counts.year)
    _check(counts, earlier, reason)
    because = (reason or "").strip()
    beside = replace(beside, revision=len(earlier) + 1, revised_because=because)
    made = revised(counts, beside, now, [thaw(each) for each in earlier])
    if made.report.is_empty:
        raise PublishError(f"Det finns inga uppgifter för {counts.year} att publicera.")
    await snapshots.add(conn, counts.year, serialisation.to_text(made), counts.as_of, because, now)
    return made.report


def _check(counts: Aggregate, earlier: Sequence[snapshots.Snapshot], reason: str | None) -> None:
    """Refuse what cannot be published.

    Raises:
        PublishError: the message says what to do.
    """
    year = counts.year
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


def revised(counts: Aggregate, beside: Background, now: datetime, earlier: Sequence[Publication]) -> Publication:
    """Return the publication that may be told to those who have the ``earlier`` ones.

    Raises:
        PublishError: every such publication would tell single answers.
    """
    if earlier:
        before = earlier[-1].report.background
        beside = replace(
            beside,
            themes=themes.steady(beside.themes, before.themes),
            change_reasons=themes.steady(beside.change_reasons, before.change_reasons),
            youth=youth.steady(beside.youth, before.youth),
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
    """Return ``counts`` with the numbers of each of ``parts`` as they were ``before``."""
    cells = {key: list(numbers) for key, numbers in counts.satisfaction.items()}
    for part in parts:
        if part == OUTCOMES:
            counts = replace(counts, endings=before.endings)
            continue
        place = 1 + 2 * QUESTIONS.index(part)
        for key in cells.keys() | before.satisfaction.keys():
            numbers = cells.setdefault(key, [0] * (1 + 2 * len(QUESTIONS)))
            numbers[place : place + 2] = before.satisfaction.get(key, [0] * len(numbers))[place : place + 2]
        if part == OVERALL:  # the reason is asked of those who are not satisfied
            counts = replace(counts, reasons=before.reasons)
    return replace(counts, satisfaction=cells)
