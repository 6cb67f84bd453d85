"""A channel's pace and pause, kept in the database because they hold for every process that sends there.

Theory of operation

A process that is about to send locks the channel's row (`lock`), takes moments to send at (`moments`) and writes
down the next one that is free (`taken`). While a channel is in trouble it is paused (`pause`): nothing leaves until
a time, then one message tries (`trying`) whether it works again, and `resume` ends the pause. What trouble is, is
decided in scheduler/delivery/outages.py. A process that dies while it tries leaves the time at which another
message tries.
"""

from collections.abc import Collection, Mapping
from dataclasses import dataclass, replace
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, func, literal_column, or_, select, update

from storage.cases import opening
from storage.database.engine import Connection
from storage.database.statements import insert_ignore, upsert
from storage.tables import channel, chat_pace, outbox
from survey.codes import CaseKind, Reason

FURTHEST = timedelta(minutes=1)  # that a moment is ahead which a right clock has written
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
        cause: why it is paused, as survey.codes.because has it; empty while it is not.
        failures: calls in a row of which none reached the provider.
        failing_since: when the first of them failed.
        undelivered: messages in a row that no carrier delivered.
        held_until: until when the provider has asked us to wait.
        held_at: when it did.
    """

    next_at: datetime | None = None
    paused_until: datetime | None = None
    paused_since: datetime | None = None
    cause: str = ""
    failures: int = 0
    failing_since: datetime | None = None
    undelivered: int = 0
    held_until: datetime | None = None
    held_at: datetime | None = None


@dataclass(frozen=True, slots=True)
class Pause:
    """A channel that is paused, for `followup check`.

    Attributes:
        until: when one message tries whether it works again.
        code: why, as survey.codes.because has it.
    """

    channel: str
    since: datetime
    until: datetime
    code: str


def moments(standing: Standing, pace: Pace, now: datetime, limit: int) -> list[datetime]:
    """Return the moments at which up to ``limit`` messages may leave, evenly spaced, within :data:`HORIZON`.

    After a silence they begin now: time that was not used is lost, so that no burst follows a pause. Of a paused
    channel there is one moment at the most: one message tries whether it works again. What a clock has written that
    was ahead, and is right again, does not count: a moment or a request from a time to come.
    """
    if standing.paused_since is not None:
        is_waiting = standing.paused_until is not None and standing.paused_until > now
        if is_waiting and standing.paused_since <= now:
            return []
        limit = min(limit, 1)
    first = max(now, standing.next_at or now)
    if first > now + FURTHEST:
        first = now
    if standing.held_until is not None and (standing.held_at is None or standing.held_at <= now):
        first = max(first, standing.held_until)
    if first > now + HORIZON:
        return []
    if pace.in_all is None:
        return [first] * limit
    gap = timedelta(seconds=1 / pace.in_all)
    count = min(limit, int((now + HORIZON - first) / gap) + 1)
    return [first + n * gap for n in range(count)]


_STANDING = select(
    channel.c.next_at,
    channel.c.paused_until,
    channel.c.paused_since,
    func.coalesce(channel.c.pause_code, "").label("cause"),
    channel.c.failures,
    channel.c.failing_since,
    channel.c.undelivered,
    channel.c.held_until,
    channel.c.held_at,
).where(channel.c.name == bindparam("name"))
_LOCKED = _STANDING.with_for_update()


async def lock(conn: Connection, name: str) -> Standing:
    """Return where the channel stands, and lock it: until the caller's transaction ends no other process sends."""
    row = (await conn.execute(_LOCKED, {"name": name})).first()
    if row is None:
        await insert_ignore(conn, channel, [{"name": name}])
        row = (await conn.execute(_LOCKED, {"name": name})).one()
    return Standing(*row)


async def standing(conn: Connection, name: str) -> Standing:
    """Return where the channel stands, without a lock."""
    row = (await conn.execute(_STANDING, {"name": name})).first()
    return Standing() if row is None else Standing(*row)


async def taken(conn: Connection, name: str, next_at: datetime) -> None:
    """Write down the next moment that is free, after those that were taken."""
    await conn.execute(update(channel).where(channel.c.name == name).values(next_at=next_at))


async def hold(conn: Connection, name: str, until: datetime, now: datetime) -> None:
    """Let nothing leave before ``until``, because the provider asked us at ``now`` to wait."""
    before = await lock(conn, name)
    is_longer = before.held_until is not None and before.held_until > until
    if is_longer and before.held_at is not None and before.held_at <= now:
        return
    await conn.execute(update(channel).where(channel.c.name == name).values(held_until=until, held_at=now))


async def count_failures(conn: Connection, name: str, count: int, now: datetime) -> Standing:
    """Add calls that did not reach the provider to those before them, and return where the channel stands."""
    before = await lock(conn, name)
    since = before.failing_since if before.failures else now
    after = replace(before, failures=before.failures + count, failing_since=since)
    await conn.execute(
        update(channel).where(channel.c.name == name).values(failures=after.failures, failing_since=since)
    )
    return after


async def count_undelivered(conn: Connection, name: str) -> int:
    """Add a message that no carrier delivered to those in a row before it, and return how many they are now."""
    before = await lock(conn, name)
    await conn.execute(update(channel).where(channel.c.name == name).values(undelivered=before.undelivered + 1))
    return before.undelivered + 1


async def delivers(conn: Connection, name: str) -> None:
    """Note that carriers deliver what the channel sends."""
    await conn.execute(update(channel).where(channel.c.name == name).values(undelivered=0))


async def pause(conn: Connection, name: str, code: str, *, now: datetime, today: date, until: datetime) -> bool:
    """Pause a channel, and open a case when the pause begins; return whether it begins.

    Args:
        conn: the caller's transaction.
        name: the channel.
        code: why, as survey.codes.because has it; it is the case's text.
        now: aware.
        today: the unit's own day at ``now``.
        until: nothing leaves before it; then one message tries whether the channel works again.
    """
    standing = await lock(conn, name)
    begins = standing.paused_since is None
    if begins:
        about = opening.opened(CaseKind.CHANNEL, code, now, today, urgent=True, channel=name)
        await opening.add(conn, [about])
    await conn.execute(
        update(channel)
        .where(channel.c.name == name)
        .values(paused_until=until, paused_since=standing.paused_since or now, pause_code=code)
    )
    return begins


async def trying(conn: Connection, name: str, until: datetime) -> None:
    """Let the other messages wait until ``until``, while one tries whether the channel works again."""
    await conn.execute(update(channel).where(channel.c.name == name).values(paused_until=until))


async def resume(conn: Connection, name: str, now: datetime) -> None:
    """End a channel's trouble: it works again.

    The case about it is closed, and what has waited for the channel may leave now.
    """
    ended = {"paused_until": None, "paused_since": None, "pause_code": None, "failures": 0, "failing_since": None}
    await conn.execute(update(channel).where(channel.c.name == name).values(**ended))
    await opening.put_right(conn, CaseKind.CHANNEL, name, now)
    waiting = (
        literal_column("outbox.state") == literal_column("'queued'"),
        outbox.c.channel == name,
        outbox.c.not_before > now,
        or_(*(outbox.c.reason.like(f"{each.value}:%") for each in (Reason.RETRY, Reason.CHANNEL_PAUSED))),
    )
    await conn.execute(update(outbox).where(*waiting).values(not_before=now))


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


async def chat_moments(conn: Connection, address_ids: Collection[int], now: datetime) -> dict[int, datetime]:
    """Return when the next message may go to each of these receivers, where that is known.

    A moment that is far ahead of ``now`` was written by a clock that was wrong, and is left out.
    """
    is_ours = chat_pace.c.address_id.in_(list(address_ids))
    rows = await conn.execute(select(chat_pace).where(is_ours, chat_pace.c.next_at <= now + FURTHEST))
    return {row.address_id: row.next_at for row in rows}


async def chats_taken(conn: Connection, next_at: Mapping[int, datetime]) -> None:
    """Write down when the next message may go to each receiver."""
    await upsert(
        conn, chat_pace, ["address_id"], [{"address_id": id_, "next_at": at} for id_, at in next_at.items()]
    )
