"""The counted cells of a year, from a register in the database."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from storage.database.engine import Database
from storage.database.statements import insert
from storage.figures.aggregates import aggregate
from storage.figures.cells import Contacts, MonthCounts
from storage.figures.measurements import refresh
from storage.followups.month_counts import said_of_months
from storage.tables import address, case, outbox
from tests.support.enrolments import NOW, Register

STOCKHOLM = ZoneInfo("Europe/Stockholm")
HERE = NOW.astimezone(STOCKHOLM)


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


async def test_year_of_cases_ends_at_midnight_here(db: Database) -> None:
    moments = (
        datetime(2024, 12, 31, 23, 30, tzinfo=UTC),  # 00:30 on New Year's Day in Stockholm
        datetime(2025, 12, 31, 22, 30, tzinfo=UTC),  # 23:30 on New Year's Eve
        datetime(2025, 12, 31, 23, 30, tzinfo=UTC),  # the next year
    )
    cases = [
        {"kind": "complaint", "text": "", "channel": "sms", "opened_at": at, "status": "new"} for at in moments
    ]
    async with db.begin() as conn:
        await insert(conn, case, cases)
        assert (await aggregate(conn, 2025, HERE)).cases == {"complaint": 2}


async def test_watch_check_in_counts_in_no_month(db: Database) -> None:
    """A check-in between two months' own has its day as its period: the month's own alone says what was held."""
    register = Register()
    enrolled = register.enrol(date(2025, 9, 1))
    register.answered(enrolled, "checkin", {"followup_held": 0}, "2025-11-08")
    register.answered(enrolled, "checkin", {"followup_held": 1}, "2025-11")
    async with db.begin() as conn:
        await register.store(conn)
        counted = await aggregate(conn, 2025, HERE)
        assert [each.month for each in await said_of_months(conn, "2025-01", "2025-12")] == ["2025-11"]
    assert counted.months["P1", "2025-11"] == MonthCounts(due=1, answered=1, confirmed=1)


async def test_nobody_is_in_two_columns_of_contacts(db: Database) -> None:
    """Four enrolments: answered and then stopped, bounced, accepted by a chat, and with no receipt of an SMS."""
    register = Register()
    for outcome in ("opted_out", "unreachable", "no_answer", "no_answer"):
        enrolled = register.enrol(date(2025, 2, 1))
        register.answered(enrolled, "start", {"overall": 4} if outcome == "opted_out" else {})
        register.occasions[-1]["outcome"] = outcome
    async with db.begin() as conn:
        await register.store(conn)
        await insert(
            conn,
            address,
            [{"id": 1, "channel": "sms", "value": "+46701234567", "state": "active", "state_at": NOW}],
        )
        await insert(
            conn,
            outbox,
            [
                message(1, "sms", "delivered"),
                message(2, "sms", "failed"),
                message(3, "telegram", "sent"),
                message(4, "sms", "sent"),
            ],
        )
        contacts = (await aggregate(conn, 2025, HERE)).contacts["start"]
        await refresh(conn, None)
        assert (await aggregate(conn, 2025, HERE)).contacts["start"] == contacts
    # Sent are all but the one that bounced; an SMS has arrived by its receipt alone.
    assert contacts == Contacts(sent=3, delivered=2, outcomes={"unreachable": 1, "no_answer": 2})


def message(occasion_id: int, channel: str, state: str) -> dict[str, object]:
    return {
        "occasion_id": occasion_id,
        "key": f"{occasion_id}",
        "address_id": 1,
        "reference": f"{occasion_id}",
        "channel": channel,
        "say": "{}",
        "state": state,
        "reason": "",
        "created_at": NOW,
        "not_before": NOW,
        "expires_at": NOW,
        "attempts": 1,
        "status": "",
    }
