"""Publish a report once, and keep it as it was: the figures, the definitions, the questions, the cut-off.

A revision is a new edition; the earlier ones are kept beside it and never changed. Drafts and editions are made
alike: what may be told is decided against everything that was told before (reporting/figures/told.py), and what an
edition tells is put on record in its own transaction.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime

from reporting.disclosure.cells import MIN_ANSWERS
from reporting.disclosure.decision import TIME_LIMIT
from reporting.errors import PublishError
from reporting.figures.indicators import cell_of
from reporting.figures.told import Earlier, Told, disclose
from reporting.publishing import serialisation
from reporting.publishing.publication import Publication, thaw
from reporting.report.build import Counted, build
from reporting.report.model import QualityReport
from storage.database.engine import Connection
from storage.figures import releases, snapshots
from storage.figures.release_values import Release
from survey.plain_text import plain

DRAFT_LIMIT = 0.0  # seconds: a draft is certified as far as that takes no solver
PUBLICATION, REVISION = "publication", "revision"


async def published(conn: Connection, year: int) -> QualityReport | None:
    """Return the report as last published; None for a year that is not.

    Raises:
        PublicationUnreadable: another version of the program wrote it, and this one cannot read it.
    """
    snapshot = await snapshots.latest(conn, year)
    return thaw(snapshot).report if snapshot else None


async def last_published(conn: Connection, since: int) -> QualityReport | None:
    """Return the last edition of the latest year from ``since`` on that is published; None without one.

    Raises:
        PublicationUnreadable: another version of the program wrote it, and this one cannot read it.
    """
    year = await snapshots.latest_year(conn)
    return await published(conn, year) if year is not None and year >= since else None


async def draft(conn: Connection, counted: Counted, now: datetime, minimum: int = MIN_ANSWERS) -> QualityReport:
    """Return the report as it would be published now. It is for the unit's own staff.

    Raises:
        PublicationUnreadable: an earlier edition cannot be read.
    """
    before = await published(conn, counted.cells.year)
    told = await _told(conn, counted, before, minimum, DRAFT_LIMIT)
    return build(counted, told, now, before)


async def publish(
    conn: Connection, counted: Counted, now: datetime, reason: str | None, minimum: int = MIN_ANSWERS
) -> QualityReport:
    """Keep the report as its year's publication.

    A figure of a revision that would, with what was told before, tell of fewer people than ``minimum`` keeps what
    the edition before told.

    Args:
        reason: why a published report is revised; None for the first publication.

    Raises:
        PublishError: the year is published and no reason is given, there is nothing to revise, the year is not
            over, or it is empty.
        RevisionTaken: somebody else has just published this edition.
        PublicationUnreadable: an earlier edition cannot be read.
    """
    year = counted.cells.year
    earlier = await snapshots.of_year(conn, year)
    _check(counted, earlier, reason)
    because, edition = plain(reason or ""), len(earlier) + 1
    background = replace(counted.background, revision=edition, revised_because=because)
    counted = replace(counted, background=background)
    before = thaw(earlier[-1]).report if earlier else None
    told = await _told(conn, counted, before, minimum, TIME_LIMIT)
    report = build(counted, told, now, before)
    if report.is_empty:
        raise PublishError(
            f"Det finns inga uppgifter för {year} att publicera: ingen insats har en mätpunkt eller en insatsmånad "
            "under året."
        )
    kind = REVISION if earlier else PUBLICATION
    release = Release(kind, year, edition, now, report.digest, smallest_group=report.smallest_group)
    content = serialisation.to_text(Publication(report))
    await snapshots.add(conn, year, content, counted.cells.as_of, because, now)
    await releases.add(conn, release, told.new())
    return report


async def _told(
    conn: Connection, counted: Counted, before: QualityReport | None, minimum: int, time_limit: float
) -> Told:
    earlier = Earlier(
        ledgers=await releases.ledgers(conn),
        told=frozenset(cell_of(row) for row in (*before.indicators, *before.youth_rows) if row.value is not None)
        if before
        else frozenset(),
        is_unknown=before is not None
        and not any(each.kind == PUBLICATION for each in await releases.of_year(conn, counted.cells.year)),
    )
    return disclose(counted.responses, earlier, minimum, await releases.next_answer(conn), time_limit)


def _check(counted: Counted, earlier: Sequence[snapshots.Snapshot], reason: str | None) -> None:
    """Refuse what cannot be published.

    Raises:
        PublishError: the message says what to do.
    """
    year = counted.cells.year
    if earlier and reason is None:
        raise PublishError(
            f"Rapporten för {year} är redan publicerad ({earlier[-1].published_at:%Y-%m-%d}) och ändras inte. "
            'En rättelse ges ut med --revise "skälet".'
        )
    if not earlier and reason is not None:
        raise PublishError(f"Rapporten för {year} är inte publicerad: använd --publish utan --revise.")
    if reason is not None and not reason.strip():
        raise PublishError("En rättelse behöver ett skäl: skriv det efter --revise.")
    if counted.cells.as_of.year <= year:
        raise PublishError(f"Året {year} är inte slut: en rapport publiceras när alla dess siffror finns.")
