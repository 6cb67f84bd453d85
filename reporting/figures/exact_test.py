"""Compare a provider with all the others by Fisher's exact test: both are samples, and both may be small. Pure.

Sources: Fisher (1934); the two-sided p-value adds up all tables that are as improbable as the one seen, or more, as
R's fisher.test and scipy's fisher_exact do. REPORT.md, Statistics, sets the limits.
"""

from collections.abc import Iterator
from dataclasses import dataclass
from enum import StrEnum
from functools import lru_cache

CLEAR = 0.002  # p below it: a verdict. Of m equal providers at most m x 0.2 % get one by chance
MAY_DIFFER = 0.05  # p below it: followed up, no conclusion
MIN_ANSWERS = 10  # on both sides
_ALIKE = 1 + 1e-7  # tables whose probabilities differ by less are equally probable: R's relErr

Count = tuple[int, int]  # satisfied, answered


class Verdict(StrEnum):
    """What the test says of a provider; the value of the column ``verdict`` (DESIGN.md section 5)."""

    NONE = "none"
    MAY_DIFFER_LOWER = "may_differ_lower"
    MAY_DIFFER_HIGHER = "may_differ_higher"
    LOWER = "lower"
    HIGHER = "higher"


@dataclass(frozen=True, slots=True)
class Comparison:
    """A provider against the others.

    Attributes:
        own: (satisfied, answered) of the provider.
        others: the same of all others together.
        p: the two-sided p-value.
        verdict: what it says.
    """

    own: Count
    others: Count
    p: float
    verdict: Verdict

    @property
    def share(self) -> float:
        """Return the provider's share, 0-1."""
        return self.own[0] / self.own[1]

    @property
    def other_share(self) -> float:
        """Return the others' share, 0-1."""
        return self.others[0] / self.others[1]

    @property
    def is_clear(self) -> bool:
        """Return whether the provider is called clearly lower or higher."""
        return self.verdict in (Verdict.LOWER, Verdict.HIGHER)

    @property
    def may_differ(self) -> bool:
        """Return whether the provider is followed up without a conclusion."""
        return self.verdict in (Verdict.MAY_DIFFER_LOWER, Verdict.MAY_DIFFER_HIGHER)


def against_others(own: Count, total: Count) -> Comparison | None:
    """Compare a provider with all others together; it is never among them.

    Args:
        own: (satisfied, answered) of the provider.
        total: the same of everybody, the provider among them.

    Returns:
        The comparison; None with fewer than MIN_ANSWERS answers on either side.
    """
    others = (total[0] - own[0], total[1] - own[1])
    if own[1] < MIN_ANSWERS or others[1] < MIN_ANSWERS:
        return None
    p = p_value(own, others)
    return Comparison(own, others, p, _verdict(own[0] / own[1] < others[0] / others[1], p))


def _verdict(is_lower: bool, p: float) -> Verdict:
    if p < CLEAR:
        return Verdict.LOWER if is_lower else Verdict.HIGHER
    if p < MAY_DIFFER:
        return Verdict.MAY_DIFFER_LOWER if is_lower else Verdict.MAY_DIFFER_HIGHER
    return Verdict.NONE


@lru_cache(maxsize=100_000)
def p_value(own: Count, others: Count) -> float:
    """Return the two-sided p-value of two counts under equal shares."""
    return min(1.0, _sum_of_unlikely(own, others))


def _sum_of_unlikely(own: Count, others: Count) -> float:
    unlikely = every = 1.0  # in units of the probability of the table that was seen
    for ratio in (*_ratios(own, others, 1), *_ratios(own, others, -1)):
        every += ratio
        unlikely += ratio if ratio <= _ALIKE else 0.0
    return unlikely / every


def _ratios(own: Count, others: Count, step: int) -> Iterator[float]:
    """Yield the probabilities of the tables on one side of the one seen, in units of its own."""
    (x, n), (y, m) = own, others
    ratio = 1.0
    while (y if step > 0 else x) > 0 and (x < n if step > 0 else y < m):
        ratio *= (n - x) * y / ((x + 1) * (m - y + 1)) if step > 0 else x * (m - y) / ((n - x + 1) * (y + 1))
        x, y = x + step, y - step
        if ratio == 0.0:
            return
        yield ratio


def limits(answered: int, others: Count, level: float) -> tuple[float | None, float | None]:
    """Return the shares nearest to the others' that the test calls different at ``level``, below and above.

    Args:
        answered: the provider's number of answers.
        others: (satisfied, answered) of all others.
        level: CLEAR or MAY_DIFFER.

    Returns:
        Shares 0-1; None on a side where no number of satisfied among so many answers is called so.
    """
    middle = answered * others[0] / others[1]
    below = (x for x in range(min(answered, int(middle)), -1, -1) if x < middle)
    above = (x for x in range(int(middle), answered + 1) if x > middle)
    found = [
        next((x / answered for x in side if p_value((x, answered), others) < level), None)
        for side in (below, above)
    ]
    return found[0], found[1]


def false_alarms(providers: int) -> float:
    """Return the most that the chance of any wrong verdict can be among so many equal providers, 0-1."""
    return min(1.0, providers * CLEAR)
