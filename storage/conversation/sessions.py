"""Conversations as they are stored: found by the addresses that wrote, and saved after a step.

Every batch of inbound events runs these statements, so each is built once: building one takes longer than SQLite
takes to run it. What an event leads to is decided in bot/inbound.
"""

from collections.abc import Collection, Iterable
from datetime import datetime
from typing import Any

from sqlalchemy import bindparam, func, select, update

from storage.database.engine import Connection
from storage.tables import customer_address, occasion, session
from survey.conversation import after_close
from survey.conversation.model import Session
from survey.frozen import frozen


@frozen
class Conversation:
    """One conversation with a customer about an occasion.

    Attributes:
        period: of the occasion: ``YYYY-MM`` for a check-in, else empty.
        shared: several customers use its address.
        asked_at: since when the open question is asked, or the last one that was.
    """

    occasion_id: int
    enrolment_id: int
    customer_id: int
    survey: str
    period: str
    session: Session
    shared: bool
    asked_at: datetime

    def stepped(self, session: Session, asked_at: datetime | None = None) -> "Conversation":
        """Return the conversation with another session; ``asked_at``: since when that asks what it asks."""
        return Conversation(
            self.occasion_id,
            self.enrolment_id,
            self.customer_id,
            self.survey,
            self.period,
            session,
            self.shared,
            asked_at or self.asked_at,
        )


_COLUMNS = (
    session.c.address_id,
    session.c.occasion_id,
    occasion.c.enrolment_id,
    session.c.customer_id,
    occasion.c.survey,
    occasion.c.period,
    session.c.state,
    select(func.count())
    .select_from(customer_address)
    .where(customer_address.c.address_id == session.c.address_id)
    .correlate(session)
    .scalar_subquery()
    .label("users"),
    func.coalesce(session.c.asked_at, session.c.opened_at, type_=session.c.opened_at.type).label("asked_at"),
)
_OPEN = (
    select(*_COLUMNS)
    .join(occasion, occasion.c.id == session.c.occasion_id)
    .where(session.c.address_id.in_(bindparam("ids", expanding=True)), session.c.is_open == 1)
)
_elsewhere = session.alias()
_ENDED = (
    select(*_COLUMNS, occasion.c.outcome, occasion.c.closed_at)
    .join(occasion, occasion.c.id == session.c.occasion_id)
    .where(
        session.c.address_id.in_(bindparam("ids", expanding=True)),
        session.c.is_open == 0,
        session.c.opened_at >= bindparam("since", type_=session.c.opened_at.type),
        # Not of a customer who is being asked at another address now.
        ~select(_elsewhere.c.occasion_id)
        .where(_elsewhere.c.customer_id == session.c.customer_id, _elsewhere.c.is_open == 1)
        .correlate(session)
        .exists(),
        # Nor of one whose number this was before it changed hands.
        select(customer_address.c.customer_id)
        .where(
            customer_address.c.customer_id == session.c.customer_id,
            customer_address.c.address_id == session.c.address_id,
        )
        .correlate(session)
        .exists(),
    )
    .order_by(session.c.opened_at)
)


async def open_at(conn: Connection, address_ids: Collection[int]) -> dict[int, Conversation]:
    """Return the open conversation of each address that has one."""
    rows = await conn.execute(_OPEN, {"ids": list(address_ids)})
    return {row.address_id: _conversation(row) for row in rows}


async def ended_at(
    conn: Connection, address_ids: Collection[int], since: datetime
) -> dict[int, list[Conversation]]:
    """Return by address the latest ended conversation of each customer who uses it, the latest first.

    Args:
        since: those that were opened earlier are left out.
    """
    found: dict[int, list[Conversation]] = {}
    for row in await conn.execute(_ENDED, {"ids": list(address_ids), "since": since}):
        ended = _conversation(row)
        # Delivery closes the row of a conversation whose message did not arrive, and leaves the engine's state.
        state = after_close.closed_by_delivery(ended.session, row.outcome, row.closed_at)
        found[row.address_id] = latest(ended.stepped(state), found.get(row.address_id, ()))
    return found


def latest(conversation: Conversation, earlier: Iterable[Conversation]) -> list[Conversation]:
    """Return ``conversation``, followed by the latest one of each other customer."""
    return [conversation, *(each for each in earlier if each.customer_id != conversation.customer_id)]


def _conversation(row: Any) -> Conversation:
    state = Session.from_json(row.state)
    return Conversation(
        row.occasion_id,
        row.enrolment_id,
        row.customer_id,
        row.survey,
        row.period,
        state,
        row.users > 1,
        row.asked_at,
    )


_SAVE = (
    update(session)
    .where(session.c.occasion_id == bindparam("id_"))
    .values(
        state=bindparam("state_"),
        language=bindparam("language_"),
        is_open=bindparam("is_open_"),
        late=bindparam("late_"),
        heard_at=bindparam("heard_at_"),
        expires_at=bindparam("expires_at_"),
        asked_at=bindparam("asked_at_"),
    )
)


async def save(
    conn: Connection, conversations: Iterable[Conversation], heard_at: datetime, expires_at: datetime
) -> None:
    """Save where each conversation stands after its customer was heard."""
    rows = [
        {
            "id_": each.occasion_id,
            "state_": each.session.to_json(),
            "language_": each.session.language,
            "is_open_": int(each.session.state == "open"),
            "late_": int(each.session.late),
            "heard_at_": heard_at,
            "expires_at_": expires_at,
            "asked_at_": each.asked_at,
        }
        for each in conversations
    ]
    if rows:
        await conn.execute(_SAVE, rows)


async def close_elsewhere(conn: Connection, customers: Collection[int], address_id: int) -> list[int]:
    """Close the open conversations of these customers at other addresses; return their occasions' ids."""
    closed = await conn.execute(
        update(session)
        .where(
            session.c.customer_id.in_(list(customers)),
            session.c.address_id != address_id,
            session.c.is_open == 1,
        )
        .values(is_open=0)
        .returning(session.c.occasion_id)
    )
    return list(closed.scalars())
