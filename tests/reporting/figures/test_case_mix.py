"""Observed against expected self-sufficiency, worked out by hand, printed, and by other people's libraries."""

from collections import Counter
from collections.abc import Mapping
from dataclasses import astuple, replace
from datetime import date

import pytest
from scipy.stats import binomtest
from statsmodels.stats.rates import confint_poisson  # type: ignore[import-untyped]

from reporting.figures.case_mix import Expectation, expectation, expectations, hidden
from reporting.figures.told import disclose
from storage.figures.release_values import Response
from tests.support.disclosure.cubes import of_answers, report_of

Endings = Mapping[tuple[str, str, str], int]  # by provider, difficulty and end reason
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


def told(endings: Endings, **before: Expectation) -> tuple[Expectation, ...]:
    """The expectations of endings, each another person's, as far as they may be told."""
    made = [
        Response(f"{ref} {kind} {reason} {n}", hash((ref, kind, reason, n)), reason, ref, 2025, difficulty=kind)
        for (ref, kind, reason), number in endings.items()
        if reason != "changed_provider"
        for n in range(number)
    ]
    return expectations(made, disclose({"outcome": made}, time_limit=0), 2025, before)


def test_expected_follows_the_units_shares() -> None:
    a, b, c = told(ENDINGS)
    # low: 18 of 20 = 0.9; high: 3 + 17 of 10 + 10 + 17 = 20/37. Of A's 70 endings 60 are high: 50 of them excluded.
    # A expects 20 * (1/7 * 0.9 + 6/7 * 20/37) = 11.838 of its 20 that count.
    assert (a.provider, a.share_high, a.observed) == ("A", pytest.approx(600 / 7), 11)
    assert a.expected == pytest.approx(20 * (0.9 / 7 + 6 / 7 * 20 / 37))
    assert a.ratio == pytest.approx(11 / 11.838, abs=1e-4)
    # Wilson's interval of 11 in 20 is 0.34209 to 0.74180; times 20 / 11.838.
    assert a.low == pytest.approx(0.34209 * 20 / 11.838, abs=1e-4)
    assert a.high == pytest.approx(0.74180 * 20 / 11.838, abs=1e-4)
    assert (b.observed, b.expected) == (10, pytest.approx(10 * 0.9 + 10 * 20 / 37))
    assert astuple(c) == ("C", 100.0, None, None, None, None, None, False, "")  # 17 cases: one too few


def test_expected_of_all_equals_observed() -> None:
    classes = [(kind, reason) for kind in ("low", "high") for reason in ("work", "other")]
    many = {(f"P{n}", *each): 6 + n for n in range(5) for each in classes}
    found = told(many)
    assert sum(each.expected or 0 for each in found) == pytest.approx(sum(each.observed or 0 for each in found))


def test_expectation_is_made_of_told_figures() -> None:
    """Nine endings of a class are not told, and a share of theirs is in nobody's expectation."""
    few = {("A", "low", "work"): 20, ("A", "high", "other"): 9, ("B", "low", "other"): 20}
    assert told(few) == (hidden("A"), hidden("B"))
    kept = Expectation("A", 31.0, 14, 20.2, 0.69, 0.41, 0.97)
    assert told(few, A=kept) == (kept, hidden("B"))  # what the edition before told


def test_running_year_has_no_expectations() -> None:
    cube = of_answers({"A": {}})
    ended = [Response(f"{n}", n, "work", "A", 2025, difficulty="low") for n in range(20)]
    assert report_of(cube, responses={"outcome": ended}).background.expectations[0].observed == 20
    running = replace(cube, as_of=date(2025, 12, 31))
    assert report_of(running, responses={"outcome": ended}).background.expectations == ()


def test_ratio_as_bland_printed_it() -> None:
    """Bland, An Introduction to Medical Statistics, deaths from cirrhosis among doctors.

    14 are observed, and 4.4966 expected from the rates of all men by age: a ratio of 3.11. His interval is the
    normal approximation; ours is the score interval, which for events as rare as these is that of a Poisson count
    (statsmodels).
    """
    rates = {"15": 5_859, "25": 13_050, "35": 46_937, "45": 161_503, "55": 271_358}  # per 1,000 million men
    doctors = {"15": 1_080, "25": 12_860, "35": 11_510, "45": 10_330, "55": 7_790}
    own = Counter({(age, "other"): number for age, number in doctors.items()})
    own["55", "other"] -= 14
    own["55", "work"] = 14
    found = expectation("doctors", own, {age: rate / 1_000_000_000 for age, rate in rates.items()})
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
    found = told(endings)[0]
    # low: 39 of 52 = 0.75; high: 24 of 52. A expects 12 * 0.75 + 12 * 24/52 = 14.54 of its 24.
    expected = 12 * 39 / 52 + 12 * 24 / 52
    theirs = binomtest(13, 24).proportion_ci(method="wilson")
    assert (found.low, found.high) == pytest.approx((24 * theirs.low / expected, 24 * theirs.high / expected))
