"""Self-sufficiency adjusted for case mix: observed against expected endings, by indirect standardisation. Pure.

E = n * sum w_j * p_j over the difficulty classes j. n are the provider's endings that are not excluded, w_j the
part of all its endings that is in the class, and p_j the whole unit's share of self-sufficiency in the class. The
parts are of all endings, because how many of a class were excluded is told of nobody. So the expectation is made of
told figures and of what the register says, and tells nothing more. The interval of O/E is Wilson's interval of the
provider's own share, divided by the share expected of it, E / n.
"""

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass

from reporting.disclosure.cells import Cell
from reporting.figures import intervals
from reporting.figures.endings import count_endings
from reporting.figures.exact_test import Count
from reporting.figures.told import Told
from storage.figures.release_values import Response
from survey.codes import Difficulty

MIN_CASES = 18  # REPORT.md, "Statistics": O/E is shown from 18 cases
OUTCOME = "outcome.after_exclusions"
Endings = Counter[tuple[str, str]]  # by difficulty and end reason


@dataclass(frozen=True, slots=True)
class Expectation:
    """A provider's self-sufficient endings against those expected from its customers' difficulty (O/E).

    Every number is None where nothing may be shown, and all but ``share_high`` where there are too few cases.

    Attributes:
        share_high: per cent of all its endings whose customers were hard to place.
        observed: self-sufficient endings.
        expected: as many as the whole unit's share in each class lets expect.
        ratio: observed / expected.
        low: lower end of the ratio's 95 % interval.
        high: upper end of it.
        clear: whether the ratio's 99.8 % interval leaves 1 out.
        day: of an earlier edition, ISO 8601, where the row keeps what that edition told; else empty.
    """

    provider: str
    share_high: float | None
    observed: int | None
    expected: float | None
    ratio: float | None
    low: float | None
    high: float | None
    clear: bool = False
    day: str = ""


def hidden(provider: str, share_high: float | None = None) -> Expectation:
    """Return the expectation of a provider of whom nothing else is shown."""
    return Expectation(provider, share_high, observed=None, expected=None, ratio=None, low=None, high=None)


def expectations(
    endings: Iterable[Response], told: Told, year: int, before: Mapping[str, Expectation]
) -> tuple[Expectation, ...]:
    """Return observed and expected of each provider with endings, as far as they may be told.

    A provider with fewer than MIN_CASES counted endings gets its share of hard cases alone.

    Args:
        endings: the year's endings.
        told: what may be told.
        year: the calendar year.
        before: what the edition before told, by provider; it is kept where nothing may be told anew.
    """
    by_provider: dict[str, Endings] = {}
    unit: Endings = Counter()
    for each in endings:
        by_provider.setdefault(each.provider, Counter())[each.difficulty, each.value] += 1
        unit[each.difficulty, each.value] += 1
    shares = {kind: _share(_of_class(unit, kind)) for kind, _ in unit}
    classes = [Cell(OUTCOME, "", str(year), difficulty=kind) for kind in ("", *filter(None, shares))]
    may_expect = all(told.is_told(cell) for cell in classes)
    return tuple(
        expectation(ref, own, shares)
        if may_expect and told.is_told(Cell(OUTCOME, ref, str(year)))
        else before.get(ref, hidden(ref))
        for ref, own in sorted(by_provider.items())
    )


def expectation(ref: str, own: Endings, shares: Mapping[str, float]) -> Expectation:
    """Return observed and expected of a provider.

    Args:
        ref: the provider.
        own: its endings.
        shares: the whole unit's share of self-sufficiency in each class, 0-1.
    """
    observed, counted = _count(own)
    every = own.total()
    share_high = 100 * _of_class(own, Difficulty.HIGH).total() / every
    share = sum(number * shares[kind] for (kind, _), number in own.items()) / every
    if counted < MIN_CASES or not share:
        return hidden(ref, share_high)
    expected = counted * share
    low, high = (limit / share for limit in intervals.wilson(observed, counted))
    least, most = (limit / share for limit in intervals.wilson(observed, counted, intervals.ACT))
    return Expectation(
        provider=ref,
        share_high=share_high,
        observed=observed,
        expected=expected,
        ratio=observed / expected,
        low=low,
        high=high,
        clear=not least <= 1 <= most,
    )


def _of_class(endings: Endings, kind: str) -> Endings:
    return Counter({key: number for key, number in endings.items() if key[0] == kind})


def _count(endings: Endings) -> Count:
    """Return (self-sufficient, not excluded)."""
    reasons: Counter[str] = Counter()
    for (_, reason), number in endings.items():
        reasons[reason] += number
    ended = count_endings(reasons)
    return ended.good, ended.kept


def _share(endings: Endings) -> float:
    good, counted = _count(endings)
    return good / counted if counted else 0.0
