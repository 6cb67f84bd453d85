"""Emulate Twilio's REST API and Telegram's Bot API on loopback, enough to try the whole system.

The real clients call it over HTTP, and it posts webhooks signed as the real ones are. It has no clock and no dice:
ids come from a counter that is handed in, and dates are null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from aiohttp import ClientSession, TCPConnector, web

from bot.simulator.emulator.telegram import Chat, EmulatedTelegram
from bot.simulator.emulator.twilio import SID_PREFIX, EmulatedTwilio, Sms
from bot.simulator.emulator.vendor import EmulatorError, Vendor

__all__ = ["SID_PREFIX", "Chat", "Emulator", "EmulatorError", "Sms"]


class Emulator(EmulatedTwilio, EmulatedTelegram):
    """Twilio and Telegram for one account and one bot.

    Use as ``async with Emulator(...) as emulator``, or ``start`` and ``stop``.

    Args:
        account_sid: the Twilio account.
        auth_token: its token.
        number: the number that it sends from.
        bot_token: the Telegram bot's token.
        bot_name: its name.
        secret: a webhook secret for the caller to set; updates carry the one that setWebhook was given.
        public_url: what the system under trial calls itself; webhooks are signed for this address.
        reach: where it really listens, when that differs from ``public_url``.
        ids: the counter that every id comes from; None for one from 1.

    Attributes:
        url: base address for ``TWILIO_API_URL`` and ``TELEGRAM_API_URL``, once started.
        sms: every SMS by sid, in order.
        phones: the SMS of each customer's phone, both ways, in order.
        chats: every message of the bot, in order.
        threads: the messages of each chat, both ways, in order.
        revision: rises with everything that can be seen; ``changed`` waits for it.
        answered: ids of the taps that the bot answered.
        opted_out: numbers that Twilio refuses with 21610; for the caller to fill.
        blocked: chats that have blocked the bot; for the caller to fill.
        on_sms: called with ``(to, body, sid)`` for each SMS sent, also for replies by TwiML.
        on_telegram: called with ``(chat_id, text, keyboard)`` for each message.
            What either returns, when it is awaitable, runs as a task of its own: see ``settled``.
    """

    def __init__(
        self,
        *,
        account_sid: str = "AC" + "0" * 32,
        auth_token: str = "emulated",
        number: str = "+46700000000",
        bot_token: str = "1:emulated",
        bot_name: str = "emulated_bot",
        secret: str = "emulated-secret",
        public_url: str = "",
        reach: str | None = None,
        ids: Iterator[int] | None = None,
    ) -> None:
        Vendor.__init__(self, public_url, reach, ids)
        self._open_twilio(account_sid, auth_token, number)
        self._open_telegram(bot_token, bot_name)
        self.secret = secret
        self.url = ""
        self._runner: web.AppRunner | None = None

    def app(self) -> web.Application:
        """Return the two APIs as one aiohttp application."""
        app = web.Application()
        self._twilio_routes(app)
        self._telegram_routes(app)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listen, on any free port for 0; return the base address."""
        self._http = ClientSession(connector=TCPConnector(limit=0))
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        """Stop listening, and drop what runs."""
        for task in list(self._tasks):
            task.cancel()
        self._arrived.set()
        if self._http is not None:
            await self._http.close()
        if self._runner is not None:
            await self._runner.cleanup()
        self._http = self._runner = None

    async def __aenter__(self) -> Self:
        await self.start()
        return self

    async def __aexit__(self, *_: object) -> None:
        await self.stop()
