"""What both far ends share: ids, injected failures, callbacks, and posting a webhook."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections import deque
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Any, Literal

from aiohttp import ClientSession, web

from survey.errors import OperationError

Api = Literal["twilio", "telegram"]


class EmulatorError(OperationError):
    """The system under trial answered a webhook with something else than 2xx.

    Attributes:
        status: its HTTP status.
        body: what it said.
    """

    def __init__(self, url: str, status: int, body: str) -> None:
        super().__init__(f"{url} answered {status}: {body[:200]}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Failure:
    """One injected failure; the fields as in :meth:`Line.fail_next`."""

    status: int
    code: int | None
    text: str
    retry_after: int | None


class Line:
    """The system under trial as both far ends see it, and what they have in common."""

    def __init__(self, public_url: str, reach: str | None, ids: Iterator[int] | None) -> None:
        self.public_url = public_url.rstrip("/")
        self.reach = reach
        self._ids = ids if ids is not None else itertools.count(1)
        self._failures: dict[Api, deque[Failure]] = {"twilio": deque(), "telegram": deque()}
        self._tasks: set[asyncio.Task[object]] = set()
        self._errors: list[BaseException] = []
        self._http: ClientSession | None = None
        self.revision = 0
        self._watchers: list[asyncio.Future[None]] = []

    def _changed(self) -> None:
        """Something can be seen at a far end that could not be seen before."""
        self.revision += 1
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            if not watcher.done():
                watcher.set_result(None)

    async def changed(self, since: int) -> int:
        """Waits until :attr:`revision` is another than ``since``; the revision then."""
        while self.revision == since:
            watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._watchers.append(watcher)
            await watcher
        return self.revision

    async def settled(self) -> None:
        """Waits until every awaitable that a callback returned is done; raises the first error among them."""
        while self._tasks:
            await asyncio.wait(self._tasks)
        if self._errors:
            errors, self._errors = self._errors, []
            raise errors[0]

    def fail_next(
        self,
        status: int,
        code: int | None = None,
        *,
        api: Api = "twilio",
        text: str = "Refused by the emulator",
        retry_after: int | None = None,
        times: int = 1,
    ) -> None:
        """Lets the next send fail.

        Args:
            status: HTTP status. 0 drops the connection before the message is taken, -1 after.
            code: Twilio's error code in the body; None for a page that is not JSON (Twilio only).
            api: whose next send.
            text: the message; for Telegram a text that starts with ``<`` is sent as a page, not as JSON.
            retry_after: seconds, Telegram only.
            times: how many sends.
        """
        self._failures[api].extend([Failure(status, code, text, retry_after)] * times)

    def _next(self) -> int:
        return next(self._ids)

    def _failure(self, api: Api) -> Failure | None:
        waiting = self._failures[api]
        return waiting.popleft() if waiting else None

    def _call(self, result: Awaitable[object] | object) -> None:
        if inspect.isawaitable(result):
            task: asyncio.Task[object] = asyncio.ensure_future(_completed(result))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._errors.append(error)

    async def _post(self, url: str, headers: Mapping[str, str], **body: Any) -> str:
        if self._http is None:
            raise RuntimeError("The emulator is not started.")
        target = url
        if self.reach is not None and url.startswith(self.public_url):
            target = self.reach.rstrip("/") + url[len(self.public_url) :]
        async with self._http.post(target, headers=headers, **body) as answer:
            text = await answer.text()
            if not 200 <= answer.status < 300:
                raise EmulatorError(url, answer.status, text)
            return text


def dropped(request: web.Request) -> web.Response:
    """Cuts the connection, so that the client sees no answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _completed(result: Awaitable[object]) -> object:
    return await result
