"""How much waits to leave, and for how long: what monitoring reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal_column, or_, select

from storage.database.engine import Connection
from storage.tables import outbox


@dataclass(frozen=True, slots=True)
class Depth:
    """Messages of one channel in one state (queued, sending or unknown); ``oldest``: since when one may leave."""

    channel: str
    state: str
    count: int
    oldest: datetime


async def depths(conn: Connection) -> list[Depth]:
    """What waits, by channel and state; what was given up is not waiting."""
    waiting = or_(
        literal_column("outbox.state = 'queued'"),
        and_(literal_column("outbox.state IN ('sending', 'unknown')"), outbox.c.settled_at.is_(None)),
    )
    oldest = func.min(outbox.c.not_before, type_=outbox.c.not_before.type)
    rows = await conn.execute(
        select(outbox.c.channel, outbox.c.state, func.count(), oldest)
        .where(waiting)
        .group_by(outbox.c.channel, outbox.c.state)
    )
    return [Depth(*row) for row in rows]
