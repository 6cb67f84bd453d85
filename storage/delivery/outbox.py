"""The outbox: messages are queued in the caller's transaction, and found again by key or reference.

Theory of operation

A message is a row. Its state (survey.codes.MessageState) and who changes it:

    queued      enqueue; also claims.release and settlement, when a message is to be called for again
    sending     claims.claim: it is ours until the lease ends
    unknown     settlement, or the end of a lease: it may have been sent. The provider is asked about it before it
                is sent again; where nobody can be asked it is repeated once (scheduler/delivery/sending.py)
    sent        settlement: the provider has taken it
    delivered   settlement.carrier_said: the receiver has it
    failed      settlement: it certainly did not arrive. What follows: scheduler/delivery/fallback.py
    cancelled   claims.claim, and those who withdraw what waits: it has lost its reason
    expired     claims.claim: its time was up before it could be sent

The key makes queueing idempotent: a second message with a known key is left out. The reference is the message's
name at the provider, in status callbacks and in buttons.

What a crash leaves. Before a claim is committed: queued. Between that commit and the settlement: sending, until the
lease ends; then a message that may have been called for is unknown, and one that cannot have been is queued again.

storage/delivery/claims.py takes messages to be sent; settlement.py, beside it, writes down what became of them.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import or_, select, update

from storage.database.engine import Connection
from storage.database.statements import insert_ignore
from storage.tables import occasion, outbox
from survey.conversation.model import Say

# The key of an answer to what the customer has just written begins so. It leaves at any hour,
REPLY = "reply:"
# unless what it answers was written long ago.
SWEPT = "reply:swept:"
REMINDER = ":reminder"  # ends the key of a conversation's one reminder
PRIORITY = 5  # of a message that is queued without one; replies have 0


def new_reference() -> str:
    """Return a name for a message that nobody can guess: what comes with it is believed to be about the message."""
    return secrets.token_urlsafe(16)


async def enqueue(conn: Connection, messages: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Queue messages; one whose key is known is left out.

    Args:
        conn: the caller's transaction.
        messages: key, occasion_id, address_id, channel, say and expires_at of each; where they are not the usual
            ones, priority (the lowest leaves first), reference and not_before.
        now: when they are queued (aware).
    """
    common = {
        "state": "queued",
        "reason": "",
        "created_at": now,
        "attempts": 0,
        "status": "",
    }
    rows = [
        {"reference": new_reference(), "priority": PRIORITY, "not_before": now, **message, **common}
        for message in messages
    ]
    await insert_ignore(conn, outbox, rows)


async def cancel_queued(
    conn: Connection, address_id: int, customers: Collection[int], reason: str, now: datetime
) -> None:
    """Cancel every message that waits to be sent to an address, or is about one of these customers."""
    o = outbox.c
    about = select(occasion.c.id).where(occasion.c.customer_id.in_(list(customers)))
    theirs = or_(o.address_id == address_id, o.occasion_id.in_(about))
    waiting = update(outbox).where(theirs, o.state == "queued")
    await conn.execute(waiting.values(state="cancelled", reason=reason, settled_at=now))


@dataclass(frozen=True, slots=True)
class Outgoing:
    """A message as it was queued. ``say`` is survey.conversation.model.Say as JSON."""

    key: str
    occasion_id: int | None
    address_id: int
    channel: str
    say: str
    expires_at: datetime
    priority: int


async def outgoing(conn: Connection, id_: int) -> Outgoing:
    """Return a message by its row's id."""
    o = outbox.c
    columns = (o.key, o.occasion_id, o.address_id, o.channel, o.say, o.expires_at, o.priority)
    row = (await conn.execute(select(*columns).where(o.id == id_))).one()
    return Outgoing(
        key=row.key,
        occasion_id=row.occasion_id,
        address_id=row.address_id,
        channel=row.channel,
        say=row.say,
        expires_at=row.expires_at,
        priority=row.priority,
    )


def key_at(key: str, address_id: int) -> str:
    """Return the key of a message that is queued anew for an address: the first key, and the address."""
    return f"{_first(key)}>{address_id}"


def key_again(key: str, number: int) -> str:
    r"""Return the key of a message that is queued anew for the ``number``\ th time, wherever it goes."""
    return f"{_first(key)}>again:{number}"


def _first(key: str) -> str:
    return key.partition(">")[0]


async def tries(conn: Connection, occasion_id: int, key: str) -> dict[str, int]:
    """Return the messages that were queued for the same purpose as the one with ``key``: their addresses by key."""
    o = outbox.c
    rows = await conn.execute(select(o.key, o.address_id).where(o.occasion_id == occasion_id))
    return {row.key: row.address_id for row in rows if _first(row.key) == _first(key)}


async def cancel_copies(conn: Connection, id_: int, reason: str, now: datetime) -> None:
    """Cancel what still waits to be sent for the same purpose as a message."""
    message = await outgoing(conn, id_)
    if message.occasion_id is None:
        return
    keys = list(await tries(conn, message.occasion_id, message.key))
    o = outbox.c
    waiting = update(outbox).where(o.key.in_(keys), o.state == "queued", o.id != id_)
    await conn.execute(waiting.values(state="cancelled", reason=reason, settled_at=now))


@dataclass(frozen=True, slots=True)
class Asked:
    """A message that had buttons: whom it was sent to, and what it said."""

    address_id: int
    occasion_id: int | None
    say: Say


async def asked_by(conn: Connection, references: Collection[str]) -> dict[str, Asked]:
    """Return messages by their references: what a tapped button leads back to."""
    o = outbox.c
    statement = select(o.reference, o.address_id, o.occasion_id, o.say).where(o.reference.in_(list(references)))
    rows = await conn.execute(statement)
    return {row.reference: Asked(row.address_id, row.occasion_id, Say.from_json(row.say)) for row in rows}


async def asked_in(conn: Connection, address_id: int, external_id: str) -> Asked | None:
    """Return a message of ours by the channel's id of it: what a reply to it leads back to."""
    o = outbox.c
    mine = (o.address_id == address_id, o.external_id == external_id)
    row = (await conn.execute(select(o.occasion_id, o.say).where(*mine).limit(1))).first()
    return None if row is None else Asked(address_id, row.occasion_id, Say.from_json(row.say))


async def last_asked(conn: Connection, occasion_id: int, address_id: int, question: str) -> str | None:
    """Return the channel's id of the last message that asked this question at this address."""
    rows = await conn.execute(
        select(outbox.c.say, outbox.c.external_id)
        .where(outbox.c.occasion_id == occasion_id, outbox.c.address_id == address_id)
        .order_by(outbox.c.id.desc())
    )
    return next((row.external_id for row in rows if Say.from_json(row.say).question == question), None)
