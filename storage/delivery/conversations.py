"""The open conversation that a message belongs to: found, moved to another address, or ended.

Only statements. Where a conversation goes on is decided in scheduler/delivery/fallback.py.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import or_, select, update

from storage.database.engine import Connection
from storage.database.statements import chunks
from storage.tables import enrolment, occasion, outbox, session
from survey.codes import MessageState, Outcome, Reason


@dataclass(frozen=True, slots=True)
class OpenConversation:
    """A conversation that is open.

    Attributes:
        address_id: where it goes on.
        state: survey.conversation.model.Session as JSON.
        expires_at: when its time is up.
        started_on: of the enrolment that it is about.
    """

    occasion_id: int
    customer_id: int
    address_id: int
    state: str
    expires_at: datetime
    started_on: date


async def at_address(conn: Connection, address_id: int, customer_id: int | None = None) -> OpenConversation | None:
    """Return the conversation that is open at an address; ``customer_id``: only when it is with this customer."""
    where = [session.c.address_id == address_id]
    if customer_id is not None:
        where.append(session.c.customer_id == customer_id)
    return await _found(conn, where)


async def of_occasion(conn: Connection, occasion_id: int) -> OpenConversation | None:
    """Return the open conversation of an occasion."""
    return await _found(conn, [session.c.occasion_id == occasion_id])


async def _found(conn: Connection, where: Collection[Any]) -> OpenConversation | None:
    s = session.c
    rows = await conn.execute(
        select(s.occasion_id, s.customer_id, s.address_id, s.state, s.expires_at, enrolment.c.started_on)
        .join(occasion, occasion.c.id == s.occasion_id)
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .where(s.is_open == 1, *where)
    )
    row = rows.first()
    if row is None:
        return None
    return OpenConversation(
        occasion_id=row.occasion_id,
        customer_id=row.customer_id,
        address_id=row.address_id,
        state=row.state,
        expires_at=row.expires_at,
        started_on=row.started_on,
    )


async def move(conn: Connection, occasion_id: int, address_id: int) -> None:
    """Let a conversation go on at another address."""
    await conn.execute(update(session).where(session.c.occasion_id == occasion_id).values(address_id=address_id))


async def end(conn: Connection, ids: Collection[int], outcome: Outcome, reason: str, now: datetime) -> None:
    """Close conversations by occasion id, and give those occasions that have no outcome yet this one.

    The engine's own state stays open in them, so that a late answer is taken as one to a conversation that nobody
    answered in time (storage.conversation.sessions).
    """
    if ids:
        some = list(ids)
        await conn.execute(update(session).where(session.c.occasion_id.in_(some)).values(is_open=0))
        await conn.execute(
            update(occasion)
            .where(occasion.c.id.in_(some), occasion.c.outcome == "")
            .values(outcome=outcome, reason=reason, closed_at=now)
        )


@dataclass(frozen=True, slots=True)
class Undelivered:
    """A conversation that ended because a message of it was not delivered."""

    occasion_id: int
    address_id: int
    message_id: int


async def ended_undelivered(
    conn: Connection, channel: str, but: int, most: int, now: datetime
) -> list[Undelivered]:
    """Return the conversations that ended with the latest messages of a channel that carriers did not deliver.

    Args:
        conn: the caller's transaction.
        channel: the messages' own.
        but: the id of a message that is left out.
        most: how many messages are looked at.
        now: conversations whose time is up are left out.
    """
    o = outbox.c
    latest = (
        select(o.id, o.occasion_id, o.address_id)
        .where(o.channel == channel, o.state == MessageState.FAILED, o.status != "", o.id != but)
        .order_by(o.settled_at.desc(), o.id.desc())
        .limit(most)
        .subquery()
    )
    rows = await conn.execute(
        select(latest.c.id, latest.c.occasion_id, latest.c.address_id)
        .join(occasion, occasion.c.id == latest.c.occasion_id)
        .join(session, session.c.occasion_id == occasion.c.id)
        .where(
            occasion.c.outcome == Outcome.UNREACHABLE,
            occasion.c.reason == Reason.UNDELIVERED,
            session.c.is_open == 0,
            session.c.address_id == latest.c.address_id,
            session.c.expires_at > now,
        )
        .order_by(latest.c.id)
    )
    found = {row.occasion_id: Undelivered(row.occasion_id, row.address_id, row.id) for row in rows}
    return list(found.values())


async def take_up(conn: Connection, occasion_id: int) -> None:
    """Let a conversation go on that delivery has ended; the engine's own state is open still."""
    await conn.execute(update(session).where(session.c.occasion_id == occasion_id).values(is_open=1))
    goes_on = {"outcome": "", "reason": Reason.ASKED, "closed_at": None}
    await conn.execute(update(occasion).where(occasion.c.id == occasion_id).values(**goes_on))


async def open_of(conn: Connection, customers: Collection[int]) -> list[int]:
    """Return the occasion ids of the conversations that are open with these customers."""
    found: list[int] = []
    for some in chunks(sorted(customers)):
        rows = await conn.execute(
            select(session.c.occasion_id).where(session.c.customer_id.in_(some), session.c.is_open == 1)
        )
        found += rows.scalars()
    return found


async def open_with(conn: Connection, customers: Collection[int], address_id: int) -> list[int]:
    """Return the occasion ids of the conversations that are open with these customers or at an address."""
    theirs = or_(session.c.customer_id.in_(list(customers)), session.c.address_id == address_id)
    rows = await conn.execute(select(session.c.occasion_id).where(theirs, session.c.is_open == 1))
    return [id_ for (id_,) in rows]
