"""From an enrolment in the register to a message sent, over both databases."""

from datetime import timedelta

import pytest
from sqlalchemy import select, update

from scheduler.delivery.gateway import GatewayError
from scheduler.planning.rules import Hold
from storage.database.engine import Database
from storage.delivery.settlement import CarrierWord
from storage.tables import address, occasion, opt_out, session
from storage.tables import outbox as outbox_table
from survey.codes import Reason
from tests.support.carrier import carrier_says
from tests.support.story import MORNING, NIGHT, PHONE, START, Story, at


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


async def test_held_at_night_and_sent_once(story: Story) -> None:
    await story.register()
    await story.run(at("2025-06-29 12:00"))
    assert story.sms.sent == []
    await story.run(NIGHT)
    assert await story.one(occasion.c.reason, START) == Reason.OUTSIDE_HOURS
    verdicts = await story.planner.overview(NIGHT)
    (start,) = [each.decision for each in verdicts if each.survey == "start"]
    assert start == Hold(at("2025-06-30 09:00"), Reason.OUTSIDE_HOURS)
    for _ in range(3):
        await story.run(MORNING)
    (message,) = story.sms.sent
    assert message.to == PHONE
    assert message.text
    assert message.choices == ()
    assert message.status_url == f"https://x.se/webhooks/twilio/status/{message.reference}"
    assert await story.one(outbox_table.c.state) == "sent"


async def test_a_dry_run_writes_nothing(story: Story) -> None:
    await story.register()
    assert await story.planner.overview(MORNING, dry_run=True)
    async with story.db.read() as conn:
        assert (await conn.execute(select(occasion))).all() == []


async def test_one_contact_a_week(story: Story) -> None:
    await story.register(("e1", "e2"))
    await story.run(MORNING)
    assert len(story.sms.sent) == 1
    await story.run(MORNING + timedelta(days=3))
    first, reminder = story.sms.sent  # the first contact and its reminder, and no second contact
    assert reminder.text == first.text
    await story.run(MORNING + timedelta(days=7, hours=2))
    assert len(story.sms.sent) == 3
    assert await story.one(occasion.c.outcome, START, occasion.c.opened_at == MORNING) == "no_answer"


async def test_the_chat_is_preferred_and_gets_buttons(story: Story) -> None:
    await story.register()
    await story.link("telegram", "42")
    await story.run(MORNING)
    (message,) = story.telegram.sent
    assert story.sms.sent == []
    assert message.choices[0] == (f"{message.reference}:5", "Mycket nöjd")  # says nothing to who reads it
    assert len(message.reference) >= 16


async def test_a_transient_error_is_waited_out(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("transient", "503") for _ in range(9)]
    for minute in range(0, 300, 5):
        await story.run(MORNING + timedelta(minutes=minute))
    assert story.sms.calls == 10
    assert await story.one(outbox_table.c.state) == "sent"
    assert await story.one(occasion.c.outcome, START) == ""
    assert await story.one(address.c.state) == "active"


async def test_a_dead_number_ends_its_conversation(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("opted_out", "21610")]
    await story.run(MORNING)
    assert await story.one(address.c.state) == "opted_out"
    assert await story.one(opt_out.c.source) == "carrier"
    assert await story.one(occasion.c.outcome, START) == "opted_out"
    assert await story.one(session.c.is_open) == 0


async def test_a_permanent_failure_marks_the_address(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("permanent", "21211")]
    await story.run(MORNING)
    assert await story.one(address.c.state) == "unreachable"
    assert await story.one(occasion.c.outcome, START) == "unreachable"
    assert await story.one(session.c.is_open) == 0


async def test_our_own_account_pauses_the_channel(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("account", "20003")]
    await story.run(MORNING)
    await story.run(MORNING + timedelta(minutes=1))
    assert story.sms.calls == 1
    await story.run(MORNING + timedelta(minutes=6))
    assert len(story.sms.sent) == 1
    assert await story.one(outbox_table.c.attempts) == 1


async def test_a_stop_between_opening_and_sending_counts(story: Story) -> None:
    await story.register()
    await story.planner.plan(MORNING)
    await story.planner.open_due(MORNING)
    async with story.db.begin() as conn:
        await conn.execute(update(address).values(state="opted_out", state_at=MORNING))
    await story.deliver(MORNING)
    assert story.sms.calls == 0
    assert await story.one(outbox_table.c.state) == "cancelled"


async def test_a_question_too_late_to_send_expires(story: Story) -> None:
    await story.register()
    await story.planner.plan(MORNING)
    await story.planner.open_due(MORNING)
    await story.deliver(MORNING + timedelta(days=6))
    assert story.sms.calls == 0
    assert await story.one(outbox_table.c.state) == "expired"
    assert await story.one(occasion.c.outcome, START) == "expired"


async def test_statuses_move_forward_only(story: Story) -> None:
    await story.register()
    await story.run(MORNING)
    reference = story.sms.sent[0].reference
    async with story.db.begin() as conn:
        for word in ("delivered", "sent", "queued", "undelivered"):
            assert await carrier_says(conn, CarrierWord(reference, word), MORNING)
        assert not await carrier_says(conn, CarrierWord("nobody", "sent"), MORNING)
    assert await story.one(outbox_table.c.state) == "delivered"
    assert await story.one(outbox_table.c.status) == "delivered"
