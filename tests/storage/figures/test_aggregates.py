"""The counted cells of a year, from a register in the database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from storage.database.engine import Database
from storage.figures.aggregates import aggregate
from storage.figures.cells import MonthCounts
from tests.support.enrolments import NOW, Register

STOCKHOLM = ZoneInfo("Europe/Stockholm")


async def test_person_counts_once_by_the_latest_answer(db: Database) -> None:
    register = Register()
    for _ in range(10):
        register.answered(register.enrol(date(2025, 2, 1)), "start", {"overall": 2})
    twice = register.customer()
    register.answered(register.enrol(date(2025, 1, 10), customer=twice), "start", {"overall": 1})
    register.answered(register.enrol(date(2025, 6, 10), customer=twice), "start", {"overall": 5})
    register.enrol(date(2025, 9, 10), customer=twice)  # the latest, but nothing was answered
    register.answered(register.enrol(date(2025, 3, 10), customer=twice, at=2), "start", {"overall": 5})
    async with db.begin() as conn:
        await register.store(conn)
        counted = await aggregate(conn, 2025, NOW)
    # 10 + 3 enrolments; 10 + 1 persons; satisfied is the answer of June. Another provider counts for itself.
    cell = counted.satisfaction["P1", "2025", "start", "T", ""]
    assert (cell.eligible, cell.overall_answered, cell.overall_satisfied) == (13, 11, 1)
    cell = counted.satisfaction["P2", "2025", "start", "T", ""]
    assert (cell.eligible, cell.overall_answered, cell.overall_satisfied) == (1, 1, 1)
    cell = counted.satisfaction["", "2025", "start", "T", ""]
    assert (cell.eligible, cell.overall_answered, cell.overall_satisfied) == (14, 12, 2)


async def test_enrolment_months_need_fifteen_days(db: Database) -> None:
    register = Register()
    exact = register.enrol(date(2025, 11, 16), date(2025, 12, 15), "work")  # 15 days in November, 15 in December
    register.enrol(date(2025, 11, 17), date(2025, 12, 14), "work")  # 14 and 14: none
    inside = register.enrol(date(2025, 11, 5), date(2025, 11, 19), "other")  # 15 days inside one month
    register.enrol(date(2025, 11, 5), date(2025, 11, 18), "other")  # 14
    late = register.enrol(date(2025, 11, 1))
    register.held(exact, "2025-11", date(2025, 11, 30))  # on time
    register.held(late, "2025-11", date(2025, 12, 1))  # late
    register.held(late, "2025-12", date(2025, 12, 31))
    register.answered(exact, "checkin", {"followup_held": 0}, "2025-11")  # recorded, and denied
    register.answered(inside, "checkin", {"followup_held": 1}, "2025-11")
    async with db.begin() as conn:
        await register.store(conn)
        counted = await aggregate(conn, 2025, NOW)
        earlier = await aggregate(conn, 2025, datetime(2025, 12, 31, 12, tzinfo=UTC))
        new_year = datetime(2025, 12, 31, 23, 30, tzinfo=UTC)
        utc, here = [await aggregate(conn, 2025, new_year.astimezone(zone)) for zone in (UTC, STOCKHOLM)]
    # due: exact, inside, late; on time: exact; late: late; answered: two, one yes; denied: exact
    assert counted.months == {
        ("P1", "2025-11"): MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1),
        ("", "2025-11"): MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1),
        ("P1", "2025-12"): MonthCounts(due=2, on_time=1),
        ("", "2025-12"): MonthCounts(due=2, on_time=1),
    }
    assert {month for _, month in earlier.months} == {"2025-11"}  # December is not over
    assert {month for _, month in utc.months} == {"2025-11"}
    assert {month for _, month in here.months} == {"2025-11", "2025-12"}  # it is New Year's Day in Stockholm
