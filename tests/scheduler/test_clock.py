"""The clock: at once, again and again, whatever one tick does."""

import asyncio
import contextlib
import time
from datetime import UTC, datetime, timedelta

import pytest
from apscheduler.schedulers.asyncio import AsyncIOScheduler

from scheduler.clock import Tick, restart_silent, run_clock


async def test_a_failing_tick_stops_nothing(caplog: pytest.LogCaptureFixture) -> None:
    done: list[str] = []
    enough = asyncio.Event()

    async def bad() -> None:
        done.append("bad")
        raise ValueError("+46701234567")

    async def good() -> None:
        done.append("good")
        if len(done) >= 6:
            enough.set()

    clock = asyncio.create_task(run_clock([Tick("bad", 0.02, bad), Tick("good", 0.02, good)]))
    await asyncio.wait_for(enough.wait(), 5)
    clock.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await clock
    assert done[:2] == ["bad", "good"]
    assert done.count("bad") >= 2
    assert "tick bad failed: ValueError" in caplog.text
    assert not any("+46" in line for line in caplog.text.splitlines() if "tick bad" in line)


async def _stop(clock: "asyncio.Task[None]") -> None:
    clock.cancel()
    with contextlib.suppress(asyncio.CancelledError):
        await clock


async def test_late_ticks_are_one_tick_however_late() -> None:
    """The process sleeps for six intervals: misfire_grace_time and coalesce, on APScheduler's own clock."""
    ticks: list[float] = []
    steady = asyncio.get_running_loop().time
    begun = asyncio.Event()

    async def work() -> None:
        ticks.append(steady())
        if len(ticks) == 2:
            begun.set()

    clock = asyncio.create_task(run_clock([Tick("work", 0.1, work)]))
    await asyncio.wait_for(begun.wait(), 5)
    time.sleep(0.6)  # noqa: ASYNC251  # nothing in this process moves
    woke = steady()
    await asyncio.sleep(0.05)
    late = [each for each in ticks if woke <= each < woke + 0.05]
    await _stop(clock)
    assert len(late) == 1


async def test_a_job_never_runs_beside_itself() -> None:
    running, most, ended = 0, 0, 0
    enough = asyncio.Event()

    async def slow() -> None:
        nonlocal running, most, ended
        running += 1
        most = max(most, running)
        await asyncio.sleep(0.12)
        running -= 1
        ended += 1
        if ended == 3:
            enough.set()

    clock = asyncio.create_task(run_clock([Tick("slow", 0.03, slow)]))
    await asyncio.wait_for(enough.wait(), 5)
    await _stop(clock)
    assert most == 1


async def test_a_clock_set_back_keeps_ticking() -> None:
    """Set back, the wall clock leaves the next tick an hour ahead; the steady clock hears that none comes."""
    ticked = asyncio.Event()

    async def work() -> None:
        ticked.set()

    job = Tick("work", 0.1, work)
    scheduler = AsyncIOScheduler(timezone=UTC)
    scheduler.add_job(work, "interval", seconds=job.seconds, id=job.name)
    scheduler.start()
    scheduler.modify_job(job.name, next_run_time=datetime.now(UTC) + timedelta(hours=1))
    heard = {job.name: 100.0}
    restart_silent(scheduler, [job], heard, 101.0)  # not long enough to tell
    with pytest.raises(TimeoutError):
        await asyncio.wait_for(ticked.wait(), 0.3)
    restart_silent(scheduler, [job], heard, 101.3)
    await asyncio.wait_for(ticked.wait(), 5)
    scheduler.shutdown(wait=False)
