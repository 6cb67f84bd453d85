"""What follows when a message did not reach its receiver: for the address, the conversation, the occasion."""

from collections.abc import Collection, Sequence
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.delivery.outbox import enqueue
from storage.people import addresses
from storage.planning import occasions
from storage.tables import address, occasion, outbox, session
from survey.codes import Reason

AGAIN_AFTER = timedelta(hours=1)  # a handset that was off may be on by then


async def follow_up(
    conn: AsyncConnection, outbox_id: int, kind: str, channels: Collection[str], now: datetime
) -> None:
    """Act on a message that certainly did not arrive.

    ``kind``, as the channel classified it: ``opted_out`` stops every address of the customer; ``permanent``
    marks the address; then the message goes to the customer's next address on ``channels``, where there is
    one. ``transient``, ``throttled`` and ``account`` are tried once more at the same address. What can be
    sent nowhere closes its conversation.
    """
    row = (await conn.execute(select(outbox).where(outbox.c.id == outbox_id))).one()
    if kind == "opted_out":
        reached = await addresses.siblings(conn, row.address_id)
        await addresses.opt_out_addresses(conn, reached, "carrier", now)
        rows = await conn.execute(
            select(session.c.occasion_id).where(session.c.address_id.in_(reached), session.c.is_open == 1)
        )
        await close(conn, [id_ for (id_,) in rows], "opted_out", Reason.OPTED_OUT, now)
        return
    if kind == "permanent":
        await conn.execute(
            update(address)
            .where(address.c.id == row.address_id, address.c.state == "active")
            .values(state="unreachable", state_at=now)
        )
    if row.occasion_id is None:
        return
    if kind in ("transient", "throttled", "account"):
        moved = await _again(conn, row, row.address_id, row.channel, now + AGAIN_AFTER, now)
    else:
        moved = await _elsewhere(conn, row, channels, now)
    if not moved:
        await close(conn, [row.occasion_id], "unreachable", Reason.UNDELIVERED, now)


async def close(conn: AsyncConnection, ids: Sequence[int], outcome: str, reason: str, now: datetime) -> None:
    """Close conversations by occasion id, and give the occasions that have no outcome yet this one."""
    if ids:
        await conn.execute(update(session).where(session.c.occasion_id.in_(ids)).values(is_open=0))
        await conn.execute(
            update(occasion)
            .where(occasion.c.id.in_(ids), occasion.c.outcome == "")
            .values(outcome=outcome, reason=reason, closed_at=now)
        )


async def _elsewhere(conn: AsyncConnection, row: Any, channels: Collection[str], now: datetime) -> bool:
    """Move the open conversation to the customer's next address and send the message there."""
    talk = (
        await conn.execute(
            select(session.c.customer_id, session.c.address_id).where(
                session.c.occasion_id == row.occasion_id, session.c.is_open == 1
            )
        )
    ).first()
    if talk is None:
        return False
    known = (await occasions.addresses_of(conn, {talk.customer_id})).get(talk.customer_id, ())
    others = [
        (id_, channel)
        for id_, channel, state in known
        if state == "active" and channel in channels and id_ != row.address_id
    ]
    _, busy = await occasions.busy(conn, set(), {id_ for id_, _ in others})
    for id_, channel in others:
        if id_ in busy - {
            talk.address_id
        }:  # somebody else's conversation is open there: two could not be told apart
            continue
        if await _again(conn, row, id_, channel, now, now):
            await conn.execute(
                update(session).where(session.c.occasion_id == row.occasion_id).values(address_id=id_)
            )
            return True
    return False


async def _again(
    conn: AsyncConnection, row: Any, address_id: int, channel: str, not_before: datetime, now: datetime
) -> bool:
    """Queue the message anew, once for each address it was meant for; False when that was done before."""
    first_key = row.key.partition(">")[0]
    key = f"{first_key}>{address_id}"
    known = await conn.execute(select(outbox.c.id).where(outbox.c.key == key))
    if known.first() is not None or not_before >= row.expires_at:
        return False
    message = {
        "key": key,
        "reference": f"{row.reference}-{address_id}",
        "occasion_id": row.occasion_id,
        "address_id": address_id,
        "channel": channel,
        "say": row.say,
        "not_before": not_before,
        "expires_at": row.expires_at,
        "priority": row.priority,
    }
    await enqueue(conn, [message], now)
    return True
