"""A Twilio and a Telegram that are nobody's friends: they answer with any bytes, or with none, or without end."""

import asyncio
from collections import deque
from dataclasses import dataclass
from typing import Any

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.simulator.emulator.faults import BadDay
from bot.simulator.emulator.vendor import Api

MESSAGES = "/Messages.json"


@dataclass(frozen=True)
class Bytes:
    """What a far end writes instead of its answer, and whether it has taken the message before that.

    Attributes:
        head: written at once, as it is; the connection ends then.
        endless: written again and again until the client has had enough.
        pause: seconds after each time.
        taken: the message is on its way all the same.
    """

    head: bytes = b""
    endless: bytes = b""
    pause: float = 0.0
    taken: bool = False


def page(
    status: int, body: bytes | str = b"", kind: str = "application/json", *more: str, taken: bool = False
) -> Bytes:
    """Return a whole HTTP answer; ``more`` are lines for its head."""
    content = body.encode() if isinstance(body, str) else body
    head = [f"HTTP/1.1 {status} x", f"Content-Type: {kind}", f"Content-Length: {len(content)}", *more, "", ""]
    return Bytes("\r\n".join(head).encode() + content, taken=taken)


class HostileFarEnd(BadDay):
    """A far end whose next answers are what the story says."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(**settings)
        self._answers: dict[Api, deque[Bytes]] = {"twilio": deque(), "telegram": deque()}
        self._lists: deque[Bytes] = deque()
        self.elsewhere = 0  # requests to an address that is not the vendor's

    def answer_next(self, answer: Bytes, api: Api = "twilio", times: int = 1) -> None:
        """Answer the next calls of Telegram's methods, or the next messages to Twilio."""
        self._answers[api].extend([answer] * times)

    def answer_lists(self, answer: Bytes, times: int = 1) -> None:
        """Answer the next who ask for Twilio's list of messages."""
        self._lists.extend([answer] * times)

    def be_friendly(self) -> None:
        """Answer as the vendors do from now on."""
        self._lists.clear()
        for waiting in self._answers.values():
            waiting.clear()

    def app(self) -> web.Application:
        app = super().app()
        app.middlewares.insert(0, self._write_bytes)
        app.router.add_route("*", "/elsewhere", self._count)
        return app

    async def _count(self, _: web.Request) -> web.Response:
        self.elsewhere += 1
        return web.Response(status=201, text="{}")

    @web.middleware
    async def _write_bytes(self, request: web.Request, handler: Handler) -> web.StreamResponse:
        waiting = None
        if request.path.startswith("/bot"):  # whatever Telegram is asked
            waiting = self._answers["telegram"]
        elif request.path.endswith(MESSAGES):
            waiting = self._lists if request.method == "GET" else self._answers["twilio"]
        if not waiting:
            return await handler(request)
        answer = waiting.popleft()
        await request.read()
        if answer.taken:
            await handler(request)
        transport = request.transport
        assert transport is not None
        transport.write(answer.head)
        while answer.endless and not transport.is_closing():
            transport.write(answer.endless)
            await asyncio.sleep(answer.pause)
        transport.close()
        raise asyncio.CancelledError  # aiohttp writes nothing more
