"""Answers: saved, corrected with their history, and listed for the customer who gave them."""

from collections.abc import Sequence
from datetime import datetime
from typing import Any

from sqlalchemy import func, literal, select, update

from storage.conversation.sessions import Conversation
from storage.database.engine import Connection
from storage.database.statements import upsert
from storage.figures import measurements
from storage.figures.measurements import Rating
from storage.followups import month_counts
from storage.followups.enrolment_months import QUESTION as HELD
from storage.tables import answer, answer_history, comment_theme, occasion
from survey.frozen import frozen
from survey.packs.own_answers import Given
from survey.plain_text import plain
from survey.understanding.text.folding import TEXT_LIMIT


@frozen
class Answer:
    """What a customer answered to one question of a conversation.

    Attributes:
        value: of a closed question; None for a free text and where ``skipped``.
        skipped: the question was asked, and no reply to it was understood.
        version: of the survey pack that asked.
        written_at: when the answer was written; None for the time at which it is saved.
    """

    conversation: Conversation
    question: str
    value: int | None
    text: str | None
    skipped: bool
    version: int
    written_at: datetime | None = None


async def save(conn: Connection, given: Sequence[Answer], now: datetime) -> None:
    """Save answers and bring the kept counts and measurements up to date; the last of the same question counts."""
    if not given:
        return
    held = [each for each in given if each.question == HELD]
    if held:  # counted first, because the counts need the answers as they were before
        await month_counts.count_answers(conn, {_month_of(each.conversation): each.value for each in held})
    rows = {(each.conversation.occasion_id, each.question): _row(each, now) for each in given}
    await upsert(conn, answer, ("occasion_id", "question"), list(rows.values()))
    ratings = [rating for each in given for rating in _ratings(each.conversation, each.question, each.value)]
    if ratings:
        await measurements.set_ratings(conn, ratings)


async def correct(conn: Connection, corrected: Answer, now: datetime) -> None:
    """Replace an earlier answer and keep the earlier one in the history."""
    await _keep_history(conn, corrected.conversation.occasion_id, corrected.question, now, "corrected")
    await save(conn, [corrected], now)


async def withdraw(conn: Connection, conversation: Conversation, question: str, now: datetime) -> None:
    """Move an answer that no longer counts into the history."""
    if question == HELD:
        await month_counts.count_answers(conn, {_month_of(conversation): None})
    await _keep_history(conn, conversation.occasion_id, question, now, "withdrawn")
    await conn.execute(answer.delete().where(*_place(conversation.occasion_id, question)))
    if ratings := _ratings(conversation, question, None):
        await measurements.set_ratings(conn, ratings)


def _month_of(conversation: Conversation) -> tuple[int, str]:
    """Return the enrolment-month whose follow-up a check-in asks about."""
    return conversation.enrolment_id, conversation.period


def _row(given: Answer, now: datetime) -> dict[str, Any]:
    return {
        "occasion_id": given.conversation.occasion_id,
        "question": given.question,
        "value": given.value,
        "text": None if given.text is None else plain(given.text, lines=True),
        "skipped": int(given.skipped),
        "version": given.version,
        "answered_at": given.written_at or now,
    }


def _ratings(conversation: Conversation, question: str, value: int | None) -> list[Rating]:
    """Return the measurement that an answer changes, as measurements.set_ratings takes it; empty if it is none."""
    # A survey that is asked once more, on trial, has a period and is no measurement.
    measured = conversation.survey in measurements.POINTS and not conversation.period
    return [Rating(conversation.enrolment_id, conversation.survey, question, value)] if measured else []


async def append(conn: Connection, occasion_id: int, question: str, text: str) -> None:
    """Add a line to a free text, up to survey.understanding.text.folding.TEXT_LIMIT characters."""
    whole = func.coalesce(answer.c.text + "\n", "") + plain(text, lines=True)
    await conn.execute(
        update(answer).where(*_place(occasion_id, question)).values(text=func.substr(whole, 1, TEXT_LIMIT))
    )


async def comment(conn: Connection, occasion_id: int) -> str:
    """Return what the customer wrote in a conversation's free texts; empty when nothing was."""
    rows = await conn.execute(
        select(answer.c.text)
        .where(answer.c.occasion_id == occasion_id, answer.c.text.is_not(None))
        .order_by(answer.c.question)
    )
    return "\n".join(text for (text,) in rows)


async def given(conn: Connection, customer_id: int) -> list[Given]:
    """Return a customer's answers, those of the latest conversation first."""
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


def _place(occasion_id: int, question: str) -> tuple[Any, ...]:
    return answer.c.occasion_id == occasion_id, answer.c.question == question


async def _keep_history(conn: Connection, occasion_id: int, question: str, now: datetime, reason: str) -> None:
    copied = ("occasion_id", "question", "value", "text", "skipped", "version", "answered_at")
    earlier = select(
        *(answer.c[name] for name in copied),
        literal(now, answer_history.c.replaced_at.type),
        literal(reason),
    ).where(*_place(occasion_id, question))
    await conn.execute(answer_history.insert().from_select([*copied, "replaced_at", "reason"], earlier))
    worded = select(answer.c.occasion_id).where(*_place(occasion_id, question), answer.c.text.is_not(None))
    # A theme was coded from the text that is replaced now.
    await conn.execute(comment_theme.delete().where(comment_theme.c.occasion_id.in_(worded)))
