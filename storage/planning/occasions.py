"""Planned contacts that wait, what decides whether they may be made now, and the conversations that they open."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.planning.due import FACTS
from storage.tables import address, customer, customer_address, enrolment, next_look, occasion, provider, session
from survey.codes import Reason


@dataclass(frozen=True, slots=True)
class Waiting:
    """An occasion that waits to be opened, with what is known of its enrolment and customer.

    ``enrolment`` are the facts in the order of ``storage.planning.due.FACTS``; ``hindrance`` is why it was held
    last.
    """

    id: int
    customer_id: int
    customer_ref: str
    enrolment_ref: str
    language: str
    survey: str
    period: str
    due_at: datetime
    expires_at: datetime
    hindrance: str
    enrolment: tuple[Any, ...]
    addresses: tuple[tuple[int, str, str], ...]  # (id, channel, state), the preferred first
    last_contact_at: datetime | None


async def look_again(conn: AsyncConnection, enrolments: Collection[int], at: datetime) -> None:
    """Have what waits for these enrolments looked at from ``at`` on: something about them has changed."""
    await conn.execute(
        update(occasion)
        .where(
            occasion.c.enrolment_id.in_(list(enrolments)),
            occasion.c.opened_at.is_(None),
            occasion.c.outcome == "",
            occasion.c.look_at > at,
        )
        .values(look_at=at)
    )


async def waiting(
    conn: AsyncConnection,
    now: datetime,
    limit: int,
    survey: str | None = None,
    *,
    all_due: bool = False,
    only: int | None = None,
) -> list[Waiting]:
    """Occasions to look at by ``now``, the longest waiting first; ``all_due``: also those held until later.

    ``only``: the occasion with this id, and no other.
    """
    moment = occasion.c.due_at if all_due else occasion.c.look_at
    statement = (
        select(
            occasion.c.id,
            occasion.c.customer_id,
            customer.c.ref.label("customer_ref"),
            enrolment.c.ref.label("enrolment_ref"),
            customer.c.language,
            occasion.c.survey,
            occasion.c.period,
            occasion.c.due_at,
            occasion.c.expires_at,
            occasion.c.reason,
            *FACTS,
        )
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .outerjoin(next_look, next_look.c.enrolment_id == enrolment.c.id)
        .join(customer, customer.c.id == occasion.c.customer_id)
        .where(occasion.c.opened_at.is_(None), occasion.c.outcome == "", moment <= now)
        .order_by(moment, occasion.c.id)
        .limit(limit)
        .with_for_update(of=occasion, skip_locked=True)
    )
    if survey is not None:
        statement = statement.where(occasion.c.survey == survey)
    if only is not None:
        statement = statement.where(occasion.c.id == only)
    rows = (await conn.execute(statement)).all()
    if not rows:
        return []
    customers = {row.customer_id for row in rows}
    addresses = await addresses_of(conn, customers)
    contacts = await _last_contacts(conn, customers)
    found = []
    for row in rows:
        values: list[Any] = list(row)
        facts = tuple(values[-len(FACTS) :])
        values[-len(FACTS) :] = facts, addresses.get(row.customer_id, ()), contacts.get(row.customer_id)
        found.append(Waiting(*values))
    return found


async def addresses_of(
    conn: AsyncConnection, customers: Collection[int]
) -> dict[int, tuple[tuple[int, str, str], ...]]:
    """Each customer's addresses: Telegram before SMS, since the customer chose it, then the latest link."""
    rows = await conn.execute(
        select(customer_address.c.customer_id, address.c.id, address.c.channel, address.c.state)
        .join(address, address.c.id == customer_address.c.address_id)
        .where(customer_address.c.customer_id.in_(list(customers)))
        .order_by(address.c.channel.desc(), customer_address.c.linked_at.desc())
    )
    found: dict[int, tuple[tuple[int, str, str], ...]] = {}
    for row in rows:
        found[row.customer_id] = (*found.get(row.customer_id, ()), (row.id, row.channel, row.state))
    return found


async def _last_contacts(conn: AsyncConnection, customers: Collection[int]) -> dict[int, datetime]:
    """When each customer's latest conversation was opened by us."""
    rows = await conn.execute(
        select(session.c.customer_id, func.max(session.c.opened_at, type_=session.c.opened_at.type))
        .where(session.c.customer_id.in_(list(customers)))
        .group_by(session.c.customer_id)
    )
    return {row[0]: row[1] for row in rows}


async def busy(
    conn: AsyncConnection, customers: Collection[int], addresses: Collection[int]
) -> tuple[set[int], set[int]]:
    """Customers, and addresses, with an open conversation."""
    rows = (
        await conn.execute(
            select(session.c.customer_id, session.c.address_id).where(
                session.c.is_open == 1,
                or_(session.c.customer_id.in_(list(customers)), session.c.address_id.in_(list(addresses))),
            )
        )
    ).all()
    return {row.customer_id for row in rows}, {row.address_id for row in rows}


async def top_survey(
    conn: AsyncConnection, customers: Collection[int], now: datetime, priority: Mapping[str, int]
) -> dict[int, int]:
    """The best (lowest) priority among each customer's due and waiting occasions."""
    rows = await conn.execute(
        select(occasion.c.customer_id, occasion.c.survey).where(
            occasion.c.customer_id.in_(list(customers)),
            occasion.c.opened_at.is_(None),
            occasion.c.outcome == "",
            occasion.c.due_at <= now,
        )
    )
    best: dict[int, int] = {}
    for row in rows:
        best[row.customer_id] = min(priority[row.survey], best.get(row.customer_id, 99))
    return best


async def started_between(
    conn: AsyncConnection, customers: Collection[int], first: date, last: date
) -> list[tuple[int, date, date | None]]:
    """Customer, start and end of each enrolment of ``customers`` that started from ``first`` to ``last``."""
    rows = await conn.execute(
        select(enrolment.c.customer_id, enrolment.c.started_on, enrolment.c.ended_on).where(
            enrolment.c.customer_id.in_(list(customers)), enrolment.c.started_on.between(first, last)
        )
    )
    return [(id_, started_on, ended_on) for id_, started_on, ended_on in rows]


_HOLD = (
    update(occasion)
    .where(occasion.c.id == bindparam("id_"))
    .values(look_at=bindparam("look_at_"), reason=bindparam("reason_"))
)
_CLOSE = (
    update(occasion)
    .where(occasion.c.id == bindparam("id_"))
    .values(outcome=bindparam("outcome_"), reason=bindparam("reason_"), closed_at=bindparam("at_"))
)
_OPEN = (
    update(occasion)
    .where(occasion.c.id == bindparam("id_"))
    .values(opened_at=bindparam("at_"), reason=Reason.ASKED)
)


async def hold(conn: AsyncConnection, held: Sequence[tuple[int, datetime, str]]) -> None:
    """(id, look again at, reason) of each occasion that must wait."""
    if held:
        await conn.execute(_HOLD, [{"id_": id_, "look_at_": at, "reason_": reason} for id_, at, reason in held])


async def close(conn: AsyncConnection, closed: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """(id, outcome, reason) of each occasion that has ended."""
    if closed:
        await conn.execute(
            _CLOSE,
            [{"id_": id_, "outcome_": outcome, "reason_": why, "at_": at} for id_, outcome, why in closed],
        )


async def open_conversations(conn: AsyncConnection, sessions: Sequence[dict[str, Any]], at: datetime) -> None:
    """Insert the sessions and mark their occasions opened."""
    if sessions:
        await insert(conn, session, sessions)
        await conn.execute(_OPEN, [{"id_": each["occasion_id"], "at_": at} for each in sessions])


async def expired_sessions(conn: AsyncConnection, now: datetime, limit: int) -> Sequence[Any]:
    """Open conversations whose time is up: occasion_id, survey, state."""
    statement = (
        select(session.c.occasion_id, occasion.c.survey, session.c.state)
        .join(occasion, occasion.c.id == session.c.occasion_id)
        .join(address, address.c.id == session.c.address_id)  # locked as an incoming message locks it
        .where(session.c.is_open == 1, session.c.expires_at <= now)
        .order_by(session.c.expires_at)
        .limit(limit)
        .with_for_update()
    )
    return (await conn.execute(statement)).all()


async def halted_sessions(conn: AsyncConnection, since: datetime, now: datetime, limit: int) -> Sequence[Any]:
    """Open conversations in which nothing was heard after ``since``, and of which nobody was reminded yet:
    occasion_id, survey, state, address_id, channel, expires_at, customer_id, started_on (of the enrolment)."""
    started_on = select(enrolment.c.started_on).where(enrolment.c.id == occasion.c.enrolment_id).scalar_subquery()
    statement = (
        select(
            session.c.occasion_id,
            occasion.c.survey,
            session.c.state,
            session.c.address_id,
            address.c.channel,
            session.c.expires_at,
            session.c.customer_id,
            started_on.label("started_on"),
        )
        .join(occasion, occasion.c.id == session.c.occasion_id)
        .join(address, address.c.id == session.c.address_id)
        .where(
            session.c.is_open == 1,
            session.c.reminded == 0,
            session.c.heard_at <= since,
            session.c.expires_at > now,
            address.c.state == "active",
        )
        .order_by(session.c.heard_at)
        .limit(limit)
        .with_for_update()
    )
    return (await conn.execute(statement)).all()


_REMINDED = (
    update(session).where(session.c.occasion_id == bindparam("id_")).values(state=bindparam("state_"), reminded=1)
)


async def mark_reminded(conn: AsyncConnection, states: Mapping[int, str]) -> None:
    """Remember the reminder, by occasion id, with the conversation's new state."""
    if states:
        await conn.execute(_REMINDED, [{"id_": id_, "state_": state} for id_, state in states.items()])


_CLOSE_SESSION = (
    update(session).where(session.c.occasion_id == bindparam("id_")).values(state=bindparam("state_"), is_open=0)
)


async def close_sessions(conn: AsyncConnection, states: Mapping[int, str]) -> None:
    """Close conversations, by occasion id, with their last state."""
    if states:
        await conn.execute(_CLOSE_SESSION, [{"id_": id_, "state_": state} for id_, state in states.items()])
