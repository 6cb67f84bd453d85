"""What happened to a customer's planned contacts, for `followup why`."""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.delivery.outbox import REPLY
from storage.tables import answer, answer_history, customer, enrolment, occasion, outbox, session


@dataclass(frozen=True, slots=True)
class Message:
    """The latest message of ours about an occasion; ``at`` is when it was last settled, or queued."""

    channel: str
    state: str
    at: datetime
    reason: str


@dataclass(frozen=True, slots=True)
class Entry:
    """One occasion. ``outcome`` is empty while it waits or is open; ``reason`` and ``notes`` (what was skipped,
    changed or late in the conversation) are sentences for staff."""

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
    notes: str = ""


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
    notes = await _notes(conn, id_)
    entries = []
    for occasion_id, *values in rows:
        values += [messages.get(occasion_id), notes.get(occasion_id, "")]
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


async def _notes(conn: AsyncConnection, customer_id: int) -> dict[int, str]:
    """What a person should know of each conversation, by occasion id."""
    mine = occasion.c.customer_id == customer_id
    skipped: dict[int, list[str]] = {}
    rows = await conn.execute(
        select(answer.c.occasion_id, answer.c.question)
        .join(occasion, occasion.c.id == answer.c.occasion_id)
        .where(mine, answer.c.skipped == 1)
        .order_by(answer.c.answered_at)
    )
    for occasion_id, question in rows:
        skipped.setdefault(occasion_id, []).append(question)
    changed = await conn.execute(
        select(answer_history.c.occasion_id)
        .join(occasion, occasion.c.id == answer_history.c.occasion_id)
        .where(mine)
        .distinct()
    )
    late = await conn.execute(
        select(session.c.occasion_id).where(session.c.customer_id == customer_id, session.c.late == 1)
    )
    notes = {occasion_id: [f"Överhoppad: {', '.join(questions)}."] for occasion_id, questions in skipped.items()}
    for found, words in ((changed, "Svar har ändrats."), (late, "Svar kom sent.")):
        for (occasion_id,) in found:
            notes.setdefault(occasion_id, []).append(words)
    return {occasion_id: " ".join(sentences) for occasion_id, sentences in notes.items()}
