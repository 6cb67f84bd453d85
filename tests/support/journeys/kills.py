"""Customers who answer a system that keeps dying, and the real `followup run` that is killed and started again."""

from __future__ import annotations

import asyncio
import os
import random
import secrets
import socket
from collections import Counter, defaultdict
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path

from aiohttp import ClientError, ClientSession
from sqlalchemy import func, select

from bot.simulator.emulator.faults import BadDay
from bot.simulator.emulator.server import EmulatorError
from storage.database.engine import Database
from storage.migrations.upgrade import create_or_upgrade
from storage.outcomes import history
from storage.people import addresses
from storage.register import importer, reader
from storage.tables import address, answer, customer_address, occasion, outbox, response
from tests.support.command import FOLLOWUP
from tests.support.profile import own_unit

ANSWERS = ("5", "4", "2", "nej")  # overall, treatment, usefulness, comment
FIRST_CHAT = 7_300_000_000


def free_port() -> int:
    with socket.create_server(("127.0.0.1", 0)) as free:
        return int(free.getsockname()[1])


def phone(number: int) -> str:
    return f"+4670{1_000_000 + number:07d}"


@dataclass
class Crowd:
    """The customers of one emulator: each answers each question once, and remembers what it was sent.

    A message that nobody takes in is sent again by the carrier, or (``patient`` says no) never.
    """

    emulator: BadDay
    patience: random.Random
    texts: dict[str, list[str]] = field(default_factory=lambda: defaultdict(list))  # by phone or chat
    wrote: Counter[str] = field(default_factory=Counter)  # answers given, by phone or chat
    left: dict[str, int] = field(default_factory=dict)  # inbound SMS that nobody took in, by sid
    stopping: bool = False

    def __post_init__(self) -> None:
        self.emulator.on_sms = lambda to, body, _sid: self._read(to, body)
        self.emulator.on_telegram = lambda chat, text, _keyboard: self._read(str(chat), text)

    @property
    def doubled(self) -> int:
        """Return how many messages somebody was sent more than once."""
        return sum(len(texts) - len(set(texts)) for texts in self.texts.values())

    async def _read(self, who: str, text: str) -> None:
        again = text in self.texts[who]
        self.texts[who].append(text)
        if again or "?" not in text or self.wrote[who] >= len(ANSWERS) or self.stopping:
            return
        reply = ANSWERS[self.wrote[who]]
        self.wrote[who] += 1
        if not who.startswith("+"):
            await self.emulator.telegram_from(int(who), reply)
            return
        sid = self.emulator.keep_inbound(who, reply).sid
        # Where the carrier's list has no texts, nobody but its own second try can bring an answer.
        sent_again = self.emulator.redacts or self.patience.random() < 0.5
        while not self.stopping:
            try:
                await self.emulator.sms_from(who, reply, sid=sid)
                return
            except (ClientError, OSError, EmulatorError):
                pass
            if not sent_again:
                self.left[sid] = 1
                return
            await asyncio.sleep(0.2)


@dataclass
class System:
    """One database and the processes that serve it."""

    folder: Path
    url: str
    emulator: BadDay
    env: dict[str, str]
    db: Database
    customers: int = 0
    processes: list[asyncio.subprocess.Process] = field(default_factory=list)

    async def start(self, port: int, **env: str) -> asyncio.subprocess.Process:
        log = (self.folder / "run.log").open("ab")
        with log:
            process = await asyncio.create_subprocess_exec(
                FOLLOWUP,
                "run",
                "--port",
                str(port),
                cwd=self.folder,
                env=self.env | env,
                stdout=log,
                stderr=log,
            )
        self.processes.append(process)
        return process

    async def kill(self) -> None:
        """Kill the processes that still run."""
        for process in self.processes:
            if process.returncode is None:
                process.kill()
                await process.wait()

    async def enrol(self, count: int, telegram: bool = False) -> None:
        """Register so many new customers, who are due for their first question."""
        started = (datetime.now(UTC) - timedelta(days=29)).date()
        first = self.customers
        self.customers += count
        numbers = range(first, self.customers)
        files = {
            "providers": ["ref,name", "P1,Nya Steget"],
            "customers": [
                "ref,phone,language,gender,birth_year",
                *(f"K{n},{'' if telegram else phone(n)},sv,K,1990" for n in numbers),
            ],
            "enrolments": [
                "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty",
                *(f"E{n},K{n},P1,{started},,,," for n in numbers),
            ],
        }
        paths = []
        for name, lines in files.items():
            path = self.folder / f"{name}.csv"
            path.write_text("\n".join(lines) + "\n", encoding="utf-8")
            paths.append(path)
        now = datetime.now(UTC)
        async with self.db.begin() as conn:
            await importer.apply(conn, reader.read(paths), now.date(), now)
            for n in numbers if telegram else ():
                customer_id = await history.customer_id(conn, f"K{n}")
                assert customer_id is not None
                chat = await addresses.find_or_add(conn, "telegram", [str(FIRST_CHAT + n)], now)
                await addresses.link(conn, customer_id, chat[str(FIRST_CHAT + n)].id, now)

    async def waiting(self) -> int:
        """Return how many messages are still to be sent, or ambiguous, also as the response of a webhook."""
        queued = select(func.count()).where(outbox.c.settled_at.is_(None))
        given = select(func.count()).where(response.c.written_at.is_(None))
        async with self.db.read() as conn:
            return sum([int((await conn.execute(each)).scalar_one()) for each in (queued, given)])

    async def outbox(self) -> Counter[str]:
        """Return how many messages are in each state."""
        async with self.db.read() as conn:
            return Counter((await conn.execute(select(outbox.c.state))).scalars())

    async def between_call_and_commit(self) -> int:
        """Return how many messages have a call that has begun, and no outcome."""
        begun = select(func.count()).where(outbox.c.state == "sending", outbox.c.called_at.is_not(None))
        async with self.db.read() as conn:
            return int((await conn.execute(begun)).scalar_one())

    async def answers(self) -> Counter[str]:
        """Return how many answers are stored, by phone or chat."""
        rows = (
            select(address.c.value)
            .join(customer_address, customer_address.c.address_id == address.c.id)
            .join(occasion, occasion.c.customer_id == customer_address.c.customer_id)
            .join(answer, answer.c.occasion_id == occasion.c.id)
        )
        async with self.db.read() as conn:
            return Counter((await conn.execute(rows)).scalars())


@asynccontextmanager
async def system(
    folder: Path, url: str, public_port: int | None, *, channel: str = "sms", **settings: str
) -> AsyncIterator[System]:
    """Set up a new database and an emulator with faults; ``public_port`` None means long polling."""
    now = lambda: datetime.now(UTC)  # noqa: E731  # one line, and a clock is wanted as a value
    public_url = f"http://127.0.0.1:{public_port}" if public_port else ""
    async with BadDay(public_url=public_url, now=now, shuffle=random.Random(1)) as emulator:
        env = {
            "PATH": os.environ["PATH"],
            "FOLLOWUP_DATABASE_URL": url,
            "FOLLOWUP_SEND_WINDOW": "always",
            "FOLLOWUP_UNIT": own_unit(folder),
            **({"FOLLOWUP_PUBLIC_URL": public_url} if public_url else {}),
            **settings,
        }
        if channel == "sms":
            env |= {
                "TWILIO_ACCOUNT_SID": emulator.account_sid,
                "TWILIO_AUTH_TOKEN": emulator.auth_token,
                "TWILIO_FROM": emulator.number,
                "TWILIO_API_URL": emulator.url,
            }
        else:
            env |= {
                "TELEGRAM_BOT_TOKEN": emulator.bot_token,
                "TELEGRAM_WEBHOOK_SECRET": secrets.token_urlsafe(16),
                "TELEGRAM_API_URL": emulator.url,
            }
        db = Database.open(url)
        await create_or_upgrade(db)
        story = System(folder, url, emulator, env, db)
        try:
            yield story
        finally:
            await story.kill()
            await db.close()


async def until(what: str, seconds: float, holds: Callable[[], Awaitable[bool]]) -> None:
    """Wait until ``holds`` returns true."""
    deadline = asyncio.get_running_loop().time() + seconds
    while not await holds():
        if asyncio.get_running_loop().time() > deadline:
            raise AssertionError(f"not within {seconds:g} s: {what}")
        await asyncio.sleep(0.1)


async def ready(port: int) -> bool:
    """Say whether the process at this port answers."""
    async with ClientSession() as http:
        try:
            async with http.get(f"http://127.0.0.1:{port}/readyz") as answer:
                return answer.status == 200
        except OSError:
            return False
