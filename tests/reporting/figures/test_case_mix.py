"""Observed against expected self-sufficiency: the arithmetic stands beside what is expected."""

from dataclasses import astuple
from datetime import date

import pytest

from reporting.figures.case_mix import Expectation, disclosed, expectations
from reporting.figures.intervals import wilson
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from storage.database.engine import Database
from storage.figures.difficulty import endings_by_difficulty
from tests.reporting.figures.test_indicators import Register
from tests.support.disclosure.cubes import NOW, YEAR, of_answers

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


def test_expected_is_the_units_share_of_each_class() -> None:
    a, b, c = expectations(ENDINGS)
    # low: 18 of 20 = 0.9; high: 3 + 17 of 10 + 10 + 17 = 20/37. A expects 10 * 0.9 + 10 * 20/37 = 14.405.
    assert (a.provider, a.share_high, a.observed) == ("A", 50.0, 11)
    assert a.expected == pytest.approx(10 * 0.9 + 10 * 20 / 37)
    assert a.ratio == pytest.approx(11 / 14.405, abs=1e-4)
    low, high = wilson(11, 20)
    assert a.low == pytest.approx(low * 20 / 14.4054, abs=1e-4)
    assert a.high == pytest.approx(high * 20 / 14.4054, abs=1e-4)
    assert (b.observed, b.expected) == (10, a.expected)
    assert astuple(c) == ("C", 100.0, None, None, None, None, None, False)  # 17 cases: one too few


def test_expected_over_all_providers_is_what_was_observed() -> None:
    classes = [(kind, reason) for kind in ("low", "high") for reason in ("work", "other")]
    many = {(f"P{n}", *each): 6 + n for n in range(5) for each in classes}
    found = expectations(many)
    assert sum(each.expected or 0 for each in found) == pytest.approx(sum(each.observed or 0 for each in found))


def test_nothing_is_told_of_a_hidden_provider_or_of_part_of_a_year() -> None:
    found = expectations(ENDINGS)
    kept = disclosed(found, frozenset({"A"}), year_is_over=True)
    assert kept[0] == found[0]
    assert kept[1] == Expectation("B", None, None, None, None, None, None)
    assert disclosed(found, frozenset({"A"}), year_is_over=False) == ()


def test_the_report_hides_what_its_outcome_hides() -> None:
    cube = of_answers({"A": {}, "B": {}, "C": {}})
    for (ref, _, reason), number in ENDINGS.items():
        cube.endings[ref, reason] = cube.endings.get((ref, reason), 0) + number
    report = build(cube, YEAR, NOW, background=Background(expectations=expectations(ENDINGS)))
    outcomes = [row for row in report.indicators if row.indicator == "outcome.after_exclusions"]
    shown = {row.provider for row in outcomes if row.value is not None}
    assert {each.provider for each in report.background.expectations if each.observed is not None} <= shown
    titles = {section.title for section in document(report).sections}
    assert "Svårighetsgrad" in titles


async def test_endings_are_counted_by_class_from_the_register(db: Database) -> None:
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
