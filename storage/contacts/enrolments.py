"""The enrolments that a provider's contact person may record follow-ups for."""

from collections.abc import Collection

from sqlalchemy import select

from storage.database.engine import Connection
from storage.followups import enrolment_months
from storage.tables import enrolment


async def numbers(conn: Connection, provider_ids: Collection[int]) -> list[tuple[str, int]]:
    """Return (the unit's own number, provider id) of every enrolment of these providers."""
    e = enrolment.c
    rows = await conn.execute(select(e.ref, e.provider_id).where(e.provider_id.in_(list(provider_ids))))
    return [(row.ref, row.provider_id) for row in rows]


async def missing(conn: Connection, provider_ids: Collection[int], month: str) -> list[str]:
    """Return the numbers of the enrolments whose follow-up of ``month`` is due and not recorded."""
    found: list[str] = []
    for provider_id in provider_ids:
        months = await enrolment_months.of_month(conn, month, provider_id)
        found += [each.enrolment for each in months if each.due and each.held_on is None]
    return found
