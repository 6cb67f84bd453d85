"""(f) Delivery: SMS to a far end that answers in 100 ms, the same with raw aiohttp, and long queues.

Ours is scheduler.delivery.sending over SQLite with bot.channels.sms, claims and outcomes committed. The reference
posts the same forms with aiohttp, as many in flight, and remembers nothing. ``python -m tests.benchmarks.delivery
drain|due PATH`` are the children whose CPU, memory and stalls are measured.
"""

import asyncio
import random
import subprocess
import sys
import time
from collections.abc import Callable, Coroutine
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from bot.service import keep_for_good
from tests.benchmarks import database
from tests.benchmarks.children import child, told
from tests.benchmarks.load import ACCOUNT, SENDER, TOKEN, phone
from tests.benchmarks.measure import Row, peak_memory

MESSAGES = 2_000
RUNS = 7
QUEUED = 100_000
RATE = 30.0  # messages a second
DRAIN_SECONDS = 20.0
MEMORY = 300  # MB
CPU = 0.20  # of one core
DUE = 10_000
STALL = 50.0  # ms
ZONE = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
BODY = "Nacka kommun undrar hur du har det. Hur nöjd är du med hjälpen du får? Svara 1-5, där 5 är mycket nöjd."


def rows(directory: Path) -> list[Row]:
    with child("farend") as far_end:
        port = int(told(far_end))
        ours, raw = _sides(directory, port)
        queue = directory / "queue.db"
        _build(queue, QUEUED)
        sent, share, peak = _child("drain", queue, str(port))
    due = directory / "due.db"
    _build_due(due)
    (stall,) = _child("due", due)
    return [
        Row("(f) SMS delivered, 100 in flight at 100 ms; raw aiohttp", ours[0], raw[0], "/s", 0.8, "more"),
        Row("(f) CPU per SMS; raw aiohttp", ours[1], raw[1], "ms", 1.5, "less"),
        Row(f"(f) sent at {RATE:g}/s, {QUEUED:,} queued; the rate", sent / DRAIN_SECONDS, RATE, "/s", 1.05, "less"),
        Row("(f) the same: share of one core; limit", share * 100, CPU * 100, "%", 1, "less"),
        Row("(f) the same: peak memory; limit", peak, MEMORY, "MB", 1, "less"),
        Row(f"(f) longest stall while {DUE:,} contacts come due; limit", stall, STALL, "ms", 1, "less"),
    ]


def _sides(directory: Path, port: int) -> tuple[tuple[float, float], tuple[float, float]]:
    """(messages a second, CPU ms a message) of ours and of raw aiohttp, in alternating runs.

    Of each the turn in the middle by ratio: the machine's speed drifts from one turn to the next, not within one.
    """
    keep_for_good()  # as in bot.service.serve; the reference has the same process
    turns = []
    for turn in range(RUNS + 1):
        path = directory / f"send{turn}.db"
        _build(path, MESSAGES)
        turns.append((asyncio.run(_ours(path, port)), asyncio.run(_raw(port))))
    rates, cpu = (
        sorted(((ours[what], raw[what]) for ours, raw in turns[1:]), key=lambda pair: pair[0] / pair[1])[RUNS // 2]
        for what in (0, 1)
    )
    return (rates[0], cpu[0]), (rates[1], cpu[1])


async def _timed(work: Coroutine[Any, Any, None]) -> tuple[float, float]:
    began, used = time.perf_counter(), time.process_time()
    await work
    return MESSAGES / (time.perf_counter() - began), (time.process_time() - used) * 1000 / MESSAGES


async def _ours(path: Path, port: int) -> tuple[float, float]:
    from storage.database.engine import Database

    db = Database.open(database.url(path))
    settled, all_settled = 0, asyncio.Event()

    def observe(_channel: str, _outcome: str) -> None:
        nonlocal settled
        settled += 1
        if settled == MESSAGES:
            all_settled.set()

    delivery, gateway = _delivery(db, port, None, observe)

    async def work() -> None:
        running = asyncio.create_task(delivery.run(lambda: NOW, 10))
        async with asyncio.timeout(60):
            await all_settled.wait()
        delivery.stop()
        await running

    result = await _timed(work())
    await gateway.close()
    await db.close()
    connection = database.connect(path)
    (sent,) = connection.execute(
        "SELECT count(*) FROM outbox WHERE state = 'sent' AND external_id <> ''"
    ).fetchone()
    connection.close()
    if sent != MESSAGES:
        raise RuntimeError(f"{sent} of {MESSAGES} messages are on record as sent")
    return result


def _delivery(
    db: Any, port: int, rate: float | None, observe: Callable[[str, str], None] = lambda _channel, _outcome: None
) -> tuple[Any, Any]:
    from bot.channels.sms.gateway import SmsGateway
    from scheduler.delivery.sending import Delivery, Sending
    from scheduler.planning.hours import SendWindow
    from storage.delivery.pacing import Pace
    from survey.packs.catalogue import load

    gateway = SmsGateway(ACCOUNT, TOKEN, (SENDER,), api_url=f"http://127.0.0.1:{port}")
    window = SendWindow.parse("always", ZONE)
    sending = Sending(window, "https://bench.invalid", {"sms": Pace(rate)}, observe=observe)
    return Delivery(db, load(), {"sms": gateway}, sending, jitter=random.Random(1)), gateway


async def _raw(port: int) -> tuple[float, float]:
    from aiohttp import ClientSession, TCPConnector, encode_basic_auth

    from scheduler.delivery.sending import IN_FLIGHT

    url = f"http://127.0.0.1:{port}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"
    headers = {"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}
    numbers = iter(range(MESSAGES))

    async def sender(http: ClientSession) -> None:
        for number in numbers:
            form = {
                "To": phone(number),
                "From": SENDER,
                "Body": BODY,
                "StatusCallback": f"https://bench.invalid/webhooks/twilio/status/r{number}",
            }
            async with http.post(url, data=form, headers=headers) as answer:
                if not (await answer.json())["sid"]:
                    raise RuntimeError("no sid")

    async with ClientSession(connector=TCPConnector(limit=IN_FLIGHT)) as http:

        async def work() -> None:
            await asyncio.gather(*(sender(http) for _ in range(IN_FLIGHT)))

        return await _timed(work())


def _child(what: str, path: Path, *more: str) -> list[float]:
    command = [sys.executable, "-m", "tests.benchmarks.delivery", what, str(path), *more]
    done = subprocess.run(command, check=True, capture_output=True, text=True, timeout=180)
    return [float(word) for word in done.stdout.split()]


async def drain(path: Path, port: int) -> None:
    """Send at the configured rate for a while; prints messages sent, the share of one core, the peak in MB."""
    from storage.database.engine import Database

    db = Database.open(database.url(path))
    delivery, gateway = _delivery(db, port, RATE)
    started = time.perf_counter()
    running = asyncio.create_task(delivery.run(lambda: NOW + timedelta(seconds=time.perf_counter() - started), 10))
    await asyncio.sleep(1)  # the first claims and connections are not the steady state
    used = time.process_time()
    await asyncio.sleep(DRAIN_SECONDS)
    share = (time.process_time() - used) / DRAIN_SECONDS
    delivery.stop()
    await running
    lasted = time.perf_counter() - started
    await gateway.close()
    await db.close()
    connection = database.connect(path)
    (sent,) = connection.execute("SELECT count(*) FROM outbox WHERE state = 'sent'").fetchone()
    print(sent * DRAIN_SECONDS / lasted, share, peak_memory())


async def due(path: Path) -> None:
    """Plan and open what is due; prints the longest that the event loop computed without giving way, in ms."""
    from scheduler.planning.hours import SendWindow
    from scheduler.planning.planner import Planner
    from scheduler.planning.rules import Rules
    from storage.database.engine import Database
    from survey.packs.catalogue import load

    db = Database.open(database.url(path))
    window = SendWindow.parse("always", ZONE)
    planner = Planner(db, load(), Rules(), window, ZONE, frozenset({"sms"}))
    longest = 0.0

    async def pulse() -> None:
        nonlocal longest
        while True:
            before = time.thread_time()  # what the loop itself computed, whatever else the machine does
            await asyncio.sleep(0.002)
            longest = max(longest, time.thread_time() - before)

    window.is_open(NOW)
    keep_for_good()  # as in bot.service.serve
    feeling = asyncio.create_task(pulse())
    await asyncio.sleep(0.1)
    longest = 0.0
    await planner.plan(NOW)
    opened = 0
    while more := await planner.open_due(NOW):  # a full queue stops it until the messages have left
        opened += more
        connection = database.connect(path)
        await asyncio.to_thread(connection.execute, "UPDATE outbox SET state = 'sent'")
        connection.close()
    feeling.cancel()
    await db.close()
    if opened != DUE:
        raise RuntimeError(f"{opened} of {DUE} conversations were opened")
    print(longest * 1000)


def _build(path: Path, count: int) -> None:
    """So many first questions that wait in the outbox, each to its own customer."""
    at, later, say = database.NOW, database.LATER, '{"phrases": ["opening"], "question": "overall"}'
    with database.filled(path) as connection:
        database.people(connection, count)
        database.occasions(connection, count, opened_at=at)
        database.sessions(connection, count, "[]")
        database.fill(
            connection,
            "outbox",
            "id, key, reference, occasion_id, address_id, channel, say, state, reason, created_at, not_before, "
            "expires_at, attempts, status",
            (
                (n, f"{n}:0", f"r{n}", n, n, "sms", say, "queued", "", at, at, later, 0, "")
                for n in range(1, count + 1)
            ),
        )


def _build_due(path: Path) -> None:
    with database.filled(path) as connection:
        database.people(connection, DUE)
        looks = ((n, "2026-03-12") for n in range(1, DUE + 1))
        database.fill(connection, "next_look", "enrolment_id, plan_on", looks)


if __name__ == "__main__":
    measured, place = {"drain": drain, "due": due}[sys.argv[1]], Path(sys.argv[2])
    asyncio.run(measured(place, *map(int, sys.argv[3:])))
