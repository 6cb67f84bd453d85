"""The composition root: settings in, running parts out. The clock is read here and handed down."""

import asyncio
import random
from collections.abc import Callable
from contextlib import AsyncExitStack
from datetime import datetime
from typing import TYPE_CHECKING, Self

from aiohttp import web

from bot import webhooks
from bot.intake import Intake
from bot.settings import Settings, SettingsError
from scheduler.clock import Tick, run_clock
from scheduler.delivery import Delivery
from scheduler.gateway import Gateway
from scheduler.hours import SendWindow
from scheduler.planner import Planner
from scheduler.rules import Rules
from storage import outbox
from storage.database import Database
from storage.intake import Inbound, LinkRequested, Tapped
from survey.catalogue import Catalogue
from survey.catalogue import load as load_catalogue
from survey.model import TextReceived

if TYPE_CHECKING:
    from bot.telegram import TelegramGateway as _TelegramGateway

PLAN_SECONDS = 15
OPEN_SECONDS = 2
EXPIRE_SECONDS = 60
DELIVER_SECONDS = 1  # how long a queued message may wait when nothing wakes delivery


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
        self.intake = Intake(db, self.catalogue, now)
        self.window = send_window(settings)
        self.telegram: _TelegramGateway | None = None
        self.gateways: dict[str, Gateway] = {}
        if settings.twilio is not None:
            from bot.sms import SmsGateway

            twilio = settings.twilio
            self.gateways["sms"] = SmsGateway(
                twilio.account_sid,
                twilio.auth_token,
                twilio.sender,
                twilio.messaging_service_sid,
                twilio.api_url,
            )
        if settings.telegram is not None:
            from bot.telegram import TelegramGateway  # aiogram: seconds and 170 MB, only where it is used

            self.telegram = TelegramGateway(settings.telegram.token, settings.telegram.api_url)
            self.gateways["telegram"] = self.telegram
        self.planner = Planner(db, self.catalogue, Rules(), self.window, settings.zone, frozenset(self.gateways))
        self.delivery = Delivery(db, self.catalogue, self.gateways, settings.public_url, self.window, jitter=jitter)
        self.queued = asyncio.Event()  # something may be waiting in the outbox
        self.web = webhooks.build(
            webhooks.Endpoints(
                db=db,
                intake=self.intake,
                base_url=base_url,
                twilio=settings.twilio,
                telegram=settings.telegram,
                on_status=self.on_status,
                on_update=self.on_update,
            )
        )

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(self, *_exc: object) -> None:
        await self.intake.close()
        for gateway in self.gateways.values():
            await gateway.close()

    async def on_status(self, reference: str, status: str, error_code: int | None) -> bool:
        """A carrier's word about a message of ours; False when we do not know the reference."""
        from bot.sms import classify

        kind = classify(error_code) if error_code else None
        code = str(error_code) if error_code else None
        async with self.db.begin() as conn:
            return await outbox.status(conn, reference, status, code, self.now(), kind)

    async def on_update(self, update: object) -> None:
        """One Telegram update, taken in and committed. Raises ValueError when it is malformed."""
        from bot.telegram import parse_update

        parsed = parse_update(update)
        if parsed is None:
            return
        event: TextReceived | Tapped | LinkRequested
        match parsed.kind:
            case "start" if parsed.data:
                event = LinkRequested(parsed.data)
            case "tap":
                event = _tapped(parsed.data)
            case _:
                event = TextReceived(parsed.text or "")
        await self.intake.submit(Inbound("telegram", parsed.external_id, parsed.sender, event))
        self.queued.set()
        if parsed.callback_id and self.telegram is not None:
            await self.telegram.answer_callback(parsed.callback_id)

    async def deliver_forever(self) -> None:
        """Send what is queued, as it is queued."""
        while True:
            self.queued.clear()
            if not await self.delivery.deliver_once(self.now()):
                try:
                    await asyncio.wait_for(self.queued.wait(), DELIVER_SECONDS)
                except TimeoutError:
                    continue

    def ticks(self) -> list[Tick]:
        """What the clock does, and how often (seconds)."""

        async def plan() -> None:
            await self.planner.plan(self.now())

        async def open_due() -> None:
            if await self.planner.open_due(self.now()):
                self.queued.set()

        async def expire() -> None:
            await self.planner.expire_sessions(self.now())

        return [
            Tick("plan", PLAN_SECONDS, plan),
            Tick("open", OPEN_SECONDS, open_due),
            Tick("expire", EXPIRE_SECONDS, expire),
        ]


def _tapped(data: str | None) -> Tapped | TextReceived:
    """The button's own reference to its question; a foreign one counts as an unreadable answer."""
    occasion, _, rest = (data or "").partition(":")
    question, _, value = rest.partition(":")
    if occasion.isdecimal() and value.lstrip("-").isdecimal() and len(occasion) < 19 and len(value) < 10:
        return Tapped(int(occasion), question, int(value))
    return TextReceived("")


def send_window(settings: Settings) -> SendWindow:
    """The hours in which messages may be sent. Raises SettingsError."""
    try:
        return SendWindow.parse(settings.send_window, settings.zone)
    except ValueError as error:
        raise SettingsError(f"FOLLOWUP_SEND_WINDOW: {error}") from error


async def serve(
    settings: Settings,
    now: Callable[[], datetime],
    host: str,
    port: int,
    started: Callable[[str], None],
    stop: asyncio.Event,
) -> None:
    """`followup run`: webhooks, clock and delivery in one process, until ``stop`` is set."""
    async with AsyncExitStack() as stack:
        db = Database.open(settings.database_url)
        stack.push_async_callback(db.close)
        problem = await db.check()
        if problem:
            raise SettingsError(problem)
        base_url = settings.public_url or f"http://{host}:{port}"
        app = await stack.enter_async_context(App(settings, db, now, base_url, random.Random()))
        runner = web.AppRunner(app.web, access_log=None)
        await runner.setup()
        stack.push_async_callback(runner.cleanup)
        await web.TCPSite(runner, host, port).start()
        tasks = [asyncio.create_task(app.deliver_forever()), asyncio.create_task(run_clock(app.ticks()))]
        if app.telegram is not None:
            tasks.append(asyncio.create_task(_receive_telegram(app)))
        started(base_url)
        tasks.append(asyncio.create_task(_wait(stop)))
        try:
            done, _ = await asyncio.wait(tasks, return_when=asyncio.FIRST_COMPLETED)
            for task in done:
                task.result()
        finally:
            for task in tasks:
                task.cancel()
            await asyncio.gather(*tasks, return_exceptions=True)


async def _wait(stop: asyncio.Event) -> None:
    await stop.wait()


async def _receive_telegram(app: App) -> None:
    """By webhook where the world can reach us, by long polling where it cannot."""
    assert app.telegram is not None
    assert app.settings.telegram is not None
    secret = app.settings.telegram.webhook_secret
    if app.settings.public_url and secret:
        await app.telegram.set_webhook(app.settings.public_url + webhooks.TELEGRAM_PATH, secret)
        await asyncio.Event().wait()
    else:
        await app.telegram.poll(app.on_update)
