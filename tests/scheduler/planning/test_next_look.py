"""When the planner looks at an enrolment next: from one index, and never lost to what happens beside it."""

import asyncio
from datetime import date
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import event, select

from storage.database.engine import Database
from storage.planning import due
from storage.supervision.watch import watch_provider
from storage.tables import enrolment, next_look
from tests.support.migrated import new_file
from tests.support.unit import Unit, at

BEGAN = at("2026-03-02 10:00")
DAY = at("2026-03-24 10:00")  # the month's check-in falls due
BESIDE = 0.2  # seconds in which what happens beside could have got through


@pytest.fixture
async def unit(db: Database, tmp_path: Path) -> Unit:
    return Unit(db, tmp_path)


async def _looks(unit: Unit) -> dict[str, date]:
    rows = select(enrolment.c.ref, next_look.c.plan_on).join(next_look, next_look.c.enrolment_id == enrolment.c.id)
    async with unit.db.read() as conn:
        return {row.ref: row.plan_on for row in await conn.execute(rows)}


async def test_new_and_corrected_enrolments_are_looked_at(unit: Unit) -> None:
    open_, ended = "E1,K1,P1,2026-01-07,,", "E2,K2,P1,2026-01-07,2026-02-20,work"
    await unit.register(BEGAN, 2, open_, ended)
    assert await _looks(unit) == {"E1": date(2026, 1, 7), "E2": date(2026, 1, 7)}
    await unit.tick(BEGAN)
    planned = {"E1": date(2026, 3, 24)}  # nothing more can fall due for the one that has ended
    assert await _looks(unit) == planned
    await unit.register(DAY, 2, open_, ended)
    assert await _looks(unit) == planned
    await unit.register(DAY, 2, open_, "E2,K2,P1,2026-01-07,,")
    assert await _looks(unit) == planned | {"E2": date(2026, 1, 7)}


async def test_a_watch_reopens_finished_planning(unit: Unit) -> None:
    await unit.register(
        BEGAN,
        3,
        "E1,K1,P1,2026-01-07,,",
        "E2,K2,P1,2026-01-07,2026-03-10,death",  # open in March
        "E3,K3,P1,2026-01-07,2026-02-20,work",  # not open in March
        "E4,K3,P2,2026-01-07,,",  # another provider's
    )
    await unit.tick(at("2026-03-12 10:00"))
    assert await _looks(unit) == {"E1": date(2026, 3, 24), "E4": date(2026, 3, 24)}
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", date(2026, 3, 13), date(2026, 3, 13))
    assert await _looks(unit) == {"E1": date(2026, 3, 1), "E2": date(2026, 3, 1), "E4": date(2026, 3, 24)}


async def test_a_correction_during_planning_stands(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(BEGAN)
    async with unit.db.begin() as conn:
        ((_, ids),) = await due.due_enrolments(conn, DAY.date(), 10)
        correction = asyncio.create_task(unit.register(DAY, 1, "E1,K1,P1,2026-03-04,,"))
        await asyncio.wait([correction], timeout=BESIDE)
        await due.save_plan(conn, {}, {date(2026, 4, 24): ids})
    await correction
    assert await _looks(unit) == {"E1": date(2026, 3, 4)}


@pytest.mark.parametrize("left", [date(2026, 4, 24), None])
async def test_a_watch_begun_during_planning_stands(unit: Unit, left: date | None) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-03-02,,")
    await unit.tick(BEGAN)

    async def watch() -> None:
        async with unit.db.begin() as conn:
            await watch_provider(conn, "P1", DAY.date(), DAY.date())

    async with unit.db.begin() as conn:
        ((_, ids),) = await due.due_enrolments(conn, DAY.date(), 10)
        decision = asyncio.create_task(watch())
        await asyncio.wait([decision], timeout=BESIDE)
        await due.save_plan(conn, {}, {left: ids})
    await decision
    assert await _looks(unit) == {"E1": date(2026, 3, 1)}


async def test_planning_waits_for_a_pending_decision(unit: Unit) -> None:
    await unit.register(BEGAN, 1, "E1,K1,P1,2026-01-07,,")
    await unit.tick(BEGAN)
    async with unit.db.begin() as conn:
        await watch_provider(conn, "P1", date(2026, 3, 10), DAY.date())
        planning = asyncio.create_task(unit.planner.plan(DAY))
        await asyncio.wait([planning], timeout=BESIDE)
    await planning
    await unit.planner.plan(DAY)
    # Under watch since the 10th: asked on that day, and on the 24th. February's own was planned before.
    asked = {name for name in await unit.outcomes() if "checkin" in name}
    assert asked == {"checkin 2026-02", "checkin 2026-03-10", "checkin 2026-03"}


async def test_due_enrolments_come_from_one_index(tmp_path: Path) -> None:
    """Nothing is sorted, and no table is read through: a day costs what is due on it, not what is registered."""
    new_file(tmp_path / "plan.db")
    db = Database.open(f"sqlite:///{tmp_path / 'plan.db'}")
    seen: list[tuple[str, Any]] = []
    event.listen(
        db.engine.sync_engine, "before_cursor_execute", lambda _c, _cursor, *run, **_: seen.append((run[0], run[1]))
    )
    async with db.begin() as conn:
        await due.due_enrolments(conn, DAY.date(), 10)
        await due.save_plan(conn, {}, {date(2026, 4, 24): [1, 2], None: [3]})
        _, *statements = list(seen)
        steps = []
        for statement, parameters in statements:
            rows = await conn.exec_driver_sql(f"EXPLAIN QUERY PLAN {statement}", parameters)
            steps.append([row.detail for row in rows])
    await db.close()
    found, *moved = steps
    assert [step for step in found if step.startswith("SEARCH")] == [
        "SEARCH next_look USING COVERING INDEX ix_next_look_plan_on (plan_on<?)",
        "SEARCH enrolment USING INTEGER PRIMARY KEY (rowid=?)",
        "SEARCH provider USING INTEGER PRIMARY KEY (rowid=?)",
    ]
    assert [step for step in found if step.startswith("SCAN")] == ["SCAN anon_1"]  # the due themselves
    assert len([step for step in found if "ORDER BY" in step]) == 1  # of the few groups
    assert moved == [["SEARCH next_look USING INTEGER PRIMARY KEY (rowid=?)"]] * 2
