"""Each of REPORT.md's definitions, on a register in a real database, with the arithmetic beside it."""

from collections.abc import Sequence
from datetime import UTC, date, datetime

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.figures.indicators import Indicator
from storage.database.engine import Database
from storage.database.statements import insert
from storage.figures import measurements
from storage.figures.aggregates import aggregate
from storage.figures.cells import MonthCounts
from storage.tables import answer, customer, enrolment, follow_up, occasion, provider
from tests.support.disclosure.stored import rows_read

NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
Enrolment = tuple[int, int, str, str | None, str]  # customer, provider, start, end, reason


async def register(conn: AsyncConnection, enrolments: Sequence[Enrolment]) -> None:
    """Providers 1-3, a customer per number, enrolments numbered from 1."""
    await insert(conn, provider, [{"id": n, "ref": f"P{n}", "name": f"Anordnare {n}"} for n in (1, 2, 3)])
    await insert(
        conn,
        customer,
        [
            {"id": n, "ref": f"K{n}", "language": "sv", "gender": "K" if n % 2 else "M"}
            for n in sorted({each[0] for each in enrolments})
        ],
    )
    await insert(
        conn,
        enrolment,
        [
            {
                "id": number,
                "ref": f"E{number}",
                "customer_id": who,
                "provider_id": where,
                "started_on": date.fromisoformat(start),
                "ended_on": date.fromisoformat(end) if end else None,
                "end_reason": reason,
                "difficulty": "low",
                "registered_on": date(2024, 1, 1),
            }
            for number, (who, where, start, end, reason) in enumerate(enrolments, 1)
        ],
    )
    await measurements.refresh(conn, None)


async def answers(conn: AsyncConnection, given: Sequence[tuple[int, int, str, str, str, int]]) -> None:
    """(occasion, enrolment, survey, period, question, value)."""
    seen = {each[0]: each for each in given}
    at = datetime(2026, 1, 3, tzinfo=UTC)  # later than the points: the point's date decides the period
    await insert(
        conn,
        occasion,
        [
            {
                "id": id_,
                "enrolment_id": of,
                "customer_id": 1,
                "survey": survey,
                "period": period,
                "due_at": at,
                "expires_at": at,
                "look_at": at,
                "opened_at": at,
                "outcome": "completed",
                "reason": "",
            }
            for id_, of, survey, period, _, _ in seen.values()
        ],
    )
    await insert(
        conn,
        answer,
        [
            {
                "occasion_id": id_,
                "question": question,
                "value": value,
                "skipped": 0,
                "version": 1,
                "answered_at": at,
            }
            for id_, _, _, _, question, value in given
        ],
    )
    await measurements.refresh(conn, sorted({each[1] for each in given}))


async def told(
    conn: AsyncConnection, year: int = 2025, now: datetime = NOW, minimum: int = 10
) -> dict[tuple[str, str, str, str], Indicator]:
    """Indicators by id, provider, period and point, for everybody."""
    found = await rows_read(conn, year, now, minimum)
    return {(r.indicator, r.provider, r.period, r.point): r for r in found if r.gender == "T" and not r.difficulty}


async def test_measurement_points_and_eligible(db: Database) -> None:
    async with db.begin() as conn:
        await register(
            conn,
            [
                (1, 1, "2025-12-03", None, ""),  # start point 2025-12-31
                (2, 1, "2025-12-04", None, ""),  # start point 2026-01-01: next year
                (3, 1, "2025-03-01", "2025-03-29", "work"),  # ended on day 28: no start point
                (4, 1, "2025-03-01", "2025-03-30", "work"),  # a day later: start point and end point
                (5, 1, "2025-03-01", "2025-09-01", "death"),  # start point, no end point
                (6, 1, "2025-03-01", "2025-09-01", "changed_provider"),  # both
                (7, 2, "2024-03-01", "2025-01-01", "other"),  # end point only
            ],
        )
        found = await told(conn)
    assert [found["response_rate", "P1", "2025", p].eligible for p in ("start", "end", "all")] == [4, 3, 7]
    assert [found["response_rate", "", "2025", p].eligible for p in ("start", "end", "all")] == [4, 4, 8]
    assert found["satisfaction.overall", "P1", "2025", "start"].eligible == 4
    assert found["satisfaction.overall", "", "2025-Q1", "start"].eligible == 3  # 2025-03-29, three times
    assert found["satisfaction.overall", "", "2025-Q1", "end"].eligible == 3  # 29 and 30 March, and 1 January


async def test_answered_counts_a_person_once(db: Database) -> None:
    async with db.begin() as conn:
        await register(
            conn,
            [(n, 1, "2025-02-01", None, "") for n in range(1, 13)]  # 12 persons
            + [(1, 1, "2025-08-01", None, ""), (2, 1, "2025-08-01", None, ""), (3, 2, "2025-08-01", None, "")],
        )
        given = [(n, n, "start", "", "overall", 5 if n <= 8 else 2) for n in range(1, 13)]
        given += [(13, 13, "start", "", "overall", 1)]  # person 1, later: replaces the 5; person 2 answered once
        await answers(conn, given)
        found = await told(conn)
        quarters = (await aggregate(conn, 2025, NOW)).satisfaction
    row = found["satisfaction.overall", "P1", "2025", "start"]
    # 12 persons with 14 enrolments; satisfied: 2-8 = 7, since person 1's latest answer is 1.
    assert (row.numerator, row.denominator, row.eligible, row.status) == (7, 12, 14, "ok")
    assert row.value == pytest.approx(100 * 7 / 12)
    rate = found["response_rate", "P1", "2025", "start"]
    assert (rate.numerator, rate.denominator, rate.eligible) == (12, 14, 14)
    # In the first quarter only the first enrolments count, 8 of 12; in the third the one that answered.
    first, third = (quarters["", quarter, "start", "T", ""] for quarter in ("2025-Q1", "2025-Q3"))
    assert (first.overall_answered, first.overall_satisfied) == (12, 8)
    assert (third.eligible, third.overall_answered, third.overall_satisfied) == (3, 1, 0)


async def test_each_question_has_its_own_answers(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, [(n, 1, "2025-02-01", "2025-06-01", "work") for n in range(1, 21)])
        await answers(conn, [(n, n, "start", "", "overall", 4 if n <= 12 else 3) for n in range(1, 21)])
        await measurements.set_ratings(
            conn,
            [(n, "start", "treatment", 5 if n <= 6 else 1) for n in range(1, 11)]
            + [(n, "end", "overall", 5 if n <= 3 else 1) for n in range(1, 13)]
            + [(1, "start", "reason", 2), (999, "start", "overall", 5)],  # no rating; no such enrolment
        )
        found = await told(conn)
    shown = {key[0] + ":" + key[3]: (r.numerator, r.denominator) for key, r in found.items() if key[1] == "P1"}
    assert shown["satisfaction.overall:start"] == (12, 20)  # 4 and 5 of 20
    assert shown["satisfaction.overall:end"] == (3, 12)
    assert shown["satisfaction.overall:all"] == (15, 32)  # 12 + 3 of 20 + 12
    assert shown["satisfaction.treatment:start"] == (6, 10)
    assert found["satisfaction.usefulness", "P1", "2025", "start"].status == "no_answers"


async def test_follow_up_months(db: Database) -> None:
    async with db.begin() as conn:
        await register(
            conn,
            [
                (1, 1, "2025-04-16", "2025-06-14", "work"),  # April 15 days, May, June 14 days: 2 months
                (2, 1, "2025-04-17", "2025-06-15", "work"),  # April 14 days, May, June 15 days: 2 months
                (3, 1, "2025-05-05", "2025-05-19", "work"),  # 15 days inside May: 1 month
                (4, 1, "2025-05-05", "2025-05-18", "work"),  # 14 days: none
                (5, 2, "2025-11-20", None, ""),  # December only; January is not in the year
            ],
        )
        await insert(
            conn,
            follow_up,
            [
                {"enrolment_id": of, "month": month, "held_on": date.fromisoformat(day), "recorded_at": NOW}
                for of, month, day in (
                    (1, "2025-04", "2025-04-30"),  # on time
                    (1, "2025-05", "2025-06-01"),  # late
                    (2, "2025-05", "2025-05-02"),  # on time
                    (4, "2025-05", "2025-05-10"),  # not due
                )
            ],
        )
        checkins = [(1, 1, "2025-04", 1), (2, 1, "2025-05", 0), (3, 2, "2025-05", 1), (4, 4, "2025-05", 0)]
        await answers(conn, [(id_, of, "checkin", month, "followup_held", v) for id_, of, month, v in checkins])
        cube = await aggregate(conn, 2025, NOW)
        found = await told(conn, minimum=1)
        early = await told(conn, now=datetime(2025, 5, 31, 20, tzinfo=UTC))
    # Due, on time, late, answered, confirmed, recorded but denied.
    assert cube.months["P1", "2025-04"] == MonthCounts(due=1, on_time=1, answered=1, confirmed=1)
    assert cube.months["P1", "2025-05"] == MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1)
    assert cube.months["P1", "2025-06"] == MonthCounts(due=1)
    year = found["followup.compliance", "P1", "2025", ""]
    assert (year.numerator, year.denominator, year.ci_low, year.status) == (2, 5, None, "ok")  # shown in full
    assert found["followup.compliance", "", "2025", ""].denominator == 6  # P2's December
    confirmed = found["followup.confirmed", "P1", "2025", ""]
    assert (confirmed.numerator, confirmed.denominator) == (2, 3)
    assert early["followup.compliance", "P1", "2025", ""].denominator == 1  # May is not over on its last day


async def test_outcomes_and_end_reasons(db: Database) -> None:
    good = ["work"] * 8 + ["studies"] * 2 + ["own_company"] * 2
    excluded = ["moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death"]
    rest = ["dropped_out", "unemployed", "other"]
    reasons = good + excluded + rest + ["changed_provider"] * 3
    async with db.begin() as conn:
        await register(conn, [(n, 1, "2025-01-01", "2025-07-01", reason) for n, reason in enumerate(reasons, 1)])
        found = await told(conn)
    every, kept = (found[f"outcome.{id_}", "", "2025", ""] for id_ in ("all_endings", "after_exclusions"))
    assert (every.numerator, every.denominator) == (12, 22)  # 12 + 7 + 3; a change is not an ending
    assert (kept.numerator, kept.denominator) == (12, 15)
    own = found["outcome.after_exclusions", "P1", "2025", ""]
    assert (own.numerator, own.denominator) == (12, 15)
    assert ("outcome.all_endings", "P1", "2025", "") not in found  # a provider's is told after exclusions alone


async def test_mean_of_providers_needs_six(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, [(n, 1 + n % 3, "2025-02-01", None, "") for n in range(1, 61)])
        await answers(conn, [(n, n, "start", "", "overall", 5 if n % 4 else 1) for n in range(1, 61)])
        found = await told(conn)
    assert found["satisfaction.overall.mean_of_providers", "", "2025", "start"].status == "suppressed"
    assert found["satisfaction.overall.mean_of_providers", "", "2025", "end"].status == "no_answers"
