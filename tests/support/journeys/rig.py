"""A rig: the whole app in this process, messages to send, a far end with faults, and a clock to move."""

from __future__ import annotations

import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web
from sqlalchemy import select

from bot.app import App
from bot.settings import Settings, Telegram, Twilio
from bot.simulator.clock import SimulatedClock
from bot.simulator.emulator.faults import BadDay
from storage.database.engine import Database
from storage.delivery import outbox
from storage.people import addresses
from storage.tables import outbox as outbox_table
from tests.support.migrated import new_database

PHONE, CHAT = "+46701234567", 4242
START = datetime(2026, 3, 2, 10, tzinfo=UTC)
PATIENT = 60.0  # seconds of lease; a call is given up after a quarter of it
IMPATIENT = 1.2  # for a far end that hangs


@dataclass
class Rig:
    """The whole app, in this process, with one message to send and a clock to move."""

    app: App
    db: Database
    emulator: BadDay
    clock: SimulatedClock

    async def queue(self, channel: str, count: int = 1, people: int = 1) -> None:
        """Queue ``count`` messages, one after the other to each of ``people``."""
        numbers = [PHONE[:-3] + f"{567 + n}" if channel == "sms" else str(CHAT + n) for n in range(people)]
        async with self.db.begin() as conn:
            found = await addresses.find_or_add(conn, channel, numbers, self.clock())
            common = {
                "occasion_id": None,
                "channel": channel,
                "say": '{"phrases": ["no_open_question"], "question": null}',
                "expires_at": self.clock() + timedelta(days=1),
            }
            rows = [
                {
                    **common,
                    "address_id": found[numbers[n % people]].id,
                    "key": f"{channel}{n}",
                    "reference": f"{channel}{n}",
                }
                for n in range(count)
            ]
            await outbox.enqueue(conn, rows, self.clock())

    async def deliver(self, minutes: float = 0) -> None:
        self.clock.advance(self.clock() + timedelta(minutes=minutes))
        while await self.app.delivery.deliver_once(self.clock()):
            pass

    async def column(self, column: object) -> list[object]:
        async with self.db.read() as conn:
            return list((await conn.execute(select(column).order_by(outbox_table.c.id))).scalars())  # type: ignore[call-overload]


@asynccontextmanager
async def set_up(
    folder: Path, lease: float = PATIENT, far_end: Callable[..., BadDay] = BadDay
) -> AsyncIterator[Rig]:
    """Yield a rig with its database in ``folder``, and leases of so many seconds."""
    db = new_database(folder / "rig.db")
    clock = SimulatedClock(START)
    listener = socket.create_server(("127.0.0.1", 0))
    url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    async with far_end(public_url=url, now=clock) as emulator:
        settings = Settings(
            database_url="",
            public_url=url,
            zone=ZoneInfo("Europe/Stockholm"),
            send_window="always",
            twilio=Twilio(emulator.account_sid, emulator.auth_token, (emulator.number,), None, emulator.url),
            telegram=Telegram(emulator.bot_token, emulator.secret, emulator.url),
            lease_seconds=lease,
        )
        async with App(settings, db, clock, url, random.Random(1)) as app:
            runner = web.AppRunner(app.web, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            try:
                yield Rig(app, db, emulator, clock)
            finally:
                await runner.cleanup()
                await db.close()
