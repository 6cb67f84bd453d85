"""Replies to earlier questions, edited answers, pictures, stickers and /start in a chat."""

from datetime import datetime, timedelta

import pytest
from sqlalchemy import update

from bot.channels.telegram.receiver import event_of
from bot.channels.telegram.updates import parse_update
from bot.inbound.batch import Moment
from bot.inbound.events import Inbound, Taken
from bot.inbound.intake import take_in
from storage.database.engine import Database
from storage.delivery import outbox
from storage.people import addresses
from storage.register import importer
from storage.register.rows import CustomerRow, RegisterBatch
from storage.tables import answer_history, occasion, session
from storage.tables import outbox as outbox_table
from tests.support.journeys.talk import CHAT, TOMORROW, Talk, asked_in_a_chat, import_phones
from tests.support.story import CATALOGUE, MORNING, PHONE, START


class Chat:
    """A chat as Telegram tells of it: messages with numbers, which can be replied to and edited."""

    def __init__(self, talk: Talk) -> None:
        self.talk = talk
        self.updates = 100

    async def send(
        self, now: datetime = MORNING, *, edit: bool = False, chat: str = CHAT, **message: object
    ) -> Taken:
        self.updates += 1
        told = {"message_id": self.updates, "chat": {"id": int(chat), "type": "private"}, **message}
        kind = "edited_message" if edit else "message"
        parsed = parse_update({"update_id": self.updates, kind: told})
        assert parsed is not None
        event = Inbound(
            "telegram",
            parsed.external_id,
            parsed.sender,
            event_of(parsed),
            message_id=parsed.message_id,
            reply_to=parsed.reply_to,
            is_edit=parsed.is_edit,
        )
        async with self.talk.db.begin() as conn:
            (taken,) = await take_in(conn, [event], Moment(CATALOGUE, now, now.date()))
        await self.talk.deliver(now)
        return taken

    async def say(self, text: str, minutes: int = 0, **message: object) -> Taken:
        return await self.send(MORNING + timedelta(minutes=minutes), text=text, **message)

    async def asked(self, question: str) -> dict[str, object]:
        """What a reply to the message that asked a question says."""
        async with self.talk.db.begin() as conn:
            address_id = (await addresses.find_or_add(conn, "telegram", [CHAT], MORNING))[CHAT].id
            found = await outbox.last_asked(conn, 1, address_id, question)
            assert found is not None
            number = int(found.removeprefix("id"))  # Telegram's are numbers
            o = outbox_table.c
            await conn.execute(update(outbox_table).where(o.external_id == found).values(external_id=str(number)))
        return {"reply_to_message": {"message_id": number}}


@pytest.fixture
async def chat(db: Database) -> Chat:
    return Chat(await asked_in_a_chat(db))


async def test_a_reply_answers_the_question_replied_to(chat: Chat) -> None:
    await chat.say("4", 1)
    await chat.say("5", 2)
    taken = await chat.say("2", 3, **await chat.asked("overall"))
    assert taken.outcome == "corrected"
    assert await chat.talk.answers() == {"overall": 2, "treatment": 5}
    assert "Varför?" in str(taken.reply)  # why is asked directly after the rating that it explains


async def test_a_reply_to_the_open_question_answers_it(chat: Chat) -> None:
    await chat.say("4", 1, **await chat.asked("overall"))
    assert await chat.talk.answers() == {"overall": 4}


async def test_a_reply_that_says_stop_stops(chat: Chat) -> None:
    await chat.say("4", 1)
    assert (await chat.say("stopp", 2, **await chat.asked("overall"))).outcome == "opted_out"


async def test_a_reply_after_the_end_corrects(chat: Chat) -> None:
    for minute, text in enumerate(["4", "4", "4", "Bra"]):
        await chat.say(text, minute)
    replied = await chat.asked("treatment")
    assert (await chat.send(TOMORROW, text="5", **replied)).outcome == "corrected"
    assert (await chat.talk.answers())["treatment"] == 5
    assert await chat.talk.one(session.c.is_open) == 0
    assert await chat.talk.one(occasion.c.outcome, START) == "completed"


async def test_an_edited_answer_is_corrected(chat: Chat) -> None:
    await chat.say("5", 1, message_id=7)
    await chat.say("5", 2)
    taken = await chat.send(MORNING + timedelta(minutes=3), edit=True, message_id=7, text="4")
    assert taken.outcome == "corrected"
    assert await chat.talk.answers() == {"overall": 4, "treatment": 5}
    assert await chat.talk.rows(answer_history, "question", "value") == [("overall", 5)]


async def test_an_edit_of_an_edit_counts_once_more(chat: Chat) -> None:
    await chat.say("2", 1, message_id=7)
    for minute, text in enumerate(["4", "4", "3"], 2):
        await chat.send(MORNING + timedelta(minutes=minute), edit=True, message_id=7, text=text)
    assert await chat.talk.answers() == {"overall": 3}


async def test_an_edited_comment_replaces_the_first(chat: Chat) -> None:
    for minute, text in enumerate(["4", "4", "4"]):
        await chat.say(text, minute)
    await chat.say("Brra", 5, message_id=7)
    await chat.send(MORNING + timedelta(minutes=6), edit=True, message_id=7, text="Bra")
    assert (await chat.talk.answers())["comment"] == "Bra"


async def test_an_edit_nobody_sees_is_noise(chat: Chat) -> None:
    await chat.say("4", 1, message_id=7)
    taken = await chat.send(MORNING + timedelta(minutes=2), edit=True, message_id=7, text="4 ")
    assert (taken.outcome, taken.reply) == ("unchanged", None)
    unknown = await chat.send(MORNING + timedelta(minutes=2), edit=True, message_id=99, text="1")
    assert (unknown.outcome, unknown.reply) == ("unchanged", None)
    assert await chat.talk.answers() == {"overall": 4}


async def test_a_misspelt_answer_edited_answers(chat: Chat) -> None:
    assert (await chat.say("qwerty", 1, message_id=7)).outcome == "re_asked"
    await chat.send(MORNING + timedelta(minutes=2), edit=True, message_id=7, text="4")
    assert await chat.talk.answers() == {"overall": 4}


async def test_a_caption_is_an_answer(chat: Chat) -> None:
    await chat.send(photo=[], caption="4")
    assert await chat.talk.answers() == {"overall": 4}


async def test_a_sticker_after_the_end_needs_nothing(chat: Chat) -> None:
    for minute, text in enumerate(["4", "4", "4", "Bra"]):
        await chat.say(text, minute)
    assert (await chat.send(TOMORROW, sticker={})).reply is None
    assert "ingen fråga" in str((await chat.send(TOMORROW, voice={})).reply)


async def test_cancel_is_no_opt_out(chat: Chat) -> None:
    taken = await chat.say("/cancel", 1)
    assert taken.outcome == "help"
    assert await chat.talk.one(session.c.is_open) == 1


async def test_start_alone_says_how_to_begin(chat: Chat) -> None:
    taken = await chat.send(text="/start", chat="8888")
    assert (taken.outcome, "länk" in str(taken.reply)) == ("link_missing", True)


async def test_ones_own_link_again_is_welcomed(chat: Chat) -> None:
    async with chat.talk.db.begin() as conn:
        await addresses.issue_token(conn, 1, "abc", TOMORROW)
    assert (await chat.say("/start abc", 1)).outcome == "linked"
    again = await chat.say("/start abc", 2)
    assert (again.outcome, str(again.reply)[:5]) == ("linked_again", "Tack!")
    assert (await chat.send(text="/start abc", chat="8888")).outcome == "link_refused"


@pytest.mark.parametrize("way", ["chat", "phone"])
async def test_what_waits_is_asked_once_linked(db: Database, way: str) -> None:
    talk = Talk(db)
    await talk.register()
    async with db.begin() as conn:
        await import_phones(conn, {1: ""})
    await talk.run(MORNING)
    assert (talk.sms.sent, talk.telegram.sent) == ([], [])
    soon = MORNING + timedelta(minutes=10)
    if way == "chat":
        async with db.begin() as conn:
            await addresses.issue_token(conn, 1, "abc", TOMORROW)
        await Chat(talk).send(soon, text="/start abc")
    else:
        row = CustomerRow("customers.csv", 2, "k", PHONE, "sv", "", None)
        async with db.begin() as conn:
            await importer.apply(conn, RegisterBatch(customers=(row,)), soon.date(), soon)
    await talk.run(soon + timedelta(minutes=1))
    assert await talk.one(session.c.is_open) == 1
