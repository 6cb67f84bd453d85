"""The composition root: settings in, running parts out. The clock is read here and handed down."""

import asyncio
import gc
import logging
import random
from collections.abc import Callable, Coroutine
from contextlib import AsyncExitStack
from dataclasses import replace
from datetime import datetime, timedelta
from itertools import chain, repeat
from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot.channels.sms.sweep import Sweep
from bot.errors import SettingsError
from bot.inbound.events import BotBlocked, Inbound, LinkRequested, Tapped
from bot.inbound.group_commit import Intake, fingerprint
from bot.metrics import Metrics
from bot.settings import Settings
from bot.web import webhooks
from bot.web.provider import link_messages, pages
from reporting.supervision import denials, proposals
from scheduler import crash_points, provider_digests, restore
from scheduler.clock import Tick, run_clock
from scheduler.delivery import Delivery, Sending
from scheduler.gateway import Gateway, GatewayError
from scheduler.hours import SendWindow
from scheduler.planner import Planner
from scheduler.retry import ACCOUNT_PAUSE
from scheduler.rules import Rules
from scheduler.rules_file import load as load_rules
from storage.contacts import links
from storage.database import locks
from storage.database.engine import Database, is_passing
from storage.delivery import claims, pacing, settlement
from storage.delivery.pacing import Pace
from storage.errors import StorageFailure
from survey.conversation.model import TextReceived, Unreadable
from survey.packs.catalogue import Catalogue
from survey.packs.catalogue import load as load_catalogue

if TYPE_CHECKING:
    from bot.channels.telegram.gateway import TelegramGateway as _TelegramGateway

log = logging.getLogger(__name__)

PLAN_SECONDS = 15
OPEN_SECONDS = 2
EXPIRE_SECONDS = 60
PATTERN_SECONDS = 6 * 3600
DIGEST_SECONDS = 15 * 60
SWEEP_SECONDS = 300
REQUEST_SECONDS = 15.0  # until an unanswered call is given up
LANDING_SECONDS = 6.0  # that calls in flight have to land when the process is told to stop
CLOSE_SECONDS = 2.0  # that webhooks have to be answered then
RECEIVE_PAUSES = (1.0, 5.0, 15.0, 60.0)  # between tries to reach Telegram at all


class App:
    """Every part of one process, wired. ``now`` is the clock; the demo passes a simulated one."""

    def __init__(
        self,
        settings: Settings,
        db: Database,
        now: Callable[[], datetime],
        base_url: str,
        jitter: random.Random,
    ) -> None:
        self.settings = settings
        self.db = db
        self.now = now
        self.catalogue: Catalogue = load_catalogue()
        self.rules, self.window = contact_rules(settings)
        self.intake = Intake(db, self.catalogue, now, timedelta(days=self.rules.conversation), settings.zone)
        self.telegram: _TelegramGateway | None = None
        self.gateways: dict[str, Gateway] = {}
        self.sweep: Sweep | None = None
        # A call must have ended long before its lease does.
        timeout = min(REQUEST_SECONDS, settings.lease_seconds / 4)
        if settings.twilio is not None:
            from bot.channels.sms import SmsGateway

            twilio = settings.twilio
            sms = SmsGateway(
                twilio.account_sid,
                twilio.auth_token,
                twilio.sender,
                twilio.messaging_service_sid,
                twilio.api_url,
                timeout,
            )
            self.gateways["sms"] = sms
            self.sweep = Sweep(db, sms, self.intake, now)
        if settings.telegram is not None:
            from bot.channels.telegram.gateway import (
                TelegramGateway,  # aiogram: seconds and 170 MB, only where it is used
            )

            self.telegram = TelegramGateway(settings.telegram.token, settings.telegram.api_url, timeout)
            self.gateways["telegram"] = self.telegram
        self.planner = Planner(db, self.catalogue, self.rules, self.window, settings.zone, frozenset(self.gateways))
        self.metrics = Metrics(db, now, self.gateways)
        rates = settings.rates
        sending = Sending(
            self.window,
            settings.public_url,
            {"sms": Pace(rates.sms), "telegram": Pace(rates.telegram, rates.telegram_chat)},
            timedelta(seconds=settings.lease_seconds),
            self.metrics.sent,
        )
        self.delivery = Delivery(db, self.catalogue, self.gateways, sending, jitter=jitter)
        self.queued = self.delivery.queued
        self.web = webhooks.build(
            webhooks.Endpoints(
                db=db,
                intake=self.intake,
                base_url=base_url,
                twilio=settings.twilio,
                telegram=settings.telegram,
                on_status=self.on_status,
                on_update=self.on_update,
                metrics=self.metrics,
            )
        )

        self.web.add_subapp(
            link_messages.PATH,
            pages.build(db, now, settings.zone, base_url, self.queued.set),
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.intake.close()
        for gateway in self.gateways.values():
            await gateway.close()

    async def on_status(self, reference: str, status: str, error_code: int | None, external_id: str) -> bool:
        """A carrier's word about a message of ours; False when we do not know the reference.

        Raises StorageFailure when the database cannot be reached.
        """
        from bot.channels.sms import classify

        kind = classify(error_code) if error_code else None
        code = str(error_code) if error_code else None
        crash_points.point("status.received")
        try:
            async with self.db.begin() as conn:
                known = await settlement.status(
                    conn, reference, status, code, self.now(), kind, external_id=external_id, on=self.gateways
                )
        except Exception as error:
            if is_passing(error):
                raise StorageFailure("The database cannot be written.") from error
            raise
        crash_points.point("status.committed")
        self.queued.set()  # a message that was not delivered may go another way
        return known

    async def on_update(self, update: object) -> None:
        """One Telegram update, taken in and committed; one that cannot be read is put in quarantine.

        Raises StorageFailure when the database cannot be reached.
        """
        from bot.channels.telegram.gateway import parse_update

        try:
            parsed = parse_update(update)
        except ValueError as error:
            number = update.get("update_id") if isinstance(update, dict) else None
            await self.intake.quarantine("telegram", str(number) if number else fingerprint(update), error)
            return
        if parsed is None:
            return
        event: TextReceived | Tapped | Unreadable | LinkRequested | BotBlocked
        match parsed.kind:
            case "start" if parsed.data:
                event = LinkRequested(parsed.data)
            case "tap":
                event = _tapped(parsed.data, parsed.message_id)
            case "other":
                event = Unreadable()
            case "blocked" | "unblocked":
                event = BotBlocked(parsed.kind == "blocked")
            case _:
                event = TextReceived(parsed.text)
        taken = await self.intake.submit(Inbound("telegram", parsed.external_id, parsed.sender, event))
        crash_points.point("polling.stored")
        self.queued.set()
        if self.telegram is None:
            return
        if parsed.callback_id:
            await self.telegram.answer_callback(parsed.callback_id)
        if taken.edit is not None:
            await self.telegram.edit(parsed.sender, taken.edit.message_id, taken.edit.text)

    async def queue_digests(self) -> None:
        """Queue the providers' digests that are due."""
        if await provider_digests.queue_due(
            self.db, frozenset(self.gateways), self.rules, self.window, self.settings.zone, self.now()
        ):
            self.queued.set()

    def ticks(self) -> list[Tick]:
        """What the clock does, and how often (seconds)."""

        async def plan() -> None:
            await self.planner.plan(self.now())

        async def open_due() -> None:
            if await self.planner.open_due(self.now()):
                crash_points.point("planner.opened")
                self.queued.set()

        async def expire() -> None:
            await self.planner.expire_sessions(self.now())

        async def erase_links() -> None:
            async with self.db.begin() as conn:
                await links.erase_sent(conn)

        async def look_for_patterns() -> None:
            now = self.now()
            today = now.astimezone(self.settings.zone).date()
            await denials.open_cases(self.db, today, now)
            await proposals.open_cases(self.db, today, now)

        jobs = [
            Tick("plan", PLAN_SECONDS, plan),
            Tick("open", OPEN_SECONDS, open_due),
            Tick("expire", EXPIRE_SECONDS, expire),
            Tick("links", EXPIRE_SECONDS, erase_links),
            Tick("patterns", PATTERN_SECONDS, look_for_patterns),
            Tick("digests", DIGEST_SECONDS, self.queue_digests),
        ]
        if self.sweep is not None:  # first: a STOP sent while nothing ran counts before anything is asked
            jobs.insert(0, Tick("sweep", SWEEP_SECONDS, self.sweep.run))
        clock = asyncio.get_running_loop().time
        return [replace(job, work=self.metrics.tick(job.name, job.seconds, job.work, clock)) for job in jobs]


def _tapped(data: str, message_id: str | None) -> Tapped:
    """A button's data as scheduler.delivery makes it; a foreign one leads to no question."""
    reference, _, value = data.rpartition(":")
    known = value.isascii() and value.isdecimal() and len(value) < 4
    return Tapped(reference if known else "", int(value) if known else 0, message_id)


def contact_rules(settings: Settings) -> tuple[Rules, SendWindow]:
    """The rules in force, and the hours in which messages may be sent. Raises RulesError and SettingsError."""
    rules, window = load_rules(settings.rules, settings.zone)
    if settings.send_window:
        try:
            window = SendWindow.parse(settings.send_window, settings.zone)
        except ValueError as error:
            raise SettingsError(f"FOLLOWUP_SEND_WINDOW: {error}") from error
    return rules, window


async def serve(
    settings: Settings,
    now: Callable[[], datetime],
    host: str,
    port: int,
    started: Callable[[str], None],
    stop: asyncio.Event,
    extend: Callable[[App], None] | None = None,
) -> None:
    """`followup run`: webhooks, clock and delivery in one process, until ``stop`` is set.

    ``extend`` may add to the application before it listens.
    """
    async with AsyncExitStack() as stack:
        db = Database.open(settings.database_url)
        stack.push_async_callback(db.close)
        problem = await db.check()
        if problem:
            raise SettingsError(problem)
        await stack.enter_async_context(locks.sole_process(db))
        if db.is_sqlite:  # whoever held a lease is dead
            async with db.begin() as conn:
                await claims.release_all(conn, now())
        base_url = settings.public_url or f"http://{host}:{port}"
        app = await stack.enter_async_context(App(settings, db, now, base_url, random.Random()))
        await restore.settle(db, app.planner, app.rules, app.window, now())
        if extend is not None:
            extend(app)
        runner = web.AppRunner(app.web, access_log=None, shutdown_timeout=CLOSE_SECONDS)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        site = web.TCPSite(runner, host, port)
        await site.start()
        keep_for_good()
        started(base_url)
        receiving = [receive_telegram(app)] if app.telegram is not None else []
        await run_until(app, stop, *receiving)


def keep_for_good() -> None:
    """What is there when the process is ready will stay: looking through it for garbage stalls the loop 60 ms."""
    gc.collect()
    gc.freeze()


async def run_until(app: App, stop: asyncio.Event, *more: Coroutine[object, object, None]) -> None:
    """Deliver and tick, with ``more`` beside, until ``stop`` is set; raises what any of them raises.

    What is in flight then lands first.
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
        await asyncio.gather(delivering, *others, return_exceptions=True)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def receive_telegram(app: App) -> None:
    """By webhook where the world can reach us, by long polling where it cannot. Tried until it works."""
    assert app.telegram is not None
    assert app.settings.telegram is not None
    secret = app.settings.telegram.webhook_secret
    for wait in chain(RECEIVE_PAUSES, repeat(RECEIVE_PAUSES[-1])):
        try:
            if app.settings.public_url and secret:
                await app.telegram.set_webhook(app.settings.public_url + webhooks.TELEGRAM_PATH, secret)
                await _for_ever()
            else:
                await app.telegram.poll(app.on_update)
        except GatewayError as error:
            log.error("Telegram cannot be received from: %s", error)
            if error.kind == "account":
                async with app.db.begin() as conn:
                    await pacing.pause(conn, "telegram", error.code, app.now(), app.now() + ACCOUNT_PAUSE)
        await asyncio.sleep(wait)


async def _for_ever() -> None:
    await asyncio.Event().wait()
