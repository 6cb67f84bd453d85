"""Erasure of a customer's answers: every copy goes, and what belongs to others stays."""

from datetime import timedelta

import pytest
from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.engine import Database
from storage.database.statements import insert
from storage.privacy.erasure import erase
from storage.tables import answer, audit, case, inbox, occasion, session
from survey.codes import CaseKind
from tests.support.conversations import NOW, converse, register, use

LATER = NOW + timedelta(hours=1)
SHARED, OWN = "+46701740601", "+46701740602"


async def said(conn: AsyncConnection, occasion_id: int, text: str) -> None:
    row = {"occasion_id": occasion_id, "question": "comment", "value": None, "text": text}
    await insert(conn, answer, [row | {"skipped": 0, "version": 1, "answered_at": NOW}])


async def received(conn: AsyncConnection, id_: str, address_id: int, occasion_id: int | None) -> None:
    row = {"channel": "sms", "external_id": id_, "address_id": address_id, "occasion_id": occasion_id}
    await insert(conn, inbox, [row | {"body": id_, "outcome": "answered", "reply": None, "received_at": NOW}])


@pytest.fixture
async def two(db: Database) -> Database:
    """K1 and K2 share a phone and have answered there; K1 has one of its own too."""
    async with db.begin() as conn:
        await register(conn, 1, 2)
        shared, own = await use(conn, SHARED, 1, 2), await use(conn, OWN, 1)
        await converse(conn, 1, 1, shared, is_open=False, values=[("overall", 5)])
        await converse(conn, 2, 2, shared, is_open=False, values=[("overall", 4)])
        await converse(conn, 3, 1, own, is_open=True, values=[("overall", 3)])
        for occasion_id, text in ((1, "first"), (2, "second")):
            await said(conn, occasion_id, text)
            await received(conn, f"about {occasion_id}", shared, occasion_id)
        await received(conn, "about nothing, shared", shared, None)
        await received(conn, "about nothing, own", own, None)
    return db


async def test_answers_of_others_stay(two: Database) -> None:
    async with two.begin() as conn:
        await erase(conn, 1, "customer", LATER)
        assert list((await conn.execute(select(answer.c.text))).scalars()) == ["second"]
        bodies = list((await conn.execute(select(inbox.c.body).order_by(inbox.c.external_id))).scalars())
    # By external id: "about 1", "about 2", "about nothing, own", "about nothing, shared".
    assert bodies == ["", "about 2", "", "about nothing, shared"]


async def test_an_open_conversation_ends(two: Database) -> None:
    async with two.begin() as conn:
        await erase(conn, 1, "customer", LATER)
        o = occasion.c
        rows = (await conn.execute(select(o.outcome, o.reason, o.closed_at).order_by(o.id))).all()
        opened = list((await conn.execute(select(session.c.is_open).order_by(session.c.occasion_id))).scalars())
    assert [(row.outcome, row.reason) for row in rows] == [
        ("partial", "some_answered"),
        ("partial", "some_answered"),
        ("partial", "erased"),
    ]
    assert rows[2].closed_at == LATER
    assert opened == [0, 0, 0]


@pytest.mark.parametrize(
    ("kind", "text"),
    [
        (CaseKind.CONTACT, "answers_erased"),
        (CaseKind.DANGER, "answers_erased"),
        (CaseKind.UNCLEAR_STOP, "answers_erased"),
        (CaseKind.COMPLAINT, "in their own words"),
    ],
)
async def test_a_complaint_alone_keeps_its_text(two: Database, kind: CaseKind, text: str) -> None:
    async with two.begin() as conn:
        row = {"kind": kind, "text": "in their own words", "customer_id": 1, "channel": "sms", "status": "open"}
        await insert(conn, case, [row | {"opened_at": NOW, "due_on": None}])
        await erase(conn, 1, "customer", LATER)
        assert (await conn.execute(select(case.c.text))).scalar_one() == text


async def test_the_trail_says_who_erased(two: Database) -> None:
    async with two.begin() as conn:
        await erase(conn, 1, "Anna", LATER)
        row = (await conn.execute(select(audit))).one()
    assert (row.at, row.actor, row.action, row.customer_id) == (LATER, "Anna", "answers_erased", 1)
    assert row.detail == '{"answers": 1}'
