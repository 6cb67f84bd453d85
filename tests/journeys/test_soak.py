"""The real `followup run` under a steady load: memory, descriptors, database and log do not creep up.

SOAK_SECONDS says how long; the usual half hour is for a night.
"""

import asyncio
import os
import random
import signal
from dataclasses import dataclass
from pathlib import Path

import pytest

from tests.support.journeys.kills import ANSWERS, Crowd, System, free_port, ready, system, until

SECONDS = float(os.environ.get("SOAK_SECONDS", "1800"))
EACH = 5  # customers who are enrolled at once
EVERY = 2.0  # seconds; every customer gives four answers
WARM = 0.25  # of the time, after which nothing should grow any more but the database
CONNECTIONS = 60  # that are open at one moment and not at another
MEGABYTE = 1 << 20


@dataclass(frozen=True)
class Sample:
    """What a process holds. Sizes are in bytes."""

    answers: int
    memory: int
    descriptors: int
    database: int
    log: int


async def sample(story: System, crowd: Crowd, pid: int) -> Sample:
    def read() -> Sample:
        pages = int(Path(f"/proc/{pid}/statm").read_text().split()[1])
        files = [path for path in story.folder.iterdir() if path.name.startswith("soak.db")]
        return Sample(
            sum(crowd.wrote.values()),
            pages * os.sysconf("SC_PAGE_SIZE"),
            len(list(Path(f"/proc/{pid}/fd").iterdir())),
            sum(path.stat().st_size for path in files),
            (story.folder / "run.log").stat().st_size,
        )

    return await asyncio.to_thread(read)


async def load(story: System, crowd: Crowd, pid: int) -> tuple[Sample, Sample]:
    """Enrol customers steadily, with failures; return how the process stood when it was warm, and at the end."""
    clock = asyncio.get_running_loop().time
    began, warm = clock(), None
    while clock() < began + SECONDS:
        await story.enrol(EACH)
        if story.customers % 100 == 0:
            story.emulator.fail_next(503, 20503)
        await asyncio.sleep(EVERY)
        if warm is None and clock() > began + WARM * SECONDS:
            warm = await sample(story, crowd, pid)
    assert warm is not None
    return warm, await sample(story, crowd, pid)


@pytest.mark.long
async def test_nothing_creeps_up(tmp_path: Path) -> None:
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'soak.db'}"
    async with system(tmp_path, url, port) as story:
        crowd = Crowd(story.emulator, random.Random(7))
        process = await story.start(port)
        await until("the process answers", 120, lambda: ready(port))
        warm, end = await load(story, crowd, process.pid)

        async def all_is_said() -> bool:
            stored = sum((await story.answers()).values())
            return await story.waiting() == 0 and stored == len(ANSWERS) * story.customers

        await until("every question is answered", 300, all_is_said)
        crowd.stopping = True
        process.send_signal(signal.SIGTERM)
        assert await asyncio.wait_for(process.wait(), 10) == 0
        answers = end.answers - warm.answers
        print(
            f"\n{SECONDS:g} s, {story.customers} customers, {end.answers} answers, {crowd.doubled} SMS doubled; "
            f"memory {warm.memory / MEGABYTE:.0f} to {end.memory / MEGABYTE:.0f} MB, "
            f"descriptors {warm.descriptors} to {end.descriptors}, "
            f"database {(end.database - warm.database) / max(answers, 1):.0f} bytes an answer, "
            f"log {(end.log - warm.log) / max(answers, 1):.1f} bytes an answer"
        )
        assert crowd.doubled == 0
        assert end.memory - warm.memory < 30 * MEGABYTE
        assert end.descriptors - warm.descriptors <= CONNECTIONS
        assert end.log - warm.log < 50 * max(answers, 1)
