"""Wilson's interval of a share. Pure.

Sources: Wilson (1927) and Newcombe (1998). A provider is compared with the others in exact_test.py.
"""

from math import sqrt
from statistics import NormalDist

INTERVAL = 0.95  # level of confidence
ACT = 0.998  # an observed number whose interval at this level leaves out the expected one is called clear


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
