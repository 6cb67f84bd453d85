"""What the emulated Twilio and Telegram share: ids, injected failures, callbacks, and posting a webhook."""

from __future__ import annotations

import asyncio
import inspect
import itertools
from collections import deque
from collections.abc import Awaitable, Iterator, Mapping
from dataclasses import dataclass
from typing import Literal

from aiohttp import ClientSession, web

from survey.errors import OperationError

Api = Literal["twilio", "telegram"]


class EmulatorError(OperationError):
    """The system under trial answered a webhook with another status than 2xx.

    Attributes:
        status: its HTTP status.
        body: its answer.
    """

    def __init__(self, url: str, status: int, body: str) -> None:
        super().__init__(f"{url} answered {status}: {body[:200]}")
        self.status = status
        self.body = body


@dataclass(frozen=True, slots=True)
class Failure:
    """One injected failure; `Vendor.fail_next` describes the fields."""

    status: int
    code: int | None
    text: str
    retry_after: int | None


class Vendor:
    """One vendor of messages, with the system under trial as it sees it.

    Attributes:
        public_url: what the system under trial calls itself; webhooks are signed for this address.
        reach: where it really listens, when that differs from ``public_url``.
        revision: rises with everything that can be seen at a vendor.
    """

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
        """Tell the watchers that there is something new to see."""
        self.revision += 1
        watchers, self._watchers = self._watchers, []
        for watcher in watchers:
            if not watcher.done():
                watcher.set_result(None)

    async def changed(self, since: int) -> int:
        """Wait until ``revision`` is another than ``since``, and return it."""
        while self.revision == since:
            watcher: asyncio.Future[None] = asyncio.get_running_loop().create_future()
            self._watchers.append(watcher)
            await watcher
        return self.revision

    async def settled(self) -> None:
        """Wait until every awaitable that a callback returned is done.

        Raises:
            Exception: the first that any of them raised.
        """
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
        """Let the next sends fail.

        Args:
            status: HTTP status. 0 drops the connection before the message is taken, -1 after.
            code: Twilio's error code in the body; None for a page that is not JSON. Twilio only.
            api: the vendor.
            text: the message. From Telegram, a text that starts with ``<`` is sent as a page, not as JSON.
            retry_after: seconds. Telegram only.
            times: how many sends.
        """
        self._failures[api].extend([Failure(status, code, text, retry_after)] * times)

    def recover(self, api: Api = "twilio") -> None:
        """Let no further send fail."""
        self._failures[api].clear()

    def _next(self) -> int:
        return next(self._ids)

    def _failure(self, api: Api) -> Failure | None:
        waiting = self._failures[api]
        return waiting.popleft() if waiting else None

    def _call(self, result: Awaitable[object] | object) -> None:
        """Run what a callback returned, when it is awaitable, as a task of its own."""
        if inspect.isawaitable(result):
            task: asyncio.Task[object] = asyncio.ensure_future(_completed(result))
            self._tasks.add(task)
            task.add_done_callback(self._finished)

    def _finished(self, task: asyncio.Task[object]) -> None:
        self._tasks.discard(task)
        if not task.cancelled() and (error := task.exception()) is not None:
            self._errors.append(error)

    async def _post(
        self,
        url: str,
        headers: Mapping[str, str],
        *,
        form: Mapping[str, str] | None = None,
        json: object = None,
    ) -> str:
        """Post a webhook as a form or as JSON; return the text of the answer.

        Raises:
            EmulatorError: the answer was not 2xx.
        """
        if self._http is None:
            raise RuntimeError("The emulator is not started.")
        target = url
        if self.reach is not None and url.startswith(self.public_url):
            target = self.reach.rstrip("/") + url[len(self.public_url) :]
        async with self._http.post(target, headers=headers, data=form, json=json) as answer:
            text = await answer.text()
            if not 200 <= answer.status < 300:
                raise EmulatorError(url, answer.status, text)
            return text


def dropped(request: web.Request) -> web.Response:
    """Cut the connection, so that the client sees no answer."""
    if request.transport is not None:
        request.transport.abort()
    return web.Response()


async def _completed(result: Awaitable[object]) -> object:
    return await result
