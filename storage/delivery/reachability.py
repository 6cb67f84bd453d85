"""Who can be reached where, as channels tell us: an address fails for good, or works again."""

from datetime import datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.delivery.outbox import enqueue
from storage.planning import occasions
from storage.tables import address, customer_address, occasion, outbox, session
from survey.codes import Outcome, Reason
from survey.conversation import flow
from survey.conversation.model import Say, Session


async def lost(conn: AsyncConnection, address_id: int, now: datetime) -> bool:
    """An address can be reached no more. Whether its open conversation goes on at another one of the customer's."""
    await conn.execute(
        update(address)
        .where(address.c.id == address_id, address.c.state == "active")
        .values(state="unreachable", state_at=now)
    )
    return await _move_conversation(conn, address_id, now)


async def given_up(conn: AsyncConnection, customer_id: int, address_id: int, now: datetime) -> None:
    """An address is no longer a customer's: nothing more about the customer goes there, or is taken from there.

    An open conversation goes on at another address, or ends with what was answered.
    """
    mine = select(occasion.c.id).where(occasion.c.customer_id == customer_id)
    await conn.execute(
        update(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.occasion_id.in_(mine), outbox.c.state == "queued")
        .values(state="cancelled", reason=Reason.NUMBER_GIVEN_UP, settled_at=now)
    )
    if await _move_conversation(conn, address_id, now, customer_id):
        return
    s = session.c
    talk = select(s.occasion_id, s.state).where(
        s.address_id == address_id, s.customer_id == customer_id, s.is_open == 1
    )
    row = (await conn.execute(talk)).first()
    if row is not None:
        kept = Session.from_json(row.state)
        outcome = Outcome.PARTIAL if flow.given(kept.values) else Outcome.UNREACHABLE
        closed = flow.close(kept, outcome, now)
        await occasions.close_sessions(conn, {row.occasion_id: closed.to_json()})
        await occasions.close(conn, [(row.occasion_id, outcome, Reason.NUMBER_GIVEN_UP)], now)


async def regained(conn: AsyncConnection, address_id: int, now: datetime, state: str = "unreachable") -> None:
    """An address that we had given up works again. One in another ``state`` stays as it is."""
    await conn.execute(
        update(address)
        .where(address.c.id == address_id, address.c.state == state)
        .values(state="active", state_at=now)
    )


async def _move_conversation(
    conn: AsyncConnection, address_id: int, now: datetime, customer_id: int | None = None
) -> bool:
    """Ask the open question again at the customer's next address: Telegram before SMS, the latest link first.
    ``customer_id``: only where the conversation is with this one."""
    s = session.c
    talk = select(s.occasion_id, s.customer_id, s.state, s.expires_at).where(
        s.address_id == address_id, s.is_open == 1
    )
    if customer_id is not None:
        talk = talk.where(s.customer_id == customer_id)
    row = (await conn.execute(talk)).first()
    if row is None or row.expires_at <= now:
        return False
    busy = select(session.c.address_id).where(session.c.is_open == 1)
    following = (
        await conn.execute(
            select(address.c.id, address.c.channel)
            .join(customer_address, customer_address.c.address_id == address.c.id)
            .where(
                customer_address.c.customer_id == row.customer_id,
                address.c.state == "active",
                address.c.id != address_id,
                address.c.id.not_in(busy),
            )
            .order_by(address.c.channel.desc(), customer_address.c.linked_at.desc())
            .limit(1)
        )
    ).first()
    if following is None:
        return False
    await conn.execute(
        update(session).where(session.c.occasion_id == row.occasion_id).values(address_id=following.id)
    )
    kept = Session.from_json(row.state)
    say = Say(() if kept.values else ("opening",), kept.open_question)
    message = {
        "key": f"{row.occasion_id}:moved:{following.id}:{now.isoformat()}",
        "occasion_id": row.occasion_id,
        "address_id": following.id,
        "channel": following.channel,
        "say": say.to_json(),
        "expires_at": row.expires_at,
        "priority": 0,
    }
    await enqueue(conn, [message], now)
    return True
