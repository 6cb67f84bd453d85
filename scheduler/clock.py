"""The clock's ticks. APScheduler only ticks: what is due is read from the database each time.

Every job is an interval in UTC, because local times may be missing or doubled on the nights of a clock change. A
tick is never too late (``misfire_grace_time=None``), several late ticks of one job become one (``coalesce``), and a
job never runs twice at once (``max_instances=1``): a process that slept for three days ticks once, and that tick
looks at all there is.
"""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """A job of the clock: ``work`` is done every ``seconds``."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]


LOOK = 1.0  # seconds between two checks whether the ticks still come
SILENT = 2  # intervals without a tick after which a job is started again


async def run_clock(jobs: Sequence[Tick]) -> None:
    """Tick until cancelled: all jobs at once, in order, then each at its own interval. A failed tick is logged."""
    steady = asyncio.get_running_loop().time
    heard: dict[str, float] = {}

    async def tick(job: Tick) -> None:
        heard[job.name] = steady()
        await _once(job)
        heard[job.name] = steady()

    async def scheduled(job: Tick) -> None:
        with suppress(asyncio.CancelledError):  # the clock was stopped: APScheduler would log that as a failure
            await tick(job)

    for job in jobs:
        await tick(job)
    scheduler = AsyncIOScheduler(timezone=UTC)
    for job in jobs:
        scheduler.add_job(
            scheduled,
            "interval",
            args=[job],
            seconds=job.seconds,
            id=job.name,
            coalesce=True,
            max_instances=1,
            misfire_grace_time=None,
        )
    scheduler.start()
    try:
        while True:
            await asyncio.sleep(LOOK)
            restart_silent(scheduler, jobs, heard, steady())
    finally:
        scheduler.shutdown(wait=False)


def restart_silent(
    scheduler: AsyncIOScheduler, jobs: Sequence[Tick], heard: dict[str, float], steady: float
) -> None:
    """Start each job again that has not ticked for SILENT intervals.

    APScheduler waits for a time on the wall clock: where that is set back an hour, it would wait an hour too long.

    Args:
        scheduler: where the jobs are.
        jobs: all of them.
        heard: by job, when it last ticked, by the steady clock; what is started again is entered.
        steady: now, by the steady clock.
    """
    for job in jobs:
        if steady - heard[job.name] > SILENT * job.seconds + LOOK:
            heard[job.name] = steady
            scheduler.reschedule_job(job.name, trigger="interval", seconds=job.seconds)


async def _once(job: Tick) -> None:
    try:
        await job.work()
    except Exception as error:
        # The type alone: a database error's text has the parameters in it, which are personal.
        log.error("tick %s failed: %s", job.name, type(error).__name__)
