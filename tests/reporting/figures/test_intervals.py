"""Intervals and verdicts, against numbers worked out by hand, printed examples, and other people's libraries."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binom, binomtest, norm
from statsmodels.stats.proportion import proportion_confint, proportions_ztest  # type: ignore[import-untyped]

from reporting.figures.intervals import ACT, INTERVAL, WATCH, against_others, funnel_limits, wilson, z_value

COUNTS = st.integers(1, 5_000).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n)))
LEVELS = st.sampled_from((INTERVAL, ACT))


def test_normal_quantiles() -> None:
    assert z_value(0.95) == pytest.approx(1.959963984540054, abs=1e-12)
    assert z_value(0.998) == pytest.approx(3.090232306167813, abs=1e-12)
    for level in (0.5, INTERVAL, ACT, 0.9999):
        assert z_value(level) == pytest.approx(norm.ppf((1 + level) / 2), abs=1e-12)


@pytest.mark.parametrize(
    ("count", "low", "high"),
    [((81, 263), 0.2553, 0.3662), ((15, 148), 0.0624, 0.1605), ((0, 20), 0.0, 0.1611), ((1, 29), 0.0061, 0.1718)],
)
def test_wilson_as_newcombe_printed_it(count: tuple[int, int], low: float, high: float) -> None:
    """Newcombe (1998), Two-sided confidence intervals for the single proportion, table I, method 3."""
    assert wilson(*count) == pytest.approx((low, high), abs=5e-5)


def test_wilson_of_none_begins_at_nought() -> None:
    # Of 0 in 20 the upper limit is z^2 / (n + z^2) = 3.841459 / 23.841459 = 0.161125.
    low, high = wilson(0, 20)
    assert low == 0.0
    assert high == pytest.approx(3.841458820694124 / 23.841458820694124, abs=1e-12)


def test_wilson_mirrors() -> None:
    low, high = wilson(3, 17)
    assert wilson(14, 17) == pytest.approx((1 - high, 1 - low), abs=1e-12)


@pytest.mark.parametrize(("numerator", "denominator"), [(0, 0), (-1, 5), (6, 5)])
def test_no_share_of_nothing(numerator: int, denominator: int) -> None:
    with pytest.raises(ValueError, match="no share"):
        wilson(numerator, denominator)


@given(st.integers(1, 400).flatmap(lambda n: st.tuples(st.integers(0, n), st.just(n))))
def test_wilson_solves_its_equation(count: tuple[int, int]) -> None:
    k, n = count
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    z = z_value(0.95)
    for limit in (low, high):
        # Each limit t is where |k/n - t| = z * sqrt(t (1 - t) / n).
        assert abs(k / n - limit) == pytest.approx(z * sqrt(limit * (1 - limit) / n), abs=1e-9)


@settings(deadline=None)
@given(COUNTS, LEVELS)
def test_wilson_agrees_with_statsmodels_and_scipy(count: tuple[int, int], level: float) -> None:
    ours = wilson(*count, level)
    assert ours == pytest.approx(proportion_confint(*count, alpha=1 - level, method="wilson"), abs=1e-12)
    theirs = binomtest(*count).proportion_ci(confidence_level=level, method="wilson")
    assert ours == pytest.approx((theirs.low, theirs.high), abs=1e-12)


@pytest.mark.parametrize(("theta", "low", "high"), [(0.2313, 0.0524, 0.4102), (0.2150, 0.0407, 0.3893)])
def test_limits_as_montgomery_printed_them(theta: float, low: float, high: float) -> None:
    """Montgomery, Introduction to Statistical Quality Control, cans of orange juice.

    His are limits of three standard errors around the share of a sample of 50. A funnel has the same limits for
    samples of every size.
    """
    three_errors = 2 * norm.cdf(3) - 1
    assert funnel_limits(theta, 50, three_errors) == pytest.approx((low, high), abs=1e-4)


def test_limits_stay_within_a_share() -> None:
    # 0.95 + 3.09 * sqrt(0.95 * 0.05 / 10) = 0.95 + 0.213 is more than everybody.
    assert funnel_limits(0.95, 10, ACT)[1] == 1.0
    assert funnel_limits(0.05, 10, ACT)[0] == 0.0


def test_others_leave_the_provider_out() -> None:
    # REPORT.md: 34 % against 80 % for the others, where the pooled share says 71 %.
    # 34 of 100, total 355 of 500: the others are 321 of 400 = 80.25 %.
    compared = against_others((34, 100), (355, 500))
    assert compared is not None
    assert compared.others == 0.8025
    assert compared.verdict == "lower"
    assert not compared.watch


@pytest.mark.parametrize(
    ("satisfied", "verdict", "watch"),
    [
        (34, "lower", False),
        (35, "", True),
        (40, "", True),
        (41, "", False),
        (59, "", False),
        (60, "", True),
        (65, "", True),
        (66, "higher", False),
    ],
)
def test_verdict_needs_the_limit_at_998(satisfied: int, verdict: str, watch: bool) -> None:
    # theta = 0.5, n = 100: limits 0.5 -+ 3.0902 * 0.05 = 0.3455-0.6545; at 95 % 0.4020-0.5980.
    assert funnel_limits(0.5, 100, ACT) == pytest.approx((0.345488, 0.654512), abs=1e-6)
    compared = against_others((satisfied, 100), (satisfied + 500, 1_100))
    assert compared is not None
    assert (compared.verdict, compared.watch) == (verdict, watch)


def test_few_answers_give_no_verdict() -> None:
    assert against_others((0, 9), (900, 1009)) is None
    assert against_others((0, 10), (900, 1010)) is not None  # 0 % against 90 %
    assert against_others((5, 10), (5, 10)) is None  # there are no others


@settings(deadline=None)
@given(st.integers(10, 3_000), st.integers(1, 999), st.data())
def test_verdict_agrees_with_a_score_test(answers: int, per_mille: int, data: st.DataObject) -> None:
    """Outside the funnel, the two-sided score test against the others' share has a p below the level's."""
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


def test_false_alarms_among_twenty_equal_providers() -> None:
    """Why a verdict needs 99.8 %: at 95 %, two years of three would accuse somebody (REPORT.md)."""
    assert pytest.approx(0.64, abs=0.005) == 1 - WATCH**20
    assert pytest.approx(0.04, abs=0.005) == 1 - ACT**20
    # The limits hold what they promise: 300 answers each, the same true share, exact binomial chances.
    for theta in (0.5, 0.74, 0.9):
        for level in (WATCH, ACT):
            low, high = funnel_limits(theta, 300, level)
            outside = binom.cdf(low * 300 - 1e-9, 300, theta) + binom.sf(high * 300 + 1e-9, 300, theta)
            assert outside == pytest.approx(1 - level, rel=0.5)
