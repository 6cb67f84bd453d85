"""Kill -9 at every point of sending and receiving: no answer lost, no SMS doubled."""

from __future__ import annotations

import asyncio
import random
import signal
from pathlib import Path

import pytest

from scheduler.crash_points import POINTS
from tests.support.journeys.kills import ANSWERS, Crowd, System, free_port, ready, system, until

SMS_POINTS = [point for point in POINTS if point not in ("polling.stored", "delivery.looked_up", "delivery.begun")]
# The kill after the call leaves an ambiguous send, which the next process looks up.
SMS_POINTS.insert(SMS_POINTS.index("delivery.called") + 1, "delivery.looked_up")
TELEGRAM_POINTS = [point for point in POINTS if not point.startswith("status.") and point != "delivery.looked_up"]
KILLS = 220  # twenty at each point
STILL = 30  # tenths of a second without a change: then everything has come to its end


async def killed_at(story: System, port: int, point: str, patience: float) -> bool:
    """Run until the process dies at ``point``; kill it where it is when it does not get there in time."""
    process = await story.start(port, FOLLOWUP_CRASH_AT=point)

    async def dead_or_ready() -> bool:
        return process.returncode is not None or await ready(port)

    await until("the process answers", 120, dead_or_ready)
    try:
        async with asyncio.timeout(patience):
            code = await process.wait()
    except TimeoutError:
        process.kill()
        await process.wait()
        return False
    assert code == -signal.SIGKILL, f"{point}: ended with {code}; see {story.folder}/run.log"
    return True


async def finish(story: System, crowd: Crowd, port: int) -> None:
    """Let a process that is not killed finish everything, and stop it as an operator does."""
    process = await story.start(port)
    await until("the process answers", 120, lambda: ready(port))
    seen: list[tuple[int, ...]] = []

    async def nothing_moves() -> bool:
        waiting = await story.waiting()
        seen.append((waiting, sum(crowd.wrote.values()), sum((await story.answers()).values())))
        return waiting == 0 and seen[-STILL:] == [seen[-1]] * STILL

    await until("everything is settled", 300, nothing_moves)  # a lost response is looked for once a minute
    crowd.stopping = True
    process.send_signal(signal.SIGTERM)
    assert await asyncio.wait_for(process.wait(), 10) == 0


async def check(story: System, crowd: Crowd) -> None:
    """Check that every answer is stored once, and that everybody was asked the first question."""
    stored = await story.answers()
    lost = {who: (crowd.wrote[who], stored[who]) for who in crowd.wrote if crowd.wrote[who] != stored[who]}
    assert lost == {}
    assert len(crowd.texts) == story.customers


async def kill_sms(story: System, crowd: Crowd, port: int, kills: int, chance: random.Random) -> int:
    at_their_point = 0
    for n in range(kills):
        point = SMS_POINTS[n % len(SMS_POINTS)]
        times = 1 if point in ("planner.opened", "delivery.looked_up") else chance.randint(1, 3)
        await story.enrol(times)  # so that there is something to do until then
        at_their_point += await killed_at(story, port, f"{point}:{times}", 10)
    return at_their_point


async def test_a_handful_of_kills(tmp_path: Path) -> None:
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'kills.db'}"
    async with system(tmp_path, url, port) as story:
        crowd = Crowd(story.emulator, random.Random(1))
        await story.enrol(3)
        for point in ("delivery.called", "intake.saved"):
            assert await killed_at(story, port, point, 20)
        await finish(story, crowd, port)
        await check(story, crowd)
        assert crowd.doubled == 0


class Never(random.Random):
    """The chance of a carrier that never posts a webhook again."""

    def random(self) -> float:
        return 1.0


@pytest.mark.long
async def test_a_kill_before_the_response(tmp_path: Path) -> None:
    """The answer is stored, its webhook never comes again, and the next question comes all the same, once."""
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'kills.db'}"
    async with system(tmp_path, url, port) as story:
        crowd = Crowd(story.emulator, Never(1))
        for _ in range(4):
            await story.enrol(1)
            assert await killed_at(story, port, "intake.committed", 20)
        await finish(story, crowd, port)
        await check(story, crowd)
        print(f"\n4 kills between commit and response; {dict(crowd.wrote)} answers, {crowd.doubled} doubled")
        assert set(crowd.wrote.values()) == {len(ANSWERS)}
        assert crowd.doubled == 0


@pytest.mark.long
@pytest.mark.parametrize("redacts", [False, True])
async def test_two_hundred_kills_lose_and_double_nothing(tmp_path: Path, redacts: bool) -> None:
    """The carrier's list has the texts, or none of them (message redaction)."""
    port = free_port()
    url = f"sqlite+aiosqlite:///{tmp_path / 'kills.db'}"
    async with system(tmp_path, url, port) as story:
        crowd = Crowd(story.emulator, random.Random(2))
        story.emulator.redacts = redacts
        at_their_point = await kill_sms(story, crowd, port, KILLS, random.Random(3))
        await finish(story, crowd, port)
        print(
            f"\n{KILLS} kills, redacted: {redacts}, {at_their_point} at their point; {story.customers} customers, "
            f"{sum(crowd.wrote.values())} answers, {len(crowd.left)} inbound SMS left to the sweep, "
            f"{story.emulator.receipts_lost} receipts lost, {crowd.doubled} SMS doubled, "
            f"{sum(each < len(ANSWERS) for each in crowd.wrote.values())} not asked to the end"
        )
        await check(story, crowd)
        assert set(crowd.wrote.values()) == {len(ANSWERS)}  # no question was lost with a response
        assert crowd.doubled == 0
        assert at_their_point >= 200


@pytest.mark.long
async def test_telegram_repeats_at_most_once_a_kill(tmp_path: Path) -> None:
    url = f"sqlite+aiosqlite:///{tmp_path / 'kills.db'}"
    port = free_port()
    async with system(tmp_path, url, None, channel="telegram") as story:
        crowd = Crowd(story.emulator, random.Random(4))
        chance, in_between = random.Random(5), 0
        for n in range(6 * len(TELEGRAM_POINTS)):
            point = TELEGRAM_POINTS[n % len(TELEGRAM_POINTS)]
            times = 1 if point == "planner.opened" else chance.randint(1, 3)
            await story.enrol(times, telegram=True)
            await killed_at(story, port, f"{point}:{times}", 10)
            called = await story.between_call_and_commit()
            assert called <= 1
            in_between += called
        await finish(story, crowd, port)
        print(
            f"\n{6 * len(TELEGRAM_POINTS)} kills, {in_between} between call and commit; "
            f"{story.customers} customers, {sum(crowd.wrote.values())} answers, {crowd.doubled} messages doubled, "
            f"{(await story.outbox())['unknown']} in doubt for ever"
        )
        await check(story, crowd)
        assert in_between >= 10
        assert crowd.doubled <= in_between
        assert max(texts.count(text) for texts in crowd.texts.values() for text in texts) <= 2
        assert sum(crowd.wrote.values()) >= len(ANSWERS)
