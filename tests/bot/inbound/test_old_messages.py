"""A message counts by the time at which it was written, whenever it comes."""

from datetime import datetime, timedelta

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from sqlalchemy import func, select

from storage.database.engine import Database
from storage.tables import address, case, inbox, outbox, session
from survey.conversation.model import TextReceived, Unreadable
from tests.support.journeys.talk import CHAT, Talk, asked, asked_in_a_chat
from tests.support.story import MORNING, at

MINUTE = timedelta(minutes=1)


def clock(minutes: float) -> datetime:
    """Return the time so many minutes after the first question, which is asked at nine."""
    return MORNING + minutes * MINUTE


# What is written when (minutes after the first question), when it comes, and the answers that are stored then.
# The second question is asked when the first answer comes.
ORDERS = [
    ("before the first question", [("4", -10, 5)], {}),
    ("after the first question", [("4", 1, 30)], {"overall": 4}),
    ("before the second question", [("5", 5, 5), ("4", 3, 20)], {"overall": 5}),
    ("after the second question", [("5", 5, 5), ("4", 6, 30)], {"overall": 5, "treatment": 4}),
    ("sent again, for no reply came", [("4", 1, 30), ("4", 10, 30.1)], {"overall": 4}),
    ("answered meanwhile", [("5", 5, 5), ("4", 6, 6), ("3", 5.5, 20)], {"overall": 5, "treatment": 4}),
    ("it comes as it is written", [("5", 5, 5), ("4", 5.1, 5.1)], {"overall": 5, "treatment": 4}),
    ("its clock is ahead", [("5", 9, 5), ("4", 12, 7)], {"overall": 5, "treatment": 4}),
    ("no answer at all, before the question", [("5", 5, 5), ("hej du", 3, 20)], {"overall": 5}),
]


@pytest.mark.parametrize(("_name", "messages", "stored"), ORDERS, ids=[name for name, _, _ in ORDERS])
async def test_no_answer_is_older_than_its_question(
    db: Database, _name: str, messages: list[tuple[str, float, float]], stored: dict[str, int]
) -> None:
    talk = await asked(db)
    for text, written, comes in messages:
        await talk.takes(TextReceived(text), clock(comes), written_at=clock(written))
    assert await talk.answers() == stored


async def test_what_is_too_old_is_not_answered(db: Database) -> None:
    talk = await asked(db)
    await talk.says("5", clock(5))
    for event in (TextReceived("4"), TextReceived("hej du"), Unreadable()):
        taken = await talk.takes(event, clock(20), written_at=clock(3))
        assert (taken.outcome, taken.reply) == ("too_old", None)
    assert await talk.one(func.count(outbox.c.id), outbox.c.key.like("reply:%")) == 0
    assert await talk.says("4", clock(21)) is not None  # the second question is still open
    assert await talk.answers() == {"overall": 5, "treatment": 4}


@pytest.mark.parametrize(("text", "kind"), [("klagomål: ingen ringer", "complaint"), ("jag vill dö", "danger")])
async def test_an_old_request_is_met(db: Database, text: str, kind: str) -> None:
    talk = await asked(db)
    await talk.says("5", clock(5))
    await talk.takes(TextReceived(text), clock(20), written_at=clock(3))
    assert await talk.one(case.c.kind) == kind
    assert await talk.one(session.c.is_open) == 1


async def test_an_old_stop_ends_the_conversation(db: Database) -> None:
    talk = await asked(db)
    await talk.says("5", clock(5))
    await talk.takes(TextReceived("STOPP"), clock(20), written_at=clock(3))
    assert await talk.one(address.c.state) == "opted_out"
    assert await talk.one(session.c.is_open) == 0


# (word, written, comes), in minutes, and the address's state in the end.
STOPS = [
    ([("START", 5, 5), ("STOPP", 1, 30)], "active"),
    ([("STOPP", 5, 5), ("START", 1, 30)], "opted_out"),
    ([("STOPP", 1, 1), ("STOPP", 9, 9), ("START", 5, 30)], "opted_out"),
    ([("STOPP", 1, 1), ("START", 5, 5), ("STOPP", 3, 30)], "active"),
    ([("STOPP", 1, 1), ("START", 5, 5), ("STOPP", 7, 30)], "opted_out"),
]


@pytest.mark.parametrize(("words", "state"), STOPS)
async def test_the_word_written_last_counts(
    db: Database, words: list[tuple[str, float, float]], state: str
) -> None:
    talk = await asked(db)
    for word, written, comes in words:
        await talk.takes(TextReceived(word), clock(comes), written_at=clock(written))
    assert await talk.one(address.c.state) == state


@st.composite
def orders(draw: st.DrawFn) -> list[tuple[int, str]]:
    """Draw words with the minutes in which they were written, in the order in which they come."""
    words = draw(st.lists(st.sampled_from(["STOPP", "START"]), min_size=1, max_size=5))
    return draw(st.permutations(list(enumerate(words))))


@settings(max_examples=40, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(order=orders())
async def test_stop_and_start_in_any_order(db: Database, order: list[tuple[int, str]]) -> None:
    """Law: whatever the order in which they come, the one written last decides."""
    talk = Talk(db)
    earlier = await talk.one(func.count(inbox.c.id))
    phone = f"+4676{earlier:07d}"  # of a customer who has written nothing yet
    for turn, (minute, word) in enumerate(order):
        await talk.takes(TextReceived(word), clock(60 + turn), phone, f"{earlier}:{turn}", written_at=clock(minute))
    state = await talk.one(address.c.state, address.c.value == phone)
    assert state == ("opted_out" if max(order)[1] == "STOPP" else "active")


async def test_an_old_chat_message_waits_for_the_morning(db: Database) -> None:
    chat = await asked_in_a_chat(db)
    night = at("2025-07-01 02:00")
    await chat.takes(TextReceived("5"), night, CHAT, written_at=at("2025-06-30 22:00"))
    before = len(chat.telegram.sent)
    await chat.deliver(night)
    assert len(chat.telegram.sent) == before
    await chat.deliver(at("2025-07-01 09:00"))
    assert len(chat.telegram.sent) == before + 1
    async with db.read() as conn:
        keys = (await conn.execute(select(outbox.c.key))).scalars().all()
    assert sum(key.startswith("reply:swept:") for key in keys) == 1


async def test_a_date_that_nobody_can_believe(db: Database) -> None:
    """Telegram keeps an update for a day: a clock that says 1970 says nothing."""
    chat = await asked_in_a_chat(db)
    await chat.takes(TextReceived("5"), clock(5), CHAT, written_at=at("1970-01-01 01:00"))
    assert await chat.answers() == {"overall": 5}


async def test_a_new_chat_message_is_answered_at_night(db: Database) -> None:
    chat = await asked_in_a_chat(db)
    night = at("2025-07-01 02:00")
    await chat.takes(TextReceived("5"), night, CHAT, written_at=night - timedelta(minutes=2))
    before = len(chat.telegram.sent)
    await chat.deliver(night)
    assert len(chat.telegram.sent) == before + 1
