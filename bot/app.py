"""The composition root: settings in, the parts of one process out, wired.

The clock is read by whoever makes an App (bot/cli/main.py), and handed down as ``now``. A channel's vendor library
is imported only where its settings are: aiogram alone takes seconds and 170 MB.
"""

from __future__ import annotations

import asyncio
import random
from collections.abc import Awaitable, Callable
from dataclasses import replace
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Self

from bot import texts
from bot.channels.sms.receipts import Receipts
from bot.channels.sms.responses import Responses
from bot.channels.sms.sweep import UNDER_WAY, Sweep
from bot.channels.telegram.receiver import Receiver
from bot.contact_rules import contact_rules
from bot.inbound.group_commit import Intake
from bot.metrics import Metrics
from bot.process.stopping import GATEWAY_SECONDS, INTAKE_SECONDS, within
from bot.settings import Settings
from bot.web import webhooks
from bot.web.provider import link_messages, pages
from reporting.supervision import denials, proposals
from scheduler import crash_points, provider_digests
from scheduler.clock import Tick
from scheduler.delivery.gateway import Gateway
from scheduler.delivery.sending import Delivery, Sending
from scheduler.planning.planner import Planner
from storage.contacts import links
from storage.database.engine import Database
from storage.delivery import clock_errors
from storage.delivery.pacing import Pace
from survey.packs.budgets import refuse_over_budget
from survey.packs.catalogue import Catalogue

if TYPE_CHECKING:
    from bot.channels.sms.gateway import SmsGateway
    from bot.channels.telegram.gateway import TelegramGateway

# How often the clock does each thing, in seconds.
PLAN_SECONDS = 15
OPEN_SECONDS = 2
EXPIRE_SECONDS = 60
CLOCK_SECONDS = 30
PATTERN_SECONDS = 6 * 3600
DIGEST_SECONDS = 15 * 60
SWEEP_SECONDS = 300
RESPONSE_SECONDS = 60
REQUEST_SECONDS = 15.0  # until an unanswered call to a channel's provider is given up


class App:
    """Every part of one process, wired.

    Args:
        settings: a channel that is None in them is off.
        db: the database, open and current.
        now: the clock; the demo passes a simulated one.
        base_url: the address that webhooks are signed for and links lead to.
        jitter: spreads retries.

    Raises:
        PackError, UnitError: the texts cannot be used, or not with the unit's name in them.
    """

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
        self.catalogue: Catalogue = texts.in_force(settings)
        refuse_over_budget(self.catalogue)
        self.rules, self.window = contact_rules(settings)
        sms = _sms_gateway(settings)
        self.telegram = _telegram_gateway(settings)
        self.gateways: dict[str, Gateway] = {
            each.channel: each for each in (sms, self.telegram) if each is not None
        }
        waits = timedelta(days=self.rules.conversation)
        self.intake = Intake(db, self.catalogue, now, waits, settings.zone, frozenset(self.gateways))
        self.sweep = Sweep(db, sms, self.intake, now, settings.zone) if sms is not None else None
        self.responses = Responses(db, sms, now) if sms is not None else None
        self.planner = Planner(db, self.catalogue, self.rules, self.window, settings.zone, frozenset(self.gateways))
        self.metrics = Metrics(db, now, self.gateways)
        self.delivery = Delivery(db, self.catalogue, self.gateways, self._sending(), jitter=jitter)
        self.queued = self.delivery.queued
        self.updates = Receiver(self.intake, self.telegram, self.queued.set)
        self.web = webhooks.build(
            webhooks.Endpoints(
                db=db,
                intake=self.intake,
                base_url=base_url,
                twilio=settings.twilio,
                telegram=settings.telegram,
                on_receipt=Receipts(db, self.gateways, now, settings.zone, self.queued.set).take,
                on_update=self.updates.take,
                metrics=self.metrics,
                own_numbers=(lambda: sms.known_numbers) if sms is not None else tuple,
            )
        )
        provider_pages = pages.build(db, now, settings.zone, base_url, self.queued.set, settings.unit)
        self.web.add_subapp(link_messages.PATH, provider_pages)

    def _sending(self) -> Sending:
        """Return when, and how fast, delivery may send."""
        rates = self.settings.rates
        return Sending(
            self.window,
            self.settings.public_url,
            {"sms": Pace(rates.sms), "telegram": Pace(rates.telegram, rates.telegram_chat)},
            timedelta(seconds=self.settings.lease_seconds),
            self.metrics.sent,
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await within(INTAKE_SECONDS, "what customers wrote", self.intake.close())
        closing = asyncio.gather(*(gateway.close() for gateway in self.gateways.values()))
        await within(GATEWAY_SECONDS, "connections to providers", closing)

    async def queue_digests(self) -> None:
        """Queue the providers' digests that are due."""
        terms = provider_digests.Terms(frozenset(self.gateways), self.settings.zone, self.settings.unit.short)
        if await provider_digests.queue_due(self.db, terms, self.window, self.now()):
            self.queued.set()

    def ticks(self) -> list[Tick]:
        """Return what the clock does, and how often."""

        async def plan() -> None:
            await self.planner.plan(self.now())

        async def open_due() -> None:
            if await self.planner.open_due(self.now()):
                crash_points.point("planner.opened")
                self.queued.set()

        async def expire() -> None:
            await self.planner.expire_sessions(self.now())

        async def mend_clock() -> None:
            lease = timedelta(seconds=self.settings.lease_seconds)
            async with self.db.begin() as conn:
                mended = await clock_errors.mend(conn, lease, self.now())
            await self.planner.mend_clock(self.now())
            if mended:
                self.queued.set()

        async def settle_responses() -> None:
            await self.intake.note_responses()  # what is known of them need not be asked
            if self.responses is not None and await self.responses.run():
                self.queued.set()

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
            Tick("clock", CLOCK_SECONDS, mend_clock),
            Tick("links", EXPIRE_SECONDS, erase_links),
            Tick("patterns", PATTERN_SECONDS, look_for_patterns),
            Tick("digests", DIGEST_SECONDS, self.queue_digests),
        ]
        if self.sweep is not None:  # first: a STOP that came while nothing ran counts before anything is asked
            jobs.insert(0, Tick("sweep", SWEEP_SECONDS, _sweep(self.sweep)))
        if self.responses is not None:
            jobs.append(Tick("responses", RESPONSE_SECONDS, settle_responses))
        clock = asyncio.get_running_loop().time
        return [replace(job, work=self.metrics.tick(job.name, job.seconds, job.work, clock)) for job in jobs]


def _sweep(sweep: Sweep) -> Callable[[], Awaitable[None]]:
    """Return the sweep's tick. The first one takes in what has just come, too: a webhook may have failed on it."""
    under_way = timedelta()

    async def run() -> None:
        nonlocal under_way
        if await sweep.run(under_way):
            under_way = UNDER_WAY

    return run


def _timeout(settings: Settings) -> float:
    """Return the seconds after which a call is given up: it must have ended long before its lease does."""
    return min(REQUEST_SECONDS, settings.lease_seconds / 4)


def _sms_gateway(settings: Settings) -> SmsGateway | None:
    if settings.twilio is None:
        return None
    from bot.channels.sms.gateway import SmsGateway

    twilio = settings.twilio
    return SmsGateway(
        account_sid=twilio.account_sid,
        auth_token=twilio.auth_token,
        numbers=twilio.numbers,
        messaging_service_sid=twilio.messaging_service_sid,
        api_url=twilio.api_url,
        timeout=_timeout(settings),
    )


def _telegram_gateway(settings: Settings) -> TelegramGateway | None:
    if settings.telegram is None:
        return None
    from bot.channels.telegram.gateway import TelegramGateway

    return TelegramGateway(settings.telegram.token, settings.telegram.api_url, _timeout(settings))
