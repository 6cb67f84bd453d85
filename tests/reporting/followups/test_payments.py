"""The basis for payment has the same numbers as the compliance indicator."""

import random
from datetime import date, timedelta
from pathlib import Path

from reporting.followups.payments import PaymentBasis, Sum, basis
from storage.database.engine import Database
from storage.figures.aggregates import aggregate
from storage.figures.cells import MonthCounts
from storage.followups import recording
from storage.followups.enrolment_months import of_month
from tests.support.disclosure.stored import rows_read
from tests.support.providers import REGISTER, at, read

LATER = date(2027, 1, 20)


async def of(db: Database, month: str, today: date = LATER) -> PaymentBasis:
    async with db.read() as conn:
        months = await of_month(conn, month)
    return basis(month, recording.locks_on(month), recording.is_locked(month, today), months)


def at_random(seed: int) -> dict[str, str]:
    """Return a register in which every kind of month occurs."""
    dice = random.Random(seed)
    customers, enrolments, held, exempt = (
        ["ref,phone"],
        ["ref,customer,provider,started_on,ended_on,end_reason"],
        [],
        [],
    )
    for n in range(60):
        start = date(2026, 8, 1) + timedelta(days=dice.randrange(120))
        end = start + timedelta(days=dice.randrange(130)) if dice.random() < 0.6 else None
        customers.append(f"C{n},")
        enrolments.append(f"E{n},C{n},P{dice.randint(1, 3)},{start},{end or ''},{'work' if end else ''}")
        for month in ("2026-09", "2026-10", "2026-11"):
            first = date.fromisoformat(f"{month}-01")
            day = first + timedelta(days=dice.randrange(36))
            if dice.random() < 0.7 and start <= day <= (end or day):
                held.append(f"E{n},{month},{day}")
        if dice.random() < 0.3:
            begin = date(2026, 9, 1) + timedelta(days=dice.randrange(60))
            exempt.append(f"E{n},{begin},{begin + timedelta(days=dice.randrange(50))},illness,Anna")
    return {
        "providers": "ref,name\nP1,Alfa\nP2,=Beta\nP3,Gamma\n",
        "customers": "\n".join(customers),
        "enrolments": "\n".join(enrolments),
        "f": "\n".join(["enrolment,month,held_on", *held]),
        "x": "\n".join(["enrolment,from,to,reason,who", *exempt]),
    }


async def test_sums_are_those_of_the_indicator(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, at_random(6), LATER)
    async with db.read() as conn:
        cube = await aggregate(conn, 2026, at(LATER))
        rows = await rows_read(conn, 2026, at(LATER))
    found = {
        (row.provider, row.period): (row.numerator, row.denominator)
        for row in rows
        if row.indicator == "followup.compliance" and row.denominator
    }
    seen = set()
    for month in ("2026-08", "2026-09", "2026-10", "2026-11", "2026-12"):
        made = await of(db, month)
        assert {(each.provider, month): (each.on_time, each.due) for each in made.sums if each.due} == {
            key: value for key, value in found.items() if key[1] == month
        }
        for each in made.sums:
            assert each.due == each.on_time + each.late + each.missing
            cell = cube.months.get((each.provider, month), MonthCounts())
            assert (each.on_time, each.late) == (cell.on_time, cell.late)
            if each.provider:
                assert each.exempt == sum(cube.exempt.get((each.provider, month), {}).values())
        seen |= {row.status for row in made.rows}
    assert seen == {"on_time", "late", "missing", "exempt"}


async def test_small_month_in_full(db: Database, tmp_path: Path) -> None:
    files = {
        "f": "enrolment,month,held_on\n1042,2026-10,2026-10-10\n2001,2026-10,2026-11-02\n",
        "x": "enrolment,from,to,reason,who\n1043,2026-10-12,2026-10-31,holiday,Anna\n",
    }
    await read(db, tmp_path, {**REGISTER, **files}, LATER)
    made = await of(db, "2026-10")
    assert [(row.enrolment, row.status, str(row.held_on), row.exemption) for row in made.rows] == [
        ("1042", "on_time", "2026-10-10", ""),
        ("1043", "exempt", "None", "holiday"),
        ("2001", "late", "2026-11-02", ""),
    ]
    assert made.sums == (
        Sum("P1", "Alfa", 1, 1, 0, 0, 1),
        Sum("P2", "Beta", 1, 0, 1, 0, 0),
        Sum("", "Hela enheten", 2, 1, 1, 0, 1),
    )
    assert (made.locks_on, made.locked) == (date(2026, 11, 5), True)


async def test_hash_follows_the_figures_alone(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    open_, locked = await of(db, "2026-10", date(2026, 11, 4)), await of(db, "2026-10", date(2026, 11, 5))
    assert (open_.locked, locked.locked) == (False, True)
    assert open_.sha256 == locked.sha256
    await read(db, tmp_path, {"f": "enrolment,month,held_on\n1042,2026-10,2026-10-10\n"}, date(2026, 11, 4))
    assert (await of(db, "2026-10")).sha256 != open_.sha256


async def test_empty_month_has_one_sum(db: Database) -> None:
    empty = await of(db, "2019-01")
    assert (empty.rows, empty.sums) == ((), (Sum("", "Hela enheten", 0, 0, 0, 0, 0),))
