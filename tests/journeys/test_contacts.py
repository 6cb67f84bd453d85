"""A provider's contact person by SMS and Telegram, through the real webhooks."""

import os
from collections.abc import AsyncIterator
from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from bot.web.provider import link_messages
from storage.contacts import links
from storage.database.engine import Database
from storage.tables import follow_up, follow_up_event, inbox
from survey.contacts.dialogue import HELP
from survey.packs import segments
from tests.support.command import run_command
from tests.support.journeys.world import World, world
from tests.support.providers import OTHER_PHONE, PHONE, REGISTER

CUSTOMER = "+46701740601"


@pytest.fixture
async def story(db: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world(db, tmp_path, "2026-09-01T10:00") as started:
        await started.read(**REGISTER)
        await started.wake("2026-11-25T10:00")
        yield started


async def held(db: Database) -> list[tuple[date, str | None, str]]:
    f, e = follow_up.c, follow_up_event.c
    async with db.read() as conn:
        rows = await conn.execute(
            select(f.held_on, f.form, e.source)
            .join(follow_up_event, e.enrolment_id == f.enrolment_id)
            .order_by(e.id)
        )
        return [tuple(row) for row in rows]


async def test_one_sms_records_one_follow_up(story: World) -> None:
    dialogue = (
        ("KLAR 1042 3/11", "Tack! 1042: 3/11."),
        ("klar 1042 3/11", "Redan registrerad! 1042"),
        ("KLAR 1042 4/11 telefon", "Ändrat! 1042: 4/11."),
        ("lista", "Saknas i månaden: 1043."),
        ("Klar 1043", "Tack! 1043: 25/11."),  # without a date, today
        ("LISTA", "Alla uppföljningar är registrerade"),
    )
    for text, beginning in dialogue:
        assert str(await story.says(PHONE, text)).startswith(beginning)
    found = await held(story.db)
    assert (date(2026, 11, 4), "phone", "sms") in found
    assert (date(2026, 11, 25), None, "sms") in found


@pytest.mark.parametrize(
    ("text", "named"),
    [
        ("KLAR 2001 3/11", "2001"),  # another provider's
        ("KLAR 9999 3/11", "9999"),
        ("KLAR 1042 1043 3/11", "KLAR 1042 3/11"),
        ("KLAR 1042 3/11 4/11", "KLAR 1042 3/11"),
        ("KLAR 1042 26/11", "2026-11-26"),  # tomorrow
        ("KLAR 1043 11/10", "2026-10-12"),  # before its start
        ("KLAR 1042 3/10", "2026-11-05"),  # the month is locked since that day
        ("KLAR 1042 31/11", "31/11"),
    ],
)
async def test_mistakes_are_answered_and_not_saved(story: World, text: str, named: str) -> None:
    reply = str(await story.says(PHONE, text))
    assert (reply.startswith("Inget sparat."), named in reply) == (True, True)
    assert segments.count(reply).parts == 1
    assert await held(story.db) == []


@pytest.mark.parametrize("text", ["KLAR", "hjälp", "Hej, hur gör man?"])
async def test_who_asks_how_is_told(story: World, text: str) -> None:
    assert await story.says(PHONE, text) == HELP
    assert segments.count(HELP).parts == 1


async def test_only_a_contact_can_record(story: World) -> None:
    for phone in (CUSTOMER, "+46701740677"):
        await story.says(phone, "KLAR 1042 3/11")
    assert str(await story.says(OTHER_PHONE, "KLAR 1042 3/11")).startswith("Inget sparat.")
    assert await held(story.db) == []


async def test_a_number_may_be_written_without_its_letters(story: World) -> None:
    await story.read(
        customers="ref,phone\nK7,\n",
        enrolments="ref,customer,provider,started_on\nE-77,K7,P2,2026-09-01\nF-77,K7,P2,2026-09-01\n",
    )
    assert str(await story.says(OTHER_PHONE, "KLAR e-77 3/11")).startswith("Tack! E-77: 3/11.")
    assert "E-77, F-77?" in str(await story.says(OTHER_PHONE, "KLAR 77 3/11"))


async def test_stop_is_stop_for_a_contact_too(story: World) -> None:
    assert "inga fler" in str(await story.says(PHONE, "STOPP"))
    assert await story.says(PHONE, "Hej") is None
    # The webhook's own response answers whoever writes, and the follow-up counts.
    assert str(await story.says(PHONE, "KLAR 1042 3/11")).startswith("Tack! 1042")


async def test_a_contact_may_be_a_customer_too(story: World) -> None:
    await story.read(providers=f"ref,name,phone\nP3,Tom,{CUSTOMER}\n")
    reply = await story.says(CUSTOMER, "ja")  # to the check-in of November
    async with story.db.read() as conn:
        outcome = (await conn.execute(select(inbox.c.outcome))).scalars().all()[-1]
    assert outcome == "answered"
    assert reply is not None


async def test_telegram_by_two_taps(story: World) -> None:
    assert story.app.telegram is not None
    async with story.db.begin() as conn:
        found = await links.provider_named(conn, "P1")
        assert found is not None
        assert found[2] is not None
        base = f"https://t.me/{await story.app.telegram.username()}?start="
        ends = story.clock() + timedelta(days=9)
        await link_messages.send(
            conn,
            link_messages.NewLink(found[0], found[2], base, ends.date(), ends, "Nacka", "telegram"),
            story.clock(),
        )
    await story.deliver()
    token = story.texts(PHONE)[-1].partition("?start=")[2].split()[0]
    chat, other = 70_001, 70_002

    async def answer() -> str:
        story.clock.advance(story.clock() + timedelta(seconds=5))
        await story.deliver()
        return story.emulator.chats[-1].text

    async def writes(text: str, who: int = chat) -> str:
        await story.emulator.telegram_from(who, text)
        return await answer()

    async def taps(label: str) -> str:
        buttons = [button for row in story.emulator.chats[-1].keyboard for button in row]
        (data,) = [button["callback_data"] for button in buttons if button["text"] == label]
        await story.emulator.tap(chat, data)
        return await answer()

    assert (await writes(f"/start {token}")).startswith("Tack! Här registrerar du uppföljningar.")
    assert (await writes(f"/start {token}", other)).startswith("Länken gäller inte längre.")  # it was passed on
    listed = await writes("lista")
    assert listed.startswith("Saknas i månaden: 1042, 1043.")
    assert "hur gjordes uppföljningen?" in await taps("1043")
    assert (await taps("Telefon")).startswith("Tack! 1043: 25/11.")
    assert await held(story.db) == [(date(2026, 11, 25), "phone", "telegram")]
    assert (await writes("KLAR 1042 3/11")).endswith("Alla är klara för månaden.")


async def test_the_command_sends_links_and_withdraws_them(tmp_path: Path) -> None:
    env = {
        "PATH": os.environ["PATH"],
        "FOLLOWUP_PUBLIC_URL": "https://uppfoljning.example",
        "TWILIO_ACCOUNT_SID": "AC1",
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+46700000000",
    }
    for name, text in REGISTER.items():
        (tmp_path / f"{name}.csv").write_text(text, encoding="utf-8")

    async def run(*args: str) -> tuple[int, str]:
        code, out, errors = await run_command(*args, folder=tmp_path, env=env)
        return code, out + errors

    await run("init")
    assert (await run("import", *(f"{name}.csv" for name in REGISTER)))[0] == 0
    code, told = await run("link", "P1")
    assert (code, told.startswith("En länk för Alfa skickas till +46…658 ")) == (0, True)
    assert "/u/" not in told  # staff at the terminal must not get a personal link
    assert await run("link", "P1", "--revoke") == (0, "Indragna länkar för Alfa: 1.\n")
    refused = (
        (("link", "P3"), "--phone"),  # it has no phone in the register
        (("link", "P9"), "P9"),
        (("export", "payments", "--month", "2026-13"), "'2026-13'"),
    )
    for command, words in refused:
        code, told = await run(*command)
        assert (code, words in told) == (2, True)
    code, told = await run("export", "payments", "--month", "2026-10")
    assert (code, told.splitlines()[-1].startswith("sum;;Hela enheten;2026-10;;;;;3;0;0;3;0;2026-11-05;yes;")) == (
        0,
        True,
    )
    code, told = await run("export", "followups", "--month", "2026-10")
    assert (code, told.splitlines()[1]) == (0, "P1;Alfa;2026-10;0;0;0;0;2;0")
