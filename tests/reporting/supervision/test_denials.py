"""A pattern of denied follow-ups opens a case for staff."""

from datetime import date, timedelta
from pathlib import Path

from sqlalchemy import select

from reporting.supervision import denials
from storage.database.engine import Database
from storage.tables import case, provider
from tests.support.providers import at, read

TODAY = date(2026, 12, 7)


def register(denied: int) -> dict[str, str]:
    """Return a register: P1 has four follow-ups, ``denied`` of them denied, and P2 has forty, one denied."""
    refs = [f"A{n}" for n in range(4)] + [f"B{n}" for n in range(40)]
    said = dict.fromkeys(refs, 1) | dict.fromkeys(refs[:denied], 0) | {"B0": 0}
    return {
        "providers": "ref,name\nP1,Alfa\nP2,Beta\n",
        "customers": "ref,phone\n" + "".join(f"K{ref},\n" for ref in refs),
        "enrolments": "ref,customer,provider,started_on\n"
        + "".join(f"{ref},K{ref},P{1 if ref < 'B' else 2},2026-09-01\n" for ref in refs),
        "f": "enrolment,month,held_on\n" + "".join(f"{ref},2026-10,2026-10-20\n" for ref in refs),
        "a": "enrolment,survey,period,question,value,answered_on\n"
        + "".join(f"{ref},checkin,2026-10,followup_held,{value},2026-10-28\n" for ref, value in said.items()),
    }


async def cases(db: Database) -> list[tuple[str, str, str]]:
    async with db.read() as conn:
        rows = await conn.execute(
            select(provider.c.ref, case.c.kind, case.c.text).join(provider, provider.c.id == case.c.provider_id)
        )
        return [tuple(row) for row in rows]


async def test_pattern_opens_one_case_a_quarter(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, register(2), TODAY)
    assert await denials.open_cases(db, TODAY, at(TODAY)) == 0
    await read(db, tmp_path, register(3), TODAY)
    assert await denials.open_cases(db, TODAY, at(TODAY)) == 1
    assert await cases(db) == [
        (
            "P1",
            "denials",
            "Alfa: kunder nekar 3 av 4 registrerade uppföljningar under 12 månader "
            "(75 procent, övriga anordnare 2,5 procent).",
        )
    ]
    for days, opened in ((1, 0), (90, 0), (91, 1)):
        later = TODAY + timedelta(days=days)
        assert await denials.open_cases(db, later, at(later)) == opened


async def test_exempt_and_old_months_are_no_pattern(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, register(4), TODAY)
    assert await denials.open_cases(db, date(2027, 10, 2), at(date(2027, 10, 2))) == 0
    exempt = "enrolment,from,to,reason,who\n" + "".join(
        f"A{n},2026-10-01,2026-10-31,illness,Anna\n" for n in range(2)
    )
    await read(db, tmp_path, {"x": exempt}, TODAY)
    assert await denials.open_cases(db, TODAY, at(TODAY)) == 0
