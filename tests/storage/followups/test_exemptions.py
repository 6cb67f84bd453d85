"""Illness, parental leave and holiday: months that ask for no follow-up, and are counted apart."""

from datetime import date
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st
from sqlalchemy import select

from storage.database.engine import Database
from storage.errors import Problem, ProblemCode, RegisterError
from storage.figures.aggregates import aggregate
from storage.figures.cells import MonthCounts
from storage.followups.calendar import month_of, open_days
from storage.followups.enrolment_months import of_month
from storage.followups.exemptions import exempt_months
from storage.tables import audit
from tests.support.providers import REGISTER, at, read

OPEN = (date(2026, 1, 1), None)


@pytest.mark.parametrize(
    ("period", "times", "months"),
    [
        # 31 days in October, 17 of them exempt: 14 are left.
        (OPEN, [("2026-10-01", "2026-10-17", "illness")], [("2026-10", "illness")]),
        # 16 of them: 15 are left, and the month stays as it was.
        (OPEN, [("2026-10-01", "2026-10-16", "holiday")], []),
        # Four weeks over the turn of a month: 11 days of July (20 are left), 17 of August.
        (OPEN, [("2026-07-21", "2026-08-17", "holiday")], [("2026-08", "holiday")]),
        # Two times together; the reason is that of most days. The days in both count once.
        (
            OPEN,
            [("2026-10-01", "2026-10-10", "holiday"), ("2026-10-08", "2026-10-31", "illness")],
            [("2026-10", "illness")],
        ),
        # Half a year.
        (
            OPEN,
            [("2026-02-10", "2026-05-14", "parental_leave")],
            # 19 of 28 days, all, all, and 14 of 31: 17 are left
            [("2026-02", "parental_leave"), ("2026-03", "parental_leave"), ("2026-04", "parental_leave")],
        ),
        # Open for 20 days of October, 6 of them exempt: 14 are left. November is too short for an enrolment-month.
        (
            (date(2026, 10, 12), date(2026, 11, 10)),
            [("2026-10-26", "2026-11-30", "illness")],
            [("2026-10", "illness")],
        ),
        # Before the start, and after the end.
        ((date(2026, 9, 1), date(2026, 9, 30)), [("2026-01-01", "2026-08-31", "illness")], []),
        ((date(2026, 9, 1), date(2026, 9, 30)), [("2026-10-01", "2026-12-31", "illness")], []),
    ],
)
def test_the_months_that_are_exempt(
    period: tuple[date, date | None], times: list[tuple[str, str, str]], months: list[tuple[str, str]]
) -> None:
    days = [(date.fromisoformat(first), date.fromisoformat(last), reason) for first, last, reason in times]
    assert exempt_months(*period, days) == months


DAYS = st.dates(date(2026, 1, 1), date(2026, 12, 31))


@given(DAYS, st.none() | DAYS, st.lists(st.tuples(DAYS, DAYS, st.sampled_from(["illness", "holiday"])), max_size=4))
def test_only_a_counted_month_is_exempt(
    started_on: date, ended_on: date | None, times: list[tuple[date, date, str]]
) -> None:
    found = exempt_months(started_on, ended_on, times)
    assert len({month for month, _ in found}) == len(found)
    for month, reason in found:
        assert open_days(month, started_on, ended_on) >= 15
        assert any(each == reason and month_of(first) <= month <= month_of(last) for first, last, each in times)


EXEMPTIONS = "enrolment,from,to,reason,who\n1042,2026-10-01,2026-11-20,illness,Anna\n"


async def test_an_exempt_month_leaves_every_count(db: Database, tmp_path: Path) -> None:
    followups = (
        "enrolment,month,held_on\n1042,2026-09,2026-09-10\n1042,2026-10,2026-10-10\n2001,2026-10,2026-10-10\n"
    )
    answers = (
        "enrolment,survey,period,question,value,text,answered_on\n"
        "1042,checkin,2026-10,followup_held,1,,2026-10-28\n2001,checkin,2026-10,followup_held,1,,2026-10-28\n"
    )
    told = await read(db, tmp_path, {**REGISTER, "f": followups, "a": answers, "x": EXEMPTIONS}, date(2026, 12, 6))
    assert (told.answers, told.exemptions) == (2, 1)
    async with db.read() as conn:
        found = await aggregate(conn, 2026, at(date(2026, 12, 6)))
        october = await of_month(conn, "2026-10")
    # P1: 1042 in September, on time; October and November are exempt; 1043 from 12 October on, nothing recorded.
    assert {month: found.months["P1", month] for month in ("2026-09", "2026-10", "2026-11")} == {
        "2026-09": MonthCounts(due=1, on_time=1),
        "2026-10": MonthCounts(due=1),
        "2026-11": MonthCounts(due=1),
    }
    assert found.months["", "2026-10"] == MonthCounts(due=2, on_time=1, answered=1, confirmed=1)
    assert found.exempt == {("P1", "2026-10"): {"illness": 1}, ("P1", "2026-11"): {"illness": 1}}
    assert [(each.enrolment, each.due, each.exempt) for each in october] == [
        ("1042", False, "illness"),
        ("1043", True, ""),
        ("2001", True, ""),
    ]


async def test_a_shorter_exemption_gives_months_back(db: Database, tmp_path: Path) -> None:
    async def exempt() -> list[str]:
        async with db.read() as conn:
            return [month for _, month in (await aggregate(conn, 2026, at(date(2027, 1, 9)))).exempt]

    await read(db, tmp_path, {**REGISTER, "x": EXEMPTIONS})
    assert await exempt() == ["2026-10", "2026-11"]
    await read(db, tmp_path, {"x": EXEMPTIONS.replace("11-20", "10-31")})
    assert await exempt() == ["2026-10"]
    ended = "ref,customer,provider,started_on,ended_on,end_reason\n1042,K1,P1,2026-09-01,2026-10-10,illness\n"
    await read(db, tmp_path, {"e": ended})
    assert await exempt() == []  # ten days are no enrolment-month anyway


async def test_a_bad_exemption_is_refused(db: Database, tmp_path: Path) -> None:
    bad = (
        "Insats;Från;Till;Skäl;Beslutad av\n"
        "1042;2026-10-02;2026-10-01;sjukdom;Anna\n9;2026-10-01;2026-10-02;semester;Anna\n"
        "1042;2026-10-01;2027-10-20;sjuk;Anna\n1042;2026-10-01;2026-10-02;bröllop;\n1042;;2026-10-02;sjuk;Anna\n"
    )
    await read(db, tmp_path, REGISTER)
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"x": bad})
    assert [(each.row, each.column, each.code) for each in refused.value.problems] == [
        (2, "to", ProblemCode.DAY_BEFORE),
        (4, "to", ProblemCode.EXEMPTION_TOO_LONG),
        (5, "reason", ProblemCode.NOT_ONE_OF),
        (5, "who", ProblemCode.VALUE_MISSING),
        (6, "from", ProblemCode.VALUE_MISSING),
        (3, "enrolment", ProblemCode.UNKNOWN_ENROLMENT),
    ]
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"x": EXEMPTIONS + EXEMPTIONS.splitlines()[1] + "\n"})
    assert [(each.column, each.code) for each in refused.value.problems] == [("from", ProblemCode.REPEATED)]
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"x": EXEMPTIONS.replace("1042", "9")})
    (problem,) = refused.value.problems
    assert problem == Problem("x.csv", 2, "enrolment", ProblemCode.UNKNOWN_ENROLMENT, {"ref": "9"})


async def test_a_withdrawn_exemption_is_audited(db: Database, tmp_path: Path) -> None:
    taken_back = "Insats;Från;Till;Skäl;Vem;Återtaget\n1042;2026-10-01;2026-11-20;sjuk;Bo;ja\n"
    await read(db, tmp_path, {**REGISTER, "x": EXEMPTIONS})
    await read(db, tmp_path, {"x": EXEMPTIONS})  # the same file again changes nothing
    await read(db, tmp_path, {"x": EXEMPTIONS.replace("11-20", "11-30").replace("Anna", "Eva")})
    await read(db, tmp_path, {"x": taken_back})
    async with db.read() as conn:
        assert (await aggregate(conn, 2026, at(date(2027, 1, 9)))).exempt == {}
        trail = await conn.execute(select(audit.c.actor, audit.c.action, audit.c.detail).order_by(audit.c.id))
        assert [tuple(row) for row in trail] == [
            ("Eva", "exemption_changed", '{"enrolment": "1042", "from": "2026-10-01", "to": "2026-11-20"}'),
            ("Bo", "exemption_withdrawn", '{"enrolment": "1042", "from": "2026-10-01", "to": "2026-11-30"}'),
        ]
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"x": taken_back})
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (2, "withdrawn", ProblemCode.NO_EXEMPTION)
