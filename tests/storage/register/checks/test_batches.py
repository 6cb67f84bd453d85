"""Days and years that cannot be are refused; what is odd in a run is told."""

from datetime import UTC, datetime
from pathlib import Path

from storage.database.engine import Database
from storage.errors import NoteCode, ProblemCode
from tests.support.register_files import places, refused, take_in

NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
PROVIDERS = "ref,name,authorised_from\nP1,Alfa,2025-01-01\n"
HEADER = "ref,customer,provider,started_on,planned_end_on\n"


async def test_days_that_cannot_be(db: Database, tmp_path: Path) -> None:
    files = {
        "providers": PROVIDERS,
        "customers": "ref,phone,birth_year\nK1,,2027\nK2,,2020\nK3,,1990\n",
        "enrolments": HEADER + "E1,K3,P1,1900-01-01,\nE2,K3,P1,2026-01-05,9999-12-31\n"
        "E3,K3,P1,2028-01-05,\nE4,K2,P1,2019-01-05,\nE5,K3,P1,2026-01-05,2062-01-05\n",
    }
    found = await refused(db, tmp_path, NOW, files)
    assert places(found) == [
        ("enrolments.csv", 2, "started_on", ProblemCode.DAY_OUTSIDE),
        ("enrolments.csv", 3, "planned_end_on", ProblemCode.DAY_OUTSIDE),
        ("enrolments.csv", 4, "started_on", ProblemCode.DAY_TOO_FAR),
        ("enrolments.csv", 6, "planned_end_on", ProblemCode.DAY_TOO_FAR),
        ("customers.csv", 2, "birth_year", ProblemCode.BORN_IN_FUTURE),
        ("enrolments.csv", 5, "started_on", ProblemCode.BORN_AFTER_START),
    ]


async def test_what_is_odd_is_told(db: Database, tmp_path: Path) -> None:
    files = {
        "providers": PROVIDERS,
        "customers": "ref,phone,birth_year\nK1,070-100 00 01,1915\nK2,070-100 00 01,2015\nK3,08-123 456 78,1990\n",
        "enrolments": HEADER + "E1,K1,P1,2024-12-31,2032-01-01\nE2,K2,P1,2026-01-05,\n",
    }
    done = await take_in(db, tmp_path, NOW, files)
    assert places(done.notes) == [
        ("enrolments.csv", 2, "planned_end_on", NoteCode.DAY_FAR_AHEAD),
        ("customers.csv", 2, "birth_year", NoteCode.BORN_LONG_AGO),
        ("enrolments.csv", 2, "started_on", NoteCode.NOT_AUTHORISED),
        ("enrolments.csv", 3, "started_on", NoteCode.CHILD_AT_START),
        ("customers.csv", 3, "phone", NoteCode.PHONE_SHARED),
    ]
    assert done.notes[-1].values == {"ref": "K1"}
    phones = "ref,phone\nK1,070-100 00 01\nK2,070-100 00 01\nK4,070-100 00 01\n"
    done = await take_in(db, tmp_path, NOW, {"customers": phones})
    assert [(each.row, each.values["ref"]) for each in done.notes] == [(4, "K1")]  # the phone is new to K4 alone
