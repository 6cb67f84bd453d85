"""The clock's ticks. APScheduler only ticks: what is due is read from the database each time."""

import asyncio
import logging
from collections.abc import Awaitable, Callable, Sequence
from dataclasses import dataclass
from datetime import UTC

from apscheduler.schedulers.asyncio import AsyncIOScheduler

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Tick:
    """``work`` is done every ``seconds``."""

    name: str
    seconds: float
    work: Callable[[], Awaitable[None]]


async def run_clock(jobs: Sequence[Tick]) -> None:
    """Tick until cancelled: once at once, in order, then each at its own pace. A failed tick is logged."""
    for job in jobs:
        await _once(job)
    scheduler = AsyncIOScheduler(timezone=UTC)
    for job in jobs:
        scheduler.add_job(
            _once,
            "interval",
            args=[job],
            seconds=job.seconds,
            id=job.name,
            coalesce=True,  # late ticks are one tick: it looks at all that is due
            max_instances=1,
            misfire_grace_time=None,  # however late, it is done
        )
    scheduler.start()
    try:
        await asyncio.Event().wait()
    finally:
        scheduler.shutdown(wait=False)


async def _once(job: Tick) -> None:
    try:
        await job.work()
    except Exception as error:
        # The kind alone: a database error's text carries the parameters, which are personal.
        log.error("tick %s failed: %s", job.name, type(error).__name__)
