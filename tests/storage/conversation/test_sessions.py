"""Conversations found by the addresses that wrote, saved and closed."""

from dataclasses import replace
from datetime import timedelta

from sqlalchemy import select, update

from storage.conversation import sessions
from storage.database.engine import Database
from storage.tables import customer_address, occasion, session
from tests.support.conversations import NOW, converse, register, use

ONE, OTHER = "+46700000001", "+46700000002"
LONG_AGO = NOW - timedelta(days=61)


async def test_the_open_conversation_of_an_address(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1, 2)
        alone, shared = await use(conn, ONE, 1), await use(conn, OTHER, 1, 2)
        await converse(conn, 1, 1, alone, is_open=True)
        await converse(conn, 2, 2, shared, is_open=True)
        found = await sessions.open_at(conn, [alone, shared, 99])
    assert {id_: (each.occasion_id, each.shared) for id_, each in found.items()} == {
        alone: (1, False),
        shared: (2, True),
    }
    assert (found[alone].enrolment_id, found[alone].period) == (1, "2026-01")


async def test_each_customers_latest_ended_conversation(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1, 2)
        phone = await use(conn, ONE, 1, 2)
        for id_, customer_id, days in ((1, 1, 3), (2, 2, 2), (3, 1, 1)):
            await converse(conn, id_, customer_id, phone, is_open=False, opened_at=NOW - timedelta(days=days))
        await converse(conn, 4, 2, phone, is_open=False, opened_at=LONG_AGO)
        found = await sessions.ended_at(conn, [phone], NOW - timedelta(days=60))
    assert [each.occasion_id for each in found[phone]] == [3, 2]


async def test_ended_conversations_of_customers_asked_elsewhere(db: Database) -> None:
    """Nor are those found whose number this was before it changed hands."""
    async with db.begin() as conn:
        await register(conn, 1, 2)
        phone, other = await use(conn, ONE, 1, 2), await use(conn, OTHER, 1)
        await converse(conn, 1, 1, phone, is_open=False)
        await converse(conn, 2, 1, other, is_open=True)
        await converse(conn, 3, 2, phone, is_open=False)
        found = await sessions.ended_at(conn, [phone], LONG_AGO)
        assert [each.occasion_id for each in found[phone]] == [3]
        await conn.execute(customer_address.delete().where(customer_address.c.customer_id == 2))
        assert await sessions.ended_at(conn, [phone], LONG_AGO) == {}


async def test_a_conversation_that_delivery_closed_is_closed(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1)
        phone = await use(conn, ONE, 1)
        await converse(conn, 1, 1, phone, is_open=True)
        await conn.execute(update(session).values(is_open=0))
        await conn.execute(update(occasion).values(outcome="unreachable", closed_at=NOW))
        found = await sessions.ended_at(conn, [phone], LONG_AGO)
    (ended,) = found[phone]
    assert (ended.session.state, ended.session.closed_at, ended.session.open_question) == ("closed", NOW, None)


async def test_a_step_is_saved(db: Database) -> None:
    later = NOW + timedelta(days=7)
    async with db.begin() as conn:
        await register(conn, 1)
        phone = await use(conn, ONE, 1)
        await converse(conn, 1, 1, phone, is_open=True)
        found = (await sessions.open_at(conn, [phone]))[phone]
        closed = replace(found.session, state="closed", open_question=None, language="en", late=True)
        await sessions.save(conn, [found.stepped(closed)], NOW, later)
        assert await sessions.open_at(conn, [phone]) == {}
        s = session.c
        row = (await conn.execute(select(s.state, s.language, s.is_open, s.late, s.heard_at, s.expires_at))).one()
    assert tuple(row) == (closed.to_json(), "en", 0, 1, NOW, later)


async def test_closing_conversations_at_other_addresses(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1, 2)
        one, other = await use(conn, ONE, 1), await use(conn, OTHER, 2)
        await converse(conn, 1, 1, one, is_open=True)
        await converse(conn, 2, 2, other, is_open=True)
        assert await sessions.close_elsewhere(conn, [1], one) == []  # the sender's own conversation stays
        assert await sessions.close_elsewhere(conn, [1], other) == [1]
        assert await sessions.close_elsewhere(conn, [1], other) == []
        assert await sessions.close_elsewhere(conn, [], other) == []
        assert list(await sessions.open_at(conn, [one, other])) == [other]
