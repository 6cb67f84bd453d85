"""How much waits to leave, and for how long: what monitoring reads."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import and_, func, literal_column, or_, select

from storage.database.engine import Connection
from storage.tables import outbox


@dataclass(frozen=True, slots=True)
class Depth:
    """The messages of one channel in one state.

    Attributes:
        state: queued, sending or unknown.
        oldest: since when one of them may leave.
    """

    channel: str
    state: str
    count: int
    oldest: datetime


async def depths(conn: Connection) -> list[Depth]:
    """Return what waits, by channel and state. What was given up does not wait."""
    waiting = or_(
        literal_column("outbox.state = 'queued'"),
        and_(literal_column("outbox.state IN ('sending', 'unknown')"), outbox.c.settled_at.is_(None)),
    )
    oldest = func.min(outbox.c.not_before, type_=outbox.c.not_before.type)
    rows = await conn.execute(
        select(outbox.c.channel, outbox.c.state, func.count().label("number"), oldest.label("oldest"))
        .where(waiting)
        .group_by(outbox.c.channel, outbox.c.state)
    )
    return [Depth(row.channel, row.state, row.number, row.oldest) for row in rows]
