"""Self-sufficiency adjusted for case mix: observed against expected endings, by indirect standardisation. Pure.

E = sum n_j * p_j over the difficulty classes j, where n_j are the provider's endings that are not excluded and p_j
is the whole unit's share of self-sufficiency in the class. The interval of O/E is Wilson's interval of the
provider's own share, divided by the share expected of it, E / n.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reporting.figures import intervals
from reporting.figures.endings import EXCLUDED, NOT_AN_ENDING, SELF_SUFFICIENT
from survey.codes import Difficulty

MIN_CASES = 18  # REPORT.md, "Statistics": O/E is shown from 18 cases
Endings = Mapping[tuple[str, str, str], int]  # provider, difficulty, end reason
# (self-sufficient, counted) by provider and class; an empty provider is the whole unit.
Cells = dict[tuple[str, str], tuple[int, int]]


@dataclass(frozen=True, slots=True)
class Expectation:
    """A provider's self-sufficient endings against those expected from its customers' difficulty (O/E).

    Every number is None where nothing may be shown, and all but ``share_high`` where there are too few cases.

    Attributes:
        share_high: per cent of the counted endings whose customers were hard to place.
        observed: self-sufficient endings.
        expected: as many as the whole unit's share in each class lets expect.
        ratio: observed / expected.
        low: lower end of the ratio's 95 % interval.
        high: upper end of it.
        clear: whether the ratio's 99.8 % interval leaves 1 out.
    """

    provider: str
    share_high: float | None
    observed: int | None
    expected: float | None
    ratio: float | None
    low: float | None
    high: float | None
    clear: bool = False


def hidden(provider: str, share_high: float | None = None) -> Expectation:
    """Return the expectation of a provider of whom nothing else is shown."""
    return Expectation(provider, share_high, observed=None, expected=None, ratio=None, low=None, high=None)


def expectations(endings: Endings) -> tuple[Expectation, ...]:
    """Return observed and expected of each provider with endings, before disclosure control.

    A provider with fewer than MIN_CASES counted endings gets its share of hard cases alone.
    """
    cells = _cells(endings)
    found = []
    for ref in sorted({ref for ref, _ in cells if ref}):
        own = {kind: cell for (name, kind), cell in cells.items() if name == ref}
        observed = sum(good for good, _ in own.values())
        counted = sum(number for _, number in own.values())
        expected = sum(number * _share(cells["", kind]) for kind, (_, number) in own.items())
        share_high = 100 * own.get(Difficulty.HIGH, (0, 0))[1] / counted
        if counted < MIN_CASES or not expected:
            found.append(hidden(ref, share_high))
            continue
        low, high = (limit * counted / expected for limit in intervals.wilson(observed, counted))
        least, most = (limit * counted / expected for limit in intervals.wilson(observed, counted, intervals.ACT))
        found.append(
            Expectation(
                provider=ref,
                share_high=share_high,
                observed=observed,
                expected=expected,
                ratio=observed / expected,
                low=low,
                high=high,
                clear=not least <= 1 <= most,
            )
        )
    return tuple(found)


def disclosed(found: Iterable[Expectation], shown: frozenset[str], year_is_over: bool) -> tuple[Expectation, ...]:
    """Return what may be told of ``found``: nothing before the year is over.

    Args:
        shown: the providers whose outcome is shown; nothing is told of the others.
    """
    if not year_is_over:
        return ()
    return tuple(each if each.provider in shown else hidden(each.provider) for each in found)


def _cells(endings: Endings) -> Cells:
    cells: Cells = {}
    for (ref, kind, reason), number in endings.items():
        if reason in EXCLUDED or reason in NOT_AN_ENDING:
            continue
        for name in (ref, ""):
            good, counted = cells.get((name, kind), (0, 0))
            cells[name, kind] = good + number * (reason in SELF_SUFFICIENT), counted + number
    return cells


def _share(cell: tuple[int, int]) -> float:
    good, counted = cell
    return good / counted
