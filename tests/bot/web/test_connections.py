"""Nobody stops the server from outside: what is half sent ends by itself, and the honest are answered meanwhile."""

import asyncio
import socket
import time
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from typing import cast

import pytest
from aiohttp import web

from bot.web.connections import Guard, Guards, Limits, serving

SHORT = Limits(header=0.2, body=0.3, unread=0.2, idle=0.4, most=20, most_of_peer=5)
GET = b"GET / HTTP/1.1\r\nHost: a\r\n\r\n"
POST = b"POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 10\r\n\r\n"


@dataclass
class Server:
    guards: Guards
    port: int

    async def connect(self) -> tuple[asyncio.StreamReader, asyncio.StreamWriter]:
        return await asyncio.open_connection("127.0.0.1", self.port)

    async def ask(self) -> bytes:
        """Return the first line of the answer to an honest request."""
        reader, writer = await self.connect()
        writer.write(GET)
        line = await asyncio.wait_for(reader.readline(), 2)
        writer.close()
        return line


@asynccontextmanager
async def server(limits: Limits = SHORT) -> AsyncIterator[Server]:
    async def answer(request: web.Request) -> web.Response:
        return web.Response(body=await request.read())

    async def slow(request: web.Request) -> web.Response:
        await asyncio.sleep(0.6)
        return web.Response(text="slow")

    async def large(request: web.Request) -> web.Response:
        return web.Response(body=b"x" * 20_000_000)

    app = web.Application()
    app.router.add_route("*", "/", answer)
    app.router.add_get("/slow", slow)
    app.router.add_get("/large", large)
    async with serving(app, "127.0.0.1", 0, limits, shutdown=0.1) as (guards, port):
        yield Server(guards, port)


async def ended(reader: asyncio.StreamReader) -> float:
    """Return after how many seconds the server ends a connection."""
    began = time.monotonic()
    try:
        while await asyncio.wait_for(reader.read(1000), 3):
            pass
    except ConnectionResetError:
        pass
    return time.monotonic() - began


HALF: list[tuple[str, list[bytes], float]] = [
    ("nothing", [], SHORT.header),
    ("half a line", [b"GET /"], SHORT.header),
    ("half a header", [GET[:-2]], SHORT.header),
    ("half a header after a whole request", [GET, GET[:-2]], SHORT.header),
    ("no body", [POST], SHORT.body),
    ("half a body", [POST + b"12345"], SHORT.body),
    ("half a chunk", [POST.replace(b"Content-Length: 10", b"Transfer-Encoding: chunked") + b"a\r\n1"], SHORT.body),
    ("one whole request", [GET], SHORT.idle),
]


@pytest.mark.parametrize(("_told", "sent", "seconds"), HALF, ids=[told for told, _, _ in HALF])
async def test_what_is_half_sent_ends(_told: str, sent: list[bytes], seconds: float) -> None:
    async with server() as served:
        reader, writer = await served.connect()
        for each in sent:
            writer.write(each)
            await asyncio.sleep(0.02)
        assert seconds * 0.7 < await ended(reader) < seconds * 2 + 0.3
        assert len(served.guards) == 0
        writer.close()


async def test_a_header_byte_by_byte_is_no_header() -> None:
    async with server() as served:
        reader, writer = await served.connect()

        async def drip() -> None:
            for byte in GET * 20:
                writer.write(bytes([byte]))
                await asyncio.sleep(0.05)

        dripping = asyncio.create_task(drip())
        assert await ended(reader) < 0.6
        dripping.cancel()
        writer.close()


async def test_our_own_slowness_is_no_fault() -> None:
    async with server() as served:
        reader, writer = await served.connect()
        writer.write(GET.replace(b"GET /", b"GET /slow"))
        assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
        writer.close()


async def test_an_answer_must_be_taken() -> None:
    async with server() as served:
        with socket.create_connection(("127.0.0.1", served.port)) as lazy:
            lazy.sendall(GET.replace(b"GET /", b"GET /large"))
            await asyncio.sleep(0.1)
            assert len(served.guards) == 1
            await asyncio.sleep(0.6)
            assert len(served.guards) == 0


async def test_the_honest_are_answered_meanwhile() -> None:
    """Three hundred half-sent headers held everything up for 50 s."""
    async with server(Limits(header=5, most=50)) as served:
        half = [await served.connect() for _ in range(300)]
        for _, writer in half:
            writer.write(GET[:-2])
        for _ in range(10):
            began = time.monotonic()
            assert await served.ask() == b"HTTP/1.1 200 OK\r\n"
            assert time.monotonic() - began < 1
        assert len(served.guards) <= 50
        for _, writer in half:
            writer.close()


async def test_a_full_house_refuses_the_next() -> None:
    async with server(Limits(most=2)) as served:
        busy = [await served.connect() for _ in range(2)]
        for _, writer in busy:
            writer.write(GET.replace(b"GET /", b"GET /slow"))
        await asyncio.sleep(0.1)
        with pytest.raises((ConnectionError, AssertionError)):
            assert await served.ask()
        for reader, writer in busy:
            assert await reader.readline() == b"HTTP/1.1 200 OK\r\n"
            writer.close()
        assert await served.ask() == b"HTTP/1.1 200 OK\r\n"


class _Transport:
    """Stands for the connection of a peer."""

    def __init__(self, peer: str) -> None:
        self.peer = peer
        self.aborted = False

    def get_extra_info(self, name: str) -> object:
        return (self.peer, 1)

    def abort(self) -> None:
        self.aborted = True


@pytest.mark.parametrize(
    ("peer", "taken"),
    [
        ("8.8.8.8", 5),
        ("2001:4860:4860::8888", 5),
        ("127.0.0.1", 20),  # our own proxy brings everybody
        ("10.1.2.3", 20),
        ("fd00::1", 20),
    ],
)
async def test_one_stranger_has_few_connections(peer: str, taken: int) -> None:
    guards, loop = Guards(SHORT), asyncio.get_running_loop()
    made = []
    for _ in range(20):
        transport = _Transport(peer)
        guard = Guard(guards, asyncio.Protocol(), loop)
        guard.connection_made(cast(asyncio.Transport, transport))
        made.append((guard, transport))
    assert [transport.aborted for _, transport in made].count(False) == taken
    for guard, _ in made:
        guard.connection_lost(None)
    assert len(guards) == 0


async def test_a_stop_waits_for_nobody() -> None:
    async with server() as served:
        opened = [await served.connect() for _ in range(3)]
        for (_, writer), sent in zip(opened, (b"", GET[:-2], POST), strict=True):
            writer.write(sent)
        await asyncio.sleep(0.05)
        began = time.monotonic()
    assert time.monotonic() - began < 0.6
    for reader, writer in opened:
        assert await ended(reader) < 0.1
        writer.close()
