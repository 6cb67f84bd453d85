"""A channel's pace and pause, kept in the database because they hold for every process that sends there.

Theory of operation

A process that is about to send locks the channel's row (`lock`), takes moments to send at (`moments`) and writes
down the next one that is free (`taken`). While our own account is at fault the channel is paused (`pause`): nothing
leaves until a time, then one message tries (`trying`) whether the account works again, and `resume` ends the pause.
A process that dies while it tries leaves the time at which another message tries.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, or_, select, update

from storage.cases import opening
from storage.database.engine import Connection
from storage.database.statements import insert_ignore, upsert
from storage.tables import channel, chat_pace
from survey.codes import CaseKind

HORIZON = timedelta(seconds=1)  # how far ahead a process may take moments to send at


@dataclass(frozen=True, slots=True)
class Pace:
    """How many messages a second a channel may send, in all and to one receiver; None: as fast as it can."""

    in_all: float | None = None
    to_one: float | None = None


@dataclass(frozen=True, slots=True)
class Standing:
    """Where a channel stands.

    Attributes:
        next_at: no message leaves before this.
        paused_until: while the channel is paused, when one message tries again.
        paused_since: when the pause began; None while the channel is not paused.
    """

    next_at: datetime | None = None
    paused_until: datetime | None = None
    paused_since: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel that is paused because our own account is at fault, for `followup check`.

    Attributes:
        until: when one message tries whether the account works again.
        code: the provider's code.
    """

    channel: str
    since: datetime
    until: datetime
    code: str


def moments(standing: Standing, pace: Pace, now: datetime, limit: int) -> list[datetime]:
    """Return the moments at which up to ``limit`` messages may leave, evenly spaced, within :data:`HORIZON`.

    After a silence they begin now: time that was not used is lost, so that no burst follows a pause. Of a paused
    channel there is one moment at the most: one message tries whether the account works again.
    """
    if standing.paused_since is not None:
        if standing.paused_until is not None and standing.paused_until > now:
            return []
        limit = min(limit, 1)
    first = max(now, standing.next_at or now)
    if first > now + HORIZON:
        return []
    if pace.in_all is None:
        return [first] * limit
    gap = timedelta(seconds=1 / pace.in_all)
    count = min(limit, int((now + HORIZON - first) / gap) + 1)
    return [first + n * gap for n in range(count)]


_LOCKED = (
    select(channel.c.next_at, channel.c.paused_until, channel.c.paused_since)
    .where(channel.c.name == bindparam("name"))
    .with_for_update()
)


async def lock(conn: Connection, name: str) -> Standing:
    """Return where the channel stands, and lock it: until the caller's transaction ends no other process sends."""
    row = (await conn.execute(_LOCKED, {"name": name})).first()
    if row is None:
        await insert_ignore(conn, channel, [{"name": name}])
        row = (await conn.execute(_LOCKED, {"name": name})).one()
    return Standing(row.next_at, row.paused_until, row.paused_since)


async def taken(conn: Connection, name: str, next_at: datetime) -> None:
    """Write down the next moment that is free, after those that were taken."""
    await conn.execute(update(channel).where(channel.c.name == name).values(next_at=next_at))


async def hold(conn: Connection, name: str, until: datetime) -> None:
    """Let nothing leave before ``until``, because the provider asked us to wait."""
    await lock(conn, name)
    await conn.execute(
        update(channel)
        .where(channel.c.name == name, or_(channel.c.next_at.is_(None), channel.c.next_at < until))
        .values(next_at=until)
    )


async def pause(conn: Connection, name: str, code: str, *, now: datetime, today: date, until: datetime) -> None:
    """Pause a channel because our own account is at fault, and open a case when the pause begins.

    Args:
        conn: the caller's transaction.
        name: the channel.
        code: the provider's code; it is the case's text.
        now: when the provider refused us (aware).
        today: the unit's own day at ``now``.
        until: nothing leaves before it; then one message tries whether the account works again.
    """
    standing = await lock(conn, name)
    if standing.paused_since is None:
        about = opening.opened(CaseKind.CHANNEL, code, now, today, urgent=True, channel=name)
        await opening.add(conn, [about])
    await conn.execute(
        update(channel)
        .where(channel.c.name == name)
        .values(paused_until=until, paused_since=standing.paused_since or now, pause_code=code)
    )


async def trying(conn: Connection, name: str, until: datetime) -> None:
    """Let the other messages wait until ``until``, while one tries whether the account works again."""
    await conn.execute(update(channel).where(channel.c.name == name).values(paused_until=until))


async def resume(conn: Connection, name: str, now: datetime) -> None:
    """End a channel's pause, because the account works again, and close the case about it."""
    await conn.execute(
        update(channel).where(channel.c.name == name).values(paused_until=None, paused_since=None, pause_code=None)
    )
    await opening.put_right(conn, CaseKind.CHANNEL, name, now)


async def pauses(conn: Connection) -> list[Pause]:
    """Return the channels that are paused."""
    rows = await conn.execute(
        select(channel.c.name, channel.c.paused_since, channel.c.paused_until, channel.c.pause_code)
        .where(channel.c.paused_since.is_not(None))
        .order_by(channel.c.name)
    )
    return [Pause(row.name, row.paused_since, row.paused_until, row.pause_code) for row in rows]


async def read_until(conn: Connection, name: str) -> datetime | None:
    """Return up to when all that a channel's provider has received for us is taken in; None: nobody has looked."""
    found: datetime | None = (
        await conn.execute(select(channel.c.read_until).where(channel.c.name == name))
    ).scalar()
    return found


async def set_read_until(conn: Connection, name: str, at: datetime) -> None:
    """Note that all that a channel's provider has received for us until ``at`` is taken in."""
    await lock(conn, name)
    await conn.execute(update(channel).where(channel.c.name == name).values(read_until=at))


async def chat_moments(conn: Connection, address_ids: Collection[int]) -> dict[int, datetime]:
    """Return when the next message may go to each of these receivers, where that is known."""
    rows = await conn.execute(select(chat_pace).where(chat_pace.c.address_id.in_(list(address_ids))))
    return {row.address_id: row.next_at for row in rows}


async def chats_taken(conn: Connection, next_at: Mapping[int, datetime]) -> None:
    """Write down when the next message may go to each receiver."""
    await upsert(
        conn, chat_pace, ["address_id"], [{"address_id": id_, "next_at": at} for id_, at in next_at.items()]
    )
