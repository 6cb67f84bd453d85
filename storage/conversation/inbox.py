"""Which inbound events are here already, for the sweep of what never reached us."""

from collections.abc import Collection

from sqlalchemy import select, union_all

from storage.database.engine import Connection
from storage.tables import inbox, quarantine


async def missing(conn: Connection, channel: str, external_ids: Collection[str]) -> set[str]:
    """Those of ``external_ids`` that are neither in the inbox nor in quarantine."""
    asked = list(external_ids)
    known = union_all(
        *(
            select(table.c.external_id).where(table.c.channel == channel, table.c.external_id.in_(asked))
            for table in (inbox, quarantine)
        )
    )
    return set(asked) - {external_id for (external_id,) in await conn.execute(known)}
