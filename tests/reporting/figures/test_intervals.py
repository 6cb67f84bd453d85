"""Intervals and verdicts, against numbers worked out by hand, printed examples, and other people's libraries."""

from math import sqrt

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.stats import binomtest, norm
from statsmodels.stats.proportion import proportion_confint  # type: ignore[import-untyped]

from reporting.figures.intervals import ACT, INTERVAL, wilson, z_value

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
