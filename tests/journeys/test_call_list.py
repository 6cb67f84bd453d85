"""Customers who are asked by staff, or not at all: held from messages, listed, and answered from a file."""

from datetime import date, timedelta
from pathlib import Path

import pytest

from storage.database.engine import Database
from storage.figures.year_values import ModeCount
from storage.outcomes import modes
from storage.planning.call_list import to_ask
from storage.register import importer, reader
from storage.tables import answer, customer, occasion, session
from survey.codes import Reason
from tests.support.journeys.talk import Talk
from tests.support.story import MORNING, PHONE, START

ANSWERS = "enrolment;survey;period;question;value;text;answered_on;mode\r\n"


async def read(talk: Talk, folder: Path, kind: str, content: str) -> importer.Imported:
    path = folder / f"{kind}.csv"
    path.write_text(content, encoding="utf-8")
    async with talk.db.begin() as conn:
        return await importer.apply(conn, reader.read([path]), MORNING.date(), MORNING)


async def wishing(db: Database, folder: Path, contact: str, born: str = "") -> Talk:
    """Return a story of a customer with this wish, when the start survey is due."""
    talk = Talk(db)
    await talk.register()
    await read(talk, folder, "customers", f"ref,phone,birth_year,contact\nk,{PHONE},{born},{contact}\n")
    await talk.run(MORNING)
    return talk


@pytest.mark.parametrize(
    ("contact", "outcome", "reason"),
    [
        ("none", "held_back", Reason.NO_CONTACT),
        ("ingen", "held_back", Reason.NO_CONTACT),
        ("protected", "held_back", Reason.PROTECTED),
        ("phone", "", Reason.BY_STAFF),
        ("brev", "", Reason.BY_STAFF),
    ],
)
async def test_a_wish_holds_every_message(
    db: Database, tmp_path: Path, contact: str, outcome: str, reason: str
) -> None:
    talk = await wishing(db, tmp_path, contact)
    assert talk.sms.sent == []
    assert await talk.one(occasion.c.outcome, START) == outcome
    assert await talk.one(occasion.c.reason, START) == reason


@pytest.mark.parametrize(("born", "asked"), [("2011", False), ("2010", True), ("", True)])
async def test_who_is_under_fifteen_is_not_asked(db: Database, tmp_path: Path, born: str, asked: bool) -> None:
    """In June 2025: born 2010 turns fifteen this year."""
    talk = await wishing(db, tmp_path, "", born)
    assert len(talk.sms.sent) == asked
    assert await talk.one(occasion.c.reason, START) == ("asked" if asked else Reason.TOO_YOUNG)


async def test_the_list_holds_who_is_asked_by_staff(db: Database, tmp_path: Path) -> None:
    await wishing(db, tmp_path, "phone")
    async with db.read() as conn:
        found = await to_ask(conn, MORNING)
    assert [(each.customer, each.phone, each.survey) for each in found] == [
        ("k", PHONE, "checkin"),  # of June, which loses its meaning on 8 July
        ("k", PHONE, "start"),
    ]


@pytest.mark.parametrize("contact", ["none", "protected", ""])
async def test_the_list_holds_nobody_else(db: Database, tmp_path: Path, contact: str) -> None:
    await wishing(db, tmp_path, contact)
    async with db.read() as conn:
        assert await to_ask(conn, MORNING) == []


async def test_who_said_stop_is_not_called(db: Database, tmp_path: Path) -> None:
    talk = await wishing(db, tmp_path, "phone")
    await talk.says("stopp")
    async with db.read() as conn:
        assert await to_ask(conn, MORNING) == []


async def test_answers_taken_by_phone_close_the_question(db: Database, tmp_path: Path) -> None:
    talk = await wishing(db, tmp_path, "phone")
    rows = "e1;start;;overall;4;;2025-06-30;phone\r\ne1;start;;treatment;;;;phone\r\n"
    await read(talk, tmp_path, "answers", ANSWERS + rows)
    assert await talk.rows(answer, "question", "value", "mode") == [("overall", 4, "phone")]
    assert await talk.one(occasion.c.outcome, START) == "completed"
    async with db.read() as conn:
        assert [each.survey for each in await to_ask(conn, MORNING)] == ["checkin"]
        assert await modes.of_year(conn, 2025) == (ModeCount("start", "phone", 1),)


async def test_answers_by_message_have_their_channel(talk: Talk) -> None:
    await talk.says("4")
    async with talk.db.read() as conn:
        counted = await modes.of_year(conn, 2025)
    assert counted == (ModeCount("start", "sms", 1),)


async def test_a_wish_ends_what_is_open(talk: Talk, tmp_path: Path) -> None:
    await talk.says("4")
    await read(talk, tmp_path, "customers", f"ref,phone,contact\nk,{PHONE},protected\n")
    assert await talk.one(session.c.is_open) == 0
    await talk.run(MORNING + timedelta(days=4))
    assert len(talk.sms.sent) == 1


async def test_a_file_without_the_column_keeps_wishes(db: Database, tmp_path: Path) -> None:
    talk = await wishing(db, tmp_path, "none")
    await read(talk, tmp_path, "customers", f"ref,phone\nk,{PHONE}\n")
    assert await talk.rows(customer, "contact") == [("none",)]


async def test_the_unasked_young_are_counted(db: Database, tmp_path: Path) -> None:
    await wishing(db, tmp_path, "", "2011")
    async with db.read() as conn:
        assert await modes.too_young(conn, date(2025, 1, 1).year) == 1
