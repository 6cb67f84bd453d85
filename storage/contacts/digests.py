"""The counts that a provider's digest is made of, and what digests have told.

A digest is sent once for each provider and month. A satisfaction figure that was told is kept, because what may be
told next depends on it (reporting/disclosure/digest_releases.py).
"""

from collections.abc import Sequence
from datetime import datetime

from sqlalchemy import ColumnElement, func, select, tuple_
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert_ignore
from storage.figures.measurements import SATISFIED
from storage.tables import comment_theme, digest, digest_figure, measurement, occasion, provider

Quarter = tuple[int, int]  # year, 1-4
Atom = tuple[Quarter, str]  # quarter and measurement point
Given = tuple[Quarter, int, int]  # a figure: the last of its four quarters, satisfied, answered


async def answers_of(conn: AsyncConnection, provider_id: int) -> dict[Atom, tuple[int, int]]:
    """Return (satisfied, answered) of a provider by quarter and point, counted as the yearly report counts.

    A person counts once a year and point: by the latest enrolment with an answer.
    """
    m = measurement.c
    rows = await conn.execute(
        select(m.year, m.quarter, m.point, m.customer_id, m.overall, m.repeated)
        .where(m.provider_id == provider_id, m.overall.is_not(None))
        .order_by(m.started_on.desc(), m.enrolment_id.desc())
    )
    found: dict[Atom, tuple[int, int]] = {}
    seen: set[tuple[int, str, int]] = set()
    for year, quarter, point, customer_id, overall, repeated in rows:
        if repeated and (year, point, customer_id) in seen:
            continue
        seen.add((year, point, customer_id))
        atom = ((year, quarter), point)
        satisfied, answered = found.get(atom, (0, 0))
        found[atom] = satisfied + (overall >= SATISFIED), answered + 1
    return found


async def others_of(
    conn: AsyncConnection, provider_id: int, quarters: Sequence[Quarter]
) -> tuple[int, tuple[int, int]]:
    """Return how many other providers have answers in these quarters, and their (satisfied, answered) in sum."""
    m = measurement.c
    row = (
        await conn.execute(
            select(
                func.count(m.provider_id.distinct()),
                func.count().filter(m.overall >= SATISFIED),
                func.count(m.overall),
            ).where(m.provider_id != provider_id, m.overall.is_not(None), _within(quarters))
        )
    ).one()
    return row[0], (row[1], row[2])


async def eligible_of(conn: AsyncConnection, provider_id: int, quarters: Sequence[Quarter]) -> int:
    """Return how many measurement points a provider has in these quarters."""
    statement = select(func.count()).where(measurement.c.provider_id == provider_id, _within(quarters))
    return (await conn.execute(statement)).scalar_one()


async def customers_of(conn: AsyncConnection, provider_id: int, quarters: Sequence[Quarter]) -> int:
    """Return how many customers of a provider have answered in these quarters."""
    m = measurement.c
    statement = select(func.count(m.customer_id.distinct())).where(
        m.provider_id == provider_id, m.overall.is_not(None), _within(quarters)
    )
    return (await conn.execute(statement)).scalar_one()


async def themes_of(conn: AsyncConnection, provider_id: int, quarters: Sequence[Quarter]) -> dict[str, int]:
    """Return how many customers of a provider have comments of each theme, as staff coded them."""
    m = measurement.c
    rows = await conn.execute(
        select(comment_theme.c.theme, func.count(occasion.c.customer_id.distinct()))
        .select_from(comment_theme)
        .join(occasion, occasion.c.id == comment_theme.c.occasion_id)
        .join(measurement, (m.enrolment_id == occasion.c.enrolment_id) & (m.point == occasion.c.survey))
        .where(m.provider_id == provider_id, _within(quarters))
        .group_by(comment_theme.c.theme)
    )
    return {row[0]: row[1] for row in rows}


async def reasons_of(conn: AsyncConnection, provider_id: int, quarters: Sequence[Quarter]) -> dict[int, int]:
    """Return how many customers of a provider gave each reason for not being satisfied."""
    m = measurement.c
    rows = await conn.execute(
        select(m.reason, func.count(m.customer_id.distinct()))
        .where(m.provider_id == provider_id, m.reason.is_not(None), _within(quarters))
        .group_by(m.reason)
    )
    return {row[0]: row[1] for row in rows}


async def given_to(conn: AsyncConnection, provider_id: int) -> list[Given]:
    """Return every satisfaction figure that a provider has been told, the oldest first."""
    g = digest_figure.c
    rows = await conn.execute(
        select(g.year, g.quarter, g.satisfied, g.answered)
        .where(g.provider_id == provider_id)
        .order_by(g.year, g.quarter)
    )
    return [((year, quarter), satisfied, answered) for year, quarter, satisfied, answered in rows]


async def sent_at(conn: AsyncConnection, provider_id: int, month: str) -> datetime | None:
    """Return when the provider's digest of ``month`` was queued; None when it was not."""
    found: datetime | None = (
        await conn.execute(
            select(digest.c.queued_at).where(digest.c.provider_id == provider_id, digest.c.month == month)
        )
    ).scalar()
    return found


async def unsent(conn: AsyncConnection, month: str) -> list[tuple[int, str]]:
    """Return (id, reference) of the providers whose digest of ``month`` is not queued yet."""
    rows = await conn.execute(
        select(provider.c.id, provider.c.ref)
        .outerjoin(digest, (digest.c.provider_id == provider.c.id) & (digest.c.month == month))
        .where(digest.c.provider_id.is_(None))
        .order_by(provider.c.id)
    )
    return [(id_, ref) for id_, ref in rows]


async def keep(conn: AsyncConnection, provider_id: int, month: str, figure: Given | None, now: datetime) -> bool:
    """Record that the digest of ``month`` is queued, with the figure in it; return False when it was already."""
    if await sent_at(conn, provider_id, month) is not None:
        return False
    # Two processes at once are held apart by the outbox's key, which is the same for both.
    await insert_ignore(conn, digest, [{"provider_id": provider_id, "month": month, "queued_at": now}])
    if figure is not None:
        (year, quarter), satisfied, answered = figure
        row = {
            "provider_id": provider_id,
            "year": year,
            "quarter": quarter,
            "satisfied": satisfied,
            "answered": answered,
            "given_at": now,
        }
        await insert_ignore(conn, digest_figure, [row])
    return True


def _within(quarters: Sequence[Quarter]) -> ColumnElement[bool]:
    return tuple_(measurement.c.year, measurement.c.quarter).in_(list(quarters))
