"""Inbound events as they are stored: those that were taken in, and those in quarantine, which could not be."""

from collections.abc import Collection
from datetime import datetime

from sqlalchemy import select, union_all

from storage.database.engine import Connection
from storage.database.statements import insert_ignore
from storage.tables import inbox
from storage.tables import quarantine as quarantine_table


async def missing(conn: Connection, channel: str, external_ids: Collection[str]) -> set[str]:
    """Return those of ``external_ids`` that are neither in the inbox nor in quarantine."""
    asked = list(external_ids)
    known = union_all(
        *(
            select(table.c.external_id).where(table.c.channel == channel, table.c.external_id.in_(asked))
            for table in (inbox, quarantine_table)
        )
    )
    return set(asked) - {external_id for (external_id,) in await conn.execute(known)}


async def quarantine(conn: Connection, channel: str, external_id: str, error: str, at: datetime) -> None:
    """Put an event in quarantine, where `followup check` reports it; the same event once.

    Args:
        error: the kind of error, such as ``ValueError``; nothing personal.
    """
    row = {"channel": channel, "external_id": external_id, "at": at, "error": error}
    await insert_ignore(conn, quarantine_table, [row])


async def quarantined(conn: Connection) -> list[tuple[str, str, str]]:
    """Return (channel, external id, kind of error) of each event in quarantine, oldest first."""
    q = quarantine_table.c
    rows = await conn.execute(select(q.channel, q.external_id, q.error).order_by(q.at))
    return [(row.channel, row.external_id, row.error) for row in rows]
