"""What happened to a customer's planned contacts, for `followup why`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.outbox import REPLY
from storage.tables import customer, enrolment, occasion, outbox


@dataclass(frozen=True, slots=True)
class Message:
    """The latest message of ours about an occasion; ``at`` is when it was last settled, or queued."""

    channel: str
    state: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One occasion. ``outcome`` is empty while it waits or is open; ``reason`` is a sentence for staff."""

    enrolment: str
    survey: str
    period: str
    due_at: datetime
    look_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str
    reason: str
    message: Message | None


async def customer_id(conn: AsyncConnection, ref: str) -> int | None:
    """The row id of the unit's own customer number; None when there is none."""
    found = (await conn.execute(select(customer.c.id).where(customer.c.ref == ref))).scalar()
    return None if found is None else int(found)


async def of_customer(conn: AsyncConnection, ref: str) -> list[Entry] | None:
    """The customer's occasions by due time; None when the customer does not exist."""
    id_ = await customer_id(conn, ref)
    if id_ is None:
        return None
    rows = await conn.execute(
        select(
            occasion.c.id,
            enrolment.c.ref,
            occasion.c.survey,
            occasion.c.period,
            occasion.c.due_at,
            occasion.c.look_at,
            occasion.c.opened_at,
            occasion.c.closed_at,
            occasion.c.outcome,
            occasion.c.reason,
        )
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .where(occasion.c.customer_id == id_)
        .order_by(occasion.c.due_at, occasion.c.id)
    )
    messages = await _messages(conn, id_)
    entries = []
    for occasion_id, *values in rows:
        values.append(messages.get(occasion_id))
        entries.append(Entry(*values))
    return entries


async def _messages(conn: AsyncConnection, customer_id: int) -> dict[int, Message]:
    """The latest message about each of the customer's occasions; replies to the customer are none."""
    rows = await conn.execute(
        select(
            outbox.c.occasion_id,
            outbox.c.channel,
            outbox.c.state,
            func.coalesce(outbox.c.settled_at, outbox.c.created_at, type_=outbox.c.created_at.type),
            outbox.c.reason,
        )
        .join(occasion, occasion.c.id == outbox.c.occasion_id)
        .where(occasion.c.customer_id == customer_id, outbox.c.key.not_like(f"{REPLY}%"))
        .order_by(outbox.c.id)
    )
    return {occasion_id: Message(*values) for occasion_id, *values in rows}
