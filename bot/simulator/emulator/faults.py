"""Vendors on a bad day: slow, silent, throttling, with receipts twice and in the wrong order.

Failures that come in an answer (500, 429, an HTML page, a cut connection) are `Emulator.fail_next`.
"""

from __future__ import annotations

import asyncio
import random
from collections import Counter
from collections.abc import Callable
from datetime import datetime
from email.utils import format_datetime
from typing import Any

from aiohttp import ClientError, web
from aiohttp.typedefs import Handler

from bot.simulator.emulator.server import Emulator, EmulatorError, Sms
from bot.simulator.emulator.vendor import Api

SENDS: dict[str, Api] = {"/Messages.json": "twilio", "/sendMessage": "telegram"}  # by the end of a request's path
RECEIPTS = ("sent", "delivered")


class BadDay(Emulator):
    """An emulator whose faults may be switched on and off at any time.

    Args:
        now: gives the dates in Twilio's list; without it they are null, as in `Emulator`.
        shuffle: with it, every SMS's receipts are delivered, each twice, in an order that it chooses.
        settings: as for `Emulator`.

    Attributes:
        delay: seconds between taking a message and answering.
        posts: requests to send, by vendor, with those that failed.
        moments: when each of them came, by the event loop's clock.
        receipts_lost: receipts that the system under trial did not take in.
    """

    def __init__(
        self, *, now: Callable[[], datetime] | None = None, shuffle: random.Random | None = None, **settings: Any
    ) -> None:
        super().__init__(**settings)
        self.delay = 0.0
        self.posts: Counter[Api] = Counter()
        self.moments: list[float] = []
        self.receipts_lost = 0
        self._now = now
        self._shuffle = shuffle
        self._made: dict[str, datetime] = {}
        self._hanging: Counter[Api] = Counter()
        self._throttled: dict[Api, list[int]] = {"twilio": [], "telegram": []}

    def hang_next(self, api: Api = "twilio", times: int = 1) -> None:
        """Take the next sends, and never answer them."""
        self._hanging[api] += times

    def throttle_next(self, seconds: int, api: Api = "twilio", times: int = 1) -> None:
        """Refuse the next sends with 429, and ask to wait ``seconds``."""
        if api == "telegram":
            text = f"Too Many Requests: retry after {seconds}"
            self.fail_next(429, api=api, text=text, retry_after=seconds, times=times)
            return
        self._throttled[api] += [seconds] * times
        self.fail_next(429, 20429, api=api, times=times)

    def age(self, sid: str, to: datetime) -> None:
        """Let Twilio's list say that an SMS was made at ``to``."""
        self._made[sid] = to

    def app(self) -> web.Application:
        app = super().app()
        app.middlewares.append(self._faults)
        return app

    @web.middleware
    async def _faults(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        api = next((name for end, name in SENDS.items() if request.path.endswith(end)), None)
        if api is None or request.method != "POST":
            return await handler(request)
        self.posts[api] += 1
        self.moments.append(asyncio.get_running_loop().time())
        answer = await handler(request)
        if self._hanging[api] and answer.status < 300:
            self._hanging[api] -= 1
            await asyncio.Event().wait()  # until the client gives up
        if answer.status == 429 and self._throttled[api]:
            answer.headers["Retry-After"] = str(self._throttled[api].pop(0))
        if self.delay:
            await asyncio.sleep(self.delay)
        return answer

    def _keep(
        self, direction: str, sender: str, to: str, body: str, status: str, callback: str | None = None
    ) -> Sms:
        sms = super()._keep(direction, sender, to, body, status, callback)
        if self._now is not None:
            self._made[sms.sid] = self._now()
        if callback is not None and self._shuffle is not None:
            words = [*RECEIPTS, *RECEIPTS]
            self._shuffle.shuffle(words)
            self._call(self._receipts(sms.sid, words))
        return sms

    def _date(self) -> int:
        return int(self._now().timestamp()) if self._now is not None else 0

    async def _receipts(self, sid: str, words: list[str]) -> None:
        for word in words:
            try:
                await self.status(None, sid, word)
            except (ClientError, EmulatorError, OSError):
                self.receipts_lost += 1

    def _resource(self, sms: Sms) -> dict[str, object]:
        made = self._made.get(sms.sid)
        date = format_datetime(made) if made is not None else None
        return {**super()._resource(sms), "date_created": date}
