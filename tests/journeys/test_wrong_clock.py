"""A week in which the machine's clock is three and a half days ahead for some hours, and is set right again."""

import random
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from bot.simulator.clock import SimulatedClock
from bot.simulator.emulator.faults import BadDay
from scheduler.planning.reconciliation import audit
from storage.database.engine import Database
from tests.support.journeys.kills import ANSWERS, Crowd, phone
from tests.support.journeys.world import ZONE, World, world

STEP = timedelta(minutes=30)
AHEAD = timedelta(days=3, hours=10)  # from Wednesday morning to Saturday evening, when nothing may be sent
# The days on which the questions fall due, 28 days after the start, and those on which they are asked.
DUE = {
    "2026-03-02": "2026-03-02",
    "2026-03-03": "2026-03-03",
    "2026-03-04": "2026-03-04",
    "2026-03-05": "2026-03-05",
    "2026-03-06": "2026-03-06",
    "2026-03-07": "2026-03-09",  # a Saturday
}
EACH = 4  # customers a day


class WrongClock(SimulatedClock):
    """A clock that somebody sets, also back."""

    def set(self, to: datetime) -> None:
        self._now = to


async def live(here: World, until: datetime) -> None:
    """Let the clock tick and messages leave until a time by the clock itself."""
    while here.clock() < until:
        here.clock.advance(min(here.clock() + STEP, until))
        for job in here.app.ticks():
            await job.work()
        await here.deliver()


def local(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE)


@pytest.mark.long
async def test_a_week_with_the_clock_wrong(db: Database, tmp_path: Path) -> None:
    async with world(db, tmp_path, "2026-03-01 12:00", emulated=BadDay, clocked=WrongClock) as here:
        assert isinstance(here.emulator, BadDay)
        assert isinstance(here.clock, WrongClock)
        crowd = Crowd(here.emulator, random.Random(1))
        days = [day for day in DUE for _ in range(EACH)]
        asked: dict[str, str] = {}
        read = here.emulator.on_sms
        assert read is not None

        def seen(to: str, body: str, sid: str) -> object:
            asked.setdefault(to, f"{here.clock().astimezone(ZONE):%Y-%m-%d}")
            return read(to, body, sid)

        here.emulator.on_sms = seen
        await here.read(
            providers="ref,name\nP1,Nya Steget\n",
            customers="ref,phone,language,gender,birth_year\n"
            + "".join(f"K{n},{phone(n)},sv,K,1990\n" for n in range(len(days))),
            enrolments="ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
            + "".join(
                f"E{n},K{n},P1,{datetime.fromisoformat(day).date() - timedelta(days=28)},,,,\n"
                for n, day in enumerate(days)
            ),
        )
        await live(here, local("2026-03-04 10:00"))
        here.clock.set(here.clock() + AHEAD)
        await live(here, here.clock() + timedelta(hours=4))
        here.clock.set(here.clock() - AHEAD)
        await live(here, local("2026-03-10 12:00"))
        assert asked == {phone(n): DUE[day] for n, day in enumerate(days)}
        assert set(crowd.wrote.values()) == {len(ANSWERS)}
        assert crowd.doubled == 0
        ledger = await audit(db, here.app.rules, ZONE, here.clock())
        assert ledger.adds_up
        print(f"\n{len(days)} customers asked on their days, {sum(crowd.wrote.values())} answers, none doubled")
