"""Answers of earlier years: which are refused, and which are taken in and count nowhere."""

from datetime import date
from pathlib import Path

import pytest

from storage.database.engine import Database
from storage.errors import Problem, ProblemCode, RegisterError, UncountedCode
from storage.figures.aggregates import aggregate
from storage.register import importer
from tests.support import register_files
from tests.support.enrolments import NOW

REGISTER = {
    "providers": "ref,name\nP1,Alfa\n",
    "customers": "ref,phone\nK1,\nK2,\nK3,\n",
    "enrolments": "ref,customer,provider,started_on,ended_on,end_reason\n"
    "E1,K1,P1,2025-01-07,2025-06-30,work\n"
    "E2,K2,P1,2025-01-07,2025-02-04,death\n"  # 28 days: no point after four weeks
    "E3,K3,P1,2025-01-20,,\n"
    "E4,K1,P1,2025-08-01,,\n"
    "E7,K3,P1,2025-12-20,2026-02-28,work\n",  # four weeks: 17 January
    "exemptions": "enrolment,from,to,reason,who\nE3,2025-07-01,2025-07-31,illness,Anna\n",
}
HEADER = "enrolment,survey,period,question,value,answered_on"


async def take_in(db: Database, folder: Path, *answers: str) -> importer.Imported:
    files = {**REGISTER, "answers": "\n".join((HEADER, *answers)) + "\n"}
    return await register_files.take_in(db, folder, NOW, files)


@pytest.mark.parametrize(
    ("row", "column", "code"),
    [
        ("E1,start,,overall,4,2026-01-16", "answered_on", ProblemCode.DAY_IN_FUTURE),  # it is 15 January
        ("E1,start,,overall,4,2025-01-06", "answered_on", ProblemCode.DAY_BEFORE),
        ("E1,checkin,2025-03,followup_held,1,2025-02-28", "answered_on", ProblemCode.DAY_BEFORE),
        ("E2,start,,overall,4,2025-02-04", "survey", ProblemCode.ENDED_BEFORE_START_POINT),
        ("E2,end,,overall,4,2025-02-04", "survey", ProblemCode.ENDED_BY_DEATH),
        ("E3,end,,overall,4,2025-06-04", "survey", ProblemCode.NOT_ENDED),
        ("E7,start,,overall,4,2026-01-15", "survey", ProblemCode.POINT_IN_FUTURE),
        ("E7,end,,overall,4,2026-01-15", "survey", ProblemCode.POINT_IN_FUTURE),
        ("E1,checkin,2025-07,followup_held,1,2025-07-31", "period", ProblemCode.NOT_OPEN_IN_MONTH),
        ("E9,start,,overall,4,2025-02-04", "enrolment", ProblemCode.UNKNOWN_ENROLMENT),
    ],
)
async def test_impossible_answer_is_refused_with_its_row(
    db: Database, tmp_path: Path, row: str, column: str, code: ProblemCode
) -> None:
    with pytest.raises(RegisterError) as refused:
        await take_in(db, tmp_path, "E1,end,,overall,5,2025-06-30", row)
    assert [(each.row, each.column, each.code) for each in refused.value.problems] == [(3, column, code)]


async def test_answers_on_the_first_possible_day(db: Database, tmp_path: Path) -> None:
    done = await take_in(
        db,
        tmp_path,
        "E1,start,,overall,4,2025-01-07",
        "E1,end,,overall,4,2025-01-07",
        "E1,checkin,2025-03,followup_held,1,2025-03-01",
        "E3,start,,overall,2,2026-01-15",
    )
    assert (done.answers, done.uncounted) == (4, ())


async def test_answers_that_count_nowhere_are_named(db: Database, tmp_path: Path) -> None:
    done = await take_in(
        db,
        tmp_path,
        "E1,start,,overall,4,2025-02-07",  # the first quarter; E4's counts in the third, and in the year
        "E1,start,,reason,2,2025-02-07",  # satisfied
        "E4,start,,overall,5,2025-09-07",
        "E3,start,,reason,2,2025-03-07",  # no rating
        "E3,checkin,2025-01,followup_held,1,2025-01-31",  # 12 days
        "E3,checkin,2025-07,followup_held,1,2025-07-31",  # exempt
        "E3,checkin,2025-08,followup_held,1,2025-08-31",
        "E3,checkin,2025-08,progress,4,2025-08-31",
    )
    assert [(each.row, each.code) for each in done.uncounted] == [
        (3, UncountedCode.SATISFIED),
        (5, UncountedCode.NO_RATING),
        (6, UncountedCode.FEW_DAYS),
        (7, UncountedCode.EXEMPT),
        (9, UncountedCode.NO_FIGURE),
    ]


async def test_later_enrolment_counts_instead(db: Database, tmp_path: Path) -> None:
    """Two enrolments with the same provider and both points in one quarter: the later one speaks."""
    twice = "E5,K2,P1,2025-03-01,2025-03-10,other\nE6,K2,P1,2025-03-11,2025-03-20,other\n"
    await take_in(db, tmp_path)
    more = "ref,customer,provider,started_on,ended_on,end_reason\n" + twice
    await register_files.take_in(db, tmp_path, NOW, {"more": more})
    done = await take_in(db, tmp_path, "E5,end,,overall,1,2025-03-10", "E6,end,,overall,4,2025-03-20")
    assert done.uncounted == (Problem("answers.csv", 2, "overall", UncountedCode.LATER_ENROLMENT),)
    assert NOW.date() == date(2026, 1, 15)


async def test_answers_from_a_file_were_not_sent(db: Database, tmp_path: Path) -> None:
    """A table that said sent but not delivered, though answered, would count messages that nobody wrote."""
    await take_in(db, tmp_path, "E1,start,,overall,4,2025-02-04")
    async with db.read() as conn:
        contacts = (await aggregate(conn, 2025, NOW)).contacts["start"]
    assert (contacts.sent, contacts.delivered) == (0, 0)
