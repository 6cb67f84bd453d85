"""(i) One exchange: a first question out over HTTP, and its answer in by the webhook; CPU of the whole process.

Ours is the planner, the delivery, the intake and the webhook as one process has them. The reference is aiohttp and
sqlite3 by hand: it opens what is due, claims, posts and settles in batches of as many, each with a commit,
and takes answers in as the webhook's own reference does. The far end is a process of its own, and is not counted.
``python -m tests.benchmarks.exchange ours|byhand PATH PORT`` and ``... farend`` are the children.
"""

import asyncio
import os
import random
import shutil
import sqlite3
import sys
import time
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.benchmarks import database, load
from tests.benchmarks.children import child, tell, told
from tests.benchmarks.farend import Connection
from tests.benchmarks.load import ACCOUNT, BASE_URL, SENDER, TOKEN
from tests.benchmarks.measure import RUNS, Row, alternate

EXCHANGES = 2_000
BATCH = 200  # as the planner's own
IN_FLIGHT = 100
CUSTOMERS = 32  # of the far end that answer at once
GOAL = 2.5
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
ZONE = ZoneInfo("Europe/Stockholm")


def rows(directory: Path) -> list[Row]:
    template = directory / "template.db"
    _build(template)
    turns = iter(range(1_000))

    def side(kind: str) -> Callable[[], float]:
        def run() -> float:
            path = directory / f"{kind}{next(turns)}.db"
            shutil.copy(template, path)
            seconds = _play(kind, path)
            _check(path)
            return seconds * 1000 / EXCHANGES

        return run

    ours, by_hand = alternate([side("ours"), side("byhand")], RUNS)
    return [Row("(i) CPU per exchange; aiohttp + sqlite3 by hand", ours, by_hand, "ms", GOAL, "less")]


def _play(kind: str, path: Path) -> float:
    """Return the seconds of CPU from the first question to the last answer."""
    with child("exchange", "farend") as far_end, child("exchange", kind, str(path), told(far_end)) as system:
        tell(far_end, told(system))
        tell(system, "begin")
        told(far_end)
        tell(system, "end")
        return float(told(system))


def _build(path: Path) -> None:
    """So many customers whose first question is due."""
    with database.filled(path) as connection:
        database.people(connection, EXCHANGES)
        database.occasions(connection, EXCHANGES, opened_at=None)
        database.measurements(connection, EXCHANGES)


def _check(path: Path) -> None:
    """Every question left once, and every answer is stored."""
    connection = database.connect(path)
    counted = [
        connection.execute(f"SELECT count(*) FROM {what}").fetchone()[0]
        for what in (
            "outbox WHERE state IN ('sent', 'delivered') AND external_id <> ''",
            "inbox",
            "answer WHERE value = 5",
            "measurement WHERE overall = 5",
            "session WHERE is_open = 1",
        )
    ]
    connection.close()
    if counted != [EXCHANGES] * 5:
        raise RuntimeError(f"{path.stem}: {counted} where {EXCHANGES} questions were asked and answered")


# The far end


class Carrier(Connection):
    """Takes each message at once, and has its receiver answer."""

    def __init__(self, asked: "asyncio.Queue[int]") -> None:
        self.asked = asked

    def take(self, body: bytes) -> None:
        number = int(body.partition(b"To=%2B999")[2][:9])
        self.answer(number)
        self.asked.put_nowait(number)


async def far_end() -> None:
    asked: asyncio.Queue[int] = asyncio.Queue()
    server = await asyncio.get_running_loop().create_server(lambda: Carrier(asked), "127.0.0.1", 0, backlog=256)
    print(server.sockets[0].getsockname()[1], flush=True)
    port = int(await asyncio.to_thread(sys.stdin.readline))
    answered, all_answered = 0, asyncio.Event()

    async def customer() -> None:
        nonlocal answered
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        while True:
            writer.write(load.request(await asked.get()))
            head = await reader.readuntil(b"\r\n\r\n")
            length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
            if b" 200 " not in head[:16] or b"<Message>" not in await reader.readexactly(length):
                raise RuntimeError(f"unexpected answer: {head!r}")
            answered += 1
            if answered == EXCHANGES:
                all_answered.set()

    customers = [asyncio.create_task(customer()) for _ in range(CUSTOMERS)]
    await asyncio.wait([asyncio.create_task(all_answered.wait()), *customers], return_when=asyncio.FIRST_COMPLETED)
    if all_answered.is_set():
        print("done", flush=True)
        await asyncio.sleep(60)


# The two systems


async def _measured(port: int, ask: Callable[[], Awaitable[object]], rest: Callable[[], Awaitable[object]]) -> None:
    """Tell the port, ask when told so, and tell the CPU that was used when everybody has answered."""
    print(port, flush=True)
    await asyncio.to_thread(sys.stdin.readline)
    used = time.process_time()
    asking = asyncio.ensure_future(ask())
    await asyncio.to_thread(sys.stdin.readline)
    used = time.process_time() - used
    await rest()
    await asking
    print(used, flush=True)


async def ours(path: Path, far_port: int) -> None:
    from bot.channels.sms.gateway import SmsGateway
    from bot.inbound.group_commit import Intake
    from bot.service import keep_for_good
    from bot.settings import Twilio
    from bot.web import webhooks
    from bot.web.connections import Limits, serving
    from scheduler.delivery.sending import Delivery, Sending
    from scheduler.planning.hours import SendWindow
    from scheduler.planning.planner import Planner
    from scheduler.planning.rules import Rules
    from storage.database.engine import Database
    from storage.delivery.pacing import Pace
    from survey.packs.catalogue import load as load_packs

    db, packs = Database.open(database.url(path)), load_packs()
    window = SendWindow.parse("always", ZONE)
    gateway = SmsGateway(ACCOUNT, TOKEN, (SENDER,), api_url=f"http://127.0.0.1:{far_port}")
    delivery = Delivery(
        db, packs, {"sms": gateway}, Sending(window, BASE_URL, {"sms": Pace(None)}), jitter=random.Random(1)
    )
    planner = Planner(db, packs, Rules(), window, ZONE, frozenset({"sms"}))
    began = time.monotonic()

    def now() -> datetime:
        return NOW + timedelta(seconds=time.monotonic() - began)

    async def unused(*_: object) -> Any:
        raise ValueError

    twilio = Twilio(ACCOUNT, TOKEN, (SENDER,), None, None)
    intake = Intake(db, packs, now, channels=("sms",))
    app = webhooks.build(webhooks.Endpoints(db, intake, BASE_URL, twilio, None, unused, unused))

    async def ask() -> None:
        sending = asyncio.create_task(delivery.run(now, 10))
        opened = 0
        while opened < EXCHANGES:
            opened += await planner.open_due(now())
            delivery.queued.set()
            await asyncio.sleep(0.02)
        await sending

    async def rest() -> None:
        delivery.stop()

    async with serving(app, "127.0.0.1", 0, Limits(), shutdown=1) as (_, port):
        keep_for_good()
        await _measured(port, ask, rest)
    await gateway.close()
    await db.close()


DUE = (
    "SELECT o.id, o.customer_id, a.id, a.value, c.language FROM occasion o JOIN customer c ON c.id = o.customer_id "
    "JOIN customer_address l ON l.customer_id = c.id "
    "JOIN address a ON a.id = l.address_id "
    "WHERE o.opened_at IS NULL AND o.outcome = '' AND o.look_at <= ? AND a.state = 'active' ORDER BY o.id LIMIT ?"
)
OPEN = (
    "INSERT INTO session (occasion_id, customer_id, address_id, state, language, is_open, opened_at, expires_at) "
    "VALUES (?, ?, ?, ?, ?, 1, ?, ?)"
)
QUEUE = (
    "INSERT INTO outbox (key, reference, occasion_id, address_id, channel, say, state, reason, created_at, "
    "not_before, expires_at, attempts, status) VALUES (?, ?, ?, ?, 'sms', ?, 'queued', '', ?, ?, ?, 0, '')"
)
CLAIM = "UPDATE outbox SET state = 'sending', attempts = 1, called_at = ? WHERE reference = ? AND state = 'queued'"
SETTLE = "UPDATE outbox SET state = 'sent', external_id = ?, segments = 1 WHERE reference = ?"


def _commit(connection: sqlite3.Connection, *statements: tuple[str, list[tuple[Any, ...]]]) -> None:
    connection.execute("BEGIN IMMEDIATE")
    for statement, values in statements:
        connection.executemany(statement, values)
    connection.execute("COMMIT")


async def by_hand(path: Path, far_port: int) -> None:
    from aiohttp import ClientSession, TCPConnector, encode_basic_auth, web

    from bot.service import keep_for_good
    from survey.conversation import engine
    from survey.conversation.model import Started
    from survey.packs.catalogue import load as load_packs
    from tests.benchmarks.servers import ByHand, application

    survey = load_packs().surveys["start"]
    state = engine.step(survey, engine.open_session(survey, "sv"), Started(), NOW)[0].to_json()
    text = "Kommunen undrar hur du har det. Hur nöjd är du med hjälpen du får? Svara 1-5, där 5 är mycket nöjd."
    say, at, later = '{"phrases": ["opening"]}', database.NOW, database.LATER
    connection, store = database.connect(path), ByHand(path)
    headers = {"Authorization": encode_basic_auth(ACCOUNT, TOKEN)}
    url = f"http://127.0.0.1:{far_port}/2010-04-01/Accounts/{ACCOUNT}/Messages.json"

    def open_batch() -> list[tuple[Any, ...]]:
        due = connection.execute(DUE, (at, BATCH)).fetchall()
        _commit(
            connection,
            (
                OPEN,
                [
                    (id_, customer, address, state, language, at, later)
                    for id_, customer, address, _, language in due
                ],
            ),
            ("UPDATE occasion SET opened_at = ? WHERE id = ?", [(at, id_) for id_, *_ in due]),
            (QUEUE, [(f"{id_}:0", f"r{id_}", id_, address, say, at, at, later) for id_, _, address, *_ in due]),
        )
        _commit(connection, (CLAIM, [(at, f"r{id_}") for id_, *_ in due]))
        return due

    async def ask() -> None:
        slots = asyncio.Semaphore(IN_FLIGHT)
        async with ClientSession(connector=TCPConnector(limit=IN_FLIGHT)) as http:

            async def send(id_: int, to: str) -> tuple[str, str]:
                callback = f"{BASE_URL}/webhooks/twilio/status/r{id_}"
                form = {"To": to, "From": SENDER, "Body": text, "StatusCallback": callback}
                async with slots, http.post(url, data=form, headers=headers) as answer:
                    return (await answer.json())["sid"], f"r{id_}"

            while due := await asyncio.to_thread(open_batch):
                sent = await asyncio.gather(*(send(id_, to) for id_, _, _, to, _ in due))
                await asyncio.to_thread(_commit, connection, (SETTLE, list(sent)))

    async def rest() -> None:
        pass

    store.start()
    runner = web.AppRunner(application(store.answer), access_log=None, shutdown_timeout=1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    keep_for_good()
    await _measured(runner.addresses[0][1], ask, rest)


if __name__ == "__main__":
    if sys.argv[1] == "farend":
        asyncio.run(far_end())
    else:
        asyncio.run({"ours": ours, "byhand": by_hand}[sys.argv[1]](Path(sys.argv[2]), int(sys.argv[3])))
        os._exit(0)  # the writer's thread by hand never ends
