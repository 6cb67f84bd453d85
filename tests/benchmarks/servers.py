"""The four servers of the webhook benchmark: ``python -m tests.benchmarks.servers KIND DATABASE``.

Each prints its port and serves until it is terminated. All check the signature with the same
function, bot.channels.sms.webhook.verify.
"""

import asyncio
import json
import queue
import signal
import sqlite3
import sys
import threading
from collections.abc import Awaitable, Callable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl

from aiohttp import web

from bot.channels.sms import webhook as sms
from bot.service import keep_for_good
from bot.web.connections import Limits, serving
from survey.conversation.model import Say
from survey.packs.catalogue import load
from tests.benchmarks import database
from tests.benchmarks.load import ACCOUNT, BASE_URL, PATH, SENDER, TOKEN

NEXT = {"overall": "treatment", "treatment": "usefulness", "usefulness": "comment"}
Answering = Callable[[str, str, str], Awaitable[str]]  # message id, sender, body -> reply


def ours(path: Path) -> web.Application:
    from bot.inbound.group_commit import Intake
    from bot.settings import Twilio
    from bot.web import webhooks
    from storage.database.engine import Database

    db = Database.open(database.url(path))

    async def no_status(_reference: str, _status: str, _code: int | None, _id: str) -> bool:
        return False

    async def no_update(_update: object) -> None:
        raise ValueError

    twilio = Twilio(ACCOUNT, TOKEN, (SENDER,), None, None)
    intake = Intake(db, load(), lambda: datetime.now(UTC))
    return webhooks.build(webhooks.Endpoints(db, intake, BASE_URL, twilio, None, no_status, no_update))


def unstored(_path: Path) -> web.Application:
    """Our handler, with an intake that remembers nothing."""
    from bot.inbound.events import Inbound, Taken
    from bot.settings import Twilio
    from bot.web import webhooks

    reply = _replies()["treatment"]

    class Forgetful:
        async def submit(self, _event: Inbound) -> Taken:
            return Taken("answered", reply)

        def responded(self, _external_id: str) -> None:
            pass

    async def nothing(*_: object) -> Any:
        raise ValueError

    unused: Any = None
    twilio = Twilio(ACCOUNT, TOKEN, (SENDER,), None, None)
    forgetful: Any = Forgetful()
    return webhooks.build(webhooks.Endpoints(unused, forgetful, BASE_URL, twilio, None, nothing, nothing))


def _replies() -> dict[str, str]:
    catalogue = load()
    return {
        question: catalogue.render(Say((), question), survey="start", language="sv", channel="sms")
        for question in NEXT.values()
    }


def application(answer: Answering) -> web.Application:
    """The endpoint as one would write it by hand."""

    async def handle(request: web.Request) -> web.Response:
        form = dict(parse_qsl((await request.read()).decode(), keep_blank_values=True))
        if not sms.verify(TOKEN, BASE_URL + PATH, form, request.headers.get("X-Twilio-Signature")):
            raise web.HTTPForbidden
        if form["AccountSid"] != ACCOUNT or form["To"] != SENDER:
            raise web.HTTPForbidden
        reply = await answer(form["MessageSid"], form["From"], form["Body"])
        return web.Response(text=sms.twiml(reply), content_type="application/xml")

    app = web.Application()
    app.router.add_post(PATH, handle)
    return app


class ByHand:
    """sqlite3 in one thread: it takes what is waiting, and saves it in one transaction."""

    BATCH = 256

    def __init__(self, path: Path) -> None:
        self.path = path
        self.waiting: queue.SimpleQueue[tuple[str, str, str, asyncio.Future[str]]] = queue.SimpleQueue()
        self.replies = _replies()

    def start(self) -> None:
        self.loop = asyncio.get_running_loop()
        threading.Thread(target=self.write, daemon=True).start()

    async def answer(self, external_id: str, sender: str, body: str) -> str:
        future: asyncio.Future[str] = self.loop.create_future()
        self.waiting.put((external_id, sender, body, future))
        return await future

    def write(self) -> None:
        connection = database.connect(self.path)
        while True:
            batch = [self.waiting.get()]
            while len(batch) < self.BATCH and not self.waiting.empty():
                batch.append(self.waiting.get())
            results = self.save(connection, batch)
            self.loop.call_soon_threadsafe(self.settle, batch, results)

    @staticmethod
    def settle(batch: list[tuple[str, str, str, asyncio.Future[str]]], results: list[str]) -> None:
        for (_, _, _, future), reply in zip(batch, results, strict=True):
            if not future.done():
                future.set_result(reply)

    def save(self, connection: sqlite3.Connection, batch: list[Any]) -> list[str]:
        now = datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds") + "Z"
        execute = connection.execute
        execute("BEGIN IMMEDIATE")
        marks = ", ".join(["(?, ?)"] * len(batch))
        keys = [part for external_id, *_ in batch for part in ("sms", external_id)]
        stored = "SELECT channel, external_id, outcome, reply FROM inbox WHERE (channel, external_id) IN (VALUES "
        known = {row[1]: row[3] for row in execute(f"{stored}{marks})", keys)}
        senders = sorted({sender for _, sender, *_ in batch})
        marks = ", ".join("?" * len(senders))
        found = execute(
            "SELECT id, channel, value, state, greeted_at FROM address "
            f"WHERE channel = 'sms' AND value IN ({marks}) ORDER BY id",
            senders,
        )
        addresses = {row[2]: row[0] for row in found}
        marks = ", ".join("?" * len(addresses))
        found = execute(
            "SELECT s.address_id, s.occasion_id, s.customer_id, s.state, o.enrolment_id, o.survey, o.period "
            "FROM session s JOIN occasion o ON o.id = s.occasion_id "
            f"WHERE s.address_id IN ({marks}) AND s.is_open = 1",
            list(addresses.values()),
        )
        talks = {row[0]: row for row in found}
        inbox, sessions, answers, ratings, results = [], [], [], [], []
        for external_id, sender, body, _ in batch:
            if external_id in known:
                results.append(known[external_id])
                continue
            address_id = addresses[sender]
            _, occasion_id, _, state, enrolment_id, survey, _ = talks[address_id]
            id_, version, language, question, values, _, is_open = json.loads(state)
            value = int(body)
            if not 1 <= value <= 5:
                raise ValueError(body)
            following = NEXT[question]
            values.append([question, value])
            state = json.dumps([id_, version, language, following, values, 0, is_open], separators=(",", ":"))
            reply = self.replies[following]
            inbox.append(("sms", external_id, address_id, occasion_id, body, now, "answered", reply))
            sessions.append((state, language, 1, occasion_id))
            answers.append((occasion_id, question, value, None, 0, version, now))
            ratings.append((value, enrolment_id, survey))
            results.append(reply)
        connection.executemany(
            "INSERT INTO inbox "
            "(channel, external_id, address_id, occasion_id, body, received_at, outcome, reply) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?)",
            inbox,
        )
        connection.executemany(
            "UPDATE session SET state = ?, language = ?, is_open = ? WHERE occasion_id = ?", sessions
        )
        connection.executemany(
            "INSERT INTO answer (occasion_id, question, value, text, skipped, version, answered_at) "
            "VALUES (?, ?, ?, ?, ?, ?, ?) ON CONFLICT (occasion_id, question) DO UPDATE SET "
            "value = excluded.value, text = excluded.text, skipped = excluded.skipped, "
            "version = excluded.version, answered_at = excluded.answered_at",
            answers,
        )
        connection.executemany("UPDATE measurement SET overall = ? WHERE enrolment_id = ? AND point = ?", ratings)
        execute("COMMIT")
        return results


def by_hand(path: Path) -> web.Application:
    store = ByHand(path)

    async def start(_app: web.Application) -> None:
        store.start()

    app = application(store.answer)
    app.on_startup.append(start)
    return app


def orm(path: Path) -> web.Application:
    """An ORM session per request: read, change, commit, over the same engine settings as ours."""
    from sqlalchemy import select
    from sqlalchemy.ext.asyncio import async_sessionmaker
    from sqlalchemy.orm import registry

    from storage import tables
    from storage.database.engine import Database

    class Inbox: ...

    class Address: ...

    class Talk: ...

    class Occasion: ...

    class Answer: ...

    class Measurement: ...

    mapper = registry()
    for entity, table in (
        (Inbox, tables.inbox),
        (Address, tables.address),
        (Talk, tables.session),
        (Occasion, tables.occasion),
        (Answer, tables.answer),
        (Measurement, tables.measurement),
    ):
        mapper.map_imperatively(entity, table)
    make_session = async_sessionmaker(Database.open(database.url(path)).engine, expire_on_commit=False)
    replies = _replies()
    # Queueing here is kinder than SQLite's own busy polling.
    writer = asyncio.Lock()

    async def answer(external_id: str, sender: str, body: str) -> str:
        now = datetime.now(UTC)
        async with writer, make_session() as session:
            seen = select(Inbox).filter_by(channel="sms", external_id=external_id)
            stored: Any = (await session.scalars(seen)).one_or_none()
            if stored is not None:
                return str(stored.reply)
            known = select(Address).filter_by(channel="sms", value=sender)
            address: Any = (await session.scalars(known)).one()
            talk: Any = (await session.scalars(select(Talk).filter_by(address_id=address.id, is_open=1))).one()
            occasion: Any = await session.get_one(Occasion, talk.occasion_id)
            measurement: Any = await session.get_one(Measurement, (occasion.enrolment_id, occasion.survey))
            id_, version, language, question, values, _, is_open = json.loads(talk.state)
            value = int(body)
            if not 1 <= value <= 5:
                raise ValueError(body)
            following = NEXT[question]
            values.append([question, value])
            talk.state = json.dumps([id_, version, language, following, values, 0, is_open], separators=(",", ":"))
            setattr(measurement, question, value)
            given: Any = Answer()
            given.occasion_id, given.question, given.value = occasion.id, question, value
            given.skipped, given.version, given.answered_at = 0, version, now
            message: Any = Inbox()
            message.channel, message.external_id, message.address_id = "sms", external_id, address.id
            message.occasion_id, message.body, message.received_at = occasion.id, body, now
            message.outcome, message.reply = "answered", replies[following]
            session.add_all([given, message])
            await session.commit()
            return replies[following]

    return application(answer)


async def serve_ours(app: web.Application) -> None:
    """Serve as bot.service.serve does."""
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    async with serving(app, "127.0.0.1", 0, Limits(), shutdown=1) as (_, port):
        keep_for_good()
        print(port, flush=True)
        await stop.wait()


async def serve(app: web.Application) -> None:
    stop = asyncio.Event()
    asyncio.get_running_loop().add_signal_handler(signal.SIGTERM, stop.set)
    runner = web.AppRunner(app, access_log=None, shutdown_timeout=1)
    await runner.setup()
    site = web.TCPSite(runner, "127.0.0.1", 0)
    await site.start()
    keep_for_good()  # as in bot.service.serve
    print(runner.addresses[0][1], flush=True)
    await stop.wait()
    await runner.cleanup()


async def main(kind: str, path: Path) -> None:
    make = {"ours": ours, "byhand": by_hand, "orm": orm, "unstored": unstored}[kind]
    await (serve_ours if kind in ("ours", "unstored") else serve)(make(path))


if __name__ == "__main__":
    asyncio.run(main(sys.argv[1], Path(sys.argv[2])))
