"""A whole system for a story: the real app and the real clients, an emulator, and a clock to move."""

import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.app import App
from bot.settings import Settings, Telegram, Twilio
from bot.simulator.clock import SimulatedClock
from bot.simulator.emulator.server import Emulator
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Database
from storage.register import importer, reader
from survey.codes import Channel
from tests.support import register_files

NUMBER = "+46700000000"
SECRET = "a-secret"
ZONE = ZoneInfo("Europe/Stockholm")


@dataclass
class World:
    """The parts of a story, and what happens in it: time passes, files are read, customers write."""

    app: App
    db: Database
    emulator: Emulator
    clock: SimulatedClock
    url: str
    folder: Path

    async def read(self, **files: str) -> None:
        """Import register files given as text, by kind."""
        batch = reader.read(register_files.write(self.folder, files))
        async with self.db.begin() as conn:
            today = self.clock().astimezone(ZONE).date()
            imported = await importer.apply(conn, batch, today, self.clock())
            await fallback.give_up(conn, imported.given_up, Context(tuple(Channel), self.clock(), today))

    async def wake(self, at: str) -> None:
        """Move the clock to a local time, and do what a running process would have done by then."""
        moment = datetime.fromisoformat(at).replace(tzinfo=ZONE).astimezone(UTC)
        self.clock.advance(moment)
        await self.app.planner.plan(self.clock())
        await self.app.planner.expire_sessions(self.clock())
        while await self.app.planner.open_due(self.clock()):
            pass
        await self.deliver()

    async def deliver(self) -> None:
        while await self.app.delivery.deliver_once(self.clock()):
            pass
        await self.emulator.settled()

    async def says(self, phone: str, text: str) -> str | None:
        """Send a customer's SMS; return the reply in the webhook's own response."""
        self.clock.advance(self.clock() + timedelta(seconds=20))
        return await self.emulator.sms_from(phone, text)

    def texts(self, phone: str) -> list[str]:
        """Return what we have sent to a phone through the API."""
        return [sms.body for sms in self.emulator.sms.values() if sms.to == phone]


@asynccontextmanager
async def world(
    db: Database,
    folder: Path,
    start: str,
    extend: Callable[[App, Emulator], None] | None = None,
    *,
    emulated: Callable[..., Emulator] = Emulator,
    clocked: Callable[[datetime], SimulatedClock] = SimulatedClock,
    send_window: str = "09:00-19:00",
) -> AsyncIterator[World]:
    """Set up a system on ``db`` at the local time ``start``; ``extend`` adds to what it serves."""
    clock = clocked(datetime.fromisoformat(start).replace(tzinfo=ZONE).astimezone(UTC))
    async with emulated(number=NUMBER) as emulator:
        listener = socket.create_server(("127.0.0.1", 0))
        url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        emulator.public_url = url
        settings = Settings(
            database_url="",
            public_url=url,
            zone=ZONE,
            send_window=send_window,
            twilio=Twilio(emulator.account_sid, emulator.auth_token, (NUMBER,), None, emulator.url),
            telegram=Telegram(emulator.bot_token, SECRET, emulator.url),
        )
        async with App(settings, db, clock, url, random.Random(1)) as app:
            if extend is not None:
                extend(app, emulator)
            runner = web.AppRunner(app.web, access_log=None)
            await runner.setup()
            await web.SockSite(runner, listener).start()
            assert app.telegram is not None
            await app.telegram.set_webhook(url + "/webhooks/telegram", SECRET)
            try:
                yield World(app, db, emulator, clock, url, folder)
            finally:
                await runner.cleanup()
