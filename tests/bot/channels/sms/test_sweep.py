"""What Twilio received and we did not is taken in: all of it, in order, and once."""

from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from datetime import datetime, timedelta

import pytest
from sqlalchemy import select, update

from bot.channels.sms.sweep import Sweep, in_order
from bot.inbound.group_commit import Intake
from scheduler.delivery.gateway import GatewayError
from storage.database.engine import Database
from storage.delivery import restoration
from storage.tables import case, inbox, outbox
from storage.tables import channel as channel_table
from survey.conversation.model import TextReceived
from tests.support.journeys.talk import Talk, asked
from tests.support.story import CATALOGUE, MORNING, PHONE, ZONE

MINUTE = timedelta(minutes=1)
DAY = timedelta(days=1)


@dataclass(frozen=True)
class Sms:
    """One SMS in Twilio's list."""

    external_id: str
    text: str
    at: datetime | None
    sender: str = PHONE


@dataclass
class Listed:
    """A Twilio that lists what it has received, the latest first."""

    there: list[Sms] = field(default_factory=list)
    replies: list[datetime] = field(default_factory=list)
    asked: list[datetime] = field(default_factory=list)
    down: bool = False

    async def inbound(self, since: datetime) -> AsyncIterator[Sms]:
        self.asked.append(since)
        if self.down:
            raise GatewayError("transient", "connect")
        for each in reversed(self.there):
            if each.at is None or each.at >= since:
                yield each

    async def replied(self, to: str, since: datetime) -> Sequence[datetime]:
        return [at for at in self.replies if at >= since]


class Swept:
    """A sweep whose clock stands where the test puts it."""

    def __init__(self, talk: Talk) -> None:
        self.now = MORNING + 60 * MINUTE
        self.talk, self.listed = talk, Listed()
        self.intake = Intake(talk.db, CATALOGUE, lambda: self.now, zone=ZONE)
        self.sweep = Sweep(talk.db, self.listed, self.intake, lambda: self.now, ZONE)

    async def finds(self, *messages: tuple[str, float]) -> None:
        """Sweep, after these texts were received so many minutes after nine."""
        self.listed.there += [
            Sms(f"SM{number}", text, MORNING + minutes * MINUTE)
            for number, (text, minutes) in enumerate(messages, len(self.listed.there))
        ]
        await self.sweep.run(timedelta())


@pytest.fixture
async def swept(db: Database) -> Swept:
    return Swept(await asked(db))


async def test_an_answer_that_never_came(swept: Swept) -> None:
    await swept.finds(("4", 5))
    assert await swept.talk.answers() == {"overall": 4}
    assert await swept.talk.one(outbox.c.priority, outbox.c.key.like("reply:swept:%")) == 0


async def test_a_repeated_answer_is_not_the_next(swept: Swept) -> None:
    """Nobody was asked the second question when both were written."""
    await swept.finds(("4", 5), ("4", 20))
    assert await swept.talk.answers() == {"overall": 4}


async def test_answers_from_a_lost_database(swept: Swept) -> None:
    """The lost system answered each within two seconds. They are stored in their order and answered no more."""
    async with swept.talk.db.begin() as conn:
        await restoration.announce(conn, MORNING + MINUTE)
        await restoration.settled(conn, swept.now)
    said = [("5", 5.0), ("4", 7.0), ("3", 9.0)]
    swept.listed.replies = [MORNING + minutes * MINUTE + timedelta(seconds=2) for _, minutes in said]
    await swept.finds(*said)
    assert await swept.talk.answers() == {"overall": 5, "treatment": 4, "usefulness": 3}
    async with swept.talk.db.read() as conn:
        replies = select(outbox.c.id).where(outbox.c.key.like("reply:%"))
        assert (await conn.execute(replies)).first() is None


async def test_a_late_webhook_is_not_answered_twice(swept: Swept) -> None:
    """The sweep's reply is queued, so the response of the webhook that comes after all is empty."""
    await swept.finds(("4", 5))
    assert (await swept.talk.takes(TextReceived("4"), swept.now, id_="SM0")).reply is None
    assert await swept.talk.answers() == {"overall": 4}


# How long ago the last sweep succeeded, and how far back the next one asks: ten minutes more, at least three days.
REACHES = [
    (None, 3 * DAY),
    (5 * MINUTE, 3 * DAY),  # 5 + 10 min is less than three days
    (4.5 * DAY, 4.5 * DAY + 10 * MINUTE),  # Easter
    (60 * DAY, 60 * DAY + 10 * MINUTE),
    (-DAY, 3 * DAY),  # the clock was a day ahead
]


@pytest.mark.parametrize(("ago", "back"), REACHES)
async def test_it_reaches_back_to_the_last_success(swept: Swept, ago: timedelta | None, back: timedelta) -> None:
    await swept.finds()
    if ago is None:
        async with swept.talk.db.begin() as conn:
            await conn.execute(update(channel_table).values(read_until=None))
    else:
        async with swept.talk.db.begin() as conn:
            await conn.execute(update(channel_table).values(read_until=swept.now - ago))
    await swept.finds()
    assert swept.listed.asked[-1] == swept.now - back


async def test_a_failed_sweep_is_no_success(swept: Swept) -> None:
    await swept.finds()
    swept.listed.down = True
    swept.now += 5 * DAY
    await swept.finds()
    swept.listed.down = False
    swept.now += DAY
    await swept.finds()
    assert swept.listed.asked[-1] == swept.now - 6 * DAY - 10 * MINUTE


@pytest.mark.parametrize(("kept", "told"), [(True, []), (False, ["gap"])])
async def test_staff_hear_when_twilio_keeps_less(swept: Swept, kept: bool, told: list[str]) -> None:
    await swept.finds(("4", 60))
    swept.now += 5 * DAY
    if not kept:
        swept.listed.there.clear()
    await swept.finds()
    await swept.finds()
    assert [kind for (kind,) in await swept.talk.rows(case, "kind")] == told


async def test_a_young_message_may_still_come(swept: Swept) -> None:
    swept.listed.there = [Sms("SM0", "4", swept.now - MINUTE)]
    await swept.sweep.run()
    assert await swept.talk.answers() == {}
    swept.now += 2 * MINUTE
    await swept.sweep.run()
    await swept.sweep.run()
    assert await swept.talk.answers() == {"overall": 4}
    assert await swept.talk.one(inbox.c.written_at) == MORNING + 59 * MINUTE


async def test_a_redacted_text_may_still_come(swept: Swept) -> None:
    """The list has no text, and the webhook may come once more. If it does not, the question is asked again."""
    swept.listed.there = [Sms("SM0", "", swept.now - MINUTE)]
    await swept.sweep.run(timedelta())
    assert await swept.talk.rows(inbox, "external_id") == []
    swept.now += 2 * MINUTE
    await swept.sweep.run(timedelta())
    assert await swept.talk.one(inbox.c.body) == "Unreadable"
    assert await swept.talk.answers() == {}
    assert await swept.talk.one(outbox.c.priority, outbox.c.key.like("reply:swept:%")) == 0


def test_the_order_in_which_they_were_written() -> None:
    """One without a time stays after the one before it in the list."""
    one, two, three = MORNING, MORNING + MINUTE, MORNING + 2 * MINUTE
    latest_first = [Sms("c", "", three), Sms("x", "", None), Sms("a", "", one), Sms("b", "", two)]
    assert [each.external_id for each in in_order(latest_first)] == ["a", "x", "b", "c"]
