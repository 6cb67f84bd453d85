"""Once and no more: leases, doubt, pauses, rates and the ways around an address that is dead."""

from __future__ import annotations

import random
from datetime import UTC, datetime, timedelta

import pytest
from sqlalchemy import select, update

from scheduler.delivery import retry
from scheduler.delivery.gateway import GatewayError, OutboundMessage
from scheduler.delivery.sending import LEASE, Delivery, Sending
from storage.cases import handling
from storage.database.engine import Database
from storage.delivery import claims, pacing
from storage.delivery.claims import Terms
from storage.delivery.pacing import HORIZON, Pace, Standing, moments
from storage.delivery.settlement import CarrierWord
from storage.figures import aggregates
from storage.tables import address
from storage.tables import channel as channel_table
from storage.tables import outbox as outbox_table
from tests.support.carrier import carrier_says
from tests.support.queued import opened, opened_more
from tests.support.story import CATALOGUE, MORNING, PHONE, WINDOW, Story

SECOND, DAY = timedelta(seconds=1), timedelta(days=1)


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


# In doubt


@pytest.mark.parametrize("error", [GatewayError("unknown", "timeout"), RuntimeError("a bug")])
@pytest.mark.parametrize("arrived", [True, False])
async def test_an_uncertain_sms_is_looked_up_first(story: Story, error: Exception, arrived: bool) -> None:
    await opened(story)
    story.sms.errors = [error]
    await story.deliver(MORNING)
    assert (story.sms.calls, story.sms.lookups) == (1, 0)
    assert await story.one(outbox_table.c.state) == "unknown"
    if arrived:
        reference = str(await story.one(outbox_table.c.reference))
        story.sms.lost = [OutboundMessage(reference, "sms", PHONE, "")]
    for minute in (1, 2, 10):
        await story.deliver(MORNING + timedelta(minutes=minute))
    assert story.sms.lookups == 1
    assert story.sms.calls == (1 if arrived else 2)
    assert await story.one(outbox_table.c.state) == "sent"
    assert await story.one(outbox_table.c.lookups) == (0 if arrived else 1)
    assert await story.one(outbox_table.c.external_id) == ("found" if arrived else "id1")


async def test_without_a_look_up_nothing_is_repeated(story: Story) -> None:
    await opened(story)
    story.sms.errors = [GatewayError("unknown", "timeout")]
    story.sms.silent = GatewayError("transient", "connect")
    for minute in range(0, 120, 2):
        await story.deliver(MORNING + timedelta(minutes=minute))
    assert story.sms.calls == 1
    assert story.sms.lookups > 2
    story.sms.silent = None
    await story.deliver(MORNING + timedelta(hours=6))
    assert story.sms.calls == 2


async def test_a_lease_that_ran_out_is_a_doubt(story: Story) -> None:
    await opened(story)
    claimed, _ = await claims.claim(story.db, {"sms": 10}, Terms(MORNING, LEASE, {"sms": Pace()}, None))
    assert [each.in_doubt for each in claimed] == [False]
    await story.deliver(MORNING + LEASE - SECOND)
    assert await story.one(outbox_table.c.state) == "sending"
    await story.deliver(MORNING + LEASE)
    assert (story.sms.lookups, story.sms.calls) == (1, 1)


async def test_a_lone_process_ends_all_leases(story: Story) -> None:
    await opened(story)
    await claims.claim(story.db, {"sms": 10}, Terms(MORNING, LEASE, {"sms": Pace()}, None))
    async with story.db.begin() as conn:
        await claims.release_all(conn, MORNING)
    await story.deliver(MORNING)
    assert (story.sms.lookups, len(story.sms.sent)) == (1, 1)


async def test_crashes_before_the_call_use_no_try(story: Story) -> None:
    await opened(story)
    for _ in range(12):
        claimed, _ = await claims.claim(story.db, {"sms": 10}, Terms(MORNING, LEASE, {"sms": Pace()}, None))
        assert [(each.in_doubt, each.attempts) for each in claimed] == [(False, 1)]
        async with story.db.begin() as conn:
            await claims.release_all(conn, MORNING)
        await story.delivery.deliver_once(MORNING)  # it is not there
        assert story.sms.calls == 0
    await story.deliver(MORNING)
    assert len(story.sms.sent) == 1
    assert await story.one(outbox_table.c.state) == "sent"


async def test_telegram_repeats_once_with_the_same_buttons(story: Story) -> None:
    await opened(story, telegram=True)
    story.telegram.errors = [GatewayError("unknown", "timeout")]
    await story.deliver(MORNING)
    await story.deliver(MORNING + timedelta(minutes=5))
    (again,) = story.telegram.sent
    assert again.choices[0][0] == f"{again.reference}:5"
    assert await story.one(outbox_table.c.repeats) == 1


async def test_telegram_in_doubt_twice_is_given_up(story: Story) -> None:
    await opened(story, telegram=True)
    story.telegram.errors = [GatewayError("unknown", "timeout")] * 9
    for minute in range(0, 60, 2):
        await story.deliver(MORNING + timedelta(minutes=minute))
    assert story.telegram.calls == 2
    assert await story.one(outbox_table.c.state) == "unknown"
    assert await story.one(outbox_table.c.settled_at) is not None


@pytest.mark.parametrize("word", ["queued", "sent", "delivered"])
async def test_a_callback_ends_the_doubt(story: Story, word: str) -> None:
    await opened(story)
    (claimed,), _ = await claims.claim(story.db, {"sms": 10}, Terms(MORNING, LEASE, {"sms": Pace()}, None))
    async with story.db.begin() as conn:
        await carrier_says(conn, CarrierWord(claimed.reference, word, external_id="SM9"), MORNING)
    await story.deliver(MORNING + LEASE)
    assert (story.sms.lookups, story.sms.calls) == (0, 0)
    assert await story.one(outbox_table.c.external_id) == "SM9"
    assert await story.one(outbox_table.c.state) == ("delivered" if word == "delivered" else "sent")


async def test_a_stop_cancels_the_second_try(story: Story) -> None:
    await opened(story)
    story.sms.errors = [GatewayError("unknown", "timeout")]
    await story.deliver(MORNING)
    async with story.db.begin() as conn:
        await conn.execute(update(address).values(state="opted_out", state_at=MORNING))
    await story.deliver(MORNING + timedelta(minutes=5))
    assert story.sms.calls == 1
    assert await story.one(outbox_table.c.state) == "cancelled"


# Our own account, and being asked to wait


async def test_a_pause_holds_for_all_processes(story: Story) -> None:
    await opened(story)
    await opened_more(story, 5)
    other = Delivery(story.db, CATALOGUE, {"sms": story.sms}, Sending(WINDOW), jitter=random.Random(1))
    story.sms.errors = [GatewayError("account", "20003")] * 7
    await story.deliver(MORNING)
    assert story.sms.calls == 6
    async with story.db.read() as conn:
        (pause,) = await pacing.pauses(conn)
        (told,) = await handling.listed(conn)
    assert (pause.channel, pause.code, pause.since) == ("sms", "account:20003", MORNING)
    assert (told.kind, told.channel, told.urgent, told.due_on) == ("channel", "sms", True, MORNING.date())
    assert await other.deliver_once(MORNING + timedelta(minutes=1)) == 0
    later = MORNING + retry.ACCOUNT_PAUSE
    while await other.deliver_once(later):
        pass
    assert story.sms.calls == 7  # one tried, in vain
    later += retry.ACCOUNT_PAUSE
    while await other.deliver_once(later):
        pass
    assert len(story.sms.sent) == 6
    async with story.db.read() as conn:
        assert await pacing.pauses(conn) == []
        (told,) = await handling.listed(conn, closed=True)
        assert (told.status, told.outcome, told.closed_at) == ("closed", "put_right", later)
        assert (await aggregates.aggregate(conn, MORNING.year, later)).cases == {}  # it is no complaint
        assert set((await conn.execute(select(outbox_table.c.attempts))).scalars()) == {1}


async def test_retry_after_holds_the_whole_channel(story: Story) -> None:
    await opened(story)
    await opened_more(story, 1)
    story.sms.errors = [GatewayError("throttled", "20429", 40.0)]
    await story.deliver(MORNING)
    assert (story.sms.calls, len(story.sms.sent)) == (2, 1)
    await opened_more(story, 2)
    await story.deliver(MORNING + 30 * SECOND)
    assert len(story.sms.sent) == 1
    await story.deliver(MORNING + 60 * SECOND)
    assert len(story.sms.sent) == 3


# Rates

NOW = datetime(2026, 1, 5, 10, tzinfo=UTC)


@pytest.mark.parametrize(
    ("standing", "pace", "limit", "expected"),
    [
        (Standing(), Pace(), 3, [0.0, 0.0, 0.0]),
        (Standing(), Pace(4), 99, [0.0, 0.25, 0.5, 0.75, 1.0]),
        (Standing(), Pace(4), 2, [0.0, 0.25]),
        (Standing(next_at=NOW - timedelta(hours=9)), Pace(4), 2, [0.0, 0.25]),  # a silence saves nothing up
        (Standing(next_at=NOW + timedelta(seconds=0.5)), Pace(4), 99, [0.5, 0.75, 1.0]),
        (Standing(next_at=NOW + timedelta(seconds=1.1)), Pace(4), 99, []),
        (Standing(next_at=NOW + timedelta(seconds=40)), Pace(), 9, []),
        # A clock that was a day ahead has written these, and is right again.
        (Standing(next_at=NOW + timedelta(days=1)), Pace(4), 2, [0.0, 0.25]),
        (Standing(paused_until=NOW + 2 * DAY, paused_since=NOW + DAY), Pace(4), 9, [0.0]),
        (Standing(held_until=NOW + DAY + SECOND, held_at=NOW + DAY), Pace(4), 2, [0.0, 0.25]),
        # What the provider has asked for today is obeyed, however long it is.
        (Standing(held_until=NOW + DAY, held_at=NOW), Pace(4), 9, []),
        (Standing(held_until=NOW + SECOND / 2, held_at=NOW), Pace(4), 9, [0.5, 0.75, 1.0]),
        (Standing(paused_until=NOW + SECOND, paused_since=NOW - SECOND), Pace(4), 9, []),
        (Standing(paused_until=NOW, paused_since=NOW - SECOND), Pace(4), 9, [0.0]),
    ],
)
def test_moments(standing: Standing, pace: Pace, limit: int, expected: list[float]) -> None:
    assert [(at - NOW).total_seconds() for at in moments(standing, pace, NOW, limit)] == expected


async def test_two_processes_keep_one_rate(story: Story) -> None:
    await opened(story)
    await opened_more(story, 99)
    leaving: list[datetime] = []
    for tenth in range(40):
        now = MORNING + timedelta(hours=1) + tenth * timedelta(seconds=0.1)
        for _ in range(2):
            claimed, _ = await claims.claim(story.db, {"sms": 100}, Terms(now, LEASE, {"sms": Pace(10)}, None))
            leaving += [now + timedelta(seconds=each.wait) for each in claimed]
    assert len(leaving) == len(set(leaving)) >= 39
    leaving.sort()
    for first, eleventh in zip(leaving, leaving[10:], strict=False):
        assert eleventh - first >= SECOND - timedelta(milliseconds=1)


async def test_one_chat_gets_one_message_a_second(story: Story) -> None:
    await opened(story, telegram=True)
    await opened_more(story, 2, channel="telegram")
    pace = {"telegram": Pace(30, 1)}
    sent = []
    for tenth in range(31):
        now = MORNING + tenth * timedelta(seconds=0.1)
        claimed, _ = await claims.claim(story.db, dict.fromkeys(pace, 100), Terms(now, LEASE, pace, None))
        sent += [tenth for _ in claimed]
    assert sent == [0, 10, 20]


async def test_replies_leave_before_what_has_waited_longer(story: Story) -> None:
    await opened(story)
    await opened_more(story, 3)
    async with story.db.begin() as conn:
        await conn.execute(update(outbox_table).where(outbox_table.c.key == "extra2").values(priority=0))
    claimed, _ = await claims.claim(story.db, {"sms": 1}, Terms(MORNING, LEASE, {"sms": Pace()}, None))
    assert claimed[0].reference == "extra2"


async def test_the_moments_reach_no_further_than_the_horizon(story: Story) -> None:
    await opened(story)
    await opened_more(story, 30)
    claimed, _ = await claims.claim(story.db, {"sms": 100}, Terms(MORNING, LEASE, {"sms": Pace(10)}, None))
    assert max(each.wait for each in claimed) <= HORIZON.total_seconds()
    assert await story.one(channel_table.c.next_at) == MORNING + timedelta(seconds=1.1)
