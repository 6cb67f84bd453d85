"""When a call is made: written down first where nobody can be asked, at its moment, and not after a stop."""

from __future__ import annotations

import asyncio
import random
import time
from collections import Counter
from datetime import datetime, timedelta

import pytest
from sqlalchemy import func, select, update

from scheduler.delivery.sending import IN_FLIGHT, LATE, LEASE, Delivery, Sending
from storage.database.engine import Database
from storage.delivery import claims, clock_errors
from storage.delivery.claims import Claimed, Terms
from storage.delivery.pacing import Pace
from storage.tables import outbox as outbox_table
from survey.codes import Reason
from tests.support.fakes import FakeGateway, FakeSms
from tests.support.queued import opened, opened_more
from tests.support.story import CATALOGUE, MORNING, WINDOW, Story

TELEGRAM = {"telegram": Pace()}
RATE = 40.0
MESSAGES = 40


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


async def claimed(story: Story, now: datetime = MORNING) -> Claimed:
    (message,), _ = await claims.claim(story.db, {"telegram": 1}, Terms(now, LEASE, TELEGRAM, None, {"telegram"}))
    return message


async def begun(story: Story, message: Claimed, now: datetime) -> bool:
    async with story.db.begin() as conn:
        return await claims.begin(conn, message, now)


async def killed_and_started_again(story: Story) -> None:
    async with story.db.begin() as conn:
        await claims.release_all(conn, MORNING)


async def test_a_claim_without_a_call_is_certain(story: Story) -> None:
    await opened(story, telegram=True)
    for _ in range(12):
        message = await claimed(story)
        assert (message.in_doubt, message.attempts, message.called_at) == (False, 1, None)
        await killed_and_started_again(story)
        assert await story.one(outbox_table.c.state) == "queued"
    await story.deliver(MORNING)
    assert len(story.telegram.sent) == 1
    assert await story.one(outbox_table.c.repeats) == 0


async def test_an_interrupted_call_is_repeated_once(story: Story) -> None:
    await opened(story, telegram=True)
    for repeats in (0, 1):
        message = await claimed(story)
        assert await begun(story, message, MORNING)
        await killed_and_started_again(story)
        assert await story.one(outbox_table.c.state) == "unknown"
        assert await story.one(outbox_table.c.repeats) == repeats
        await story.delivery.deliver_once(MORNING)  # nobody can be asked
    assert story.telegram.calls == 0
    assert await story.one(outbox_table.c.reason) == Reason.GIVEN_UP


async def test_an_expired_lease_makes_no_call(story: Story) -> None:
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


async def run(story: Story, gateway: FakeGateway, enough: asyncio.Event, pace: Pace, patience: float = 5) -> None:
    """Deliver as `followup run` does until there is ``enough``, and stop."""
    sending = Sending(WINDOW, paces={gateway.channel: pace})
    delivery = Delivery(story.db, CATALOGUE, {gateway.channel: gateway}, sending, jitter=random.Random(1))
    running = asyncio.create_task(delivery.run(Clock(), patience))
    await asyncio.wait_for(enough.wait(), 30)
    delivery.stop()
    await running


@pytest.mark.parametrize("stalls", [0, 2, 1000])
async def test_delayed_messages_do_not_leave_in_bursts(story: Story, stalls: int) -> None:
    await opened(story)
    await opened_more(story, MESSAGES - 1)
    moments: list[float] = []
    all_sent = asyncio.Event()

    async def called() -> None:
        moments.append(time.monotonic())
        if len(moments) == MESSAGES:
            all_sent.set()
        if len(moments) % 5 == 0 and len(moments) <= 5 * stalls:
            time.sleep(0.3)  # noqa: ASYNC251  # a process that gets no processor

    await run(story, FakeSms(on_call=called), all_sent, Pace(RATE))
    if stalls < 1000:  # 1000: it is always late, and everything leaves all the same
        busiest = max(sum(first <= each < first + 0.5 for each in moments) for first in moments)
        assert busiest <= RATE * (0.5 + 2 * LATE) + 1  # one LATE is the machine's own; 32 without new moments


async def test_a_stop_leaves_only_calls_in_doubt(story: Story) -> None:
    await opened(story)
    await opened_more(story, IN_FLIGHT + 20)
    all_taken = asyncio.Event()

    async def never_answered() -> None:
        if gateway.calls == IN_FLIGHT:
            all_taken.set()
        await asyncio.sleep(60)
        raise AssertionError("waited for too long")

    gateway = FakeSms(on_call=never_answered)
    await run(story, gateway, all_taken, Pace(), patience=1)
    async with story.db.read() as conn:
        states = Counter((await conn.execute(select(outbox_table.c.state))).scalars())
        leases = Counter((await conn.execute(select(outbox_table.c.lease_until))).scalars())
    assert states == {"unknown": IN_FLIGHT, "queued": 21}
    assert leases == {None: IN_FLIGHT + 21}


async def test_at_most_one_message_is_uncommitted(story: Story) -> None:
    await opened(story, telegram=True)
    await opened_more(story, 19, channel="telegram")
    between: list[int] = []
    all_sent = asyncio.Event()

    async def called() -> None:
        begun = select(func.count()).where(outbox_table.c.state == "sending", outbox_table.c.called_at.is_not(None))
        async with story.db.read() as conn:
            between.append(int((await conn.execute(begun)).scalar_one()))
        if len(between) == 20:
            all_sent.set()

    await run(story, FakeGateway(on_call=called), all_sent, Pace())
    assert between == [1] * 20


async def test_a_clock_that_was_ahead_holds_nothing(story: Story) -> None:
    """One message was queued and one tried again a day ahead; one lease ends then. All are due within a minute."""
    await opened(story)
    await opened_more(story, 2)
    tomorrow = MORNING + timedelta(days=1)
    changes: list[tuple[str, dict[str, object]]] = [
        ("extra0", {"created_at": tomorrow, "not_before": tomorrow}),
        ("extra1", {"reason": "retry:503", "not_before": tomorrow}),
        ("1:0", {"state": "sending", "called_at": MORNING, "lease_until": tomorrow}),
    ]
    async with story.db.begin() as conn:
        for key, values in changes:
            await conn.execute(update(outbox_table).where(outbox_table.c.key == key).values(**values))
    await story.deliver(MORNING)
    assert story.sms.calls == 0
    async with story.db.begin() as conn:
        assert await clock_errors.mend(conn, LEASE, MORNING) == 3
        assert await clock_errors.mend(conn, LEASE, MORNING) == 0
    for minute in (0, 1):
        await story.deliver(MORNING + timedelta(minutes=minute))
    assert {each.reference for each in story.sms.sent} >= {"extra0", "extra1"}
    assert story.sms.lookups == 1
    assert len(story.sms.sent) == 3


async def test_what_waits_for_good_reasons_still_waits(story: Story) -> None:
    await opened(story)
    later = MORNING + timedelta(minutes=50)
    for reason in ("outside_hours", "retry:503"):
        async with story.db.begin() as conn:
            await conn.execute(update(outbox_table).values(reason=reason, not_before=later))
            assert await clock_errors.mend(conn, LEASE, MORNING) == 0
