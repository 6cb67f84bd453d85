"""A simulated year through the real code, in some thirty seconds.

The register, the planner, the outbox, the HTTP clients, the signed webhooks, the engine and the database are those
of `followup run`. Only three things differ: bot/simulator/emulator stands where Twilio and Telegram would,
bot/simulator/customers.py plays the customers, and the clock is moved by hand. Nothing sleeps.
"""

import random
import socket
from collections.abc import AsyncIterator, Callable
from contextlib import AsyncExitStack, asynccontextmanager
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from zoneinfo import ZoneInfo

from aiohttp import web

from bot.app import App
from bot.settings import Settings
from bot.simulator import register as example
from bot.simulator import register_files
from bot.simulator.clock import SimulatedClock
from bot.simulator.customers import Population
from bot.simulator.emulator.server import Emulator
from bot.simulator.register import Example
from bot.simulator.service import pointed_at
from bot.web import webhooks
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Database
from storage.followups import recording
from storage.migrations.upgrade import create_or_upgrade
from storage.register import importer as register
from storage.register import reader
from survey.codes import Channel
from survey.unit import profile_file
from survey.unit.profile import UnitProfile

YEAR = 2015
FIRST_DAY = date(2014, 12, 1)
LAST_DAY = date(2016, 1, 31)  # the last answers about December come in January
REGISTER_DAYS = 14  # how often the unit hands over its register
LOCK_EVE = recording.LOCK_DAY - 1  # and on this day of each month, before the last month is locked
TICK = time(9, 5)  # when the simulated clock plans, opens and sends
ZONE = ZoneInfo("Europe/Stockholm")


@dataclass(frozen=True, slots=True)
class SimulatedYear:
    """The whole system with its customers, before the first day.

    Attributes:
        folder: holds the database and the register's files.
        register: what the unit will know.
        clock: the simulated time.
        app: the system.
        emulator: both vendors.
        population: the customers.
    """

    folder: Path
    register: Example
    clock: SimulatedClock
    app: App
    emulator: Emulator
    population: Population

    async def days(self, last: date = LAST_DAY) -> AsyncIterator[date]:
        """Live each day until ``last``, and yield it when it is over."""
        day = FIRST_DAY
        while day <= last:
            if (day - FIRST_DAY).days % REGISTER_DAYS == 0 or day.day == LOCK_EVE:
                await self._hand_over(day)
            following = day + timedelta(days=1)
            await self._tick(_at(day, TICK), before=_at(following, TICK))
            yield day
            day = following

    async def _hand_over(self, day: date) -> None:
        """Import the register as it is known on ``day``, by the files that `followup import` reads."""
        batch = reader.read(register_files.write_csv(self.register.known_on(day), self.folder))
        async with self.app.db.begin() as conn:
            imported = await register.apply(conn, batch, day, self.clock())
            await fallback.give_up(conn, imported.given_up, Context(tuple(Channel), self.clock(), day))

    async def _tick(self, moment: datetime, before: datetime) -> None:
        """Plan, open and send at ``moment``, then let the customers answer ``before`` the next."""
        clock, planner = self.clock, self.app.planner
        clock.advance(moment)
        await planner.plan(clock())
        await planner.expire_sessions(clock())
        while await planner.open_due(clock()):
            pass
        await self.app.queue_digests()
        await self._deliver()
        while (reply_at := self.population.next_moment(before)) is not None:
            clock.advance(reply_at)
            await self.population.answer(reply_at)
            if self.app.queued.is_set():
                self.app.queued.clear()
                await self._deliver()

    async def _deliver(self) -> None:
        """Send what is queued, and let the carrier report it."""
        while await self.app.delivery.deliver_once(self.clock()):
            pass
        await self.population.report()


@asynccontextmanager
async def simulated_year(
    folder: Path,
    seed: int,
    extend: Callable[[App, Emulator], None] | None = None,
    unit: UnitProfile | None = None,
) -> AsyncIterator[SimulatedYear]:
    """Set up an empty database, the app listening, the emulator, and the customers with their chats linked.

    Args:
        folder: where the database and the register's files are put.
        seed: the same seed gives the same year.
        extend: adds to what the app serves.
        unit: who asks; None for the bundled example.
    """
    async with AsyncExitStack() as stack:
        clock = SimulatedClock(_at(FIRST_DAY, time(8)))
        db = Database.open(f"sqlite+aiosqlite:///{folder / 'demo.db'}", durable=False)
        stack.push_async_callback(db.close)
        await create_or_upgrade(db)
        emulator = await stack.enter_async_context(Emulator())
        listener = socket.create_server(("127.0.0.1", 0))  # the port must be known before anything is signed
        base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
        emulator.public_url = base_url
        off = Settings(
            database_url="",
            public_url=None,
            zone=ZONE,
            send_window="09:00-19:00",
            twilio=None,
            telegram=None,
            unit=unit or profile_file.example(),
        )
        settings = pointed_at(off, emulator, base_url)
        app = await stack.enter_async_context(App(settings, db, clock, base_url, random.Random(seed)))
        if extend is not None:
            extend(app, emulator)
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.SockSite(runner, listener).start()
        assert app.telegram is not None
        await app.telegram.set_webhook(base_url + webhooks.TELEGRAM_PATH, emulator.secret)
        register_ = example.build(seed)
        population = Population(register_, emulator, app.catalogue, clock, ZONE)
        year = SimulatedYear(folder, register_, clock, app, emulator, population)
        await year._hand_over(FIRST_DAY)
        await population.join(db)
        await year._deliver()
        yield year


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)
