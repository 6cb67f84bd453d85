"""The conversations that are open, as the clock sees them: those to remind of, and those whose time is up.

Only statements: what is said in them is decided in survey/conversation/engine.py.
"""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import bindparam, func, or_, select, update

from storage.database.engine import Connection
from storage.tables import address, enrolment, occasion, outbox, session
from survey.codes import AddressState
from survey.conversation.openings import KnownAddress


@dataclass(frozen=True, slots=True)
class ExpiredSession:
    """An open conversation whose time is up; ``state`` is a Session as JSON."""

    occasion_id: int
    survey: str
    state: str


async def expired(conn: Connection, now: datetime, limit: int) -> list[ExpiredSession]:
    """Return the open conversations whose time is up, locked as an incoming message locks them."""
    statement = (
        select(session.c.occasion_id, occasion.c.survey, session.c.state)
        .join(occasion, occasion.c.id == session.c.occasion_id)
        .join(address, address.c.id == session.c.address_id)
        .where(session.c.is_open == 1, session.c.expires_at <= now)
        .order_by(session.c.expires_at)
        .limit(limit)
        .with_for_update()
    )
    rows = await conn.execute(statement)
    return [ExpiredSession(row.occasion_id, row.survey, row.state) for row in rows]


@dataclass(frozen=True, slots=True)
class HaltedSession:
    """An open conversation that its customer may be reminded of.

    Attributes:
        state: a Session as JSON.
        address: where it goes on; it is active.
        started_on: of the enrolment that it is about.
    """

    occasion_id: int
    customer_id: int
    survey: str
    state: str
    address: KnownAddress
    expires_at: datetime
    started_on: date


_HAS_LEFT = (
    select(outbox.c.id)
    .where(outbox.c.occasion_id == session.c.occasion_id, outbox.c.state.in_(("sent", "delivered", "unknown")))
    .correlate(session)
    .exists()
)


async def halted(conn: Connection, since: datetime, now: datetime, limit: int) -> list[HaltedSession]:
    """Return the open conversations that nobody was reminded of, silent since ``since`` or longer.

    One in which nothing was heard yet is silent since it was opened, if its question has left.
    """
    started_on = select(enrolment.c.started_on).where(enrolment.c.id == occasion.c.enrolment_id).scalar_subquery()
    statement = (
        select(
            session.c.occasion_id,
            occasion.c.survey,
            session.c.state,
            session.c.address_id,
            address.c.channel,
            address.c.state.label("address_state"),
            session.c.expires_at,
            session.c.customer_id,
            started_on.label("started_on"),
        )
        .join(occasion, occasion.c.id == session.c.occasion_id)
        .join(address, address.c.id == session.c.address_id)
        .where(
            session.c.is_open == 1,
            session.c.reminded == 0,
            func.coalesce(session.c.heard_at, session.c.opened_at, type_=session.c.opened_at.type) <= since,
            or_(session.c.heard_at.is_not(None), _HAS_LEFT),
            session.c.expires_at > now,
            address.c.state == AddressState.ACTIVE,
        )
        .order_by(session.c.opened_at)
        .limit(limit)
        .with_for_update()
    )
    rows = await conn.execute(statement)
    return [
        HaltedSession(
            occasion_id=row.occasion_id,
            customer_id=row.customer_id,
            survey=row.survey,
            state=row.state,
            address=KnownAddress(row.address_id, row.channel, row.address_state),
            expires_at=row.expires_at,
            started_on=row.started_on,
        )
        for row in rows
    ]


_REMINDED = (
    update(session).where(session.c.occasion_id == bindparam("id_")).values(state=bindparam("state_"), reminded=1)
)


async def mark_reminded(conn: Connection, states: Mapping[int, str]) -> None:
    """Note that customers were reminded: by occasion id, the conversation's new state."""
    if states:
        await conn.execute(_REMINDED, [{"id_": id_, "state_": state} for id_, state in states.items()])


_CLOSE = (
    update(session).where(session.c.occasion_id == bindparam("id_")).values(state=bindparam("state_"), is_open=0)
)


async def close(conn: Connection, states: Mapping[int, str]) -> None:
    """Close conversations: by occasion id, their last state."""
    if states:
        await conn.execute(_CLOSE, [{"id_": id_, "state_": state} for id_, state in states.items()])
