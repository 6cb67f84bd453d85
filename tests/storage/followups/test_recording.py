"""A month's follow-up is recorded: page, chat, SMS and file through one function, until the month locks."""

import json
from datetime import date
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.contacts import links
from storage.database.engine import Database
from storage.errors import ProblemCode, RecordingRefused, Refusal, RefusalCode, RegisterError
from storage.followups import recording
from storage.followups.calendar import month_of
from storage.followups.recording import Author, Entry, Recorded, record
from storage.tables import follow_up, follow_up_event
from tests.support.providers import REGISTER, at, read

TODAY = date(2026, 11, 25)


@pytest.fixture
async def alfa(db: Database, tmp_path: Path) -> Author:
    """A contact person of P1, in a register that has been there since September."""
    await read(db, tmp_path, REGISTER)
    async with db.read() as conn:
        found = await links.provider_named(conn, "P1")
    assert found is not None
    return Author("sms", provider_id=found[0], address_id=found[2])


async def say(db: Database, author: Author, *entries: Entry, today: date = TODAY) -> Recorded:
    async with db.begin() as conn:
        return await record(conn, entries, author, today, at(today))


async def refusal(db: Database, author: Author, *entries: Entry, today: date = TODAY) -> list[Refusal]:
    with pytest.raises(RecordingRefused) as refused:
        await say(db, author, *entries, today=today)
    return list(refused.value.refusals)


async def trail(db: Database) -> list[tuple[str, str, str, str, str]]:
    e = follow_up_event.c
    async with db.read() as conn:
        rows = await conn.execute(select(e.action, e.source, e.who, e.reason, e.facts).order_by(e.id))
        return [(row.action, row.source, row.who, row.reason, json.loads(row.facts)["held_on"]) for row in rows]


def held(ref: str, day: date, month: str = "") -> Entry:
    return Entry(ref, month or month_of(day), day)


async def test_only_changes_are_audited(db: Database, alfa: Author) -> None:
    first = held("1042", date(2026, 11, 3))
    assert await say(db, alfa, first) == Recorded(new=1)
    assert await say(db, alfa, first) == Recorded(same=1)
    whole = Entry("1042", "2026-11", date(2026, 11, 4), "phone", True, False, ("coaching",), "Ansök till kursen")
    assert await say(db, alfa, whole) == Recorded(changed=1)
    assert await say(db, alfa, held("1042", date(2026, 11, 4))) == Recorded(same=1)  # the rest stays
    async with db.read() as conn:
        row = (await conn.execute(select(follow_up))).one()
    assert (row.held_on, row.form, row.from_plan, row.plan_changed, row.activities, row.next_step) == (
        date(2026, 11, 4),
        "phone",
        1,
        0,
        "coaching",
        "Ansök till kursen",
    )
    assert await trail(db) == [
        ("recorded", "sms", "", "", "2026-11-03"),
        ("changed", "sms", "", "", "2026-11-04"),
    ]


@pytest.mark.parametrize(
    ("entry", "field", "code"),
    [
        (held("2001", date(2026, 11, 3)), "enrolment", RefusalCode.NOT_YOURS),  # another provider's
        (held("9999", date(2026, 11, 3)), "enrolment", RefusalCode.NOT_YOURS),  # nobody's
        (held("1042", date(2026, 11, 26)), "held_on", RefusalCode.IN_FUTURE),
        (held("1043", date(2026, 10, 11)), "held_on", RefusalCode.BEFORE_START),
        (held("1042", date(2026, 10, 30), "2026-11"), "held_on", RefusalCode.BEFORE_MONTH),
        (held("1042", date(2026, 10, 30)), "month", RefusalCode.LOCKED),
        (Entry("1042", "2026-11", date(2026, 11, 3), "brev"), "form", RefusalCode.UNKNOWN_FORM),
        (
            Entry("1042", "2026-11", date(2026, 11, 3), activities=("dans",)),
            "activities",
            RefusalCode.UNKNOWN_ACTIVITY,
        ),
        (
            Entry("1042", "2026-11", date(2026, 11, 3), next_step="x" * 301),
            "next_step",
            RefusalCode.NEXT_STEP_TOO_LONG,
        ),
    ],
)
async def test_what_is_wrong_is_refused_whole(
    db: Database, alfa: Author, entry: Entry, field: str, code: RefusalCode
) -> None:
    good = held("1043", date(2026, 11, 2)) if entry.enrolment != "1043" else held("1042", date(2026, 11, 2))
    assert [(each.place, each.field, each.code) for each in await refusal(db, alfa, good, entry)] == [
        (1, field, code)
    ]
    async with db.read() as conn:
        assert (await conn.execute(select(follow_up))).all() == []
        assert (await conn.execute(select(follow_up_event))).all() == []


@pytest.mark.parametrize(
    ("today", "locked"),
    [
        (date(2026, 10, 31), False),
        (date(2026, 11, 4), False),  # the last day: "före 5/11"
        (date(2026, 11, 5), True),
        (date(2026, 12, 1), True),
    ],
)
async def test_a_month_locks_on_the_fifth(db: Database, alfa: Author, today: date, locked: bool) -> None:
    entry = held("1042", date(2026, 10, 30))
    if locked:
        (refused,) = await refusal(db, alfa, entry, today=today)
        assert (refused.field, refused.code) == ("month", RefusalCode.LOCKED)
        assert refused.values == {"month": "2026-10", "day": date(2026, 11, 5)}
    else:
        assert await say(db, alfa, entry, today=today) == Recorded(new=1)
    assert recording.locks_on("2026-12") == date(2027, 1, 5)


async def test_a_late_follow_up_is_recorded(db: Database, alfa: Author) -> None:
    late = held("1042", date(2026, 11, 2), "2026-10")
    assert await say(db, alfa, late, today=date(2026, 11, 4)) == Recorded(new=1)


async def test_staff_correct_a_locked_month(db: Database, alfa: Author) -> None:
    await say(db, alfa, held("1042", date(2026, 10, 5)), today=date(2026, 10, 6))
    other = held("1042", date(2026, 10, 7))
    for author in (Author("staff"), Author("staff", who="Anna"), Author("staff", reason="Fel dag")):
        assert [each.code for each in await refusal(db, author, other)] == [RefusalCode.LOCKED_FOR_STAFF]
    # What is known already is no correction: a file may say again what it has always said.
    assert await say(db, Author("file"), held("1042", date(2026, 10, 5))) == Recorded(same=1)
    staff = Author("staff", who="Anna", reason="Fel dag")
    assert await say(db, staff, other) == Recorded(changed=1)
    async with db.begin() as conn:
        await recording.withdraw(conn, "1042", "2026-10", staff, TODAY, at(TODAY))
        assert (await conn.execute(select(follow_up))).all() == []
        actions = (await conn.execute(select(follow_up_event.c.action).order_by(follow_up_event.c.id))).scalars()
        assert list(actions) == ["recorded", "changed", "withdrawn"]
    with pytest.raises(RecordingRefused) as refused:
        async with db.begin() as conn:
            await recording.withdraw(conn, "1042", "2026-10", staff, TODAY, at(TODAY))
    assert [each.code for each in refused.value.refusals] == [RefusalCode.NOT_RECORDED]


FOLLOWUPS = "enrolment,month,held_on\n1042,2026-10,2026-10-20\n"


async def test_a_file_is_recorded_by_the_same_rules(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    wrong = "2001,2026-10,2026-10-21\n1043,2026-10,2026-10-02\n"
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"f": FOLLOWUPS + wrong}, date(2026, 10, 20))
    assert [(each.file, each.row, each.column, each.code) for each in refused.value.problems] == [
        ("f.csv", 3, "held_on", RefusalCode.IN_FUTURE),
        ("f.csv", 4, "held_on", RefusalCode.BEFORE_START),
    ]
    await read(db, tmp_path, {"f": FOLLOWUPS}, date(2026, 11, 4))
    changed = {"f": FOLLOWUPS.replace("10-20", "10-22")}
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, changed, TODAY)
    (problem,) = refused.value.problems
    assert (problem.row, problem.column, problem.code) == (2, "month", RefusalCode.LOCKED_FOR_STAFF)
    await read(db, tmp_path, changed, TODAY, "Anna", "Anordnaren skrev fel dag")
    assert await trail(db) == [
        ("recorded", "file", "", "", "2026-10-20"),
        ("changed", "file", "Anna", "Anordnaren skrev fel dag", "2026-10-22"),
    ]


async def test_an_enrolment_that_comes_late_brings_its_history(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, {**REGISTER, "f": FOLLOWUPS}, TODAY)
    assert [facts[-1] for facts in await trail(db)] == ["2026-10-20"]


async def test_a_file_may_tell_more(db: Database, tmp_path: Path) -> None:
    await read(db, tmp_path, REGISTER)
    more = (
        "Insats;Månad;Datum;Form;Utifrån planen;Planen ändrad;Aktiviteter;Nästa steg\n"
        "1042;2026-11;2026-11-03;Möte;ja;nej;Praktik, coachning;Ring Anders\n"
    )
    await read(db, tmp_path, {"f": more}, TODAY)
    async with db.read() as conn:
        row = (await conn.execute(select(follow_up))).one()
    assert (row.form, row.from_plan, row.plan_changed, row.activities, row.next_step) == (
        "meeting",
        1,
        0,
        "coaching,internship",
        "Ring Anders",
    )
    with pytest.raises(RegisterError) as refused:
        await read(db, tmp_path, {"f": more.replace("Praktik", "Dans")}, TODAY)
    (problem,) = refused.value.problems
    assert (problem.column, problem.code, problem.values["value"]) == ("activities", ProblemCode.NOT_ONE_OF, "Dans")
