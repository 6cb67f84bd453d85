"""Published reports: kept whole, and never changed."""

from dataclasses import asdict, dataclass
from datetime import date, datetime
from hashlib import sha256

from sqlalchemy import func, select
from sqlalchemy.exc import IntegrityError
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.errors import Damaged, PublicationErrorCode, RevisionTaken
from storage.tables import report_snapshot


@dataclass(frozen=True, slots=True)
class Snapshot:
    """One publication of a year's report.

    Attributes:
        revision: 1 for the first publication of the year.
        cut_off: the unit's own day on which it was counted.
        reason: why it was revised; empty for the first.
        digest: SHA-256 of the content, hex.
        content: the whole report as text (reporting/publishing/serialisation.py).
    """

    year: int
    revision: int
    published_at: datetime
    cut_off: date
    reason: str
    digest: str
    content: str


def digest_of(content: str) -> str:
    """Return the SHA-256 of ``content``, hex."""
    return sha256(content.encode()).hexdigest()


async def add(
    conn: AsyncConnection, year: int, content: str, cut_off: date, reason: str, now: datetime
) -> Snapshot:
    """Store a publication as the next revision of its year.

    Raises:
        RevisionTaken: another process has just stored that revision.
    """
    s = report_snapshot.c
    last = (await conn.execute(select(func.max(s.revision)).where(s.year == year))).scalar()
    made = Snapshot(
        year=year,
        revision=(last or 0) + 1,
        published_at=now,
        cut_off=cut_off,
        reason=reason,
        digest=digest_of(content),
        content=content,
    )
    try:
        await insert(conn, report_snapshot, [asdict(made)])
    except IntegrityError as error:
        raise RevisionTaken(PublicationErrorCode.REVISION_TAKEN, year=year) from error
    return made


async def latest_year(conn: AsyncConnection) -> int | None:
    """Return the latest year that is published; None without one."""
    found: int | None = (await conn.execute(select(func.max(report_snapshot.c.year)))).scalar()
    return found


async def latest(conn: AsyncConnection, year: int) -> Snapshot | None:
    """Return the year's last publication; None where it is not published.

    Raises:
        Damaged: what is kept is not what was published.
    """
    found = await of_year(conn, year)
    return found[-1] if found else None


async def of_year(conn: AsyncConnection, year: int) -> tuple[Snapshot, ...]:
    """Return all publications of a year, the first one first.

    Raises:
        Damaged: what is kept is not what was published.
    """
    s = report_snapshot.c
    rows = await conn.execute(select(report_snapshot).where(s.year == year).order_by(s.revision))
    found = tuple(Snapshot(**row) for row in rows.mappings())
    for each in found:
        if digest_of(each.content) != each.digest:
            raise Damaged(PublicationErrorCode.DAMAGED, year=year, revision=each.revision)
    return found
