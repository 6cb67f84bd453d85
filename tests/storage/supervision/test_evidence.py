"""The unit's decisions about a provider: watch until it is lifted, and action plans from a file."""

from datetime import date, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.errors import ProblemCode, RegisterError, SupervisionError, SupervisionErrorCode
from storage.supervision import evidence
from storage.supervision import watch as decisions
from storage.tables import provider
from tests.support.providers import REGISTER, at, read

TODAY = date(2026, 11, 25)
HEADER = "ref,provider,deficiency,measures,due_on,responsible,indicator,decided_on"
PLAN = "Å1,P1,Uppföljningar saknas,Egen rutin varje månad,2026-12-31,Anna,followup.compliance,2026-11-01"


async def test_a_watch_is_on_until_it_is_lifted(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    async with db.begin() as conn:
        await decisions.put_under_watch(
            conn, "P1", reason="Löften hölls inte", figures="6 kunder", by="Anna", today=TODAY, now=at(TODAY)
        )
    later = TODAY + timedelta(days=30)
    async with db.begin() as conn:
        assert (await conn.execute(select(provider.c.watched_from).where(provider.c.ref == "P1"))).scalar() == TODAY
        (watch,) = await evidence.watches(conn, later, later)
        assert (watch.provider, watch.from_on, watch.reason, watch.lifted_on) == (
            "P1",
            TODAY,
            "Löften hölls inte",
            None,
        )
        await decisions.lift(conn, "P1", "Åtgärdat", "Anna", later)
    async with db.begin() as conn:
        assert (await conn.execute(select(provider.c.watched_from).where(provider.c.ref == "P1"))).scalar() is None
        assert await evidence.watches(conn, later + timedelta(days=1), date(2027, 12, 31)) == []
        (watch,) = await evidence.watches(conn, date(2026, 1, 1), date(2026, 12, 31))  # the year's report has it
        assert (watch.lifted_on, watch.lifted_reason) == (later, "Åtgärdat")
        await decisions.put_under_watch(
            conn, "P1", reason="Igen", figures="", by="Anna", today=later, now=at(later)
        )


async def test_a_watch_is_not_decided_twice(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    async with db.begin() as conn:
        with pytest.raises(SupervisionError) as lifted:
            await decisions.lift(conn, "P1", "Åtgärdat", "Anna", TODAY)
        with pytest.raises(SupervisionError) as unknown:
            await decisions.put_under_watch(
                conn, "P9", reason="Skäl", figures="", by="Anna", today=TODAY, now=at(TODAY)
            )
        await decisions.put_under_watch(
            conn, "P1", reason="Skäl", figures="", by="Anna", today=TODAY, now=at(TODAY)
        )
        with pytest.raises(SupervisionError) as twice:
            await decisions.put_under_watch(
                conn, "P1", reason="Skäl", figures="", by="Bo", today=TODAY, now=at(TODAY)
            )
    assert [(each.value.code, each.value.values["ref"]) for each in (lifted, unknown, twice)] == [
        (SupervisionErrorCode.NOT_WATCHED, "P1"),
        (SupervisionErrorCode.UNKNOWN_PROVIDER, "P9"),
        (SupervisionErrorCode.WATCHED_ALREADY, "P1"),
    ]


async def test_an_action_plan_is_overdue_the_day_after(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    assert (await read(db, tmp_path, {"plans": f"{HEADER}\n{PLAN}\n"}, TODAY)).actionplans == 1
    async with db.read() as conn:
        (plan,) = await evidence.plans(conn, TODAY, TODAY)
    assert (plan.ref, plan.provider, plan.responsible, plan.done_on, plan.effect) == ("Å1", "P1", "Anna", None, "")
    assert [plan.is_overdue(day) for day in (date(2026, 12, 31), date(2027, 1, 1))] == [False, True]


async def test_a_plan_is_done_by_a_later_file(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    done = f"{HEADER},done_on,effect\n{PLAN},2026-11-24,Från 70 till 98 procent\n"
    await read(db, tmp_path, {"plans": f"{HEADER}\n{PLAN}\n"}, TODAY)
    await read(db, tmp_path, {"plans": done}, TODAY)
    await read(db, tmp_path, {"plans": f"{HEADER}\n{PLAN}\n"}, TODAY)  # without the columns: they stay as they are
    async with db.read() as conn:
        (plan,) = await evidence.plans(conn, date(2026, 11, 1), TODAY)
        assert (plan.done_on, plan.effect) == (date(2026, 11, 24), "Från 70 till 98 procent")
        assert await evidence.plans(conn, TODAY, TODAY) == []


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        (PLAN.replace("P1", "P9"), "provider", ProblemCode.UNKNOWN_PROVIDER),
        (PLAN.replace("followup.compliance", "trivsel"), "indicator", ProblemCode.NOT_ONE_OF),
        (PLAN.replace("2026-12-31", "2026-10-31"), "due_on", ProblemCode.DAY_BEFORE),
        (PLAN.replace("Anna", ""), "responsible", ProblemCode.VALUE_MISSING),
        (PLAN.replace("2026-12-31", "31 december"), "due_on", ProblemCode.NOT_A_DAY),
    ],
)
async def test_a_plan_that_cannot_be_right(
    db: Database, tmp_path: Path, row: str, column: str, code: ProblemCode
) -> None:
    await read(db, tmp_path, REGISTER)
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"plans": f"{HEADER}\n{row}\n"}, TODAY)
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (2, column, code)
    async with db.read() as conn:
        assert await evidence.plans(conn, date.min, date.max) == []


async def test_a_plan_keeps_its_provider(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    await read(db, tmp_path, {"plans": f"{HEADER}\n{PLAN}\n"}, TODAY)
    for row, code in (
        (f"{PLAN.replace('P1', 'P2')},,", ProblemCode.PLAN_OF_OTHER_PROVIDER),
        (f"{PLAN},2026-11-26,", ProblemCode.DAY_IN_FUTURE),
    ):
        with pytest.raises(RegisterError) as refused:
            await read(db, tmp_path, {"plans": f"{HEADER},done_on,effect\n{row}\n"}, TODAY)
        assert [problem.code for problem in refused.value.problems] == [code]
