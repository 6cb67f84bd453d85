"""Whether an address can be reached, as channels tell us.

What follows for conversations is decided in scheduler/delivery/fallback.py.
"""

from datetime import datetime

from sqlalchemy import select, update

from storage.database.engine import Connection
from storage.tables import address, occasion, outbox
from survey.codes import AddressState, MessageState, Reason


async def lose(conn: Connection, address_id: int, now: datetime) -> None:
    """Note that an active address can be reached no more."""
    await conn.execute(
        update(address)
        .where(address.c.id == address_id, address.c.state == AddressState.ACTIVE)
        .values(state=AddressState.UNREACHABLE, state_at=now)
    )


async def regained(
    conn: Connection, address_id: int, now: datetime, state: AddressState = AddressState.UNREACHABLE
) -> None:
    """Note that an address in ``state`` works again. One in another state stays as it is."""
    await conn.execute(
        update(address)
        .where(address.c.id == address_id, address.c.state == state)
        .values(state=AddressState.ACTIVE, state_at=now)
    )


async def cancel_messages(conn: Connection, customer_id: int, address_id: int, now: datetime) -> None:
    """Cancel what is queued about a customer at an address that is no longer the customer's."""
    mine = select(occasion.c.id).where(occasion.c.customer_id == customer_id)
    await conn.execute(
        update(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.occasion_id.in_(mine), outbox.c.state == "queued")
        .values(state=MessageState.CANCELLED, reason=Reason.NUMBER_GIVEN_UP, settled_at=now)
    )
