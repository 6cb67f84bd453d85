"""The clock: at once, again and again, whatever one tick does."""

import asyncio
import contextlib

import pytest

from scheduler.clock import Tick, run_clock


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
