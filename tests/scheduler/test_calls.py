"""When a call is made: written down first where nobody can be asked, at its moment, and not after a stop."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select

from scheduler import retry
from scheduler.delivery import IN_FLIGHT, LATE, LEASE, Delivery, Sending
from scheduler.gateway import OutboundMessage, Sent
from storage import claims
from storage.channels import Pace
from storage.claims import Claimed
from storage.database import Database
from storage.tables import outbox as outbox_table
from tests.fakes import FakeGateway, FakeSms
from tests.scheduler.test_delivery import opened, opened_more
from tests.scheduler.test_flow import CATALOGUE, MORNING, WINDOW, Story

TELEGRAM = {"telegram": Pace()}
RATE = 40.0
MESSAGES = 40


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


async def claimed(story: Story, now: datetime = MORNING) -> Claimed:
    (message,), _ = await claims.claim(story.db, now, LEASE, {"telegram": 1}, TELEGRAM, None, {"telegram"})
    return message


async def begun(story: Story, message: Claimed, now: datetime) -> bool:
    async with story.db.begin() as conn:
        return await claims.begin(conn, message, now)


async def killed_and_started_again(story: Story) -> None:
    async with story.db.begin() as conn:
        await claims.release_all(conn, MORNING)


async def test_what_was_claimed_and_not_called_is_in_no_doubt(story: Story) -> None:
    await opened(story, telegram=True)
    for _ in range(2 * retry.ATTEMPTS):
        message = await claimed(story)
        assert (message.in_doubt, message.attempts, message.called_at) == (False, 1, None)
        await killed_and_started_again(story)
        assert await story.one(outbox_table.c.state) == "queued"
    await story.deliver(MORNING)
    assert len(story.telegram.sent) == 1
    assert await story.one(outbox_table.c.repeats) == 0


async def test_a_call_that_was_written_down_is_a_doubt_and_is_repeated_once(story: Story) -> None:
    await opened(story, telegram=True)
    for repeats in (0, 1):
        message = await claimed(story)
        assert await begun(story, message, MORNING)
        await killed_and_started_again(story)
        assert await story.one(outbox_table.c.state) == "unknown"
        assert await story.one(outbox_table.c.repeats) == repeats
        await story.delivery.deliver_once(MORNING)  # nobody can be asked
    assert story.telegram.calls == 0
    assert await story.one(outbox_table.c.reason) == "Kan ha kommit fram: skickas inte en gång till."


async def test_one_who_slept_past_the_lease_does_not_call(story: Story) -> None:
    await opened(story, telegram=True)
    slept = await claimed(story)
    assert not await begun(story, slept, MORNING + LEASE)
    other = await claimed(story, MORNING + LEASE)
    # Its own clock stood still meanwhile.
    assert not await begun(story, slept, MORNING)
    assert await begun(story, other, MORNING + LEASE)


class Clock:
    """MORNING, and on from there as time passes."""

    def __init__(self) -> None:
        self._began = time.monotonic()

    def __call__(self) -> datetime:
        return MORNING + timedelta(seconds=time.monotonic() - self._began)


class Punctual(FakeSms):
    """Remembers when each call came; the ``stalls`` first hold up the whole process."""

    def __init__(self, stalls: int) -> None:
        super().__init__()
        self.moments: list[float] = []
        self.all_sent = asyncio.Event()
        self._stalls = stalls

    async def send(self, message: OutboundMessage) -> Sent:
        self.moments.append(time.monotonic())
        if len(self.moments) == MESSAGES:
            self.all_sent.set()
        if self._stalls and len(self.moments) % 5 == 0:
            self._stalls -= 1
            time.sleep(0.3)  # noqa: ASYNC251  # a process that gets no processor
        return await super().send(message)


@pytest.mark.parametrize("stalls", [0, 2, 1000])
async def test_what_a_busy_machine_held_up_does_not_leave_in_a_burst(story: Story, stalls: int) -> None:
    await opened(story)
    await opened_more(story, MESSAGES - 1)
    gateway = Punctual(stalls)
    sending = Sending(WINDOW, paces={"sms": Pace(RATE)})
    delivery = Delivery(story.db, CATALOGUE, {"sms": gateway}, sending, jitter=random.Random(1))
    running = asyncio.create_task(delivery.run(Clock(), 5))
    await asyncio.wait_for(gateway.all_sent.wait(), 30)
    delivery.stop()
    await running
    if stalls < 1000:  # 1000: it is always late, and everything leaves all the same
        busiest = max(sum(first <= each < first + 0.5 for each in gateway.moments) for first in gateway.moments)
        assert busiest <= RATE * (0.5 + 2 * LATE) + 1  # one LATE is the machine's own; 32 without new moments


class Hanging(FakeSms):
    """Takes what it is given and never answers."""

    def __init__(self, most: int) -> None:
        super().__init__()
        self.all_taken = asyncio.Event()
        self._most = most

    async def send(self, message: OutboundMessage) -> Sent:
        self.calls += 1
        if self.calls == self._most:
            self.all_taken.set()
        await asyncio.sleep(60)
        raise AssertionError("waited for too long")


async def test_a_stop_leaves_in_doubt_what_was_called_and_nothing_else(story: Story) -> None:
    await opened(story)
    await opened_more(story, IN_FLIGHT + 20)
    gateway = Hanging(IN_FLIGHT)
    delivery = Delivery(story.db, CATALOGUE, {"sms": gateway}, Sending(WINDOW), jitter=random.Random(1))
    running = asyncio.create_task(delivery.run(Clock(), 1))
    await asyncio.wait_for(gateway.all_taken.wait(), 10)
    delivery.stop()
    await running
    async with story.db.read() as conn:
        states = Counter((await conn.execute(select(outbox_table.c.state))).scalars())
        leases = Counter((await conn.execute(select(outbox_table.c.lease_until))).scalars())
    assert states == {"unknown": IN_FLIGHT, "queued": 21}
    assert leases == {None: IN_FLIGHT + 21}


class Watched(FakeGateway):
    """Looks, whenever it is called, at what else is between its call and its commit."""

    def __init__(self, db: Database) -> None:
        super().__init__()
        self.between: list[int] = []
        self.all_sent = asyncio.Event()
        self._db = db

    async def send(self, message: OutboundMessage) -> Sent:
        begun = select(func.count()).where(outbox_table.c.state == "sending", outbox_table.c.called_at.is_not(None))
        async with self._db.read() as conn:
            self.between.append(int((await conn.execute(begun)).scalar_one()))
        sent = await super().send(message)
        if len(self.sent) == 20:
            self.all_sent.set()
        return sent


async def test_where_nobody_can_be_asked_one_message_at_most_is_between_call_and_commit(story: Story) -> None:
    await opened(story, telegram=True)
    await opened_more(story, 19, channel="telegram")
    gateway = Watched(story.db)
    delivery = Delivery(story.db, CATALOGUE, {"telegram": gateway}, Sending(WINDOW), jitter=random.Random(1))
    running = asyncio.create_task(delivery.run(Clock(), 5))
    await asyncio.wait_for(gateway.all_sent.wait(), 10)
    delivery.stop()
    await running
    assert gateway.between == [1] * 20
