"""A conversation in Telegram: buttons, the question that shows its answer, a bot that was blocked."""

from bot.inbound.events import BotBlocked, LinkRequested, Tapped
from storage.people import addresses
from storage.tables import (
    address,
    customer_address,
    session,
)
from survey.conversation.model import TextReceived, Unreadable
from tests.support.journeys.talk import CHAT, TOMORROW, Talk
from tests.support.story import MORNING


def _button(talk: Talk, place: int) -> Tapped:
    reference, _, value = talk.telegram.sent[-1].choices[place][0].rpartition(":")
    return Tapped(reference, int(value), "77")


async def test_a_tap_answers_and_the_question_shows_it(chat: Talk) -> None:
    taken = await chat.takes(_button(chat, 1), MORNING, CHAT)
    assert taken.edit is not None
    assert (taken.edit.message_id, taken.edit.text.splitlines()[-1]) == ("77", "✓ Nöjd")
    assert await chat.answers() == {"overall": 4}


async def test_a_typed_answer_shows_in_the_question_too(chat: Talk) -> None:
    taken = await chat.takes(TextReceived("mycket nöjd"), MORNING, CHAT)
    assert taken.edit is not None
    assert (taken.edit.message_id, taken.edit.text.splitlines()[-1]) == ("id1", "✓ Mycket nöjd")


async def test_old_foreign_and_invented_buttons_change_nothing(chat: Talk) -> None:
    first = _button(chat, 0)
    assert (await chat.takes(first, MORNING, "999")).outcome == "unknown_sender"  # another chat
    await chat.takes(first, MORNING, CHAT)
    await chat.deliver(MORNING)
    assert (await chat.takes(first, MORNING, CHAT)).reply is None  # tapped twice
    other = Tapped(first.reference, 1, "77")
    assert str((await chat.takes(other, MORNING, CHAT)).reply).startswith("Knappen är gammal.")
    assert str((await chat.takes(Tapped("1:overall", 5), MORNING, CHAT)).reply).startswith("Knappen är gammal.")
    assert (await chat.takes(Tapped(_button(chat, 0).reference, 99), MORNING, CHAT)).outcome == "re_asked"
    assert await chat.answers() == {"overall": 5}


async def test_a_button_after_the_end_is_answered_kindly(chat: Talk) -> None:
    first = _button(chat, 0)
    for text in ("4", "4", "4", "nej"):
        await chat.says(text, sender=CHAT)
    assert (await chat.takes(first, TOMORROW, CHAT)).reply == "Knappen är gammal. Svara på vår senaste fråga."


async def test_pictures_and_edits_call_for_words(chat: Talk) -> None:
    for _ in range(4):
        assert str((await chat.takes(Unreadable(), MORNING, CHAT)).reply).startswith(
            "Vi kan inte läsa bild eller röst."
        )
    assert await chat.answers() == {}


async def test_a_blocked_bot_goes_on_by_sms(chat: Talk) -> None:
    await chat.says("4", sender=CHAT)
    await chat.takes(BotBlocked(True), MORNING, CHAT)
    await chat.deliver(MORNING)
    (message,) = chat.sms.sent
    assert "bemöter" in message.text
    assert "närmare ett jobb" in str(await chat.says("5"))
    assert await chat.answers() == {"overall": 4, "treatment": 5}
    await chat.takes(BotBlocked(False), TOMORROW, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"


async def test_blocked_without_another_address_the_question_stays_open(chat: Talk) -> None:
    async with chat.db.begin() as conn:
        await conn.execute(customer_address.delete().where(customer_address.c.address_id == 1))
    await chat.takes(BotBlocked(True), MORNING, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "unreachable"
    assert await chat.one(session.c.is_open) == 1
    await chat.says("4", sender=CHAT)  # a customer who writes has let the bot in again
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"
    assert await chat.answers() == {"overall": 4}


async def test_a_new_link_reopens_an_unlinked_chat(chat: Talk) -> None:
    await chat.says("fel nummer", sender=CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "unlinked"
    async with chat.db.begin() as conn:
        await addresses.issue_token(conn, 1, "t" * 20, TOMORROW)
    await chat.takes(LinkRequested("t" * 20), MORNING, CHAT)
    assert await chat.one(address.c.state, address.c.channel == "telegram") == "active"
