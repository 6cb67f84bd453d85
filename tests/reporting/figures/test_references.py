"""Comparison with uncertainty against references that are not ours: statsmodels, scipy, and printed examples."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm
from statsmodels.stats.proportion import proportion_confint, proportions_ztest  # type: ignore[import-untyped]
from statsmodels.stats.rates import confint_poisson  # type: ignore[import-untyped]

from reporting.figures.case_mix import expectations
from reporting.figures.intervals import ACT, INTERVAL, WATCH, against_others, funnel_limits, wilson, z_value

Counts = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from((INTERVAL, ACT))


@settings(deadline=None)
@given(Counts, LEVELS)
def test_wilson_is_that_of_statsmodels_and_of_scipy(count: tuple[int, int], level: float) -> None:
    ours = wilson(*count, level)
    assert ours == pytest.approx(proportion_confint(*count, alpha=1 - level, method="wilson"), abs=1e-12)
    theirs = binomtest(*count).proportion_ci(confidence_level=level, method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [((81, 263), 0.2553, 0.3662), ((15, 148), 0.0624, 0.1605), ((0, 20), 0.0, 0.1611), ((1, 29), 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_printed_it(count: tuple[int, int], low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert wilson(*count) == pytest.approx((low, high), abs=5e-5)


@pytest.mark.parametrize(("theta", "low", "high"), [(0.2313, 0.0524, 0.4102), (0.2150, 0.0407, 0.3893)])
def test_limits_as_montgomery_printed_them(theta: float, low: float, high: float) -> None:
    """Montgomery, Introduction to Statistical Quality Control, cans of orange juice: limits of three standard
    errors around the share of a sample of 50. A funnel is the same limits for samples of every size."""
    three_errors = 2 * norm.cdf(3) - 1
    assert funnel_limits(theta, 50, three_errors) == pytest.approx((low, high), abs=1e-4)


@settings(deadline=None)
@given(st.integers(10, 3_000), st.integers(1, 999), st.data())
def test_a_verdict_is_what_a_test_of_the_share_says(answers: int, per_mille: int, data: st.DataObject) -> None:
    """Outside the funnel is a two-sided score test against the others' share, at the level's p."""
    satisfied = data.draw(st.integers(0, answers))
    others = (per_mille, 1_000)
    compared = against_others((satisfied, answers), (satisfied + others[0], answers + others[1]))
    assert compared is not None
    theta = per_mille / 1_000
    _, p = proportions_ztest(satisfied, answers, value=theta, prop_var=theta)
    if abs(p - (1 - ACT)) > 1e-9:
        assert bool(compared.verdict) == (p < 1 - ACT)
    if abs(p - (1 - WATCH)) > 1e-9 and not compared.verdict:
        assert compared.watch == (p < 1 - WATCH)


def test_twenty_providers_and_chance_alone() -> None:
    """Why a verdict needs 99.8 %: at 95 % two years of three would accuse somebody (REPORT.md)."""
    assert pytest.approx(0.64, abs=0.005) == 1 - WATCH**20
    assert pytest.approx(0.04, abs=0.005) == 1 - ACT**20
    # The limits hold what they promise: 300 answers each, the same true share, exact binomial chances.
    for theta in (0.5, 0.74, 0.9):
        for level in (WATCH, ACT):
            low, high = funnel_limits(theta, 300, level)
            outside = binom.cdf(low * 300 - 1e-9, 300, theta) + binom.sf(high * 300 + 1e-9, 300, theta)
            assert outside == pytest.approx(1 - level, rel=0.5)


def test_quantiles_are_scipys() -> None:
    for level in (0.5, INTERVAL, ACT, 0.9999):
        assert z_value(level) == pytest.approx(norm.ppf((1 + level) / 2), abs=1e-12)


def test_observed_against_expected_as_bland_printed_it() -> None:
    """Bland, An Introduction to Medical Statistics, deaths from cirrhosis among doctors: 14 observed, 4.4966
    expected from the rates of all men by age, a ratio of 3.11.

    His interval is the normal approximation; ours is the score interval, which for events as rare as these is
    that of a Poisson count (statsmodels).
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


def test_the_ratios_interval_is_that_of_the_providers_share_over_what_is_expected_of_it() -> None:
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
