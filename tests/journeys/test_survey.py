"""A customer's conversation, from the register to the indicators, over both databases."""

import json
from pathlib import Path

import pytest
from sqlalchemy import func, select

from bot.reports import quality_report
from reporting.render import json as json_
from storage.database.engine import Database
from storage.outcomes import history
from storage.people import addresses
from storage.tables import address, answer, inbox, outbox
from survey.unit.profile_file import example
from tests.support.journeys.world import World, world

PHONE = "+46701000001"
PROVIDERS = "ref,name,phone,authorised_from,authorised_to\nP1,Nya Steget,,,\n"
CUSTOMERS = f"ref,phone,language,gender,birth_year\nK1,{PHONE},sv,K,1990\n"
ENROLMENTS = (
    "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\nE1,K1,P1,2026-03-02,,,,\n"
)


async def _one_customer(story: World) -> None:
    await story.read(providers=PROVIDERS, customers=CUSTOMERS, enrolments=ENROLMENTS)


async def test_start_is_asked_after_four_weeks_and_answered(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        await _one_customer(story)
        await story.wake("2026-03-27T09:30")
        assert not [text for text in story.texts(PHONE) if "nöjd" in text]  # day 25: too early
        await story.wake("2026-03-30T08:30")  # day 28, before nine
        early = len(story.texts(PHONE))
        await story.wake("2026-04-07T09:01")
        assert len(story.texts(PHONE)) == early + 1
        second = await story.says(PHONE, "fyra!")
        assert second
        for reply in ("5", "4", "nej"):
            last = await story.says(PHONE, reply)
        assert last
        async with db.read() as conn:
            values = {
                row.question: row.value for row in await conn.execute(select(answer.c.question, answer.c.value))
            }
            entries = await history.of_customer(conn, "K1")
        assert values["overall"] == 4
        assert values["treatment"] == 5
        assert values["usefulness"] == 4
        assert entries is not None
        assert next(entry for entry in entries if entry.survey == "start").outcome == "completed"


async def test_a_repeated_webhook_is_one_answer(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        await _one_customer(story)
        await story.wake("2026-03-30T09:30")
        first = await story.emulator.sms_from(PHONE, "4", sid="SM" + "7" * 32)
        again = await story.emulator.sms_from(PHONE, "4", sid="SM" + "7" * 32)
        assert first == again
        async with db.read() as conn:
            assert (await conn.execute(select(func.count()).select_from(inbox))).scalar() == 1
            assert (await conn.execute(select(answer.c.question, answer.c.value))).all() == [("overall", 4)]


async def test_stop_reaches_every_channel(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        await _one_customer(story)
        await story.wake("2026-03-30T09:30")
        assert await story.says(PHONE, "Stopp")
        sent = len(story.texts(PHONE))
        await story.wake("2026-04-27T09:30")  # the April check-in would have been due
        assert len(story.texts(PHONE)) == sent
        async with db.read() as conn:
            assert (await conn.execute(select(func.count()).select_from(answer))).scalar() == 0
            assert (await conn.execute(select(address.c.state))).scalar() == "opted_out"
            entries = await history.of_customer(conn, "K1")
        assert entries is not None
        assert next(entry for entry in entries if entry.survey == "start").outcome == "opted_out"


async def test_an_unknown_sender_is_recorded_and_answered_once(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        assert await story.says("+46701999999", "Hej")
        assert await story.says("+46701999999", "Hallå?") is None
        async with db.read() as conn:
            outcomes = (await conn.execute(select(inbox.c.outcome))).scalars().all()
        assert outcomes == ["unknown_sender", "unknown_sender"]


async def test_a_chat_is_linked_once_and_tapped(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        await _one_customer(story)
        async with db.begin() as conn:
            customer_id = await history.customer_id(conn, "K1")
            assert customer_id is not None
            await addresses.issue_token(conn, customer_id, "t" * 32, story.clock().replace(year=2027))
        await story.emulator.telegram_from(77, "/start " + "t" * 32)
        await story.emulator.telegram_from(78, "/start " + "t" * 32)  # forwarded: used already
        await story.deliver()
        assert [chat.chat_id for chat in story.emulator.chats] == [77, 78]
        await story.wake("2026-03-30T09:30")
        question = story.emulator.chats[-1]
        assert question.chat_id == 77
        assert question.keyboard
        await story.emulator.tap(77, question.keyboard[0][0]["callback_data"])
        await story.deliver()
        async with db.read() as conn:
            assert (await conn.execute(select(func.count()).select_from(answer))).scalar() == 1
            assert not (await conn.execute(select(outbox).where(outbox.c.state == "queued"))).all()
        assert story.texts(PHONE) == []


async def test_answers_reach_the_indicators(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-02T10:00") as story:
        phones = [f"+4670100{n:04d}" for n in range(1, 13)]
        await story.read(
            providers=PROVIDERS,
            customers="ref,phone,language,gender,birth_year\n"
            + "".join(f"K{n},{phone},sv,,\n" for n, phone in enumerate(phones)),
            enrolments="ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
            + "".join(f"E{n},K{n},P1,2026-03-02,,,,\n" for n in range(len(phones))),
        )
        await story.wake("2026-03-30T09:30")
        for phone, rating in zip(phones, ["5", "4", "4", "2", "5", "3", "4", "5", "5", "4", "1"], strict=False):
            assert await story.says(phone, rating)
        quality = await quality_report(db, 2026, story.clock(), unit=example())
    rows = json.loads(json_.render(quality))["indicators"]
    (row,) = [
        row
        for row in rows
        if (row["indicator"], row["provider"], row["period"], row["point"], row["gender"], row["difficulty"])
        == ("satisfaction.overall", "P1", "2026", "start", "T", "")
    ]
    # 11 of 12 answered, which is enough to be told; 5, 4, 4, 5, 4, 5, 5, 4 are satisfied: 8 of 11.
    assert (row["numerator"], row["denominator"], row["eligible"]) == (8, 11, 12)
    assert row["value"] == pytest.approx(100 * 8 / 11)
