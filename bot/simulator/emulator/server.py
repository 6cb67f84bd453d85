"""The far ends, on loopback: enough of Twilio's REST API and Telegram's Bot API to try the whole system.

The real clients talk to it over HTTP, and it delivers webhooks signed as the real ones are. No clock and no
chance in it: ids come from a counter that is handed in, dates are null.
"""

from __future__ import annotations

from collections.abc import Iterator
from typing import Self

from aiohttp import ClientSession, TCPConnector, web

from bot.simulator.emulator.telegram import Chat, TelegramEnd
from bot.simulator.emulator.twilio import SID_PREFIX, Sms, TwilioEnd
from bot.simulator.emulator.vendor import EmulatorError, Line

__all__ = ["SID_PREFIX", "Chat", "Emulator", "EmulatorError", "Sms"]


class Emulator(TwilioEnd, TelegramEnd):
    """Twilio and Telegram for one account and one bot.

    Use as ``async with Emulator(...) as emulator``, or :meth:`start` and :meth:`stop`.

    Args:
        account_sid, auth_token, number: the Twilio account and the number it sends from.
        bot_token, bot_name: the Telegram bot.
        secret: a webhook secret for the caller to set; updates carry whatever setWebhook was given.
        public_url: what the system under trial calls itself; webhooks are signed for this address.
        reach: where it really listens, when that differs from ``public_url``.
        ids: the counter that every id comes from.

    Attributes:
        url: base address for ``TWILIO_API_URL`` and ``TELEGRAM_API_URL``, once started.
        sms: every SMS by sid, in order.
        phones: the SMS of each customer's phone, both ways, in order.
        chats: every message of the bot, in order.
        threads: the messages of each chat, both ways, in order.
        revision: rises with everything that can be seen; :meth:`changed` waits for it.
        answered: ids of the taps that the bot answered.
        opted_out: numbers that Twilio refuses with 21610; for the caller to fill.
        blocked: chats that have blocked the bot; for the caller to fill.
        on_sms: called with ``(to, body, sid)`` for each SMS sent, also for replies by TwiML.
        on_telegram: called with ``(chat_id, text, keyboard)`` for each message.
            What either returns, when awaitable, runs as a task of its own: see :meth:`settled`.
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
        Line.__init__(self, public_url, reach, ids)
        self._open_twilio(account_sid, auth_token, number)
        self._open_telegram(bot_token, bot_name)
        self.secret = secret
        self.url = ""
        self._runner: web.AppRunner | None = None

    def app(self) -> web.Application:
        """The two APIs as one aiohttp application."""
        app = web.Application()
        self._twilio_routes(app)
        self._telegram_routes(app)
        return app

    async def start(self, host: str = "127.0.0.1", port: int = 0) -> str:
        """Listens; port 0 takes any free one. Returns the base address."""
        self._http = ClientSession(connector=TCPConnector(limit=0))
        self._runner = web.AppRunner(self.app(), access_log=None, shutdown_timeout=1.0)
        await self._runner.setup()
        await web.TCPSite(self._runner, host, port).start()
        self.url = f"http://{host}:{self._runner.addresses[0][1]}"
        return self.url

    async def stop(self) -> None:
        """Stops listening and drops what runs."""
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
