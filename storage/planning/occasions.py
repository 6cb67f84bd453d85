"""Occasions: planned contacts that wait, the facts that decide about them, and their opening.

Only statements: whether a contact is made is decided in scheduler/planning/rules.py, and where in
survey/conversation/openings.py.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, func, or_, select, update

from storage.database.engine import Connection
from storage.database.statements import among, insert
from storage.people import opt_outs
from storage.planning.due import FACTS, facts_of
from storage.planning.facts import EnrolmentFacts
from storage.tables import (
    address,
    customer,
    customer_address,
    enrolment,
    next_look,
    occasion,
    provider,
    session,
)
from survey.codes import AddressState, Reason
from survey.conversation.openings import KnownAddress


@dataclass(frozen=True, slots=True)
class Waiting:
    """An occasion that waits to be opened, with what is known of its enrolment and customer.

    Attributes:
        hindrance: the stored reason why it was held last (survey.codes.because); empty when it was never held.
        addresses: the customer's, the preferred one first.
        opted_out: the customer has said stop.
        contact: how the customer wants to be asked, a ContactWish; empty for by message.
        birth_year: None where it is not known.
        last_contact_at: when the customer's latest conversation was opened; None when there was none.
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
    enrolment: EnrolmentFacts
    addresses: tuple[KnownAddress, ...]
    opted_out: bool
    last_contact_at: datetime | None
    contact: str
    birth_year: int | None


_WAITS = (occasion.c.opened_at.is_(None), occasion.c.outcome == "")


async def look_again(conn: Connection, enrolments: Collection[int], at: datetime) -> None:
    """Have the occasions that wait for these enrolments looked at from ``at`` on, because a fact has changed."""
    await conn.execute(
        update(occasion)
        .where(
            occasion.c.enrolment_id.in_(list(enrolments)),
            *_WAITS,
            occasion.c.look_at > at,
        )
        .values(look_at=at)
    )


async def look_again_at(conn: Connection, customers: Collection[int], at: datetime) -> None:
    """Have what waits for an address of these customers looked at from ``at`` on, because they have a new one.

    Whoever could not be told from others at an address is looked at, too: one of those may have left it.
    """
    o = occasion.c
    waiting = (*_WAITS, o.look_at > at)
    held = update(occasion).values(look_at=at)
    if customers:
        theirs = (among(conn, o.customer_id, customers), o.reason.in_((Reason.NO_ADDRESS, Reason.BY_STAFF)))
        await conn.execute(held.where(*waiting, *theirs))
        await conn.execute(held.where(*waiting, o.reason == Reason.INDISTINCT))


async def look_again_after(conn: Connection, furthest: Mapping[Reason, datetime], at: datetime) -> int:
    """Have what is held for longer than a right clock would hold it looked at from ``at`` on; return how many.

    Args:
        conn: the caller's transaction.
        furthest: by the reason why it is held, the last time that is right.
        at: now (aware). What is not due by then waits until it is.
    """
    o = occasion.c
    found = 0
    for reason, last in furthest.items():
        wrong = (*_WAITS, o.reason == reason, o.look_at > last, o.look_at > o.due_at)
        later = case((o.due_at > at, o.due_at), else_=at)
        found += (await conn.execute(update(occasion).where(*wrong).values(look_at=later))).rowcount
    return found


_WAITING = (
    select(
        occasion.c.id,
        occasion.c.customer_id,
        customer.c.ref.label("customer_ref"),
        enrolment.c.ref.label("enrolment_ref"),
        customer.c.language,
        customer.c.contact,
        customer.c.birth_year,
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
    .where(*_WAITS)
)


async def waiting(
    conn: Connection,
    now: datetime,
    limit: int,
    survey: str | None = None,
    *,
    all_due: bool = False,
    only: int | None = None,
) -> list[Waiting]:
    """Return the occasions to look at by ``now``, the longest waiting first.

    Args:
        conn: the caller's transaction; the rows are locked until it ends, and those of others are left out.
        now: aware.
        limit: how many at the most.
        survey: only those of this survey.
        all_due: also those that are held until later.
        only: only the occasion with this id.
    """
    moment = occasion.c.due_at if all_due else occasion.c.look_at
    statement = (
        _WAITING.where(moment <= now)
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
    stopped = await opt_outs.opted_out(conn, customers)
    return [
        _waiting(
            row,
            addresses=addresses.get(row.customer_id, ()),
            opted_out=row.customer_id in stopped,
            last_contact_at=contacts.get(row.customer_id),
        )
        for row in rows
    ]


def _waiting(
    row: Any, *, addresses: tuple[KnownAddress, ...], opted_out: bool, last_contact_at: datetime | None
) -> Waiting:
    return Waiting(
        id=row.id,
        customer_id=row.customer_id,
        customer_ref=row.customer_ref,
        enrolment_ref=row.enrolment_ref,
        language=row.language,
        survey=row.survey,
        period=row.period,
        due_at=row.due_at,
        expires_at=row.expires_at,
        hindrance=row.reason,
        enrolment=facts_of(row),
        addresses=addresses,
        opted_out=opted_out,
        last_contact_at=last_contact_at,
        contact=row.contact,
        birth_year=row.birth_year,
    )


async def addresses_of(conn: Connection, customers: Collection[int]) -> dict[int, tuple[KnownAddress, ...]]:
    """Return each customer's addresses, the preferred one first, each with its state for that customer.

    Telegram comes before SMS, because the customer chose it; then the latest link. Every address of a customer who
    has said stop is opted out. One that is closed because of somebody else's stop cannot be reached.
    """
    rows = await conn.execute(
        select(customer_address.c.customer_id, address.c.id, address.c.channel, address.c.state)
        .join(address, address.c.id == customer_address.c.address_id)
        .where(customer_address.c.customer_id.in_(list(customers)))
        .order_by(address.c.channel.desc(), customer_address.c.linked_at.desc())
    )
    stopped = await opt_outs.opted_out(conn, customers)
    found: dict[int, tuple[KnownAddress, ...]] = {}
    for row in rows:
        state = row.state
        if row.customer_id in stopped:
            state = AddressState.OPTED_OUT
        elif state == AddressState.OPTED_OUT:
            state = AddressState.UNREACHABLE
        known = KnownAddress(row.id, row.channel, state)
        found[row.customer_id] = (*found.get(row.customer_id, ()), known)
    return found


async def _last_contacts(conn: Connection, customers: Collection[int]) -> dict[int, datetime]:
    """Return when each customer's latest conversation was opened by us."""
    rows = await conn.execute(
        select(session.c.customer_id, func.max(session.c.opened_at, type_=session.c.opened_at.type))
        .where(session.c.customer_id.in_(list(customers)))
        .group_by(session.c.customer_id)
    )
    return {row[0]: row[1] for row in rows}


async def busy(
    conn: Connection, customers: Collection[int], addresses: Collection[int]
) -> tuple[set[int], set[int]]:
    """Return those of the customers, and of the addresses, that have an open conversation."""
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
    conn: Connection, customers: Collection[int], now: datetime, priority: Mapping[str, int]
) -> dict[int, int]:
    """Return the best (lowest) priority among each customer's due and waiting occasions."""
    rows = await conn.execute(
        select(occasion.c.customer_id, occasion.c.survey).where(
            occasion.c.customer_id.in_(list(customers)),
            *_WAITS,
            occasion.c.due_at <= now,
        )
    )
    best: dict[int, int] = {}
    for row in rows:
        best[row.customer_id] = min(priority[row.survey], best.get(row.customer_id, 99))
    return best


async def started_between(
    conn: Connection, customers: Collection[int], first: date, last: date
) -> list[tuple[int, date, date | None]]:
    """Return customer id, start and end of the enrolments that started from ``first`` to ``last``."""
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


async def hold(conn: Connection, held: Sequence[tuple[int, datetime, str]]) -> None:
    """Hold occasions: (id, when to look again, stored reason) of each."""
    if held:
        await conn.execute(_HOLD, [{"id_": id_, "look_at_": at, "reason_": reason} for id_, at, reason in held])


async def close(conn: Connection, closed: Sequence[tuple[int, str, str]], at: datetime) -> None:
    """Close occasions: (id, outcome, stored reason) of each."""
    if closed:
        await conn.execute(
            _CLOSE,
            [{"id_": id_, "outcome_": outcome, "reason_": why, "at_": at} for id_, outcome, why in closed],
        )


async def open_conversations(conn: Connection, sessions: Sequence[dict[str, Any]], at: datetime) -> None:
    """Insert the sessions and mark their occasions opened."""
    if sessions:
        await insert(conn, session, sessions)
        await conn.execute(_OPEN, [{"id_": each["occasion_id"], "at_": at} for each in sessions])
