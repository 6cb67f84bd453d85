"""Fisher's exact test against whole numbers, scipy, and chance itself."""

import random
from collections.abc import Iterable, Iterator
from itertools import combinations_with_replacement
from math import comb, inf

import pytest
from scipy.stats import fisher_exact  # type: ignore[import-untyped]  # ships no types

from reporting.figures.exact_test import (
    CLEAR,
    MAY_DIFFER,
    Count,
    Verdict,
    against_others,
    false_alarms,
    limits,
    p_value,
)

ALIKE = 1e-9  # of a p-value


def by_whole_numbers(margins: int, step: int = 1) -> int:
    """Compare every table with rows of 0 to ``margins`` people with exact fractions; how many there were."""
    tables = 0
    for n in range(0, margins + 1, step):
        for m in range(0, margins + 1, step):
            for k in range(n + m + 1):
                first = max(0, k - m)
                ways = [comb(n, x) * comb(m, k - x) for x in range(first, min(k, n) + 1)]
                for place, way in enumerate(ways):
                    x = first + place
                    exactly = sum(each for each in ways if each <= way) / sum(ways)
                    assert p_value.__wrapped__((x, n), (k - x, m)) == pytest.approx(exactly, rel=ALIKE)
                    tables += 1
    return tables


def tables(margins: int) -> Iterator[tuple[Count, Count]]:
    """Yield every table whose rows and columns hold 1 to ``margins`` people: of four mirror images the first."""
    for n, m in combinations_with_replacement(range(1, margins + 1), 2):
        for k in range(max(1, n + m - margins), (n + m) // 2 + 1):
            yield from (((x, n), (k - x, m)) for x in range(max(0, k - m), min(k, n) + 1))


def by_scipy(chosen: Iterable[tuple[Count, Count]]) -> int:
    """Compare p-values and verdicts with those of scipy's test; how many tables there were."""
    number = 0
    for own, others in chosen:
        number += 1
        theirs = fisher_exact([[own[0], own[1] - own[0]], [others[0], others[1] - others[0]]])[1]
        assert p_value.__wrapped__(own, others) == pytest.approx(theirs, rel=ALIKE)
        compared = against_others(own, (own[0] + others[0], own[1] + others[1]))
        if compared is not None:
            limits_passed = (compared.is_clear, compared.is_clear or compared.may_differ)
            assert limits_passed == (theirs < 0.002, theirs < 0.05)
    return number


def test_every_small_table_is_exact() -> None:
    # Sum over n, m = 0..12 of (n + 1)(m + 1) tables: (1 + 2 + ... + 13) squared = 91 * 91.
    assert by_whole_numbers(12) == 91 * 91


def test_a_thousand_tables_agree_with_scipy() -> None:
    assert by_scipy(random.Random(1).sample(list(tables(60)), 1_000)) == 1_000


@pytest.mark.long
def test_every_table_up_to_60_is_exact() -> None:
    assert by_whole_numbers(60) == (61 * 62 // 2) ** 2  # 3,575,881 tables


@pytest.mark.long
def test_every_table_up_to_60_agrees_with_scipy() -> None:
    assert by_scipy(tables(60)) == 614_140


def test_the_lady_tasting_tea() -> None:
    """Fisher (1935): all eight cups right, 1 in 70 each way; three of four right, 17 in 70 each way."""
    assert p_value((4, 4), (0, 4)) == pytest.approx(2 / 70)
    assert p_value((3, 4), (1, 4)) == pytest.approx(34 / 70)


def test_one_dissatisfied_customer_in_ten_is_no_verdict() -> None:
    """The funnel limits of the first version called this clearly lower: 9 of 10 against 100 of 100 (p = 1 / 11)."""
    compared = against_others((9, 10), (109, 110))
    assert compared is not None
    assert (compared.verdict, compared.p) == (Verdict.NONE, pytest.approx(1 / 11))


@pytest.mark.parametrize(
    ("own", "verdict"),
    [
        # Against 320 of 400 (80 %); scipy: fisher_exact([[x, 20 - x], [320, 80]])
        ((9, 20), Verdict.LOWER),  # p = 0.00085
        ((10, 20), Verdict.MAY_DIFFER_LOWER),  # p = 0.0035
        ((12, 20), Verdict.MAY_DIFFER_LOWER),  # p = 0.046
        ((13, 20), Verdict.NONE),  # p = 0.15
        ((20, 20), Verdict.MAY_DIFFER_HIGHER),  # p = 0.019
        ((40, 40), Verdict.HIGHER),  # p = 0.00036
    ],
)
def test_verdicts(own: tuple[int, int], verdict: Verdict) -> None:
    compared = against_others(own, (own[0] + 320, own[1] + 400))
    assert compared is not None
    assert compared.verdict == verdict


@pytest.mark.parametrize(("own", "total"), [((9, 9), (90, 109)), ((9, 10), (18, 19)), ((5, 10), (5, 10))])
def test_no_comparison_under_ten_on_either_side(own: tuple[int, int], total: tuple[int, int]) -> None:
    assert against_others(own, total) is None


def test_the_others_do_not_contain_the_provider() -> None:
    compared = against_others((34, 100), (355, 500))
    assert compared is not None
    assert (compared.share, compared.other_share) == (0.34, 321 / 400)
    assert compared.verdict == Verdict.LOWER


def test_the_limits_are_the_nearest_shares_called_so() -> None:
    """At 20 answers against 320 of 400, as in the verdicts above; no number of 20 is clearly higher."""
    assert limits(20, (320, 400), CLEAR) == (9 / 20, None)
    assert limits(20, (320, 400), MAY_DIFFER) == (12 / 20, 20 / 20)
    assert limits(10, (10, 10), MAY_DIFFER) == (5 / 10, None)  # 5 of 10 against all of 10: p = 0.033; 6: p = 0.087


@pytest.mark.parametrize("own", [(0, 10), (3, 12), (7, 25), (30, 60)])
def test_limits_and_verdict_agree(own: tuple[int, int]) -> None:
    for satisfied in range(own[1] + 1):
        low, high = limits(own[1], (300, 400), CLEAR)
        compared = against_others((satisfied, own[1]), (satisfied + 300, own[1] + 400))
        assert compared is not None
        outside = satisfied / own[1] <= (-inf if low is None else low) or satisfied / own[1] >= (high or inf)
        assert outside == compared.is_clear


def test_far_apart_counts_do_not_overflow() -> None:
    assert p_value((0, 400_000), (400_000, 400_000)) == 0.0
    assert p_value((200_000, 400_000), (200_000, 400_000)) == pytest.approx(1.0)


def test_false_alarms_are_bounded() -> None:
    assert false_alarms(26) == pytest.approx(0.052)  # 26 x 0.2 %
    assert false_alarms(10_000) == 1.0


@pytest.mark.parametrize("share", [0.74, 0.9, 0.95])
@pytest.mark.parametrize(("providers", "answers"), [(26, 20), (20, 12), (2, 12)])
def test_equal_providers_seldom_get_a_verdict(providers: int, answers: int, share: float) -> None:
    """In 2,000 reports on truly equal providers at most 5 % have any verdict."""
    dice = random.Random(7)
    alarms = 0
    for _ in range(2_000):
        own = [sum(dice.random() < share for _ in range(answers)) for _ in range(providers)]
        total = (sum(own), providers * answers)
        compared = [against_others((satisfied, answers), total) for satisfied in set(own)]
        alarms += any(each is not None and each.is_clear for each in compared)
    assert alarms <= 0.05 * 2_000
