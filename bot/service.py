"""Serve: webhooks, clock and delivery in one process, until it is told to stop.

A stop is orderly: the calls in flight land first, then the webhooks are answered, then the database is closed.
What does not land in time stays leased, and is settled by the next process (scheduler/delivery/sending.py). How
long each step may take: bot/process/stopping.py.
"""

import asyncio
import gc
import logging
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import dataclass
from datetime import datetime, timedelta
from itertools import chain, repeat

from bot.app import App
from bot.database import database
from bot.process.stopping import CLOSE_SECONDS, LANDING_SECONDS, SETTLING_SECONDS, unless_stopped, within
from bot.settings import Settings
from bot.web import webhooks
from bot.web.connections import Limits, serving
from scheduler.clock import run_clock
from scheduler.delivery import restore
from scheduler.delivery.gateway import GatewayError
from scheduler.delivery.retry import ACCOUNT_PAUSE
from storage.database import locks
from storage.delivery import claims, pacing
from survey.codes import Channel, PauseCause, because

log = logging.getLogger(__name__)

RECEIVE_PAUSES = (1.0, 5.0, 15.0, 60.0)  # seconds between tries to reach Telegram at all


@dataclass(frozen=True, slots=True)
class Listener:
    """Where a process listens."""

    host: str
    port: int

    @property
    def url(self) -> str:
        """Return the address by which this machine reaches it."""
        return f"http://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"


async def serve(
    settings: Settings,
    now: Callable[[], datetime],
    listener: Listener,
    stop: asyncio.Event,
    started: Callable[[str], None],
    extend: Callable[[App], None] | None = None,
) -> None:
    """Run the service until ``stop`` is set.

    Args:
        settings: a channel that is None in them is off.
        now: the clock.
        listener: where webhooks and pages are served.
        stop: ends the service when it is set.
        started: called with the service's address once it listens.
        extend: adds to the application before it listens.

    Raises:
        SettingsError: a setting is wrong, or the database is not current.
        DatabaseError: another process serves this SQLite database.
    """
    async with AsyncExitStack() as stack:
        db = await stack.enter_async_context(database(settings))
        await stack.enter_async_context(locks.sole_process(db))
        if db.is_sqlite:  # no other process runs, so whoever held a lease is dead
            async with db.begin() as conn:
                await claims.release_all(conn, now())
        base_url = settings.public_url or listener.url
        app = await stack.enter_async_context(App(settings, db, now, base_url, random.Random()))
        if not await unless_stopped(stop, _prepare(app, extend)):
            return
        web = serving(app.web, listener.host, listener.port, Limits(), CLOSE_SECONDS)
        await stack.enter_async_context(web)
        keep_for_good()
        started(base_url)
        receiving = [receive_telegram(app)] if app.telegram is not None else []
        await run_until(app, stop, *receiving)


async def _prepare(app: App, extend: Callable[[App], None] | None) -> None:
    """Settle what a restored copy leaves, and take in what was written meanwhile, before a webhook is served."""
    await restore.settle(app.db, app.planner, app.rules, app.window, app.now())
    if extend is not None:
        extend(app)
    if app.sweep is not None:
        await app.sweep.run(timedelta())


def keep_for_good() -> None:
    """Take what exists now out of the garbage collector's sight: looking through it stalls the event loop 60 ms."""
    gc.collect()
    gc.freeze()


async def run_until(app: App, stop: asyncio.Event, *more: Coroutine[object, object, None]) -> None:
    """Deliver and tick, with ``more`` beside, until ``stop`` is set; then let what is in flight land.

    Raises:
        Exception: whatever the first of them to fail has raised.
    """
    delivering = asyncio.create_task(app.delivery.run(app.now, LANDING_SECONDS))
    ticking = locks.as_scheduler(app.db, lambda: run_clock(app.ticks()))
    others = [asyncio.create_task(each) for each in (ticking, _wait(stop), *more)]
    try:
        done, _ = await asyncio.wait([delivering, *others], return_when=asyncio.FIRST_COMPLETED)
        for task in done:
            task.result()
    finally:
        for task in others:
            task.cancel()
        app.delivery.stop()
        ending = asyncio.gather(delivering, *others, return_exceptions=True)
        await within(LANDING_SECONDS + SETTLING_SECONDS, "calls in flight", ending)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def receive_telegram(app: App) -> None:
    """Receive by webhook where the service has a public address, else by long polling. Retry until it works."""
    assert app.telegram is not None
    assert app.settings.telegram is not None
    secret = app.settings.telegram.webhook_secret
    for pause in chain(RECEIVE_PAUSES, repeat(RECEIVE_PAUSES[-1])):
        try:
            if app.settings.public_url and secret:
                await app.telegram.set_webhook(app.settings.public_url + webhooks.TELEGRAM_PATH, secret)
                await asyncio.Event().wait()  # updates come by themselves now
            else:
                await app.telegram.poll(app.updates.take)
        except GatewayError as error:
            log.error("Telegram cannot be received from: %s", error)
            if error.kind == "account":
                async with app.db.begin() as conn:
                    now = app.now()
                    today, until = now.astimezone(app.settings.zone).date(), now + ACCOUNT_PAUSE
                    cause = because(PauseCause.ACCOUNT, error.code)
                    await pacing.pause(conn, Channel.TELEGRAM, cause, now=now, today=today, until=until)
        await asyncio.sleep(pause)
