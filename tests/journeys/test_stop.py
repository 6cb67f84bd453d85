"""SIGTERM ends the real process within ten seconds, whatever hangs at that moment."""

import asyncio
import os
import signal
import socket
import sqlite3
import sys
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, asynccontextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from tests.support.command import run_command
from tests.support.journeys.kills import free_port
from tests.support.profile import own_unit

pytestmark = pytest.mark.long
TEN_SECONDS = 10.0  # until a service manager kills
PROGRAM = (sys.executable, "-c", "from bot.cli.main import main; main()", "run", "--port")
EMPTY = b'{"messages": [], "incoming_phone_numbers": [], "next_page_uri": null, "page": 0, "page_size": 50}'


class FarEnd:
    """Takes requests for Twilio, and answers those of the methods it knows; the others wait for ever."""

    def __init__(self, answered: tuple[bytes, ...]) -> None:
        self._answered = answered
        self.waiting = asyncio.Event()
        self.over = asyncio.Event()
        self.tasks: set[asyncio.Task[None]] = set()
        self.port = 0

    async def take(self, reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
        task = asyncio.current_task()
        assert task is not None
        self.tasks.add(task)
        try:
            while head := await reader.readuntil(b"\r\n\r\n"):
                if not head.startswith(self._answered):
                    self.waiting.set()
                    await self.over.wait()
                    return
                kind = b"HTTP/1.1 200 OK\r\nContent-Type: application/json\r\nContent-Length: %d\r\n\r\n"
                writer.write(kind % len(EMPTY) + EMPTY)
        except (ConnectionError, asyncio.IncompleteReadError):
            return  # the process has ended
        finally:
            writer.close()


@asynccontextmanager
async def far_end(*answered: bytes) -> AsyncIterator[FarEnd]:
    far = FarEnd(answered)
    server = await asyncio.start_server(far.take, "127.0.0.1", 0)
    far.port = server.sockets[0].getsockname()[1]
    try:
        yield far
    finally:
        far.over.set()
        server.close()
        await asyncio.gather(*far.tasks)


async def prepared(folder: Path, far: FarEnd, port: int) -> dict[str, str]:
    """Make a database in which one question is due; return the environment."""
    env = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": str(Path(__file__).parents[2]),
        "FOLLOWUP_UNIT": own_unit(folder),
        "FOLLOWUP_PUBLIC_URL": f"http://127.0.0.1:{port}",
        "FOLLOWUP_SEND_WINDOW": "always",
        "TWILIO_ACCOUNT_SID": "AC" + "1" * 32,
        "TWILIO_AUTH_TOKEN": "t",
        "TWILIO_FROM": "+46700000001",
        "TWILIO_API_URL": f"http://127.0.0.1:{far.port}",
    }
    started = datetime.now(UTC).date() - timedelta(days=30)
    files = {
        "providers": "ref,name\nP1,Nya Steget\n",
        "customers": "ref,phone,language,gender,birth_year\nK1,+46701000001,sv,K,1990\n",
        "enrolments": f"ref,customer,provider,started_on\nE1,K1,P1,{started}\n",
    }
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    assert (await run_command("init", folder=folder, env=env))[0] == 0
    code, out, err = await run_command("import", *(f"{name}.csv" for name in files), folder=folder, env=env)
    assert code == 0, out + err
    return env


async def stopped(folder: Path, far: FarEnd, trouble: Callable[[int], object]) -> tuple[int, float]:
    """Run the service until the far end is silent, make trouble, stop it; return exit code and seconds."""
    port = free_port()
    env = await prepared(folder, far, port)
    process = await asyncio.create_subprocess_exec(
        *PROGRAM, str(port), cwd=folder, env=env, stdout=asyncio.subprocess.DEVNULL
    )
    try:
        async with asyncio.timeout(60):
            await far.waiting.wait()
        trouble(port)
        await asyncio.sleep(0.2)
        began = time.monotonic()
        process.send_signal(signal.SIGTERM)
        code = await asyncio.wait_for(process.wait(), 3 * TEN_SECONDS)
        return code, time.monotonic() - began
    finally:
        if process.returncode is None:
            process.kill()


async def test_a_stop_while_the_first_sweep_hangs(tmp_path: Path) -> None:
    async with far_end() as far:
        code, seconds = await stopped(tmp_path, far, lambda _port: None)
    assert (code, seconds < 3) == (0, True), seconds


async def test_a_stop_with_a_call_and_connections_open(tmp_path: Path) -> None:
    half = (b"", b"GET /healthz HTTP/1.1\r\n", b"POST /webhooks/twilio/sms HTTP/1.1\r\nContent-Length: 9\r\n\r\n1")
    with ExitStack() as connections:

        def connect(port: int) -> None:
            for sent in half:
                opened = connections.enter_context(socket.create_connection(("127.0.0.1", port)))
                opened.sendall(sent)

        async with far_end(b"GET") as far:
            code, seconds = await stopped(tmp_path, far, connect)
    assert (code, seconds < TEN_SECONDS) == (0, True), seconds


async def test_a_stop_while_the_database_is_held(tmp_path: Path) -> None:
    held: list[sqlite3.Connection] = []

    def hold(_port: int) -> None:
        connection = sqlite3.connect(tmp_path / "followup.db", isolation_level=None)
        connection.execute("BEGIN IMMEDIATE")
        held.append(connection)

    async with far_end(b"GET") as far:
        _, seconds = await stopped(tmp_path, far, hold)
    for connection in held:
        connection.close()
    assert seconds < TEN_SECONDS
