"""Compare shares with their uncertainty: Wilson intervals, and a provider against all the others. Pure.

Sources: Wilson (1927) and Newcombe (1998) for the interval; Spiegelhalter (2005) for the funnel limits.
"""

from dataclasses import dataclass
from math import sqrt
from statistics import NormalDist

# Levels of confidence. A provider outside the limits of WATCH is followed up without a conclusion. Outside those of
# ACT it gets a verdict: 20 equal providers then have a risk of 4 % of a false alarm, at 95 % it would be 64 %.
INTERVAL = 0.95
WATCH = 0.95
ACT = 0.998
MIN_FOR_VERDICT = 10  # answers


@dataclass(frozen=True, slots=True)
class Comparison:
    """A provider against the others.

    Attributes:
        share: the provider's own share, 0-1.
        others: the share of all others together, 0-1.
        verdict: ``lower``, ``higher``, or empty.
        watch: whether the provider is outside the limits of WATCH and has no verdict.
    """

    share: float
    others: float
    verdict: str
    watch: bool


def z_value(level: float) -> float:
    """Return the two-sided normal quantile of a level between 0 and 1."""
    return NormalDist().inv_cdf((1 + level) / 2)


def wilson(numerator: int, denominator: int, level: float = INTERVAL) -> tuple[float, float]:
    """Return the Wilson score interval of a share, 0-1.

    Raises:
        ValueError: there are no observations, or more successes than observations.
    """
    if denominator <= 0 or not 0 <= numerator <= denominator:
        raise ValueError(f"no share can be made of {numerator} of {denominator}")
    z = z_value(level)
    n, p = denominator, numerator / denominator
    centre = (p + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * sqrt(p * (1 - p) / n + z * z / (4 * n * n))
    # The formula gives exactly 0 and 1 at the ends; floating-point rounding would miss them.
    low = 0.0 if numerator == 0 else max(0.0, centre - half)
    high = 1.0 if numerator == denominator else min(1.0, centre + half)
    return low, high


def funnel_limits(theta: float, denominator: int, level: float) -> tuple[float, float]:
    """Return the limits of chance around ``theta``, the true share, for so many answers."""
    half = z_value(level) * sqrt(theta * (1 - theta) / denominator)
    return max(0.0, theta - half), min(1.0, theta + half)


def against_others(own: tuple[int, int], total: tuple[int, int]) -> Comparison | None:
    """Compare a provider with all others together.

    The provider is never among the others: a large outlier would move the limits that it is compared with.

    Args:
        own: (numerator, denominator) of the provider.
        total: the same of everybody, the provider among them.

    Returns:
        The comparison; None with fewer than MIN_FOR_VERDICT answers or without others.
    """
    (x, n), others = own, total[1] - own[1]
    if n < MIN_FOR_VERDICT or others <= 0:
        return None
    share, theta = x / n, (total[0] - x) / others
    low, high = funnel_limits(theta, n, ACT)
    verdict = "lower" if share < low else "higher" if share > high else ""
    low, high = funnel_limits(theta, n, WATCH)
    return Comparison(share, theta, verdict, not verdict and not low <= share <= high)
