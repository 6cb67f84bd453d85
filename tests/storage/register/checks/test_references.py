"""One customer, one number: spreadsheets lose zeros and add decimals, and then there would be two."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from storage.database.engine import Database
from storage.errors import NoteCode, Problem, ProblemCode, RegisterError
from storage.register import importer, reader
from storage.register.layout.profile import KindProfile, Profile

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
PROVIDERS = "ref,name,authorised_from\nP1,Alfa,2025-01-01\n"
Told = list[tuple[str, int, str, ProblemCode]]


async def take_in(db: Database, folder: Path, profile: Profile | None = None, **files: str) -> importer.Imported:
    for name, text in files.items():
        (folder / f"{name}.csv").write_text(text, encoding="utf-8")
    batch = reader.read([folder / f"{name}.csv" for name in files], profile)
    async with db.begin() as conn:
        return await importer.apply(conn, batch, NOW.date(), NOW)


async def refused(db: Database, folder: Path, **files: str) -> list[Problem]:
    with pytest.raises(RegisterError) as error:
        await take_in(db, folder, **files)
    return list(error.value.problems)


def where(problems: list[Problem]) -> Told:
    return [(each.file, each.row, each.column, ProblemCode(each.code)) for each in problems]


async def test_a_number_like_a_stored_one_is_refused(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, providers=PROVIDERS, customers="ref,phone\n0017,\nÅ-1,\n")
    enrolments = "ref,customer,provider,started_on\nE1,017,P1,2026-01-05\nE2,0017,P1,2026-01-05\n"
    found = await refused(db, tmp_path, customers="ref,phone\n17.0,\nA\u030a-1,\n", enrolments=enrolments)
    assert where(found) == [
        ("customers.csv", 2, "ref", ProblemCode.LIKE_STORED),
        ("enrolments.csv", 2, "customer", ProblemCode.LIKE_STORED),
    ]  # Å in two characters is Å
    assert [(each.values["ref"], each.values["stored"]) for each in found] == [("17", "0017"), ("017", "0017")]


async def test_zeros_that_are_lost_in_one_file(db: Database, tmp_path: Path) -> None:
    found = await refused(db, tmp_path, customers="ref,phone\n000117,\n000118,\n119,\n117,\n")
    assert where(found) == [
        ("customers.csv", 4, "ref", ProblemCode.LOST_ZEROS),
        ("customers.csv", 5, "ref", ProblemCode.LIKE_OTHER_ROW),
    ]
    as_written = Profile({"customers": KindProfile(digits=0)})
    done = await take_in(db, tmp_path, as_written, customers="ref,phone\n000117,\n000118,\n119,\n117,\n")
    assert done.customers == 4


async def test_formats_and_numbers_are_told_together(db: Database, tmp_path: Path) -> None:
    """A row that names a customer who is refused is not wrong for that."""
    found = await refused(
        db,
        tmp_path,
        providers=PROVIDERS,
        customers="ref,phone,gender\nK1,070,K\nK2,,K\nK3,\n",
        enrolments="ref,customer,provider,started_on\nE1,K1,P1,2026-01-05\nE2,K9,P1,5/1\nE3,K2,P9,2026-01-05\n"
        "E4,K3,P1,2026-01-05\n",
        followups="enrolment,month,held_on\nE2,2026-02,2026-02-03\nE9,2026-02,2026-02-03\n",
    )
    assert where(found) == [
        ("customers.csv", 2, "phone", ProblemCode.NOT_A_PHONE),
        ("customers.csv", 4, "", ProblemCode.ROW_LENGTH),
        ("enrolments.csv", 3, "started_on", ProblemCode.NOT_A_DAY),
        ("enrolments.csv", 4, "provider", ProblemCode.UNKNOWN_PROVIDER),
        ("followups.csv", 3, "enrolment", ProblemCode.UNKNOWN_ENROLMENT),
    ]


async def test_days_that_cannot_be(db: Database, tmp_path: Path) -> None:
    found = await refused(
        db,
        tmp_path,
        providers=PROVIDERS,
        customers="ref,phone,birth_year\nK1,,2027\nK2,,2020\nK3,,1990\n",
        enrolments="ref,customer,provider,started_on,planned_end_on\nE1,K3,P1,1900-01-01,\nE2,K3,P1,2026-01-05,9999-12-31\n"
        "E3,K3,P1,2028-01-05,\nE4,K2,P1,2019-01-05,\nE5,K3,P1,2026-01-05,2062-01-05\n",
    )
    assert where(found) == [
        ("enrolments.csv", 2, "started_on", ProblemCode.DAY_OUTSIDE),
        ("enrolments.csv", 3, "planned_end_on", ProblemCode.DAY_OUTSIDE),
        ("enrolments.csv", 4, "started_on", ProblemCode.DAY_TOO_FAR),
        ("enrolments.csv", 6, "planned_end_on", ProblemCode.DAY_TOO_FAR),
        ("customers.csv", 2, "birth_year", ProblemCode.BORN_IN_FUTURE),
        ("enrolments.csv", 5, "started_on", ProblemCode.BORN_AFTER_START),
    ]


async def test_what_is_odd_is_told(db: Database, tmp_path: Path) -> None:
    customers = "ref,phone,birth_year\nK1,070-100 00 01,1915\nK2,070-100 00 01,2015\nK3,08-123 456 78,1990\n"
    enrolments = (
        "ref,customer,provider,started_on,planned_end_on\nE1,K1,P1,2024-12-31,2032-01-01\nE2,K2,P1,2026-01-05,\n"
    )
    done = await take_in(db, tmp_path, providers=PROVIDERS, customers=customers, enrolments=enrolments)
    assert [(each.file, each.row, each.column, each.code) for each in done.notes] == [
        ("enrolments.csv", 2, "planned_end_on", NoteCode.DAY_FAR_AHEAD),
        ("customers.csv", 2, "birth_year", NoteCode.BORN_LONG_AGO),
        ("enrolments.csv", 2, "started_on", NoteCode.NOT_AUTHORISED),
        ("enrolments.csv", 3, "started_on", NoteCode.CHILD_AT_START),
        ("customers.csv", 3, "phone", NoteCode.PHONE_SHARED),
    ]
    assert done.notes[-1].values == {"ref": "K1"}
    done = await take_in(
        db, tmp_path, customers="ref,phone\nK1,070-100 00 01\nK2,070-100 00 01\nK4,070-100 00 01\n"
    )
    assert [(each.row, each.values["ref"]) for each in done.notes] == [(4, "K1")]  # the phone is new to K4 alone
