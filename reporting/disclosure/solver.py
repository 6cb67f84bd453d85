"""What follows from sums: which unknown counts have one possible value when equations are known. Pure.

By linear elimination; then by the bounds and because people are whole: each equation narrows every unknown of it by
the bounds of the others. That finds what plain subtraction does not, a mean of shares above all.
"""

import math
from collections.abc import Collection, Mapping, Sequence
from fractions import Fraction

Equation = Mapping[int, Fraction]  # factors by unknown; what they add up to is worked out from the truth
FAR = Fraction(10**9)  # where nothing is known of a bound
ROUNDS = 20  # bounds that still move after so many are left: no finding rests on them


def determined(
    equations: Sequence[Equation],
    truth: Mapping[int, Fraction],
    top: Mapping[int, Fraction],
    smooth: Collection[int] = (),
) -> set[int]:
    """The unknowns with one possible value. All are 0 or more and at most ``top`` where it is given; an unknown
    with a negative truth has no bounds. Those in ``smooth`` need not be whole, and are never reported."""
    known: set[int] = set()
    while True:
        before = len(known)
        left = [{name: factor for name, factor in each.items() if name not in known} for each in equations]
        every = [each for each in (*left, *reduced(left)) if each]
        known |= {next(iter(each)) for each in every if len(each) == 1}
        known |= _squeezed(every, truth, top, smooth)
        if len(known) == before:
            return known - set(smooth)


def _squeezed(
    equations: Sequence[Equation],
    truth: Mapping[int, Fraction],
    top: Mapping[int, Fraction],
    smooth: Collection[int],
) -> set[int]:
    names = {name for equation in equations for name in equation}
    low = {name: _whole(Fraction(0) if truth[name] >= 0 else -FAR) for name in names}
    high = {name: _whole(top.get(name, FAR) if truth[name] >= 0 else FAR) for name in names}
    sums = []
    for equation in equations:  # whole factors: fractions are ten times as slow
        scale = math.lcm(*(factor.denominator for factor in equation.values()))
        factors = {name: _whole(factor * scale) for name, factor in equation.items()}
        sums.append((factors, _whole(sum((factor * truth[name] for name, factor in factors.items()), Fraction(0)))))
    for _ in range(ROUNDS):
        moved = False
        for factors, total in sums:
            least = sum(factor * (low if factor > 0 else high)[name] for name, factor in factors.items())
            most = sum(factor * (high if factor > 0 else low)[name] for name, factor in factors.items())
            for name, factor in factors.items():
                if name in smooth:
                    continue
                below, above = (low[name], high[name]) if factor > 0 else (high[name], low[name])
                bounds = (total - most + factor * above, total - least + factor * below)
                first, last = bounds if factor > 0 else bounds[::-1]
                smallest, largest = -(-first // factor), last // factor
                if smallest > low[name] or largest < high[name]:
                    low[name], high[name] = max(low[name], smallest), min(high[name], largest)
                    moved = True
        if not moved:
            break
    return {name for name in names if low[name] == high[name]}


def _whole(value: Fraction | int) -> Fraction | int:
    return value.numerator if value.denominator == 1 else value


def reduced(equations: Sequence[Equation]) -> list[dict[int, Fraction]]:
    """Reduced row echelon form of sparse equations: a row with one unknown left gives that unknown away."""
    done: dict[int, dict[int, Fraction]] = {}  # by pivot
    for equation in equations:
        row = dict(equation)
        for pivot in [name for name in row if name in done]:
            _subtract(row, done[pivot], row[pivot])
        if not row:
            continue
        pivot = min(row)
        scale = row[pivot]
        row = {name: value / scale for name, value in row.items()}
        for other in done.values():
            if pivot in other:
                _subtract(other, row, other[pivot])
        done[pivot] = row
    return list(done.values())


def _subtract(row: dict[int, Fraction], other: Mapping[int, Fraction], factor: Fraction) -> None:
    for name, value in other.items():
        rest = row.get(name, Fraction(0)) - factor * value
        if rest:
            row[name] = rest
        else:
            row.pop(name, None)
