"""What happened to a customer's planned contacts, for `followup why`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.delivery.outbox import REPLY
from storage.tables import answer, answer_history, customer, enrolment, occasion, outbox, session


@dataclass(frozen=True, slots=True)
class Message:
    """The latest message of ours about an occasion.

    Attributes:
        channel: a Channel.
        state: a MessageState.
        at: when it was last settled, or else queued.
        reason: the stored reason of its state (survey.codes.because); empty where there is none.
    """

    channel: str
    state: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One occasion, and what staff should know of its conversation.

    Attributes:
        outcome: an Outcome; empty while it waits or is open.
        reason: the stored reason (survey.codes.because) why it waits or is over.
        message: the latest message about it, or None.
        skipped: the questions that were asked and not understood in the end.
        changed: whether an answer was corrected or withdrawn.
        late: whether a late answer opened it again.
    """

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
    skipped: tuple[str, ...] = ()
    changed: bool = False
    late: bool = False


async def customer_id(conn: AsyncConnection, ref: str) -> int | None:
    """Return the row id of the unit's own customer number; None when there is none."""
    found = (await conn.execute(select(customer.c.id).where(customer.c.ref == ref))).scalar()
    return None if found is None else int(found)


async def of_customer(conn: AsyncConnection, ref: str) -> list[Entry] | None:
    """Return the customer's occasions by due time; None when the customer does not exist."""
    id_ = await customer_id(conn, ref)
    if id_ is None:
        return None
    o = occasion.c
    rows = await conn.execute(
        select(
            o.id,
            enrolment.c.ref.label("enrolment"),
            o.survey,
            o.period,
            o.due_at,
            o.look_at,
            o.opened_at,
            o.closed_at,
            o.outcome,
            o.reason,
            session.c.late,
        )
        .join(enrolment, enrolment.c.id == o.enrolment_id)
        .outerjoin(session, session.c.occasion_id == o.id)
        .where(o.customer_id == id_)
        .order_by(o.due_at, o.id)
    )
    messages = await _messages(conn, id_)
    skipped = await _skipped(conn, id_)
    changed = await _changed(conn, id_)
    return [
        Entry(
            enrolment=row.enrolment,
            survey=row.survey,
            period=row.period,
            due_at=row.due_at,
            look_at=row.look_at,
            opened_at=row.opened_at,
            closed_at=row.closed_at,
            outcome=row.outcome,
            reason=row.reason,
            message=messages.get(row.id),
            skipped=tuple(skipped.get(row.id, ())),
            changed=row.id in changed,
            late=bool(row.late),
        )
        for row in rows
    ]


async def _messages(conn: AsyncConnection, customer_id: int) -> dict[int, Message]:
    """Return the latest message about each of the customer's occasions. Replies to the customer are left out."""
    rows = await conn.execute(
        select(
            outbox.c.occasion_id,
            outbox.c.channel,
            outbox.c.state,
            func.coalesce(outbox.c.settled_at, outbox.c.created_at, type_=outbox.c.created_at.type).label("at"),
            outbox.c.reason,
        )
        .join(occasion, occasion.c.id == outbox.c.occasion_id)
        .where(occasion.c.customer_id == customer_id, outbox.c.key.not_like(f"{REPLY}%"))
        .order_by(outbox.c.id)
    )
    return {row.occasion_id: Message(row.channel, row.state, row.at, row.reason) for row in rows}


async def _skipped(conn: AsyncConnection, customer_id: int) -> dict[int, list[str]]:
    """Return the questions that were skipped, by occasion, in the order in which they were asked."""
    rows = await conn.execute(
        select(answer.c.occasion_id, answer.c.question)
        .join(occasion, occasion.c.id == answer.c.occasion_id)
        .where(occasion.c.customer_id == customer_id, answer.c.skipped == 1)
        .order_by(answer.c.answered_at)
    )
    found: dict[int, list[str]] = {}
    for occasion_id, question in rows:
        found.setdefault(occasion_id, []).append(question)
    return found


async def _changed(conn: AsyncConnection, customer_id: int) -> set[int]:
    """Return the occasions of which an answer was corrected or withdrawn."""
    rows = await conn.execute(
        select(answer_history.c.occasion_id)
        .join(occasion, occasion.c.id == answer_history.c.occasion_id)
        .where(occasion.c.customer_id == customer_id)
        .distinct()
    )
    return {occasion_id for (occasion_id,) in rows}
