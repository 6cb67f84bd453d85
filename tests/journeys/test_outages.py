"""A channel in trouble: its messages wait, one case calls a person, and it ends by itself.

Each outage lasts a night. What is asked of every kind of failure is the same: nobody's question is lost, doubled or
closed as unreachable.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import AsyncIterator
from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import func, select

from storage.database.engine import Database
from storage.delivery import pacing
from storage.people import addresses
from storage.tables import address, case, customer, occasion, outbox
from tests.support.journeys.world import World, world

CUSTOMERS = 12
EVENING = "2026-03-02 18:00"
HOURS = 14  # until eight the next morning
STEP = timedelta(minutes=5)
PHONES = [f"+46701122{number:03d}" for number in range(CUSTOMERS)]


@pytest.fixture
async def here(db: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world(db, tmp_path, EVENING, send_window="always") as made:
        yield made


async def ask_all(here: World, telegram: bool = False) -> None:
    """Register the customers, whose first question is due; they have only a chat where ``telegram`` says so."""
    phones = [""] * CUSTOMERS if telegram else PHONES
    await here.read(
        providers="ref,name\nP1,Nya Steget\n",
        customers="ref,phone,language,gender,birth_year\n"
        + "".join(f"K{n},{phone},sv,K,1990\n" for n, phone in enumerate(phones)),
        enrolments="ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
        + "".join(f"E{n},K{n},P1,2026-02-02,,,,\n" for n in range(CUSTOMERS)),
    )
    if telegram:
        async with here.db.begin() as conn:
            ids = (await conn.execute(select(customer.c.id).order_by(customer.c.id))).scalars().all()
            chats = await addresses.find_or_add(conn, "telegram", [str(900 + id_) for id_ in ids], here.clock())
            for id_ in ids:
                await addresses.link(conn, id_, chats[str(900 + id_)].id, here.clock())
    await here.wake(EVENING)


async def pass_time(here: World, length: timedelta, step: timedelta = STEP) -> None:
    until = here.clock() + length
    while here.clock() < until:
        here.clock.advance(here.clock() + step)
        await here.deliver()


async def told(here: World) -> tuple[list[str], list[tuple[str, str]], list[str]]:
    """Return the paused channels with their causes, the cases (kind, status), and the outcomes of the questions."""
    async with here.db.read() as conn:
        paused = [f"{each.channel} {each.code}" for each in await pacing.pauses(conn)]
        cases = [tuple(row) for row in await conn.execute(select(case.c.kind, case.c.status))]
        asked = select(occasion.c.outcome).where(occasion.c.survey == "start").distinct()
        outcomes = list((await conn.execute(asked)).scalars())
    return paused, cases, outcomes


def sent(here: World) -> Counter[str]:
    """Return how many messages each phone or chat got."""
    sms = Counter(each.to for each in here.emulator.sms.values())
    return sms + Counter(str(each.chat_id) for each in here.emulator.chats if each.author == "bot")


# How Twilio, or what stands between, fails (HTTP status and Twilio's code; 0 and -1 cut the connection before and
# after the message is taken), and the cause that staff are told.
# Each code by itself is in the tests of its gateway.
FAILURES = [
    (0, None, "sms outage:connection-lost"),
    (302, None, "sms outage:302"),
    pytest.param(400, None, "sms outage:400", marks=pytest.mark.long),
    (400, 99999, "sms outage:99999"),
    pytest.param(401, None, "sms account:401", marks=pytest.mark.long),
    (401, 20003, "sms account:20003"),
    pytest.param(407, None, "sms outage:407", marks=pytest.mark.long),
    pytest.param(408, None, "sms outage:408", marks=pytest.mark.long),
    pytest.param(421, None, "sms outage:421", marks=pytest.mark.long),
    pytest.param(425, None, "sms outage:425", marks=pytest.mark.long),
    pytest.param(429, None, "sms outage:429", marks=pytest.mark.long),
    (429, 20429, "sms outage:20429"),
    pytest.param(451, None, "sms outage:451", marks=pytest.mark.long),
    (500, None, "sms outage:500"),
    pytest.param(503, 20503, "sms outage:20503", marks=pytest.mark.long),
]


@pytest.mark.parametrize(("status", "code", "cause"), FAILURES)
async def test_a_night_without_twilio(here: World, status: int, code: int | None, cause: str) -> None:
    here.emulator.fail_next(status, code, times=100_000)
    await ask_all(here)
    await pass_time(here, timedelta(hours=HOURS), 6 * STEP)
    paused, cases, outcomes = await told(here)
    assert (paused, cases, outcomes) == ([cause], [("channel", "open")], [""])
    assert b'followup_channel_paused{channel="sms"} 1.0' in await here.app.metrics.text()
    assert sent(here) == {}
    here.emulator.recover()
    await pass_time(here, timedelta(minutes=15))
    assert await told(here) == ([], [("channel", "closed")], [""])
    assert sent(here) == dict.fromkeys(PHONES, 1)


async def test_an_evening_without_a_connection(here: World) -> None:
    """Nobody listens at Twilio's address; nothing is asked there but by one message at a time."""
    port = int(here.emulator.url.rpartition(":")[2])
    await here.emulator.stop()
    await ask_all(here)
    await pass_time(here, timedelta(hours=6))
    assert await told(here) == (["sms outage:connect"], [("channel", "open")], [""])
    async with here.db.read() as conn:
        tries = (await conn.execute(select(func.sum(outbox.c.attempts)))).scalar_one()
    # Twelve at first, which pause the channel; then one in five minutes at the most: six hours have 72 of them.
    assert CUSTOMERS < tries <= CUSTOMERS + 6 * 12 + 5
    await here.emulator.start(port=port)
    await pass_time(here, timedelta(minutes=15))
    assert await told(here) == ([], [("channel", "closed")], [""])
    assert sent(here) == dict.fromkeys(PHONES, 1)


async def test_sms_that_arrived_unanswered_are_not_doubled(here: World) -> None:
    """Each is taken, and its answer is lost: the channel is in trouble, and no message is sent again."""
    here.emulator.fail_next(-1, times=CUSTOMERS)
    await ask_all(here)
    await pass_time(here, timedelta(minutes=15))
    assert sent(here) == dict.fromkeys(PHONES, 1)
    assert (await told(here))[2] == [""]


async def test_one_failure_is_no_outage(here: World) -> None:
    here.emulator.fail_next(503, 20503, times=4)  # of twelve calls; five in a row would be an outage
    await ask_all(here)
    await pass_time(here, timedelta(minutes=15))
    assert await told(here) == ([], [], [""])
    assert sent(here) == dict.fromkeys(PHONES, 1)


async def test_questions_expire_when_an_outage_lasts(here: World) -> None:
    """After five days a first question has lost its meaning: too late, and not unreachable."""
    here.emulator.fail_next(302, times=100_000)
    await ask_all(here)
    for _ in range(6 * 8):
        here.clock.advance(here.clock() + timedelta(hours=3))
        await here.deliver()
    here.emulator.recover()
    await pass_time(here, timedelta(minutes=15))
    assert (await told(here))[2] == ["expired"]
    async with here.db.read() as conn:
        states = set((await conn.execute(select(address.c.state))).scalars())
    assert states == {"active"}
    assert sent(here) == {}


async def test_a_receiver_that_is_refused_ends_alone(here: World) -> None:
    """A code that is about the receiver ends that message, and says that Twilio works."""
    here.emulator.fail_next(400, 21614, times=1)
    await ask_all(here)
    await pass_time(here, timedelta(minutes=15))
    paused, cases, outcomes = await told(here)
    assert (paused, cases, sorted(outcomes)) == ([], [], ["", "unreachable"])
    assert sum(sent(here).values()) == CUSTOMERS - 1


# Filters


async def report(here: World, word: str, code: int | None) -> None:
    """Let the carriers say this about everything that is under way."""
    for sms in list(here.emulator.sms.values()):
        if sms.direction == "outbound-api" and sms.status == "queued":
            await here.emulator.status(None, sms.sid, word, code)


@pytest.mark.parametrize("code", [30007, 30034])
async def test_a_filter_calls_a_person(here: World, code: int) -> None:
    await ask_all(here)
    await report(here, "undelivered", code)
    assert await told(here) == ([f"sms filtered:{code}"], [("channel", "open")], [""])
    for _ in range(14):  # an hour later each, for fourteen hours, what was tried is filtered too
        await pass_time(here, timedelta(hours=1))
        await report(here, "undelivered", code)
    # One message tries every half hour, and Twilio takes it: that alone ends nothing.
    assert await told(here) == ([f"sms filtered:{code}"], [("channel", "open")], [""])
    tried = sum(sent(here).values()) - CUSTOMERS
    assert 14 <= tried <= 28
    for _ in range(3):
        await pass_time(here, timedelta(hours=1))
        await report(here, "delivered", None)
    assert await told(here) == ([], [("channel", "closed")], [""])
    arrived = Counter(each.to for each in here.emulator.sms.values() if each.status == "delivered")
    assert arrived == dict.fromkeys(PHONES, 1)


@pytest.mark.parametrize(("failures", "paused"), [(9, []), (10, ["sms filtered:30008"])])
async def test_many_failures_in_a_row(here: World, failures: int, paused: list[str]) -> None:
    await ask_all(here)
    for sms in list(here.emulator.sms.values())[:failures]:
        await here.emulator.status(None, sms.sid, "undelivered", 30008)
    assert (await told(here))[0] == paused


@pytest.mark.parametrize("code", [30005, 30006, 30008])
async def test_nobody_is_closed_for_a_filter(here: World, code: int) -> None:
    """The tenth in a row tells that it is a filter: the nine before it wait with the channel, too."""
    await ask_all(here)
    await report(here, "undelivered", code)
    assert await told(here) == ([f"sms filtered:{code}"], [("channel", "open")], [""])
    for _ in range(3):  # what is tried meanwhile is stopped too
        await pass_time(here, timedelta(hours=1))
        await report(here, "undelivered", code)
    assert await told(here) == ([f"sms filtered:{code}"], [("channel", "open")], [""])
    for _ in range(3):
        await pass_time(here, timedelta(hours=1))
        await report(here, "delivered", None)
    assert await told(here) == ([], [("channel", "closed")], [""])
    arrived = Counter(each.to for each in here.emulator.sms.values() if each.status == "delivered")
    assert arrived == dict.fromkeys(PHONES, 1)


async def test_a_delivery_between_starts_the_count_anew(here: World) -> None:
    await ask_all(here)
    for number, sms in enumerate(list(here.emulator.sms.values())):
        word, code = ("delivered", None) if number == 5 else ("undelivered", 30008)
        await here.emulator.status(None, sms.sid, word, code)
    assert (await told(here))[0] == []


# Telegram, which cannot be asked what it was given

TELEGRAMS = [(500, "Internal Server Error"), (502, "<html>Bad Gateway</html>"), (0, ""), (-1, "")]


@pytest.mark.parametrize(("status", "text"), TELEGRAMS)
async def test_telegram_repeats_once_after_an_outage(here: World, status: int, text: str) -> None:
    here.emulator.fail_next(status, api="telegram", text=text, times=CUSTOMERS)
    await ask_all(here, telegram=True)
    await pass_time(here, timedelta(hours=1))
    got = sent(here)
    assert len(got) == CUSTOMERS
    # What was cut off after it had been taken has arrived already.
    assert set(got.values()) == ({2} if status == -1 else {1})
    assert (await told(here))[2] == [""]


async def test_a_night_without_telegram(here: World) -> None:
    """Nobody listens. No message is in doubt, so that none is repeated."""
    port = int(here.emulator.url.rpartition(":")[2])
    await here.emulator.stop()
    await ask_all(here, telegram=True)
    await pass_time(here, timedelta(hours=HOURS), 6 * STEP)
    assert await told(here) == (["telegram outage:connect"], [("channel", "open")], [""])
    await here.emulator.start(port=port)
    await pass_time(here, timedelta(minutes=15))
    assert await told(here) == ([], [("channel", "closed")], [""])
    assert sorted(sent(here).values()) == [1] * CUSTOMERS


async def test_an_answer_in_a_chat_waits_as_asked(here: World) -> None:
    """Two seconds are two seconds, and not half a minute."""
    await ask_all(here, telegram=True)
    chat = here.emulator.chats[0].chat_id
    here.emulator.fail_next(429, api="telegram", text="Too Many Requests: retry after 2", retry_after=2)
    before = len(here.emulator.chats)
    await here.emulator.telegram_from(chat, "5")
    await here.deliver()
    assert len(here.emulator.chats) == before
    here.clock.advance(here.clock() + timedelta(seconds=2))
    await here.deliver()
    assert len(here.emulator.chats) == before + 1
