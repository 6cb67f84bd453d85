"""Events that could not be stored as they were, for `followup check`."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import quarantine


async def listing(conn: AsyncConnection) -> list[tuple[str, str, str]]:
    """(channel, external id, kind of error) of each event in quarantine, oldest first."""
    rows = await conn.execute(
        select(quarantine.c.channel, quarantine.c.external_id, quarantine.c.error).order_by(quarantine.c.at)
    )
    return [(row.channel, row.external_id, row.error) for row in rows]
