"""Published reports: kept whole, never changed."""

from dataclasses import dataclass
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
    """One publication of a year's report. ``revision`` counts from 1; ``content`` is the whole report as text."""

    year: int
    revision: int
    published_at: datetime
    cut_off: date
    reason: str
    digest: str
    content: str


def digest_of(content: str) -> str:
    """SHA-256 of ``content``, hex."""
    return sha256(content.encode()).hexdigest()


async def add(
    conn: AsyncConnection, year: int, content: str, cut_off: date, reason: str, now: datetime
) -> Snapshot:
    """Store a publication as the next revision of its year. Raises RevisionTaken when another took that place."""
    s = report_snapshot.c
    last = (await conn.execute(select(func.max(s.revision)).where(s.year == year))).scalar()
    made = Snapshot(year, (last or 0) + 1, now, cut_off, reason, digest_of(content), content)
    try:
        await insert(conn, report_snapshot, [{name: getattr(made, name) for name in made.__slots__}])
    except IntegrityError as error:
        raise RevisionTaken(PublicationErrorCode.REVISION_TAKEN, year=year) from error
    return made


async def latest_year(conn: AsyncConnection) -> int | None:
    """Return the latest year that is published; None without one."""
    found: int | None = (await conn.execute(select(func.max(report_snapshot.c.year)))).scalar()
    return found


async def latest(conn: AsyncConnection, year: int) -> Snapshot | None:
    """The year's last publication, or None. Raises Damaged."""
    found = await of_year(conn, year)
    return found[-1] if found else None


async def of_year(conn: AsyncConnection, year: int) -> tuple[Snapshot, ...]:
    """All publications of a year, the first first. Raises Damaged."""
    statement = (
        select(*(report_snapshot.c[name] for name in Snapshot.__slots__))
        .where(report_snapshot.c.year == year)
        .order_by(report_snapshot.c.revision)
    )
    found = tuple(Snapshot(*row) for row in await conn.execute(statement))
    for each in found:
        if digest_of(each.content) != each.digest:
            raise Damaged(PublicationErrorCode.DAMAGED, year=year, revision=each.revision)
    return found
