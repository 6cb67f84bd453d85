"""`followup demo`: a simulated year through the real code. Only the far ends are local, and time is an argument.

The register, the planner, the outbox, the HTTP clients, the signed webhooks, the engine, the database and the
report are the ones that `followup run` uses; bot/emulator.py stands where Twilio and Telegram would, and
bot/simulation.py plays the customers.
"""

import asyncio
import random
import socket
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import UTC, date, datetime, time, timedelta
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import commands, example, webhooks
from bot.app import App
from bot.emulator import Emulator
from bot.settings import Settings, Telegram, Twilio
from bot.simulatedclock import SimulatedClock
from bot.simulation import Population
from storage import register, registerfile
from storage.database import Database

if TYPE_CHECKING:
    from reporting.report import QualityReport

YEAR = 2015
FIRST_DAY = date(2014, 12, 1)
LAST_DAY = date(2016, 1, 31)  # the last answers about December come in January
TICKS = (time(9, 5), time(14, 0))  # when the simulated clock plans, opens and sends
ZONE = ZoneInfo("Europe/Stockholm")
FORMATS = ("html", "xlsx", "csv", "json")


async def run_demo(out: Path, seed: int, serve: bool, now: Callable[[], datetime]) -> None:
    """Simulate the year, write its report to ``out`` and show where it is."""
    console = Console()
    console.print(f"[bold]Ett simulerat år, {YEAR}[/bold]: påhittade kunder, riktig kod, inga konton.")
    async with AsyncExitStack() as stack:
        folder = Path(stack.enter_context(TemporaryDirectory(prefix="followup-demo-")))
        clock = SimulatedClock(_at(FIRST_DAY, time(8)))
        app, population = await _set_up(stack, folder, seed, clock)
        with Progress(
            TextColumn("{task.description}"),
            BarColumn(),
            MofNCompleteColumn(),
            TextColumn("{task.fields[figures]}"),
            TimeElapsedColumn(),
            console=console,
        ) as progress:
            await _simulate(app, population, clock, progress)
        quality = await commands.quality_report(app.db, YEAR, clock())
        paths = commands.write_report(quality, out, FORMATS)
        _show(console, quality, paths)
        if serve:
            await _serve(console, paths[0])


async def _set_up(stack: AsyncExitStack, folder: Path, seed: int, clock: SimulatedClock) -> tuple[App, Population]:
    """An empty database with the register in it, the app listening, the emulator and its customers."""
    register_ = example.build(seed)
    db = Database.open(f"sqlite+aiosqlite:///{folder / 'demo.db'}")
    stack.push_async_callback(db.close)
    await db.create()
    batch = registerfile.read(example.write_csv(register_, folder))
    async with db.begin() as conn:
        await register.apply(conn, batch, FIRST_DAY, clock())
    emulator = Emulator()
    await emulator.start()
    stack.push_async_callback(emulator.stop)
    listener = socket.create_server(("127.0.0.1", 0))  # the port must be known before anything is signed
    base_url = f"http://127.0.0.1:{listener.getsockname()[1]}"
    emulator.public_url = base_url
    app = await stack.enter_async_context(
        App(_settings(emulator, base_url), db, clock, base_url, random.Random(seed))
    )
    runner = web.AppRunner(app.web, access_log=None)
    await runner.setup()
    stack.push_async_callback(runner.cleanup)
    await web.SockSite(runner, listener).start()
    assert app.telegram is not None
    await app.telegram.set_webhook(base_url + webhooks.TELEGRAM_PATH, emulator.secret)
    population = Population(register_, emulator, app.catalogue, clock, ZONE)
    await population.join(db)
    return app, population


async def _simulate(app: App, population: Population, clock: SimulatedClock, progress: Progress) -> None:
    days = (LAST_DAY - FIRST_DAY).days + 1
    task = progress.add_task("Simulerar", total=days, figures="")
    ticks = [_at(FIRST_DAY + timedelta(days=n), tick) for n in range(days) for tick in TICKS]
    for tick, following in zip(ticks, [*ticks[1:], ticks[-1] + timedelta(days=1)], strict=True):
        clock.advance(tick)
        await app.planner.plan(clock())
        await app.planner.expire_sessions(clock())
        while await app.planner.open_due(clock()):
            pass
        await _deliver(app)
        while (moment := population.next_moment(before=following)) is not None:
            clock.advance(moment)
            await population.answer(moment)
            await _deliver(app)
        if tick.astimezone(ZONE).time() == TICKS[-1]:
            progress.update(task, advance=1, figures=f"{population.received} skickade, {population.answered} svar")


async def _deliver(app: App) -> None:
    while await app.delivery.deliver_once(app.now()):
        pass


def _at(day: date, at: time) -> datetime:
    return datetime.combine(day, at, ZONE).astimezone(UTC)


def _settings(emulator: Emulator, base_url: str) -> Settings:
    return Settings(
        database_url="",
        public_url=base_url,
        zone=ZONE,
        send_window="09:00-19:00",
        twilio=Twilio(emulator.account_sid, emulator.auth_token, emulator.number, None, emulator.url),
        telegram=Telegram(emulator.bot_token, emulator.secret, emulator.url),
    )


def _show(console: Console, quality: "QualityReport", paths: list[Path]) -> None:
    table = Table("Anordnare", "Berättigade", "Svar", "Nöjda", "95 %-intervall", title=f"Nöjdhet {YEAR}")
    for row in quality.provider_rows:
        table.add_row(row.name, str(row.eligible), str(row.answered), row.share_text, row.interval_text)
    console.print(table)
    for path in paths:
        console.print(f"  {path}", highlight=False)


async def _serve(console: Console, page: Path) -> None:
    """Leave the report on a local address until Ctrl+C."""
    site = web.Application()

    content = page.read_bytes()  # noqa: ASYNC240  # once, before anything is served

    async def report(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type="text/html", charset="utf-8")

    site.router.add_get("/", report)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    console.print(f"Rapporten finns på http://127.0.0.1:{listener.getsockname()[1]} . Avsluta med Ctrl+C.")
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
