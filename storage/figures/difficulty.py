"""How enrolments of each difficulty class ended, by provider."""

from datetime import date

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import enrolment, provider


async def endings_by_difficulty(conn: AsyncConnection, year: int) -> dict[tuple[str, str, str], int]:
    """(provider, difficulty, end reason) -> endings in ``year``; difficulty is empty where none was set."""
    e = enrolment.c
    rows = await conn.execute(
        select(provider.c.ref, e.difficulty, e.end_reason, func.count())
        .select_from(enrolment.join(provider, provider.c.id == e.provider_id))
        .where(e.ended_on.between(date(year, 1, 1), date(year, 12, 31)))
        .group_by(provider.c.ref, e.difficulty, e.end_reason)
        .order_by(provider.c.ref, e.difficulty, e.end_reason)
    )
    return {(ref, difficulty, reason): number for ref, difficulty, reason, number in rows}
