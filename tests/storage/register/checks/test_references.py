"""One customer, one number: spreadsheets lose zeros and add decimals, and then there would be two."""

from datetime import UTC, datetime
from pathlib import Path

from storage.database.engine import Database
from storage.errors import ProblemCode
from storage.register.layout.profile import KindProfile, Profile
from tests.support.register_files import places, refused, take_in

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
PROVIDERS = "ref,name,authorised_from\nP1,Alfa,2025-01-01\n"


async def test_a_number_like_a_stored_one_is_refused(db: Database, tmp_path: Path) -> None:
    await take_in(db, tmp_path, NOW, {"providers": PROVIDERS, "customers": "ref,phone\n0017,\nÅ-1,\n"})
    enrolments = "ref,customer,provider,started_on\nE1,017,P1,2026-01-05\nE2,0017,P1,2026-01-05\n"
    customers = "ref,phone\n17.0,\nA\u030a-1,\n"
    found = await refused(db, tmp_path, NOW, {"customers": customers, "enrolments": enrolments})
    assert places(found) == [
        ("customers.csv", 2, "ref", ProblemCode.LIKE_STORED),
        ("enrolments.csv", 2, "customer", ProblemCode.LIKE_STORED),
    ]  # Å in two characters is Å
    assert [(each.values["ref"], each.values["stored"]) for each in found] == [("17", "0017"), ("017", "0017")]


async def test_zeros_that_are_lost_in_one_file(db: Database, tmp_path: Path) -> None:
    files = {"customers": "ref,phone\n000117,\n000118,\n119,\n117,\n"}
    found = await refused(db, tmp_path, NOW, files)
    assert places(found) == [
        ("customers.csv", 4, "ref", ProblemCode.LOST_ZEROS),
        ("customers.csv", 5, "ref", ProblemCode.LIKE_OTHER_ROW),
    ]
    as_written = Profile({"customers": KindProfile(digits=0)})
    done = await take_in(db, tmp_path, NOW, files, as_written)
    assert done.customers == 4


async def test_formats_and_numbers_are_told_together(db: Database, tmp_path: Path) -> None:
    """A row that names a customer who is refused is not wrong for that."""
    files = {
        "providers": PROVIDERS,
        "customers": "ref,phone,gender\nK1,070,K\nK2,,K\nK3,\n",
        "enrolments": "ref,customer,provider,started_on\nE1,K1,P1,2026-01-05\nE2,K9,P1,5/1\nE3,K2,P9,2026-01-05\n"
        "E4,K3,P1,2026-01-05\n",
        "followups": "enrolment,month,held_on\nE2,2026-02,2026-02-03\nE9,2026-02,2026-02-03\n",
    }
    found = await refused(db, tmp_path, NOW, files)
    assert places(found) == [
        ("customers.csv", 2, "phone", ProblemCode.NOT_A_PHONE),
        ("customers.csv", 4, "", ProblemCode.ROW_LENGTH),
        ("enrolments.csv", 3, "started_on", ProblemCode.NOT_A_DAY),
        ("enrolments.csv", 4, "provider", ProblemCode.UNKNOWN_PROVIDER),
        ("followups.csv", 3, "enrolment", ProblemCode.UNKNOWN_ENROLMENT),
    ]
