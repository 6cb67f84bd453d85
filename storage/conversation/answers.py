"""Answers: kept, corrected with their history, listed for the one who gave them, and deleted when asked."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert, upsert
from storage.figures import measurements
from storage.tables import (
    answer,
    answer_history,
    audit,
    case,
    comment_theme,
    customer_address,
    inbox,
    occasion,
    outbox,
    session,
)
from survey.conversation.model import Say, Session
from survey.packs.own_answers import Given
from survey.understanding.parse import TEXT_LIMIT

LISTED = "listed"  # the outcome of a message that was answered with the customer's own answers
_QUOTING = ("contact", "danger", "unclear_stop")  # cases whose text is taken from an answer
_ERASED = "Kunden har raderat sina svar."


async def save(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Insert or replace rows of the answer table."""
    await upsert(conn, answer, ("occasion_id", "question"), rows)


async def correct(conn: AsyncConnection, row: dict[str, Any]) -> None:
    """Put ``row`` in the place of an earlier answer, which goes into the history."""
    await _keep_history(conn, row["occasion_id"], row["question"], row["answered_at"], "corrected")
    await save(conn, [row])


async def withdraw(conn: AsyncConnection, occasion_id: int, question: str, now: datetime) -> None:
    """Take an answer away, into the history."""
    await _keep_history(conn, occasion_id, question, now, "withdrawn")
    await conn.execute(answer.delete().where(*_place(occasion_id, question)))


async def append(conn: AsyncConnection, occasion_id: int, question: str, text: str) -> None:
    """Add to a free text, up to survey.understanding.parse.TEXT_LIMIT characters."""
    whole = func.coalesce(answer.c.text + "\n", "") + text
    await conn.execute(
        update(answer).where(*_place(occasion_id, question)).values(text=func.substr(whole, 1, TEXT_LIMIT))
    )


async def comment(conn: AsyncConnection, occasion_id: int) -> str:
    """What was written in a conversation's free texts; empty when nothing was."""
    rows = await conn.execute(
        select(answer.c.text)
        .where(answer.c.occasion_id == occasion_id, answer.c.text.is_not(None))
        .order_by(answer.c.question)
    )
    return "\n".join(text for (text,) in rows)


async def given(conn: AsyncConnection, customer_id: int) -> list[Given]:
    """A customer's answers, those of the latest conversation first."""
    rows = await conn.execute(
        select(
            occasion.c.id,
            occasion.c.survey,
            func.coalesce(occasion.c.opened_at, occasion.c.due_at, type_=occasion.c.due_at.type).label("at"),
            answer.c.question,
            answer.c.value,
            answer.c.text,
        )
        .join(occasion, occasion.c.id == answer.c.occasion_id)
        .where(occasion.c.customer_id == customer_id)
        .order_by(func.coalesce(occasion.c.opened_at, occasion.c.due_at).desc(), occasion.c.id.desc())
    )
    return [Given(id_, survey, at.date(), question, value, text) for id_, survey, at, question, value, text in rows]


async def erase(conn: AsyncConnection, customer_id: int, actor: str, now: datetime) -> None:
    """Delete what a customer has answered: values, texts and their history, wherever a copy is.

    That a contact was made, and how it ended, stays: those are facts about the unit's work. A complaint stays
    too, as a case that the unit must handle. ``actor``: customer, or who of the staff.
    """
    occasions = select(occasion.c.id).where(occasion.c.customer_id == customer_id)
    count = (
        await conn.execute(select(func.count()).select_from(answer).where(answer.c.occasion_id.in_(occasions)))
    ).scalar_one()
    for table in (answer, answer_history, comment_theme):
        await conn.execute(table.delete().where(table.c.occasion_id.in_(occasions)))
    await measurements.forget(conn, customer_id)
    await conn.execute(
        update(case).where(case.c.customer_id == customer_id, case.c.kind.in_(_QUOTING)).values(text=_ERASED)
    )
    await _forget_messages(conn, customer_id, occasions)
    await _forget_sessions(conn, customer_id, now)
    await insert(
        conn,
        audit,
        [
            {
                "at": now,
                "actor": actor,
                "action": "answers_erased",
                "customer_id": customer_id,
                "detail": f"{count} svar",
            }
        ],
    )


async def _forget_messages(conn: AsyncConnection, customer_id: int, occasions: Any) -> None:
    """What was written to us, and the lists of answers that we sent. On a shared address only what belongs to
    one of the customer's own conversations."""
    shared = select(customer_address.c.address_id).group_by(customer_address.c.address_id).having(func.count() > 1)
    own = select(customer_address.c.address_id).where(
        customer_address.c.customer_id == customer_id, customer_address.c.address_id.not_in(shared)
    )
    theirs = or_(inbox.c.occasion_id.in_(occasions), inbox.c.address_id.in_(own))
    await conn.execute(update(inbox).where(theirs).values(body=""))
    await conn.execute(update(inbox).where(theirs, inbox.c.outcome == LISTED).values(reply=None))
    await conn.execute(
        update(outbox)
        .where(
            or_(outbox.c.occasion_id.in_(occasions), outbox.c.address_id.in_(own)),
            outbox.c.say.like('%"text": %'),
        )
        .values(say=Say(("my_answers",)).to_json())
    )


async def _forget_sessions(conn: AsyncConnection, customer_id: int, now: datetime) -> None:
    """A session holds values: each is left empty and closed, so that no late answer opens it."""
    rows = (
        await conn.execute(
            select(session.c.occasion_id, session.c.state).where(session.c.customer_id == customer_id)
        )
    ).all()
    for row in rows:
        kept = Session.from_json(row.state)
        emptied = Session(kept.survey, kept.version, kept.language, None, (), 0, "closed")
        await conn.execute(
            update(session)
            .where(session.c.occasion_id == row.occasion_id)
            .values(state=emptied.to_json(), is_open=0)
        )
    await conn.execute(
        update(occasion)
        .where(occasion.c.customer_id == customer_id, occasion.c.opened_at.is_not(None), occasion.c.outcome == "")
        .values(outcome="partial", reason=_ERASED, closed_at=now)
    )


def _place(occasion_id: int, question: str) -> tuple[Any, ...]:
    return answer.c.occasion_id == occasion_id, answer.c.question == question


async def _keep_history(conn: AsyncConnection, occasion_id: int, question: str, now: datetime, reason: str) -> None:
    copied = ("occasion_id", "question", "value", "text", "skipped", "version", "answered_at")
    earlier = select(
        *(answer.c[name] for name in copied),
        literal(now, answer_history.c.replaced_at.type),
        literal(reason),
    ).where(*_place(occasion_id, question))
    await conn.execute(answer_history.insert().from_select([*copied, "replaced_at", "reason"], earlier))
    worded = select(answer.c.occasion_id).where(*_place(occasion_id, question), answer.c.text.is_not(None))
    await conn.execute(comment_theme.delete().where(comment_theme.c.occasion_id.in_(worded)))  # read in that text
