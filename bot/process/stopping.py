"""End the process in order, and within ten seconds whatever hangs: service managers kill after that.

Each step of a stop has its own seconds (the constants below, in their order), and what they are not enough for
is given up: leases and unique keys keep that from doing harm, as after a crash (scheduler/delivery/sending.py).
Where a step does not even let itself be given up, as a thread in the middle of a statement, a watchdog ends the
process.
"""

import asyncio
import logging
import os
import signal
import threading
import time
from collections.abc import Awaitable
from contextlib import suppress

log = logging.getLogger(__name__)

LANDING_SECONDS = 3.5  # that calls in flight have to land
SETTLING_SECONDS = 1.0  # that their results have to be written down, and the clock's work has to end
CLOSE_SECONDS = 0.75  # that requests have to be answered; as long again until they are cut off
INTAKE_SECONDS = 1.0  # that what customers wrote has to be stored
GATEWAY_SECONDS = 0.5  # that connections to channels' providers have to be closed, all together
DATABASE_SECONDS = 1.0  # that the database has to be closed
END_SECONDS = 9.5  # from the signal until the watchdog ends the process; the steps above are 8.5


def stopped_by_signal(seconds: float = END_SECONDS) -> asyncio.Event:
    """Return an event that SIGTERM or SIGINT sets; the process ends that many seconds later at the latest."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    watchdog = threading.Thread(target=_end, args=(seconds,), daemon=True)

    def handle(_number: int, _frame: object) -> None:
        if not stop.is_set() and watchdog.ident is None:
            watchdog.start()
        with suppress(RuntimeError):  # the loop is closed already
            loop.call_soon_threadsafe(stop.set)

    # Not the loop's own handler: a loop that is held up would not call it, and the watchdog would never start.
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, handle)
    return stop


def _end(seconds: float) -> None:
    time.sleep(seconds)
    log.critical("the stop took longer than %.1f s: the process ends at once", seconds)
    os._exit(1)


async def within(seconds: float, what: str, work: Awaitable[object]) -> None:
    """Await a step of the stop; give it up after ``seconds``, even where it does not let itself be cancelled."""
    task = asyncio.ensure_future(work)
    done, _ = await asyncio.wait({task}, timeout=seconds)
    if done:
        task.result()
        return
    task.cancel()
    log.error("given up at the stop, after %.1f s: %s", seconds, what)


async def unless_stopped(stop: asyncio.Event, work: Awaitable[object]) -> bool:
    """Await ``work`` until ``stop`` is set; return whether it ended before."""
    task, stopped = asyncio.ensure_future(work), asyncio.ensure_future(stop.wait())
    try:
        await asyncio.wait({task, stopped}, return_when=asyncio.FIRST_COMPLETED)
        if task.done():
            task.result()
            return True
        return False
    finally:
        stopped.cancel()
        if not task.done():
            task.cancel()
            await asyncio.wait({task}, timeout=SETTLING_SECONDS)
