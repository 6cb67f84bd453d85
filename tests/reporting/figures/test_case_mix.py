"""Observed against expected self-sufficiency, worked out by hand, printed, and by other people's libraries."""

from dataclasses import astuple
from datetime import date

import pytest
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson  # type: ignore[import-untyped]

from reporting.figures.case_mix import Expectation, disclosed, expectations
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from storage.database.engine import Database
from storage.figures.difficulty import endings_by_difficulty
from tests.support.disclosure.cubes import NOW, YEAR, of_answers
from tests.support.enrolments import Register

ENDINGS = {
    ("A", "low", "work"): 8,
    ("A", "low", "other"): 2,
    ("A", "high", "studies"): 3,
    ("A", "high", "dropped_out"): 7,
    ("A", "high", "moved"): 50,  # excluded
    ("A", "low", "changed_provider"): 50,  # not an ending
    ("B", "low", "own_company"): 10,
    ("B", "high", "other"): 10,
    ("C", "high", "work"): 17,
}


def test_expected_follows_the_units_shares() -> None:
    a, b, c = expectations(ENDINGS)
    # low: 18 of 20 = 0.9; high: 3 + 17 of 10 + 10 + 17 = 20/37. A expects 10 * 0.9 + 10 * 20/37 = 14.405.
    assert (a.provider, a.share_high, a.observed) == ("A", 50.0, 11)
    assert a.expected == pytest.approx(10 * 0.9 + 10 * 20 / 37)
    assert a.ratio == pytest.approx(11 / 14.405, abs=1e-4)
    # Wilson's interval of 11 in 20 is 0.34209 to 0.74180; times 20 / 14.4054.
    assert a.low == pytest.approx(0.34209 * 20 / 14.4054, abs=1e-4)
    assert a.high == pytest.approx(0.74180 * 20 / 14.4054, abs=1e-4)
    assert (b.observed, b.expected) == (10, a.expected)
    assert astuple(c) == ("C", 100.0, None, None, None, None, None, False)  # 17 cases: one too few


def test_expected_of_all_equals_observed() -> None:
    classes = [(kind, reason) for kind in ("low", "high") for reason in ("work", "other")]
    many = {(f"P{n}", *each): 6 + n for n in range(5) for each in classes}
    found = expectations(many)
    assert sum(each.expected or 0 for each in found) == pytest.approx(sum(each.observed or 0 for each in found))


def test_hidden_providers_and_running_years_tell_nothing() -> None:
    found = expectations(ENDINGS)
    kept = disclosed(found, frozenset({"A"}), year_is_over=True)
    assert kept[0] == found[0]
    assert kept[1] == Expectation("B", None, None, None, None, None, None)
    assert disclosed(found, frozenset({"A"}), year_is_over=False) == ()


def test_report_hides_what_its_outcome_hides() -> None:
    cube = of_answers({"A": {}, "B": {}, "C": {}})
    for (ref, _, reason), number in ENDINGS.items():
        cube.endings[ref, reason] = cube.endings.get((ref, reason), 0) + number
    report = build(cube, YEAR, NOW, background=Background(expectations=expectations(ENDINGS)))
    outcomes = [row for row in report.indicators if row.indicator == "outcome.after_exclusions"]
    shown = {row.provider for row in outcomes if row.value is not None}
    assert {each.provider for each in report.background.expectations if each.observed is not None} <= shown
    titles = {section.title for section in document(report).sections}
    assert "Svårighetsgrad" in titles


async def test_endings_are_counted_by_class(db: Database) -> None:
    register = Register()
    register.enrol(date(2025, 1, 1), date(2025, 5, 1), "work", difficulty="high")
    register.enrol(date(2025, 1, 1), date(2025, 6, 1), "work", difficulty="high")
    register.enrol(date(2025, 1, 1), date(2025, 6, 1), "other", difficulty="")
    register.enrol(date(2025, 1, 1), date(2024, 12, 31), "work", difficulty="low")
    register.enrol(date(2025, 1, 1), None, difficulty="low")
    register.enrol(date(2025, 1, 1), date(2025, 12, 31), "studies", at=2, difficulty="low")
    async with db.begin() as conn:
        await register.store(conn)
        assert await endings_by_difficulty(conn, 2025) == {
            ("P1", "", "other"): 1,
            ("P1", "high", "work"): 2,
            ("P2", "low", "studies"): 1,
        }


def test_ratio_as_bland_printed_it() -> None:
    """Bland, An Introduction to Medical Statistics, deaths from cirrhosis among doctors.

    14 are observed, and 4.4966 expected from the rates of all men by age: a ratio of 3.11. His interval is the
    normal approximation; ours is the score interval, which for events as rare as these is that of a Poisson count
    (statsmodels).
    """
    rates = {"15": 5_859, "25": 13_050, "35": 46_937, "45": 161_503, "55": 271_358}  # per 1,000 million men
    doctors = {"15": 1_080, "25": 12_860, "35": 11_510, "45": 10_330, "55": 7_790}
    endings = {}
    for age, rate in rates.items():
        died = 14 if age == "55" else 0
        endings["doctors", age, "work"] = died
        endings["doctors", age, "other"] = doctors[age] - died
        endings["others", age, "work"] = rate - died
        endings["others", age, "other"] = 1_000_000_000 - doctors[age] - (rate - died)
    found = next(each for each in expectations(endings) if each.provider == "doctors")
    assert (found.observed, round(found.expected or 0, 4), round(found.ratio or 0, 2)) == (14, 4.4966, 3.11)
    low, high = confint_poisson(14, 1, method="score")
    assert (found.low, found.high) == pytest.approx((low / 4.4966, high / 4.4966), rel=1e-3)
    assert found.clear


def test_ratios_interval_agrees_with_scipy() -> None:
    endings = {
        ("A", "low", "work"): 9,
        ("A", "low", "other"): 3,
        ("A", "high", "work"): 4,
        ("A", "high", "other"): 8,
    }
    endings |= {("B", "low", "work"): 30, ("B", "low", "other"): 10, ("B", "high", "work"): 20}
    endings |= {("B", "high", "other"): 20}
    found = expectations(endings)[0]
    # low: 39 of 52 = 0.75; high: 24 of 52. A expects 12 * 0.75 + 12 * 24/52 = 14.54 of its 24.
    expected = 12 * 39 / 52 + 12 * 24 / 52
    theirs = binomtest(13, 24).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((24 * theirs.low / expected, 24 * theirs.high / expected))
