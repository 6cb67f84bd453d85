"""Answers: saved, corrected and withdrawn with their history, added to, and listed."""

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversation import answers
from storage.conversation.answers import Answer
from storage.conversation.sessions import Conversation
from storage.database.engine import Database
from storage.tables import answer, answer_history
from survey.conversation.model import Session
from survey.packs.own_answers import Given
from tests.support.conversations import NOW, converse, register, use

TALK = Conversation(3, 1, 1, "checkin", "2026-03", Session("checkin", 1, "sv", None, (), 0, "open"), False, NOW)


async def _asked(conn: AsyncConnection) -> None:
    await register(conn, 1)
    await converse(conn, TALK.occasion_id, 1, await use(conn, "+46700000001", 1), is_open=True)


def _given(question: str, value: int | None, text: str | None = None, *, skipped: bool = False) -> Answer:
    return Answer(TALK, question, value, text, skipped, 1)


async def _kept(conn: AsyncConnection) -> dict[str, tuple[int | None, str | None, int]]:
    a = answer.c
    return {row[0]: tuple(row[1:]) for row in await conn.execute(select(a.question, a.value, a.text, a.skipped))}


async def test_the_last_answer_to_a_question_counts(db: Database) -> None:
    async with db.begin() as conn:
        await _asked(conn)
        given = [_given("progress", 2), _given("progress", 4), _given("comment", None, skipped=True)]
        await answers.save(conn, given, NOW)
        await answers.save(conn, [], NOW)
        assert await _kept(conn) == {"progress": (4, None, 0), "comment": (None, None, 1)}


async def test_corrected_and_withdrawn_answers_stay_in_history(db: Database) -> None:
    h = answer_history.c
    async with db.begin() as conn:
        await _asked(conn)
        await answers.save(conn, [_given("progress", 2), _given("followup_held", 0)], NOW)
        await answers.correct(conn, _given("progress", 5), NOW)
        await answers.withdraw(conn, TALK, "followup_held", NOW)
        assert await _kept(conn) == {"progress": (5, None, 0)}
        found = (await conn.execute(select(h.question, h.value, h.reason).order_by(h.id))).all()
    assert [tuple(row) for row in found] == [("progress", 2, "corrected"), ("followup_held", 0, "withdrawn")]


async def test_a_free_text_is_added_to(db: Database) -> None:
    async with db.begin() as conn:
        await _asked(conn)
        await answers.save(conn, [_given("comment", None, "Bra.")], NOW)
        await answers.append(conn, TALK.occasion_id, "comment", "Men dyrt.")
        assert await answers.comment(conn, TALK.occasion_id) == "Bra.\nMen dyrt."
        await answers.append(conn, TALK.occasion_id, "comment", "x" * 3_000)
        assert len(await answers.comment(conn, TALK.occasion_id)) == 2_000


async def test_a_customers_answers_are_listed(db: Database) -> None:
    async with db.begin() as conn:
        await _asked(conn)
        await answers.save(conn, [_given("progress", 4)], NOW)
        assert await answers.given(conn, 1) == [Given(3, "checkin", NOW.date(), "progress", 4, None)]
        assert await answers.given(conn, 2) == []
