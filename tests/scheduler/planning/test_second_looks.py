"""What is looked at again: a new address at once, a clock that was wrong, an end that was no end."""

from datetime import timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.register import importer, reader
from storage.tables import case
from tests.support.unit import ZONE, Unit, at

BEGAN = at("2026-01-07 10:00")
DUE = at("2026-02-04 10:00")  # a Wednesday, 28 days later
OPEN, ENDED = "E1,K1,P1,2026-01-07,,", "E1,K1,P1,2026-01-07,2026-02-10,work"
ENDED_LATER = "E1,K1,P1,2026-01-07,2026-05-12,work"


@pytest.fixture
async def unit(db: Database, tmp_path: Path) -> Unit:
    return Unit(db, tmp_path)


async def customers(unit: Unit, now: str, *rows: str) -> None:
    """Import customers alone, each as "ref,phone,birth_year,contact"."""
    path = unit.folder / "only.csv"
    path.write_text("ref,phone,birth_year,contact\n" + "".join(f"{row}\n" for row in rows), encoding="utf-8")
    async with unit.db.begin() as conn:
        await importer.apply(conn, reader.read([path]), at(now).astimezone(ZONE).date(), at(now))


async def cases(unit: Unit) -> list[str]:
    async with unit.db.read() as conn:
        found = select(case.c.text).where(case.c.kind == "mistaken_end").order_by(case.c.id)
        return list((await conn.execute(found)).scalars())


async def test_an_imported_phone_is_asked_at_once(unit: Unit) -> None:
    await unit.register(BEGAN, 1, OPEN)
    await customers(unit, "2026-02-03 10:00", "K1,,1990,")
    await unit.tick(DUE)
    assert (await unit.outcomes())["start"] == ""
    await customers(unit, "2026-02-04 10:10", "K1,+46701000001,1990,")
    await unit.tick(at("2026-02-04 10:11"))
    assert (await unit.outcomes())["start"] == "open"


async def test_a_wish_for_messages_is_met_at_once(unit: Unit) -> None:
    await unit.register(BEGAN, 1, OPEN)
    await customers(unit, "2026-02-03 10:00", "K1,+46701000001,1990,phone")
    await unit.tick(DUE)
    assert (await unit.outcomes())["start"] == ""
    await customers(unit, "2026-02-04 10:10", "K1,+46701000001,1990,")
    await unit.tick(at("2026-02-04 10:11"))
    assert (await unit.outcomes())["start"] == "open"


async def test_those_told_apart_are_asked_at_once(unit: Unit) -> None:
    """Two with one phone who began on the same day: one of them gets a phone of her own."""
    await unit.register(BEGAN, 2, OPEN, "E2,K2,P1,2026-01-07,,")
    await customers(unit, "2026-02-03 10:00", "K1,+46701000001,1990,", "K2,+46701000001,1990,")
    await unit.tick(DUE)
    assert ((await unit.outcomes("K1"))["start"], (await unit.outcomes("K2"))["start"]) == ("", "")
    await customers(unit, "2026-02-04 10:10", "K2,+46701000002,1990,")
    await unit.tick(at("2026-02-04 10:11"))
    assert ((await unit.outcomes("K1"))["start"], (await unit.outcomes("K2"))["start"]) == ("open", "open")


AHEAD = [timedelta(hours=3), timedelta(days=1), timedelta(days=20)]


@pytest.mark.parametrize("ahead", AHEAD)
async def test_a_clock_that_was_ahead_holds_nothing_back(unit: Unit, ahead: timedelta) -> None:
    """It has looked and held until a time of its own; a minute after it is right the question is asked."""
    await unit.register(BEGAN, 1, OPEN)
    night = at("2026-02-04 20:00")
    await unit.planner.plan(night)
    await unit.planner.open_due(night + ahead)
    morning = at("2026-02-05 09:00")
    await unit.planner.mend_clock(morning)
    await unit.tick(morning)
    assert (await unit.outcomes())["start"] == "open"


async def test_a_right_hold_stays(unit: Unit) -> None:
    await unit.register(BEGAN, 1, OPEN)
    await unit.tick(at("2026-02-04 20:00"))
    assert await unit.planner.mend_clock(at("2026-02-04 20:01")) == 0


async def test_what_is_not_due_yet_stays(unit: Unit) -> None:
    """Planned by a clock that was a month ahead: it is asked on its day."""
    await unit.register(BEGAN, 1, OPEN)
    ahead = at("2026-02-06 20:00")
    await unit.planner.plan(ahead)
    await unit.planner.open_due(ahead)  # held until Monday
    now = at("2026-01-08 09:00")
    assert await unit.planner.mend_clock(now) == 2  # and a check-in
    await unit.tick(now)
    assert (await unit.outcomes())["start"] == ""
    await unit.tick(DUE)
    assert (await unit.outcomes())["start"] == "open"


async def test_a_mistaken_end_is_asked_again_later(unit: Unit) -> None:
    """The mistake is asked about, taken back, and comes true three months later. Staff are told of both."""
    await unit.register(BEGAN, 1, OPEN)
    await unit.register(at("2026-02-10 09:30"), 1, ENDED)
    await unit.tick(at("2026-02-10 10:00"))
    assert (await unit.outcomes())["end"] == "open"
    await unit.register(at("2026-02-11 09:30"), 1, OPEN)
    assert (await unit.outcomes())["end 2026-02-10"] == "cancelled"
    assert await cases(unit) == ["end_taken_back:E1:2026-02-10"]
    await unit.register(at("2026-02-11 09:40"), 1, OPEN)  # the same file again tells nothing new
    await unit.register(at("2026-05-12 09:30"), 1, ENDED_LATER)
    await unit.tick(at("2026-05-12 10:00"))
    told = await unit.outcomes()
    assert (told["end 2026-02-10"], told["end"]) == ("cancelled", "open")
    assert await cases(unit) == ["end_taken_back:E1:2026-02-10", "end_came_true:E1:2026-05-12"]
    assert (await unit.ledger(at("2026-05-12 10:00"))).adds_up


async def test_a_mistake_nobody_heard_of_is_none(unit: Unit) -> None:
    await unit.register(BEGAN, 1, OPEN)
    await unit.register(at("2026-02-10 20:00"), 1, ENDED)
    await unit.tick(at("2026-02-10 20:01"))  # held until the morning
    await unit.register(at("2026-02-11 08:00"), 1, OPEN)
    await unit.tick(at("2026-02-11 09:00"))
    assert (await unit.outcomes())["end"] == "cancelled"
    await unit.register(at("2026-05-12 09:30"), 1, ENDED_LATER)
    await unit.tick(at("2026-05-12 10:00"))
    assert (await unit.outcomes())["end"] == "open"
    assert await cases(unit) == []


async def test_the_same_mistake_twice_keeps_both(unit: Unit) -> None:
    await unit.register(BEGAN, 1, OPEN)
    for day in ("10", "18"):
        await unit.register(at(f"2026-02-{day} 09:30"), 1, ENDED)
        await unit.tick(at(f"2026-02-{day} 10:00"))
        await unit.register(at(f"2026-02-{day} 11:00"), 1, OPEN)
    told = await unit.outcomes()
    assert (told["end 2026-02-10"], told["end 2026-02-10/2"]) == ("cancelled", "cancelled")


async def test_a_corrected_day_is_no_second_end(unit: Unit) -> None:
    """An end that moves by some days, and is over all the same, has been asked about."""
    await unit.register(BEGAN, 1, OPEN)
    await unit.register(at("2026-02-10 09:30"), 1, ENDED)
    await unit.tick(at("2026-02-10 10:00"))
    await unit.register(at("2026-02-13 09:30"), 1, "E1,K1,P1,2026-01-07,2026-02-12,work")
    await unit.tick(at("2026-02-13 10:00"))
    assert (await unit.outcomes())["end"] == "open"
    assert await cases(unit) == []
