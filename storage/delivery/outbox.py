"""Messages on their way out: queued in the caller's transaction, and found again by the question they asked.

storage/delivery/claims.py takes them to be sent, storage/delivery/settlement.py writes down what became of them.
"""

import secrets
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from sqlalchemy import select, update

from storage.database.engine import Connection
from storage.database.statements import insert_ignore
from storage.tables import outbox
from survey.conversation.model import Say

REPLY = "reply:"  # begins the key of an answer to what the customer just wrote, which leaves at any hour
SWEPT = "reply:swept:"  # but not when it was written long ago
PRIORITY = 5  # of a message that is queued without one; replies have 0


def new_reference() -> str:
    """A name for a message that nobody can guess: who knows it is believed about its delivery, and its buttons."""
    return secrets.token_urlsafe(16)


async def enqueue(conn: Connection, messages: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Queue messages: key, occasion_id, address_id, channel, say, expires_at, and where they are not the usual
    ones their priority (the lowest leaves first), reference and not_before. A known key is left."""
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


async def cancel_queued(conn: Connection, address_ids: Collection[int], reason: str, now: datetime) -> None:
    """Cancel every message that still waits to be sent to these addresses."""
    o = outbox.c
    waiting = update(outbox).where(o.address_id.in_(list(address_ids)), o.state == "queued")
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


async def last_asked(conn: Connection, occasion_id: int, address_id: int, question: str) -> str | None:
    """The channel's id of the last message that asked this question at this address."""
    rows = await conn.execute(
        select(outbox.c.say, outbox.c.external_id)
        .where(outbox.c.occasion_id == occasion_id, outbox.c.address_id == address_id)
        .order_by(outbox.c.id.desc())
    )
    return next((row.external_id for row in rows if Say.from_json(row.say).question == question), None)
