"""The register taken in again: what a file does not say stays as it was."""

from datetime import UTC, date, datetime
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.errors import Problem, ProblemCode, RegisterError
from storage.figures import targets
from storage.register import importer
from storage.tables import address, customer, enrolment, provider
from tests.support import register_files

NOW = datetime(2025, 6, 1, 9, tzinfo=UTC)
FIRST = {
    "providers": "ref,name,phone,authorised_from,authorised_to\nP1,Alfa,070-174 06 58,2024-01-01,2026-12-31\n",
    "customers": "ref,phone,language,gender,birth_year\nK1,070-174 06 59,so,K,1990\n",
    "enrolments": "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
    "E1,K1,P1,2025-01-07,2025-06-30,2025-05-02,work,high\n",
}


async def take_in(db: Database, folder: Path, **files: str) -> importer.Imported:
    return await register_files.take_in(db, folder, NOW, files)


async def test_a_file_without_the_end_columns_reopens_nothing(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, **FIRST)
    await take_in(db, tmp_path, enrolments="ref,customer,provider,started_on\nE1,K1,P1,2025-01-07\n")
    async with db.read() as conn:
        row = (await conn.execute(select(enrolment))).one()
    assert (row.ended_on, row.end_reason, row.difficulty) == (date(2025, 5, 2), "work", "high")
    assert row.planned_end_on == date(2025, 6, 30)


async def test_an_empty_end_in_the_file_reopens(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, **FIRST)
    await take_in(
        db,
        tmp_path,
        enrolments="ref,customer,provider,started_on,ended_on,end_reason\nE1,K1,P1,2025-01-07,,\n",
    )
    async with db.read() as conn:
        row = (await conn.execute(select(enrolment))).one()
    assert (row.ended_on, row.end_reason) == (None, "")


async def test_a_start_after_the_end_is_refused(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, **FIRST)
    with pytest.raises(RegisterError) as refused:
        await take_in(db, tmp_path, enrolments="ref,customer,provider,started_on\nE1,K1,P1,2025-05-03\n")
    ended = {"day": date(2025, 5, 2)}
    assert refused.value.problems == (Problem("enrolments.csv", 2, "started_on", ProblemCode.ENDED_BEFORE, ended),)


async def test_columns_left_out_stay_as_stored(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, **FIRST)
    await take_in(
        db, tmp_path, customers="ref,phone\nK1,070-174 06 59\nK2,\n", providers="ref,name\nP1,Alfa & Co\n"
    )
    async with db.read() as conn:
        known, new = (await conn.execute(select(customer).order_by(customer.c.ref))).all()
        row = (
            await conn.execute(
                select(provider, address.c.value).join(address, address.c.id == provider.c.address_id)
            )
        ).one()
    assert (known.language, known.gender, known.birth_year) == ("so", "K", 1990)
    assert (new.language, new.gender, new.birth_year) == ("sv", "", None)
    assert (row.name, row.value) == ("Alfa & Co", "+46701740658")
    assert (row.authorised_from, row.authorised_to) == (date(2024, 1, 1), date(2026, 12, 31))


async def test_goals_and_figures_of_others(db: Database, tmp_path: Path) -> None:
    done = await take_in(
        db,
        tmp_path,
        goals="Indikator;År;Mål\nEgen försörjning;2025;70\nnöjdhet;2025;72,5\nunga;2025;50\n"
        "followup.compliance;2025;100\nnytta;2024;60\n",
        context="namn;år;värde;enhet;källa;datum\n"
        "Öppet arbetslösa;2025;1 234,5;personer;Arbetsförmedlingen;2026-01-08\n",
    )
    assert (done.targets, done.context) == (5, 1)
    await take_in(db, tmp_path, goals="indicator,year,target\noutcome.after_exclusions,2025,71.3\n")
    async with db.read() as conn:
        goals = await targets.targets_of(conn, 2025)
        figures = await targets.context_of(conn, 2025)
    assert goals == {
        "followup.compliance": 100,
        "outcome.after_exclusions": 71.3,  # the later file
        "outcome.youth": 50,
        "satisfaction.overall": 72.5,
    }
    assert figures == (
        targets.ContextFigure("Öppet arbetslösa", 2025, 1234.5, "personer", "Arbetsförmedlingen", date(2026, 1, 8)),
    )


async def test_a_bad_goal_refuses_the_whole_run(db: Database, tmp_path: Path) -> None:
    with pytest.raises(RegisterError) as refused:
        await take_in(
            db,
            tmp_path,
            **FIRST,
            goals="indicator,year,target\nlycka,2025,70\noutcome.youth,25,50\nresponse_rate,2025,101\n"
            "response_rate,2024,många\nresponse_rate,2023,\nresponse_rate,2022,50\nsvarsandel,2022,51\n",
            context="name,year,value,unit,source,date\nArbetslösa,2025,1,,,\n",
        )
    assert [(each.file, each.row, each.column, each.code) for each in refused.value.problems] == [
        ("goals.csv", 2, "indicator", ProblemCode.NOT_ONE_OF),
        ("goals.csv", 3, "year", ProblemCode.NOT_AN_INTEGER),
        ("goals.csv", 4, "target", ProblemCode.NUMBER_OUTSIDE),
        ("goals.csv", 5, "target", ProblemCode.NOT_A_NUMBER),
        ("goals.csv", 6, "target", ProblemCode.VALUE_MISSING),
        ("goals.csv", 8, "year", ProblemCode.REPEATED),
        ("context.csv", 2, "unit", ProblemCode.VALUE_MISSING),
        ("context.csv", 2, "source", ProblemCode.VALUE_MISSING),
        ("context.csv", 2, "date", ProblemCode.VALUE_MISSING),
    ]
    assert refused.value.problems[0].values["allowed"] == (
        *("satisfaction.overall", "satisfaction.treatment", "satisfaction.usefulness", "response_rate"),
        *("followup.compliance", "followup.confirmed", "outcome.all_endings", "outcome.after_exclusions"),
        "outcome.youth",
    )
    async with db.read() as conn:
        assert (await conn.execute(select(provider))).all() == []
