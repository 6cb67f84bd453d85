"""Events that could not be stored as they were, for `followup check`."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.engine import insert_ignore
from storage.tables import quarantine


async def add(conn: AsyncConnection, channel: str, external_id: str, error: str, at: datetime) -> None:
    """Put an event in quarantine; ``error`` is a kind of error, nothing personal. Once for each event."""
    row = {"channel": channel, "external_id": external_id, "at": at, "error": error}
    await insert_ignore(conn, quarantine, [row])


async def listing(conn: AsyncConnection) -> list[tuple[str, str, str]]:
    """(channel, external id, kind of error) of each event in quarantine, oldest first."""
    rows = await conn.execute(
        select(quarantine.c.channel, quarantine.c.external_id, quarantine.c.error).order_by(quarantine.c.at)
    )
    return [(row.channel, row.external_id, row.error) for row in rows]
