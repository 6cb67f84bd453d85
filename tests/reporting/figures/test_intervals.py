"""Intervals and verdicts against numbers worked out by hand or in the literature."""

from math import sqrt

import pytest
from hypothesis import given
from hypothesis import strategies as st

from reporting.figures.intervals import ACT, against_others, funnel_limits, wilson, z_value


def test_normal_quantiles() -> None:
    assert z_value(0.95) == pytest.approx(1.959963984540054, abs=1e-12)
    assert z_value(0.998) == pytest.approx(3.090232306167813, abs=1e-12)


def test_wilson_as_newcombe_printed_it() -> None:
    # Newcombe (1998), table I, method 3: 81/263 gives 0.2553-0.3662, 15/148 gives 0.0624-0.1605.
    assert wilson(81, 263) == pytest.approx((0.2553, 0.3662), abs=5e-5)
    assert wilson(15, 148) == pytest.approx((0.0624, 0.1605), abs=5e-5)
    # 0/20: the upper limit is z^2 / (n + z^2) = 3.841459 / 23.841459 = 0.161125.
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
def test_wilson_holds_the_share_and_solves_its_equation(count: tuple[int, int]) -> None:
    k, n = count
    low, high = wilson(k, n)
    assert 0 <= low <= k / n <= high <= 1
    z = z_value(0.95)
    for limit in (low, high):
        # Each limit t is where |k/n - t| = z * sqrt(t (1 - t) / n).
        assert abs(k / n - limit) == pytest.approx(z * sqrt(limit * (1 - limit) / n), abs=1e-9)


def test_the_others_do_not_contain_the_provider() -> None:
    # REPORT.md: 34 % against 80 % for the others where the pooled share says 71 %.
    # 34 of 100, total 355 of 500: the others are 321 of 400 = 80.25 %.
    compared = against_others((34, 100), (355, 500))
    assert compared is not None
    assert compared.others == pytest.approx(321 / 400)
    assert compared.verdict == "lower"
    assert not compared.watch


def test_a_verdict_needs_998() -> None:
    # theta = 0.5, n = 100: limits 0.5 -+ 3.0902 * 0.05 = 0.3455-0.6545; at 95 % 0.4020-0.5980.
    assert funnel_limits(0.5, 100, ACT) == pytest.approx((0.345488, 0.654512), abs=1e-6)
    others = (500, 1000)
    for own, verdict, watch in (
        (34, "lower", False),
        (35, "", True),
        (40, "", True),
        (41, "", False),
        (59, "", False),
        (60, "", True),
        (65, "", True),
        (66, "higher", False),
    ):
        compared = against_others((own, 100), (own + others[0], 100 + others[1]))
        assert compared is not None
        assert (compared.verdict, compared.watch) == (verdict, watch), own


def test_no_verdict_under_ten_answers_or_without_others() -> None:
    assert against_others((0, 9), (900, 1009)) is None
    assert against_others((0, 10), (900, 1010)) is not None  # 0 % against 90 %
    assert against_others((5, 10), (5, 10)) is None


def test_limits_stay_within_a_share() -> None:
    # 0.95 + 3.09 * sqrt(0.95 * 0.05 / 10) = 0.95 + 0.213 is more than everyone.
    assert funnel_limits(0.95, 10, ACT)[1] == 1.0
    assert funnel_limits(0.05, 10, ACT)[0] == 0.0
