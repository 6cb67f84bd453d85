"""Comparison with uncertainty: Wilson intervals, and one provider against all the others. Pure.

Sources: Wilson (1927); Newcombe (1998) for the interval; Spiegelhalter (2005) for the funnel limits.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

INTERVAL = 0.95
WATCH = 0.95  # outside: followed up, no conclusion
ACT = 0.998  # outside: a verdict. With 20 providers 4 % risk of one false alarm; at 95 % it would be 64 %
MIN_FOR_VERDICT = 10


@dataclass(frozen=True, slots=True)
class Comparison:
    """A provider against the others. Shares 0-1. ``verdict`` is lower, higher or empty; ``watch`` at 95 % only."""

    share: float
    others: float
    verdict: str
    watch: bool


def z_value(level: float) -> float:
    """The two-sided normal quantile of a level between 0 and 1."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(numerator: int, denominator: int, level: float = INTERVAL) -> tuple[float, float]:
    """The Wilson score interval of a share, 0-1. Raises ValueError without observations."""
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise ValueError(f"no share can be made of {numerator} of {denominator}")
    z = z_value(level)
    n, p = denominator, numerator / denominator
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # At the ends the formula is exactly 0 or 1; rounding must not say otherwise.
    low = 0.0 if numerator == 0 else max(0.0, centre - half)
    high = 1.0 if numerator == denominator else min(1.0, centre + half)
    return low, high


def funnel_limits(theta: float, denominator: int, level: float) -> tuple[float, float]:
    """Where a provider with ``denominator`` answers would fall by chance if its true share were ``theta``."""
    half = z_value(level) * sqrt(theta * (1 - theta) / denominator)
    return max(0.0, theta - half), min(1.0, theta + half)


def against_others(own: tuple[int, int], total: tuple[int, int]) -> Comparison | None:
    """``own`` (numerator, denominator) against ``total`` without it; None under 10 answers or without others.

    The others never contain the provider itself: one large outlier would move the line it is held against.
    """
    (x, n), others = own, total[1] - own[1]
    if n < MIN_FOR_VERDICT or others <= 0:
        return None
    share, theta = x / n, (total[0] - x) / others
    low, high = funnel_limits(theta, n, ACT)
    verdict = "lower" if share < low else "higher" if share > high else ""
    low, high = funnel_limits(theta, n, WATCH)
    return Comparison(share, theta, verdict, not verdict and not low <= share <= high)
