"""From a register in the database to the rows of the export: the arithmetic stands beside what is expected."""

import json as json_
from datetime import UTC, date, datetime
from types import SimpleNamespace
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy.ext.asyncio import AsyncConnection

from reporting.figures.definitions import DEFINITIONS
from reporting.figures.indicators import Indicator, rows
from reporting.render.csv import neutral
from storage.database.engine import Database
from storage.database.statements import insert
from storage.figures.aggregates import aggregate
from storage.figures.cells import MonthCounts
from storage.figures.measurements import refresh, set_ratings
from storage.tables import answer, customer, enrolment, follow_up, measurement, occasion, provider
from tests.support.disclosure.cubes import CubeOf, of_answers

STOCKHOLM = ZoneInfo("Europe/Stockholm")
NOW = datetime(2026, 1, 15, 9, tzinfo=UTC)
Found = dict[tuple[str, str, str, str, str, str], Indicator]


class Register:
    """Rows gathered with ids given in order, then stored at once."""

    def __init__(self) -> None:
        self.enrolments: list[dict[str, object]] = []
        self.customers: list[dict[str, object]] = []
        self.occasions: list[dict[str, object]] = []
        self.answers: list[dict[str, object]] = []
        self.follow_ups: list[dict[str, object]] = []

    def customer(self, gender: str = "K") -> int:
        id_ = len(self.customers) + 1
        self.customers.append({"id": id_, "ref": f"C{id_}", "language": "sv", "gender": gender, "birth_year": None})
        return id_

    def enrol(
        self,
        started: date,
        ended: date | None = None,
        reason: str = "",
        *,
        at: int = 1,
        customer: int | None = None,
        difficulty: str = "medium",
    ) -> int:
        id_ = len(self.enrolments) + 1
        self.enrolments.append(
            {
                "id": id_,
                "ref": f"E{id_}",
                "customer_id": customer or self.customer(),
                "provider_id": at,
                "started_on": started,
                "planned_end_on": None,
                "ended_on": ended,
                "end_reason": reason,
                "difficulty": difficulty,
                "registered_on": started,
            }
        )
        return id_

    def answered(self, enrolment_id: int, survey: str, values: dict[str, int], period: str = "") -> None:
        id_ = len(self.occasions) + 1
        self.occasions.append(
            {
                "id": id_,
                "enrolment_id": enrolment_id,
                "customer_id": self.enrolments[enrolment_id - 1]["customer_id"],
                "survey": survey,
                "period": period,
                "due_at": NOW,
                "expires_at": NOW,
                "look_at": NOW,
                "opened_at": NOW,
                "closed_at": NOW,
                "outcome": "completed",
                "reason": "",
            }
        )
        for question, value in values.items():
            self.answers.append(
                {
                    "occasion_id": id_,
                    "question": question,
                    "value": value,
                    "text": None,
                    "skipped": 0,
                    "version": 1,
                    "answered_at": NOW,
                }
            )

    def held(self, enrolment_id: int, month: str, on: date) -> None:
        self.follow_ups.append({"enrolment_id": enrolment_id, "month": month, "held_on": on, "recorded_at": NOW})

    async def store(self, conn: AsyncConnection, names: tuple[str, ...] = ("Ekhaga", "Nacka")) -> None:
        await insert(
            conn,
            provider,
            [{"id": number, "ref": f"P{number}", "name": name} for number, name in enumerate(names, 1)],
        )
        await insert(conn, customer, self.customers)
        await insert(conn, enrolment, self.enrolments)
        await insert(conn, occasion, self.occasions)
        await insert(conn, answer, self.answers)
        await insert(conn, follow_up, self.follow_ups)
        await refresh(conn, [number + 1 for number in range(len(self.enrolments))])


def index(found: list[Indicator]) -> Found:
    keyed = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in found}
    assert len(keyed) == len(found), "two rows for one place"
    return keyed


async def test_which_enrolments_have_which_points(db: Database) -> None:
    register = Register()
    register.enrol(date(2025, 1, 1))  # open: start on 29 January, and no end
    register.enrol(date(2025, 1, 1), date(2025, 1, 29), "work")  # ended on that very day: no start
    register.enrol(date(2025, 1, 1), date(2025, 1, 30), "work")  # a day later: both
    register.enrol(date(2025, 3, 1), date(2025, 9, 1), "death")  # start alone
    register.enrol(date(2024, 12, 10))  # 10 December + 28 days = 7 January: the point's day decides the year
    async with db.begin() as conn:
        await register.store(conn)
        found = await conn.execute(
            measurement.select().order_by(measurement.c.enrolment_id, measurement.c.point.desc())
        )
        assert [(r.enrolment_id, r.point, r.point_on, r.year, r.quarter) for r in found] == [
            (1, "start", date(2025, 1, 29), 2025, 1),
            (2, "end", date(2025, 1, 29), 2025, 1),
            (3, "start", date(2025, 1, 29), 2025, 1),
            (3, "end", date(2025, 1, 30), 2025, 1),
            (4, "start", date(2025, 3, 29), 2025, 1),
            (5, "start", date(2025, 1, 7), 2025, 1),
        ]


async def test_a_rating_set_is_a_rating_recomputed(db: Database) -> None:
    register = Register()
    register.enrol(date(2025, 1, 1))
    async with db.begin() as conn:
        await register.store(conn)
        await set_ratings(
            conn,
            [
                (1, "start", "overall", 2),
                (1, "start", "overall", 5),
                (1, "start", "comment", 1),
                (1, "end", "overall", 1),
            ],
        )
        row = (await conn.execute(measurement.select())).one()
        assert (row.overall, row.treatment, row.usefulness) == (5, None, None)
        await refresh(conn, [])
        await refresh(conn, [1])  # no such answer is stored: the truth is the answer table
        assert (await conn.execute(measurement.select())).one().overall is None


async def test_satisfaction_by_provider_gender_and_difficulty(db: Database) -> None:
    register = Register()
    for number in range(20):  # Ekhaga: 12 of 16 answers satisfied, 4 without answer; women first
        who = register.customer("K" if number < 10 else "M")
        each = register.enrol(date(2025, 2, 1), customer=who, difficulty="low" if number % 2 else "high")
        if number < 16:
            register.answered(each, "start", {"overall": 4 if number % 4 else 3, "treatment": 5})
    for number in range(12):  # Nacka: 9 of 12
        who = register.customer("M")
        each = register.enrol(date(2025, 5, 1), customer=who, at=2, difficulty="high")
        register.answered(each, "start", {"overall": 5 if number < 9 else 1})
    async with db.begin() as conn:
        await register.store(conn)
        found = index(rows(await aggregate(conn, 2025, NOW), NOW))

    own = found["satisfaction.overall", "P1", "2025", "start", "T", ""]
    assert (own.numerator, own.denominator, own.eligible, own.value) == (12, 16, 20, 75.0)
    assert own.ci_low == pytest.approx(50.50, abs=0.01)
    assert own.ci_high == pytest.approx(89.82, abs=0.01)
    unit = found["satisfaction.overall", "", "2025", "start", "T", ""]
    assert (unit.numerator, unit.denominator, unit.eligible) == (12 + 9, 16 + 12, 20 + 12)
    # Women 0-9: unsatisfied are 0, 4, 8. Men 10-15: unsatisfied is 12, and Nacka's 9 of 12.
    women = found["satisfaction.overall", "", "2025", "start", "K", ""]
    men = found["satisfaction.overall", "", "2025", "start", "M", ""]
    assert (women.numerator, women.denominator, women.eligible) == (7, 10, 10)
    assert (men.numerator, men.denominator, men.eligible) == (5 + 9, 6 + 12, 10 + 12)
    # Start + 28 days: 1 March is the first quarter, 29 May the second.
    assert found["satisfaction.overall", "", "2025-Q1", "start", "T", ""].denominator == 16
    assert found["satisfaction.overall", "", "2025-Q2", "start", "T", ""].denominator == 12
    assert found["satisfaction.overall", "", "2025-Q3", "start", "T", ""].status == "no_answers"
    # All 16 answered 5 about treatment. From ten that may be said, but it would tell what the six men answered;
    # so the unit's total goes, and the only provider who was asked goes with it.
    for provider_ in ("", "P1"):
        kind = found["satisfaction.treatment", provider_, "2025", "start", "T", ""]
        assert (kind.status, kind.value) == ("suppressed", None)
    rate = found["response_rate", "P1", "2025", "start", "T", ""]
    assert (rate.numerator, rate.denominator, rate.value, rate.ci_low) == (16, 20, 80.0, None)


async def test_one_person_counts_once_by_the_latest_enrolment_with_an_answer(db: Database) -> None:
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
    assert counted.satisfaction["P1", "2025", "start", "T", ""][:3] == [13, 11, 1]
    assert counted.satisfaction["P2", "2025", "start", "T", ""][:3] == [1, 1, 1]
    assert counted.satisfaction["", "2025", "start", "T", ""][:3] == [14, 12, 2]


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
    # due: exact, inside, late; on time: exact; late: late; said: two, one yes; contradicted: exact
    assert counted.months == {
        ("P1", "2025-11"): MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1),
        ("", "2025-11"): MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1),
        ("P1", "2025-12"): MonthCounts(due=2, on_time=1),
        ("", "2025-12"): MonthCounts(due=2, on_time=1),
    }
    assert {month for _, month in earlier.months} == {"2025-11"}  # December is not over
    assert {month for _, month in utc.months} == {"2025-11"}
    assert {month for _, month in here.months} == {"2025-11", "2025-12"}  # it is New Year's Day in Stockholm
    found = index(rows(counted, NOW))
    month = found["followup.compliance", "P1", "2025-11", "", "T", ""]
    assert (month.numerator, month.denominator, month.status) == (1, 3, "ok")  # the process is shown in full
    year = found["followup.compliance", "", "2025", "", "T", ""]
    assert (year.numerator, year.denominator, year.value) == (1 + 1, 3 + 2, 40.0)
    said = found["followup.confirmed", "P1", "2025", "", "T", ""]
    assert (said.numerator, said.denominator) == (1, 2)


async def test_both_outcomes_and_the_change_of_provider(db: Database) -> None:
    register = Register()
    for at in (1, 2):
        for reason, number in (
            ("work", 10),
            ("studies", 2),
            ("moved", 3),
            ("illness", 1),
            ("dropped_out", 4),
            ("changed_provider", 5),
        ):
            for _ in range(number):
                register.enrol(date(2025, 1, 1), date(2025, 8, 1), reason, at=at)
    async with db.begin() as conn:
        await register.store(conn)
        found = index(rows(await aggregate(conn, 2025, NOW), NOW))
    # 12 of 10 + 2 + 3 + 1 + 4 = 20; after 3 + 1 exclusions 12 of 16. Five went on with somebody else.
    every = found["outcome.all_endings", "P1", "2025", "", "T", ""]
    kept = found["outcome.after_exclusions", "P1", "2025", "", "T", ""]
    assert (every.numerator, every.denominator, every.value) == (12, 20, 60.0)
    assert (kept.numerator, kept.denominator, kept.value) == (12, 16, 75.0)
    assert found["outcome.after_exclusions", "", "2025", "", "T", ""].denominator == 32


def test_what_is_hidden_says_nothing_but_who_could_have_answered() -> None:
    found = index(
        rows(
            of_answers(
                {"A": {"start": (2, 5)}, "B": {"start": (6, 12)}, "C": {"end": (0, 0)}, "D": {"start": (20, 30)}},
                eligible=40,
            ),
            NOW,
        )
    )
    few = found["satisfaction.overall", "A", "2025", "start", "T", ""]
    assert few.status == "too_few"
    assert few.eligible == 40
    for hidden in (few, found["satisfaction.overall", "B", "2025", "start", "T", ""]):
        assert [hidden.numerator, hidden.denominator, hidden.value, hidden.ci_low, hidden.ci_high] == [None] * 5
        assert hidden.verdict == ""
    # B goes with A: 47 answers less 30 would leave A's 5 alone if only A were hidden.
    assert found["satisfaction.overall", "B", "2025", "start", "T", ""].status == "suppressed"
    assert found["satisfaction.overall", "D", "2025", "start", "T", ""].status == "ok"
    assert found["satisfaction.overall", "C", "2025", "end", "T", ""].status == "no_answers"
    assert found["response_rate", "A", "2025", "start", "T", ""].numerator == 5


def test_a_verdict_against_the_others() -> None:
    found = index(rows(of_answers({"A": {"start": (34, 100)}, "B": {"start": (321, 400)}}), NOW))
    assert found["satisfaction.overall", "A", "2025", "start", "T", ""].verdict == "lower"  # 34 against 80.25
    assert found["satisfaction.overall", "B", "2025", "start", "T", ""].verdict == "higher"  # 80.25 against 34


def test_the_mean_of_providers_needs_six() -> None:
    answers = {f"P{n}": {"start": (10 + n, 20)} for n in range(6)}
    mean = index(rows(of_answers(answers), NOW))[
        "satisfaction.overall.mean_of_providers", "", "2025", "start", "T", ""
    ]
    # (50 + 55 + 60 + 65 + 70 + 75) / 6 = 62.5
    assert (mean.status, mean.denominator) == ("ok", 6)
    assert mean.value == pytest.approx(62.5)
    del answers["P5"]
    mean = index(rows(of_answers(answers), NOW))[
        "satisfaction.overall.mean_of_providers", "", "2025", "start", "T", ""
    ]
    assert (mean.status, mean.value) == ("suppressed", None)


def test_every_row_has_a_definition_and_an_empty_register_has_no_numbers() -> None:
    found = rows(CubeOf(), NOW)
    assert {r.indicator for r in found} == {definition.id for definition in DEFINITIONS}
    assert {r.status for r in found} == {"no_answers"}
    assert {r.created_at for r in found} == {"2026-01-15T09:00:00+00:00"}
    assert {r.target for r in found} == {None}


COLUMNS = [
    *("indicator", "version", "provider", "provider_name", "period", "point", "gender", "difficulty"),
    *("numerator", "denominator", "eligible", "value", "ci_low", "ci_high", "target", "status", "verdict"),
    *("series_break", "created_at"),
]


def _rendered(name: str) -> tuple[list[Indicator], bytes]:
    from importlib import import_module

    found = rows(of_answers({"=A;1": {"start": (34, 101)}, "B": {"start": (321, 400)}}, {"=A;1": "=A;1"}), NOW)
    report = SimpleNamespace(year=2025, created_at=NOW, definitions=DEFINITIONS, indicators=tuple(found))
    return found, import_module(f"reporting.render.{name}").render(report)


def test_csv_is_for_swedish_excel() -> None:
    import csv
    from io import StringIO

    found, content = _rendered("csv")
    assert content.startswith(b"\xef\xbb\xbf")
    text = content.decode("utf-8-sig")
    assert text.count("\r\n") == text.count("\n") == len(found) + 1
    parsed = list(csv.DictReader(StringIO(text, newline=""), delimiter=";"))
    assert list(parsed[0]) == COLUMNS
    first = next(r for r in parsed if r["numerator"] == "34" and r["indicator"] == "satisfaction.overall")
    assert first["value"] == "33,7"  # 34 / 101 = 33.66
    assert first["provider_name"] == "'=A;1"


@pytest.mark.parametrize(
    "text", ["=1+1", "+46", "-1", "@SUM(A1)", "\t=1", "\r=1", "\n=1", " =1", "\u00a0=1", "＝1", "＋1", "－1", "＠A"]
)
def test_what_a_spreadsheet_would_calculate_is_text(text: str) -> None:
    assert neutral(text) == f"'{text}"


@pytest.mark.parametrize("text", ["", "Nacka", "A=B", "Å-hus", "2025-Q1"])
def test_other_text_is_left_alone(text: str) -> None:
    assert neutral(text) == text


def test_json_is_in_full_precision() -> None:
    found, content = _rendered("json")
    data = json_.loads(content)
    assert data["schema_version"] == 1
    assert [definition["id"] for definition in data["definitions"]] == [each.id for each in DEFINITIONS]
    assert list(data["indicators"][0]) == COLUMNS
    assert [row["value"] for row in data["indicators"]] == [each.value for each in found]
