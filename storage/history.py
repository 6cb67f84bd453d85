"""What happened to a customer's planned contacts, for `followup why`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.tables import customer, enrolment, occasion


@dataclass(frozen=True, slots=True)
class Entry:
    """One occasion. ``outcome`` is empty while it waits or is open; ``reason`` is a sentence for staff."""

    enrolment: str
    survey: str
    period: str
    due_at: datetime
    opened_at: datetime | None
    closed_at: datetime | None
    outcome: str
    reason: str


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
            enrolment.c.ref,
            occasion.c.survey,
            occasion.c.period,
            occasion.c.due_at,
            occasion.c.opened_at,
            occasion.c.closed_at,
            occasion.c.outcome,
            occasion.c.reason,
        )
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .where(occasion.c.customer_id == id_)
        .order_by(occasion.c.due_at, occasion.c.id)
    )
    return [Entry(*row) for row in rows]
