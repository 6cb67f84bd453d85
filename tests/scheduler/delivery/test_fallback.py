"""What follows when a message did not arrive: another address, one more attempt, or the end of the conversation.

On a shared phone: tests/journeys/test_moved_conversation.py.
"""

from datetime import timedelta

import pytest
from sqlalchemy import select

from scheduler.delivery.gateway import GatewayError
from storage.database.engine import Database
from storage.delivery.settlement import CarrierWord
from storage.tables import address, occasion, session
from storage.tables import outbox as outbox_table
from tests.support.carrier import carrier_says
from tests.support.queued import opened
from tests.support.story import MORNING, START, Story


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


@pytest.mark.parametrize("late", [False, True])
async def test_a_dead_chat_falls_back_to_the_phone(story: Story, late: bool) -> None:
    await opened(story, telegram=True)
    if late:
        await story.deliver(MORNING)
        async with story.db.begin() as conn:
            reference = story.telegram.sent[0].reference
            word = CarrierWord(reference, "failed", "403")
            await carrier_says(conn, word, MORNING, "permanent", channels=("sms", "telegram"))
    else:
        story.telegram.errors = [GatewayError("permanent", "403")]
    await story.deliver(MORNING)
    (question,) = story.sms.sent
    assert question.text
    assert await story.one(occasion.c.outcome, START) == ""
    assert await story.one(session.c.is_open) == 1
    sms_address = await story.one(address.c.id, address.c.channel == "sms")
    assert await story.one(session.c.address_id) == sms_address
    assert await story.one(address.c.state, address.c.channel == "telegram") == "unreachable"


async def test_nowhere_left_to_send_closes_the_conversation(story: Story) -> None:
    await opened(story, telegram=True)
    story.telegram.errors = [GatewayError("permanent", "403")]
    story.sms.errors = [GatewayError("permanent", "21614")]
    await story.deliver(MORNING)
    assert (story.telegram.calls, story.sms.calls) == (1, 1)
    assert await story.one(occasion.c.outcome, START) == "unreachable"


async def test_a_switched_off_handset_gets_another_try(story: Story) -> None:
    await opened(story)
    await story.deliver(MORNING)
    for _ in range(2):  # callbacks come twice
        async with story.db.begin() as conn:
            word = CarrierWord(story.sms.sent[0].reference, "undelivered", "30003")
            await carrier_says(conn, word, MORNING, "transient")
    await story.deliver(MORNING + timedelta(minutes=5))
    assert len(story.sms.sent) == 1
    await story.deliver(MORNING + timedelta(hours=2))
    assert len(story.sms.sent) == 2
    async with story.db.begin() as conn:
        await carrier_says(
            conn, CarrierWord(story.sms.sent[1].reference, "undelivered", "30003"), MORNING, "transient"
        )
    await story.deliver(MORNING + timedelta(hours=4))
    assert len(story.sms.sent) == 2
    assert await story.one(occasion.c.outcome, START) == "unreachable"


@pytest.mark.parametrize("word", ["delivered", "read"])
async def test_a_late_delivery_cancels_the_copy(story: Story, word: str) -> None:
    """The carrier gave the message up, and the phone had it after all."""
    await opened(story)
    await story.deliver(MORNING)
    reference = story.sms.sent[0].reference
    async with story.db.begin() as conn:
        await carrier_says(conn, CarrierWord(reference, "undelivered", "30003"), MORNING, "transient")
        for _ in range(2):  # callbacks come twice
            await carrier_says(conn, CarrierWord(reference, word), MORNING + timedelta(minutes=30))
        await carrier_says(conn, CarrierWord(reference, "undelivered", "30003"), MORNING, "transient")
    await story.deliver(MORNING + timedelta(hours=2))
    assert len(story.sms.sent) == 1
    async with story.db.read() as conn:
        states = (await conn.execute(select(outbox_table.c.state).order_by(outbox_table.c.id))).scalars().all()
        reasons = (await conn.execute(select(outbox_table.c.reason).order_by(outbox_table.c.id))).scalars().all()
    assert (states, reasons) == (["delivered", "cancelled"], ["", "arrived"])
    assert await story.one(session.c.is_open) == 1


async def test_a_stop_at_the_carrier_closes_every_address(story: Story) -> None:
    await opened(story, telegram=True)
    await story.deliver(MORNING)
    async with story.db.begin() as conn:
        sms = (await conn.execute(select(address.c.id).where(address.c.channel == "sms"))).scalar_one()
        await conn.execute(session.update().values(address_id=sms))
        await conn.execute(outbox_table.update().values(address_id=sms, channel="sms"))
        word = CarrierWord(story.telegram.sent[0].reference, "failed", "21610")
        await carrier_says(conn, word, MORNING, "opted_out")
    async with story.db.read() as conn:
        assert set((await conn.execute(select(address.c.state))).scalars()) == {"opted_out"}
    assert await story.one(occasion.c.outcome, START) == "opted_out"
    assert await story.one(occasion.c.reason, START) == "opted_out"
    assert await story.one(session.c.is_open) == 0


async def test_a_failure_that_comes_late_moves_nothing(story: Story) -> None:
    """The conversation has moved to the phone already when the chat's message is reported as failed."""
    await opened(story, telegram=True)
    await story.deliver(MORNING)
    reference = story.telegram.sent[0].reference
    sms = await story.one(address.c.id, address.c.channel == "sms")
    async with story.db.begin() as conn:
        await conn.execute(session.update().values(address_id=sms))
        word = CarrierWord(reference, "failed", "403")
        await carrier_says(conn, word, MORNING, "permanent", channels=("sms", "telegram"))
    await story.deliver(MORNING)
    assert story.sms.sent == []
    assert await story.one(session.c.is_open) == 1


async def test_a_message_that_has_lapsed_is_not_moved(story: Story) -> None:
    await opened(story, telegram=True)
    await story.deliver(MORNING)
    async with story.db.begin() as conn:
        word = CarrierWord(story.telegram.sent[0].reference, "failed", "403")
        late = MORNING + timedelta(days=6)  # an opening lives five days
        await carrier_says(conn, word, late, "permanent", channels=("sms", "telegram"))
    assert story.sms.sent == []
    assert await story.one(occasion.c.reason, START) == "undelivered"
