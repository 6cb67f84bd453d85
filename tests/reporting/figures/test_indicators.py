"""The rows of the export, from a register in the database or from counted cells, with the arithmetic beside."""

from datetime import date, datetime
from zoneinfo import ZoneInfo

import pytest

from reporting.figures.definitions import DEFINITIONS
from reporting.figures.indicators import Indicator, finder
from storage.database.engine import Database
from storage.figures.cells import MonthCounts
from tests.support.disclosure.cubes import counted, of_answers, rows_of
from tests.support.disclosure.stored import rows_read
from tests.support.enrolments import NOW, Register

Found = dict[tuple[str, str, str, str, str, str], Indicator]


def index(found: list[Indicator]) -> Found:
    keyed = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in found}
    assert len(keyed) == len(found), "two rows for one place"
    return keyed


async def test_satisfaction_by_provider_and_group(db: Database) -> None:
    register = Register()
    for number in range(40):  # Ekhaga: 24 of 32 answers satisfied, 8 without answer; women first
        who = register.customer("K" if number < 20 else "M")
        each = register.enrol(date(2025, 2, 1), customer=who, difficulty="low" if number % 2 else "high")
        if number < 32:
            treatment = {"treatment": 5} if number < 16 else {}
            register.answered(each, "start", {"overall": 4 if number % 4 else 3, **treatment})
    for number in range(12):  # Nacka: 9 of 12
        who = register.customer("M")
        each = register.enrol(date(2025, 5, 1), customer=who, at=2, difficulty="high")
        register.answered(each, "start", {"overall": 5 if number < 9 else 1})
    async with db.begin() as conn:
        await register.store(conn)
        found = index(await rows_read(conn, 2025, NOW))

    own = found["satisfaction.overall", "P1", "2025", "start", "T", ""]
    assert (own.numerator, own.denominator, own.eligible, own.value) == (24, 32, 40, 75.0)
    assert own.ci_low == pytest.approx(57.89, abs=0.01)
    assert own.ci_high == pytest.approx(86.75, abs=0.01)
    unit = found["satisfaction.overall", "", "2025", "start", "T", ""]
    assert (unit.numerator, unit.denominator, unit.eligible) == (24 + 9, 32 + 12, 40 + 12)
    # Women 0-19: unsatisfied are 0, 4, 8, 12, 16. Men 20-31: 20, 24, 28; and Nacka's 9 of 12.
    women = found["satisfaction.overall", "", "2025", "start", "K", ""]
    men = found["satisfaction.overall", "", "2025", "start", "M", ""]
    assert (women.numerator, women.denominator, women.eligible) == (15, 20, 20)
    assert (men.numerator, men.denominator, men.eligible) == (9 + 9, 12 + 12, 20 + 12)
    # Start + 28 days: 1 March is the first quarter, 29 May the second.
    assert found["satisfaction.overall", "", "2025-Q1", "start", "T", ""].denominator == 32
    assert found["satisfaction.overall", "", "2025-Q2", "start", "T", ""].denominator == 12
    assert found["satisfaction.overall", "", "2025-Q3", "start", "T", ""].status == "no_answers"
    # All 16 who answered about treatment answered 5: what ten or more say together may be told. They are women.
    for provider_, gender in (("", "T"), ("P1", "T"), ("", "K")):
        kind = found["satisfaction.treatment", provider_, "2025", "start", gender, ""]
        assert (kind.status, kind.value) == ("ok", 100.0)
    assert found["satisfaction.treatment", "", "2025", "start", "M", ""].status == "no_answers"
    rate = found["response_rate", "P1", "2025", "start", "T", ""]
    assert (rate.numerator, rate.denominator, rate.value, rate.ci_low) == (32, 40, 80.0, None)


async def test_change_of_provider_is_no_ending(db: Database) -> None:
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
        found = index(await rows_read(conn, 2025, NOW))
    # 12 of 10 + 2 + 3 + 1 + 4 = 20; after 3 + 1 exclusions 12 of 16. Five went on with somebody else.
    every = found["outcome.all_endings", "", "2025", "", "T", ""]
    kept = found["outcome.after_exclusions", "P1", "2025", "", "T", ""]
    assert (every.numerator, every.denominator, every.value) == (24, 40, 60.0)
    assert (kept.numerator, kept.denominator, kept.value) == (12, 16, 75.0)
    assert found["outcome.after_exclusions", "", "2025", "", "T", ""].denominator == 32


def test_hidden_row_tells_who_was_eligible() -> None:
    found = index(
        rows_of(
            of_answers(
                {"A": {"start": (2, 5)}, "B": {"start": (6, 12)}, "C": {"end": (0, 0)}, "D": {"start": (20, 30)}},
                eligible=40,
            )
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


def test_verdict_against_the_others() -> None:
    found = index(rows_of(of_answers({"A": {"start": (34, 100)}, "B": {"start": (321, 400)}})))
    assert found["satisfaction.overall", "A", "2025", "start", "T", ""].verdict == "lower"  # 34 against 80.25
    assert found["satisfaction.overall", "B", "2025", "start", "T", ""].verdict == "higher"  # 80.25 against 34


def test_mean_of_providers_needs_six() -> None:
    answers = {f"P{n}": {"start": (10 + n, 20)} for n in range(6)}
    mean = index(rows_of(of_answers(answers)))[
        "satisfaction.overall.mean_of_providers", "", "2025", "start", "T", ""
    ]
    # (50 + 55 + 60 + 65 + 70 + 75) / 6 = 62.5
    assert (mean.status, mean.denominator) == ("ok", 6)
    assert mean.value == pytest.approx(62.5)
    del answers["P5"]
    mean = index(rows_of(of_answers(answers)))[
        "satisfaction.overall.mean_of_providers", "", "2025", "start", "T", ""
    ]
    assert (mean.status, mean.value) == ("suppressed", None)


def test_figures_are_of_the_units_own_day() -> None:
    """At half past midnight in Stockholm, UTC still has the day before."""
    now = datetime(2026, 1, 15, 0, 30, tzinfo=ZoneInfo("Europe/Stockholm"))
    assert {r.created_at[:10] for r in rows_of(counted(), now=now)} == {"2026-01-15"}


def test_empty_register_has_every_row() -> None:
    found = rows_of(counted())
    assert {r.indicator for r in found} == {definition.id for definition in DEFINITIONS}
    assert {r.status for r in found} == {"no_answers"}
    assert {r.created_at for r in found} == {"2026-01-15T09:00:00+00:00"}
    assert {r.target for r in found} == {None}


def test_process_is_counted_in_full() -> None:
    cube = of_answers({"P1": {}})
    november = MonthCounts(due=3, on_time=1, late=1, answered=2, confirmed=1, denied=1)
    december = MonthCounts(due=2, on_time=1)
    for ref in ("P1", ""):
        cube.months.update({(ref, "2025-11"): november, (ref, "2025-12"): december})
    found = index(rows_of(cube))
    month = found["followup.compliance", "P1", "2025-11", "", "T", ""]
    assert (month.numerator, month.denominator, month.status) == (1, 3, "ok")  # three are few, and shown
    year = found["followup.compliance", "", "2025", "", "T", ""]
    assert (year.numerator, year.denominator, year.value, year.ci_low) == (2, 5, 40.0, None)  # 1 + 1 of 3 + 2


def test_confirmations_are_guarded() -> None:
    """Ten people of P1 and nine of P2 answer about each of two months; a person counts once."""
    cube = of_answers({"P1": {}, "P2": {}})
    for month in ("2025-11", "2025-12"):
        cube.months["P1", month] = MonthCounts(due=12, answered=10, confirmed=8)
        cube.months["P2", month] = MonthCounts(due=11, answered=9, confirmed=9)
        cube.months["", month] = MonthCounts(due=23, answered=19, confirmed=17)
    found = {
        (r.provider, r.period): (r.status, r.numerator, r.denominator)
        for r in rows_of(cube)
        if r.indicator == "followup.confirmed"
    }
    assert found == {
        ("", "2025"): ("ok", 34, 38),
        ("", "2025-11"): ("ok", 17, 19),
        ("", "2025-12"): ("ok", 17, 19),
        # All less P1's would be P2's nine people.
        ("P1", "2025"): ("suppressed", None, None),
        ("P2", "2025"): ("too_few", None, None),
    }


def test_rows_are_found_by_their_key() -> None:
    find = finder(rows_of(of_answers({"A": {"start": (34, 100)}})), 2025)
    assert find("satisfaction.overall", "A", "start").numerator == 34
    assert find("satisfaction.overall", "", "start", period="2025-Q1").denominator == 100
    with pytest.raises(KeyError):
        find("satisfaction.overall", "B", "start")
