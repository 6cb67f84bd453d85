"""A conversation that moves from a chat to a shared phone tells for whom it is, or nobody is asked."""

from datetime import date, timedelta

import pytest
from sqlalchemy import select

from bot.inbound.batch import Moment
from bot.inbound.events import BotBlocked, Inbound
from bot.inbound.intake import take_in
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from scheduler.delivery.gateway import GatewayError
from storage.database.engine import Database
from storage.delivery.settlement import CarrierWord
from storage.tables import address, outbox, session
from storage.tables import occasion as o
from survey.conversation.model import Say, TextReceived
from tests.support.carrier import carrier_says
from tests.support.journeys.talk import CHAT, TOMORROW, Talk, import_phones
from tests.support.story import CATALOGUE, MORNING, PHONE, START

FIRST = (START, o.c.customer_id == 1)
SHARED_BY_TWO_YEARS = 1990  # the first customer is born in 1984
BOTH = ("sms", "telegram")


async def said_by_sms(talk: Talk) -> list[Say]:
    """What was queued for the phone, in order."""
    async with talk.db.read() as conn:
        rows = await conn.execute(select(outbox.c.say).where(outbox.c.channel == "sms").order_by(outbox.c.id))
        return [Say.from_json(say) for (say,) in rows]


async def block(talk: Talk) -> str:
    """The customer blocks the bot; what the inbox calls it."""
    taken = await talk.takes(BotBlocked(True), MORNING, CHAT)
    await talk.deliver(MORNING)
    return taken.outcome


async def fail(talk: Talk) -> None:
    """The message that waits for the chat fails for good."""
    talk.telegram.errors = [GatewayError("permanent", "403")]
    await talk.deliver(MORNING)


async def refuse_later(talk: Talk) -> None:
    """The chat's last message is reported as failed for good after it was sent."""
    await talk.deliver(MORNING)
    reference = talk.telegram.sent[-1].reference
    async with talk.db.begin() as conn:
        await carrier_says(conn, CarrierWord(reference, "failed", "403"), MORNING, "permanent", channels=BOTH)
    await talk.deliver(MORNING)


@pytest.mark.parametrize("how", [block, refuse_later])
async def test_the_first_question_tells_for_whom(chat: Talk, how: object) -> None:
    await chat.second_customer(SHARED_BY_TWO_YEARS)
    await how(chat)  # type: ignore[operator]  # one of the two above
    assert await said_by_sms(chat) == [Say(("opening_born",), "overall", "1984")]
    (message,) = chat.sms.sent
    assert message.to == PHONE
    assert "född 1984" in message.text
    await chat.says("4")
    assert await chat.answers_of(1) == {"overall": 4}


@pytest.mark.parametrize("how", [block, fail])
async def test_a_later_question_tells_for_whom(chat: Talk, how: object) -> None:
    await chat.second_customer(SHARED_BY_TWO_YEARS)
    await chat.says("4", sender=CHAT)
    await how(chat)  # type: ignore[operator]  # one of the two above
    assert await said_by_sms(chat) == [Say(("opening_born",), "treatment", "1984")]
    await chat.says("3")
    assert await chat.answers_of(1) == {"overall": 4, "treatment": 3}


async def test_born_the_same_year_the_month_tells(chat: Talk) -> None:
    await chat.second_customer(1984)
    await chat.enrol(2, ["f"], date(2025, 4, 7))
    await block(chat)
    assert await said_by_sms(chat) == [Say(("opening_since",), "overall", "2025-06")]


@pytest.mark.parametrize("how", [block, fail, refuse_later])
async def test_nobody_is_asked_where_nothing_tells(chat: Talk, how: object) -> None:
    """Two customers of one phone are born the same year, and their support began in the same month."""
    await chat.second_customer(1984, enrolled=True)
    if how is fail:  # the chat's next message, after an answer, is the one that fails
        await chat.says("vet inte", sender=CHAT)
    await how(chat)  # type: ignore[operator]  # one of the three above
    assert chat.sms.sent == []
    assert await said_by_sms(chat) == []
    assert await chat.one(o.c.outcome, *FIRST) == "unreachable"
    assert await chat.one(o.c.reason, *FIRST) == "indistinct"
    assert await chat.one(session.c.is_open, session.c.customer_id == 1) == 0


async def test_what_was_answered_counts_when_it_ends(chat: Talk) -> None:
    await chat.second_customer(1984, enrolled=True)
    await chat.says("4", sender=CHAT)
    assert await block(chat) == "blocked"
    assert await chat.one(o.c.outcome, *FIRST) == "partial"
    assert await chat.one(o.c.reason, *FIRST) == "indistinct"
    assert await chat.answers_of(1) == {"overall": 4}


async def test_unblocked_after_the_end_a_late_answer_counts(chat: Talk) -> None:
    await chat.second_customer(1984, enrolled=True)
    await block(chat)
    await chat.takes(BotBlocked(False), TOMORROW, CHAT)
    await chat.says("5", TOMORROW, CHAT)
    assert await chat.answers_of(1) == {"overall": 5}


async def test_an_answer_in_the_batch_of_the_block(chat: Talk) -> None:
    """What comes after the block in the same batch is a late word to the conversation that it has ended."""
    await chat.second_customer(1984, enrolled=True)
    events = [
        Inbound("telegram", "b1", CHAT, BotBlocked(True)),
        Inbound("telegram", "b2", CHAT, TextReceived("5")),
    ]
    async with chat.db.begin() as conn:
        taken = await take_in(conn, events, Moment(CATALOGUE, MORNING, MORNING.date()))
    assert [each.outcome for each in taken] == ["blocked", "answered"]
    assert await chat.one(o.c.reason, *FIRST) == "indistinct"
    assert await chat.answers_of(1) == {"overall": 5}


async def test_own_answers_stay_in_the_chat(chat: Talk) -> None:
    """The list of a customer's answers cannot be sent to the chat: it does not go to the phone that is shared."""
    await chat.second_customer(SHARED_BY_TWO_YEARS)
    await chat.says("2", sender=CHAT)
    await chat.deliver(MORNING)
    await chat.says("mina svar", sender=CHAT)
    await fail(chat)
    assert [say.text for say in await said_by_sms(chat)] == ["1984"]
    assert "Stödet" not in chat.sms.sent[-1].text


async def test_a_question_moves_once_for_each_address(chat: Talk) -> None:
    """The chat's messages are all reported as failed, twice each."""
    await chat.second_customer(SHARED_BY_TWO_YEARS)
    for _ in range(2):
        await refuse_later(chat)
    assert len(await said_by_sms(chat)) == 1


async def test_a_channel_that_is_off_is_not_used(chat: Talk) -> None:
    async with chat.db.begin() as conn:
        id_ = (await conn.execute(select(address.c.id).where(address.c.channel == "telegram"))).scalar_one()
        fate = await fallback.blocked(conn, id_, Context(("telegram",), MORNING, MORNING.date()))
    assert fate == "stays"
    assert await said_by_sms(chat) == []


@pytest.mark.parametrize(
    ("born", "asked", "reason"),
    [
        (1990, [Say(("opening_born",), "treatment", "1984")], "asked"),
        (1984, [], "indistinct"),
    ],
)
async def test_a_new_number_that_is_shared(talk: Talk, born: int, asked: list[Say], reason: str) -> None:
    """The register gives the customer a number in the middle of a conversation that another customer has, too."""
    new = "+46701234599"
    await talk.says("4")
    await talk.second_customer(born, enrolled=True)
    async with talk.db.begin() as conn:
        await import_phones(conn, {1: new, 2: new})
    assert (await said_by_sms(talk))[1:] == asked  # after the question of the morning
    assert await talk.one(o.c.reason, *FIRST) == reason
    assert await talk.answers_of(1) == {"overall": 4}


async def test_no_reminder_where_nothing_tells(talk: Talk) -> None:
    """The phone becomes shared after the question was asked; the reminder would reach either of them."""
    await talk.says("2")
    await talk.second_customer(1984, enrolled=True)
    await talk.planner.expire_sessions(MORNING + timedelta(days=3, hours=1))
    assert len(await said_by_sms(talk)) == 1
    assert await talk.one(session.c.reminded) == 1
    assert await talk.one(session.c.is_open) == 1


async def test_asked_for_by_hand_nobody_is_mistaken(db: Database) -> None:
    talk = Talk(db)
    await talk.register()
    await talk.second_customer(1984, enrolled=True)
    await talk.planner.plan(MORNING)
    async with db.begin() as conn:
        id_ = (await conn.execute(select(o.c.id).where(*FIRST))).scalar_one()
        assert await talk.planner.ask_now(conn, id_, MORNING) == "indistinct"
    assert await said_by_sms(talk) == []
