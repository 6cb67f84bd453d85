"""The next question is never lost with the response that was to bring it, and never asked twice."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest

from bot.channels.sms.responses import Responses, decide, matched
from bot.inbound.events import Inbound
from bot.inbound.group_commit import Intake
from storage.database.engine import Database
from storage.delivery.responses import Open
from storage.tables import outbox, response
from survey.conversation.model import Say, TextReceived
from tests.support.journeys.talk import Talk, asked
from tests.support.story import CATALOGUE, MORNING, PHONE, ZONE

SECOND = timedelta(seconds=1)


def given(id_: str, *later: str, written: bool = False, question: str | None = "treatment") -> Open:
    say = Say((), question).to_json()
    return Open(id_, 1, 1, say, PHONE, MORNING, MORNING if written else None, later)


# What we gave, when Twilio received each SMS and sent each reply (in seconds), and which left.
MATCHED = [
    ([given("a")], {"a": 0}, [1], {"a"}),
    ([given("a")], {"a": 0}, [0], {"a"}),
    ([given("a")], {"a": 0}, [], set()),
    ([given("a")], {}, [1], set()),  # Twilio does not tell of the SMS
    ([given("a")], {"a": 2}, [1], set()),  # the reply is that of an SMS before it
    ([given("a", "b")], {"a": 0, "b": 20}, [21], set()),  # the reply is that of the next SMS
    ([given("a", "b")], {"a": 0, "b": 20}, [1, 21], {"a"}),
    ([given("a", "b"), given("b")], {"a": 0, "b": 20}, [1], {"a"}),
    ([given("a", "b"), given("b")], {"a": 0, "b": 1}, [2, 3], {"a", "b"}),  # both came at once
]


@pytest.mark.parametrize(("ours", "received", "replied", "left"), MATCHED)
def test_which_replies_left(ours: list[Open], received: dict[str, int], replied: list[int], left: set[str]) -> None:
    times = {id_: MORNING + seconds * SECOND for id_, seconds in received.items()}
    assert matched(ours, times, [MORNING + seconds * SECOND for seconds in replied]) == left


# Whether Twilio's list has it, and others of the time.
FATES = [
    (given("a"), True, True, "left"),
    (given("a"), False, True, "queue"),
    (given("a"), False, False, "queue"),
    (given("a", written=True), False, False, "left"),  # nothing shows that Twilio lists replies
    (given("a", written=True), False, True, "queue"),
    (given("a", "b"), False, True, "drop"),  # the question has been asked again since
    (given("a", "b", question=None), False, True, "queue"),  # but "call 112" was not
]


@pytest.mark.parametrize(("reply", "is_there", "is_listing", "fate"), FATES)
def test_what_becomes_of_a_reply(reply: Open, is_there: bool, is_listing: bool, fate: str) -> None:
    assert decide(reply, is_there, is_listing) == fate


@dataclass(frozen=True)
class Sms:
    external_id: str
    at: datetime
    sender: str = PHONE
    text: str = "4"


@dataclass
class Listed:
    """A Twilio that received one SMS, and sent the replies that the test says."""

    replies: list[datetime] = field(default_factory=list)
    asked: int = 0

    async def inbound(self, since: datetime) -> AsyncIterator[Sms]:
        self.asked += 1
        yield Sms("m1", MORNING)

    async def replied(self, to: str, since: datetime) -> Sequence[datetime]:
        return self.replies

    async def all_replied(self, since: datetime) -> Sequence[tuple[str, datetime]]:
        return [(PHONE, at) for at in self.replies]


class Answered:
    """A customer who has answered the first question, in a response of which nothing more is known."""

    def __init__(self, talk: Talk) -> None:
        self.talk, self.now, self.listed = talk, MORNING, Listed()
        self.intake = Intake(talk.db, CATALOGUE, lambda: self.now, zone=ZONE)
        self.responses = Responses(talk.db, self.listed, lambda: self.now)

    async def webhook(self) -> str | None:
        return (await self.intake.submit(Inbound("sms", "m1", PHONE, TextReceived("4")))).reply

    async def after(self, seconds: int) -> int:
        self.now = MORNING + seconds * SECOND
        return await self.responses.run()

    async def left(self) -> tuple[int, int]:
        """Return how many replies are in the outbox, and how many responses nobody knows of."""
        keys = [key for (key,) in await self.talk.rows(outbox, "key")]
        return sum(key.startswith("reply:") for key in keys), len(await self.talk.rows(response, "say"))


@pytest.fixture
async def answered(db: Database) -> Answered:
    made = Answered(await asked(db))
    await made.webhook()
    return made


async def test_a_lost_response_goes_by_the_outbox_once(answered: Answered) -> None:
    first = await answered.webhook()
    assert await answered.after(29) == 0  # Twilio may have it in hand
    assert await answered.after(31) == 1
    assert await answered.after(300) == 0
    await answered.talk.deliver(answered.now)
    assert [sent.text for sent in answered.talk.sms.sent][1:] == [first]
    assert await answered.webhook() is None  # it would be read twice
    assert await answered.left() == (1, 0)


async def test_a_webhook_that_comes_again_is_answered_again(answered: Answered) -> None:
    answered.now = MORNING + 25 * SECOND
    assert await answered.webhook() is not None
    assert await answered.after(40) == 0  # the second response has just been given
    assert await answered.after(56) == 1


async def test_a_reply_in_the_list_has_left(answered: Answered) -> None:
    answered.listed.replies = [MORNING + SECOND]
    assert await answered.after(31) == 0
    assert await answered.left() == (0, 0)


async def test_a_written_response_counts_where_no_list_tells(answered: Answered) -> None:
    answered.intake.responded("m1")
    await answered.intake.close()
    assert await answered.after(60) == 0
    assert answered.listed.asked == 0
    assert await answered.after(601) == 0
    assert await answered.left() == (0, 0)


async def test_a_very_late_reply_waits_for_the_morning(answered: Answered) -> None:
    await answered.after(12 * 3600)
    await answered.talk.deliver(answered.now)
    assert len(answered.talk.sms.sent) == 1
    await answered.talk.deliver(MORNING + timedelta(days=1))
    assert len(answered.talk.sms.sent) == 2
