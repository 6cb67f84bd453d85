"""Serve HTTP so that nobody stops it from outside: each connection has a time for its header, body and rest.

aiohttp alone waits for a header for an hour and counts no connections: 300 half-sent headers held the service
up for 50 s. Here a protocol stands in front of aiohttp's own and notes when what begins. No timer is set for a
request: one timer looks at all connections a few times in the shortest time-out.

Theory of operation. A connection is in one of three states:

    waiting     since it was made, or since its last request was answered. A new one must send a whole header within
                ``header`` seconds; an old one may rest for ``idle`` seconds (aiohttp's keep-alive)
    header      since the first byte of a request: the whole header must have come within ``header`` seconds
    request     since the header is whole: its body must have come within ``body`` seconds

In each of them the other side must take what we have written within ``unread`` seconds. How long we need for an
answer is our own affair, and has no limit here.

Where there are as many connections as there may be, the oldest that waits for its header makes room for a new
one: whoever is honest sends one in milliseconds. After those go the ones that rest; only where all are in a
request the new one is refused.
"""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from ipaddress import ip_address
from resource import RLIMIT_NOFILE, getrlimit
from typing import cast

from aiohttp import web
from aiohttp.typedefs import Handler

from bot.process.stopping import within

LOOKS = 4  # at all connections in the shortest time-out
FILES_EACH = 2  # file descriptors of the process for each connection, at least: the rest is for what it does
_GUARDS: web.AppKey["Guards"] = web.AppKey("guards")


@dataclass(frozen=True, slots=True)
class Limits:
    """Seconds, and numbers of connections.

    Attributes:
        header: until a request's header is whole.
        body: from there until its body is.
        unread: that what we have written waits for the other side to take it.
        idle: that a connection rests between two requests; longer than the 60 s of a proxy in front (nginx), which
            would otherwise use one that is just being closed.
        most: connections of all peers together.
        most_of_peer: of one address, so that one stranger leaves half of the room to others. A private address is
            our own proxy, which brings everybody: only ``most`` holds for it. A proxy may have a public one, too,
            and has fewer connections in use at once than this.
    """

    header: float = 10.0
    body: float = 30.0
    unread: float = 30.0
    idle: float = 75.0
    most: int = 512
    most_of_peer: int = 256


class Guards:
    """The connections of one server."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        soft = getrlimit(RLIMIT_NOFILE)[0]
        self._most = min(limits.most, max(1, soft // FILES_EACH)) if soft > 0 else limits.most
        self._by_transport: dict[asyncio.Transport, Guard] = {}
        self._of_peer: Counter[str] = Counter()

    def __len__(self) -> int:
        return len(self._by_transport)

    def of(self, request: web.Request) -> "Guard | None":
        """Return the guard of a request's connection; None where it is closed already."""
        return self._by_transport.get(cast(asyncio.Transport, request.transport))

    def admit(self, guard: "Guard", transport: asyncio.Transport) -> bool:
        """Take a new connection in, perhaps for an older one; return False where there is no room for it."""
        if self._of_peer[guard.peer] >= self._limits.most_of_peer and not _is_ours(guard.peer):
            return False
        if len(self._by_transport) >= self._most:
            known = self._by_transport.values()
            oldest = next((each for each in known if each.awaits_header), None) or next(
                (each for each in known if not each.in_request), None
            )
            if oldest is None:
                return False
            oldest.abort()
        self._by_transport[transport] = guard
        self._of_peer[guard.peer] += 1
        return True

    def forget(self, guard: "Guard", transport: asyncio.Transport) -> None:
        """Forget a connection that is closed; nothing where it was never taken in."""
        if self._by_transport.pop(transport, None) is not None:
            self._of_peer[guard.peer] -= 1
            if not self._of_peer[guard.peer]:
                del self._of_peer[guard.peer]

    def end_late(self, now: float) -> None:
        """End each connection that takes too long, by the event loop's clock."""
        for guard in [each for each in self._by_transport.values() if each.is_late(now, self._limits)]:
            guard.abort()

    def abort_all(self) -> None:
        """End every connection that is left."""
        for guard in list(self._by_transport.values()):
            guard.abort()

    @property
    def seconds_between_looks(self) -> float:
        """How often :meth:`end_late` is called."""
        return min(self._limits.header, self._limits.body, self._limits.unread) / LOOKS


class Guard(asyncio.Protocol):
    """Stands between a connection and aiohttp's protocol for it, and notes when what begins."""

    __slots__ = (
        "_guards",
        "_header_since",
        "_inner",
        "_loop",
        "_request",
        "_request_since",
        "_transport",
        "_unread_since",
        "peer",
    )

    def __init__(self, guards: Guards, inner: asyncio.Protocol, loop: asyncio.AbstractEventLoop) -> None:
        self._guards = guards
        self._inner = inner
        self._loop = loop
        self._transport: asyncio.Transport | None = None
        self._header_since: float | None = None
        self._request_since = 0.0
        self._unread_since: float | None = None
        self._request: web.Request | None = None
        self.peer = ""

    @property
    def in_request(self) -> bool:
        """Whether a request is being answered."""
        return self._request is not None

    @property
    def awaits_header(self) -> bool:
        """Whether a header has begun, or the first one has not."""
        return self._header_since is not None

    def begin(self, request: web.Request) -> None:
        """Note that a request's header is whole."""
        self._header_since = None
        self._request, self._request_since = request, self._loop.time()

    def end(self) -> None:
        """Note that a request is answered."""
        self._request = None

    def is_late(self, now: float, limits: Limits) -> bool:
        """Look at the connection; return whether it has taken longer than it may."""
        if self._transport is None or not self._transport.get_write_buffer_size():
            self._unread_since = None
        elif self._unread_since is None:
            self._unread_since = now
        elif now - self._unread_since > limits.unread:
            return True
        if self._request is not None:
            return not self._request.content.is_eof() and now - self._request_since > limits.body
        return self._header_since is not None and now - self._header_since > limits.header

    def abort(self) -> None:
        """Close the connection at once; what it has not sent or read is lost."""
        if self._transport is not None:
            self._guards.forget(self, self._transport)
            self._transport.abort()

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self._transport = cast(asyncio.Transport, transport)
        address = transport.get_extra_info("peername")
        self.peer = str(address[0]) if isinstance(address, tuple) else ""
        if not self._guards.admit(self, self._transport):
            self._transport.abort()
            self._transport = None
            return
        self._header_since = self._loop.time()
        self._inner.connection_made(transport)

    def data_received(self, data: bytes) -> None:
        if self._transport is None:
            return
        if self._header_since is None and self._request is None:
            self._header_since = self._loop.time()
        self._inner.data_received(data)

    def eof_received(self) -> bool | None:
        return self._inner.eof_received() if self._transport is not None else None

    def pause_writing(self) -> None:
        self._inner.pause_writing()

    def resume_writing(self) -> None:
        self._inner.resume_writing()

    def connection_lost(self, exc: Exception | None) -> None:
        if self._transport is not None:
            self._guards.forget(self, self._transport)
            self._transport = None
            self._inner.connection_lost(exc)


def _is_ours(peer: str) -> bool:
    """Return whether an address is this machine's or a private one, as a proxy of our own has."""
    try:
        return not ip_address(peer.partition("%")[0]).is_global
    except ValueError:  # a socket of this machine's file system
        return True


@web.middleware
async def _timed(request: web.Request, handler: Handler) -> web.StreamResponse:
    """Tell the connection when a request begins and ends; a body that broke off is the sender's fault."""
    guard = request.config_dict[_GUARDS].of(request)
    if guard is None:
        return await handler(request)
    guard.begin(request)
    try:
        return await handler(request)
    except web.RequestPayloadError as error:
        raise web.HTTPBadRequest from error
    except ConnectionError as error:
        if request.transport is not None and not request.transport.is_closing():
            raise  # another connection has failed, as the database's
        raise web.HTTPRequestTimeout from error
    finally:
        guard.end()


@asynccontextmanager
async def serving(
    app: web.Application, host: str, port: int, limits: Limits, shutdown: float
) -> AsyncIterator[tuple[Guards, int]]:
    """Serve an application until the block ends; return its connections and its port.

    Args:
        app: it must not be running yet.
        host: the address to listen on.
        port: 0 for any that is free.
        limits: what a connection may take.
        shutdown: seconds that requests have to be answered at the end.

    Raises:
        OSError: the port is taken.
    """
    loop = asyncio.get_running_loop()
    guards = Guards(limits)
    app[_GUARDS] = guards
    app.middlewares.insert(0, _timed)
    runner = web.AppRunner(
        app,
        access_log=None,
        shutdown_timeout=shutdown,
        keepalive_timeout=limits.idle,
        lingering_time=min(limits.body, 5.0),
    )
    await runner.setup()
    inner = runner.server
    assert inner is not None

    async def look() -> None:
        while True:
            await asyncio.sleep(guards.seconds_between_looks)
            guards.end_late(loop.time())

    listening = await loop.create_server(lambda: Guard(guards, inner(), loop), host, port, reuse_address=True)
    looking = asyncio.create_task(look())
    try:
        yield guards, int(listening.sockets[0].getsockname()[1])
    finally:
        listening.close()
        looking.cancel()
        await within(2 * shutdown, "the requests", runner.cleanup())
        guards.abort_all()
