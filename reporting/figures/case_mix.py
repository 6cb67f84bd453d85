"""Self-sufficiency with regard to difficulty: observed against expected endings, by indirect standardisation. Pure.

E = sum n_j * p_j over the difficulty classes j, where n_j are the provider's endings that are not excluded and p_j
the whole unit's share of self-sufficiency in the class. The interval is Wilson's of the provider's own share over
the share expected of it, E / n.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reporting.figures import intervals
from reporting.figures.endings import EXCLUDED, NOT_AN_ENDING, SELF_SUFFICIENT

MIN_CASES = 18
HIGH = "high"
Endings = Mapping[tuple[str, str, str], int]  # provider, difficulty, end reason
Cells = dict[tuple[str, str], tuple[int, int]]  # provider and class, the unit under an empty name: good, counted


@dataclass(frozen=True, slots=True)
class Expectation:
    """A provider's self-sufficient endings against what its customers' difficulty lets expect (O/E).

    ``share_high`` per cent; None where nothing may be shown or there are too few cases. ``low`` to ``high`` is the
    95 % interval; ``clear`` where the one of 99.8 % leaves 1 out.
    """

    provider: str
    share_high: float | None
    observed: int | None
    expected: float | None
    ratio: float | None
    low: float | None
    high: float | None
    clear: bool = False


def expectations(endings: Endings) -> tuple[Expectation, ...]:
    """Observed and expected of each provider with endings, nothing hidden. From MIN_CASES endings with a ratio."""
    cells = _cells(endings)
    found = []
    for ref in sorted({ref for ref, _ in cells if ref}):
        own = {kind: cell for (name, kind), cell in cells.items() if name == ref}
        observed = sum(good for good, _ in own.values())
        counted = sum(number for _, number in own.values())
        expected = sum(number * _share(cells["", kind]) for kind, (_, number) in own.items())
        high = 100 * own.get(HIGH, (0, 0))[1] / counted
        if counted < MIN_CASES or not expected:
            found.append(Expectation(ref, high, None, None, None, None, None))
            continue
        low, top = (limit * counted / expected for limit in intervals.wilson(observed, counted))
        least, most = (limit * counted / expected for limit in intervals.wilson(observed, counted, intervals.ACT))
        clear = not least <= 1 <= most
        found.append(Expectation(ref, high, observed, expected, observed / expected, low, top, clear))
    return tuple(found)


def disclosed(found: Iterable[Expectation], shown: frozenset[str], year_is_over: bool) -> tuple[Expectation, ...]:
    """What may be told: of providers whose outcome is ``shown``, and only of twelve months."""
    if not year_is_over:
        return ()
    return tuple(
        each if each.provider in shown else Expectation(each.provider, None, None, None, None, None, None)
        for each in found
    )


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
