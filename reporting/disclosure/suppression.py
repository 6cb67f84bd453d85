"""Disclosure control: which cells are not shown, so that nobody's answer can be read or worked out. Pure.

What is guarded is the numerator: how many answers there are is a count of the process, shown in full.
Tables are rows (providers, genders, classes, quarters) by points, where ``start`` + ``end`` = ``all`` and the
rows add up to a total that is published too. Such a table is a network: each cell lies in one row equation and
one column equation. A hidden cell has more than one possible value exactly when it lies on a cycle along which
the hidden cells can be moved within 0 and their number of answers. `undetermined` asks just that, so it also
finds what plain subtraction does not: values that the bounds alone give away.
"""

import math
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from reporting.disclosure.solver import determined

MIN_ANSWERS = 6  # "more than five", the 2015 report's own
MIN_FOR_EXTREMES = 10  # 0 and 100 % say what every single person answered
MIN_HIDDEN_IN_MEAN = 4  # a mean of shares is one more equation: few hidden terms could be enumerated
POINTS = ("start", "end", "all")

Count = tuple[int, int]  # numerator, denominator
Key = tuple[str, str]  # row, point


@dataclass(frozen=True, slots=True)
class Table:
    """Counts by row and point. ``unpublished`` rows (no gender stated) are never printed but can be worked out."""

    rows: Mapping[str, Mapping[str, Count]]
    unpublished: frozenset[str] = frozenset()

    def cell(self, row: str, point: str) -> Count:
        return self.rows[row].get(point, (0, 0))

    def filled(self, row: str) -> list[str]:
        """Which of ``start`` and ``end`` hold anything."""
        return [point for point in POINTS if point != "all" and self.cell(row, point)[1] > 0]


@dataclass(frozen=True, slots=True)
class Hidden:
    """What must not be shown: points of the total, and for each table its (row, point) cells."""

    total: frozenset[str]
    tables: tuple[frozenset[Key], ...]


@dataclass(slots=True)
class _Work:
    table: Table
    minimum: int
    columns: list[str]  # those whose total is shown
    hidden: set[Key] = field(default_factory=set)

    def hide(self, row: str, point: str) -> None:
        """Hide a cell, and the cell that is the same: ``all`` of a row with one point only."""
        self.hidden.add((row, point))
        points = self.table.filled(row)
        if len(points) == 1 and (point != "all" or "all" in self.columns):
            self.hidden |= {(row, points[0]), (row, "all")}

    def shown(self, point: str) -> list[str]:
        """Rows still shown in a column, the smallest first."""
        rows = [
            row for row in self.table.rows if (row, point) not in self.hidden and self.table.cell(row, point)[1] > 0
        ]
        return sorted(rows, key=lambda row: (self.table.cell(row, point)[1], row))

    def guarded(self, key: Key) -> bool:
        """An unpublished row is guarded only when it is too small to be known."""
        return key[0] not in self.table.unpublished or is_unsafe(self.table.cell(*key), self.minimum)


class _TotalMustGo(Exception):
    def __init__(self, point: str) -> None:
        self.point = point


def is_unsafe(count: Count, minimum: int = MIN_ANSWERS) -> bool:
    """True for a count that says too much about single persons by itself. An empty cell says nothing."""
    numerator, denominator = count
    if denominator == 0:
        return False
    return denominator < minimum or (denominator < MIN_FOR_EXTREMES and numerator in (0, denominator))


def protect(total: Mapping[str, Count], tables: Sequence[Table], minimum: int = MIN_ANSWERS) -> Hidden:
    """Choose what to hide in all ``tables`` that share one published ``total``."""
    closed = {point for point in POINTS if is_unsafe(total.get(point, (0, 0)), minimum)}
    while True:
        if closed:
            closed.add("all")  # else the hidden point is `all` minus the other
        try:
            hidden = tuple(frozenset(_protect_table(table, closed, minimum)) for table in tables)
        except _TotalMustGo as error:
            closed.add(error.point)
            continue
        return Hidden(frozenset(closed), hidden)


def _protect_table(table: Table, closed: Iterable[str], minimum: int) -> set[Key]:
    work = _Work(table, minimum, [point for point in POINTS if point not in closed])
    for row in table.rows:
        for point in POINTS:
            count = table.cell(row, point)
            unsafe = is_unsafe(count, minimum) or point in closed or row in table.unpublished
            if count[1] > 0 and unsafe:
                work.hide(row, point)
    while True:
        before = len(work.hidden), len(work.columns)
        for point in list(work.columns):
            _enough_in_column(work, point)
        if "all" in work.columns:
            _break_derivations(work)
        if before == (len(work.hidden), len(work.columns)):
            return work.hidden - _sums_of_shown(work)


def _sums_of_shown(work: _Work) -> set[Key]:
    """``all`` of rows whose points are shown: hiding it would hide nothing."""
    return {
        (row, "all")
        for row in work.table.rows
        if not any((row, point) in work.hidden for point in work.table.filled(row))
    }


def _enough_in_column(work: _Work, point: str) -> None:
    """What total minus shown rows leaves must itself be worth showing, and be of two rows at least."""
    candidates = iter(work.shown(point))
    cells = [key for key in work.hidden if key[1] == point]
    numerator = sum(work.table.cell(*key)[0] for key in cells)
    denominator = sum(work.table.cell(*key)[1] for key in cells)
    guarded = any(work.guarded(key) for key in cells)
    number = len(cells)
    while guarded and not (number >= 2 and denominator >= work.minimum and 0 < numerator < denominator):
        row = next(candidates, None)
        if row is None:
            _give_up(work, point)
            return
        work.hide(row, point)
        number += 1
        numerator += work.table.cell(row, point)[0]
        denominator += work.table.cell(row, point)[1]


def _give_up(work: _Work, point: str) -> None:
    if point != "all":
        raise _TotalMustGo(point)
    # With every `all` hidden its total is no more than the two other totals say, and rows bind nothing.
    work.hidden |= {(row, "all") for row in work.shown("all")}
    work.columns.remove("all")


def _break_derivations(work: _Work) -> None:
    cells = {key: work.table.cell(*key) for key in work.hidden}
    found = [key for key in sorted(set(cells) - undetermined(cells)) if work.guarded(key)]
    if not found:
        return
    # A small point beside a shown one follows from their sum. The sum has most answers: it stays, both points go.
    beside = {
        (row, each)
        for row, point in found
        if point != "all" and (row, "all") not in work.hidden
        for each in work.table.filled(row)
        if each != "all" and (row, each) not in work.hidden
    }
    if beside:
        work.hidden |= beside
        return
    rows = {(row, "all") for row, _ in found if work.table.cell(row, "all")[1] > 0}
    if rows - work.hidden:
        work.hidden |= rows
        return
    for row, point in found:
        if point == "all" and not any((row, each) in work.hidden for each in work.table.filled(row)):
            # Its points are shown, and add up to it: hide the one whose column has hidden cells already.
            begun = [key[1] for key in sorted(work.hidden)]
            points = sorted(work.table.filled(row), key=lambda each: (-begun.count(each), each))
            work.hide(row, points[0])
            return
        if shown := work.shown(point):
            work.hide(shown[0], point)
            return
    _give_up(work, "all")


def undetermined(cells: Mapping[Key, Count]) -> set[Key]:
    """The hidden cells that could have another value, when every cell not in ``cells`` and every total is known."""
    leaving: dict[str, set[str]] = {}
    entering: dict[str, set[str]] = {}
    for (row, point), (numerator, denominator) in cells.items():
        can_rise, can_fall = numerator < denominator, numerator > 0
        if point == "all":  # in the row's equation with the other sign
            can_rise, can_fall = can_fall, can_rise
        if can_rise:
            leaving.setdefault(row, set()).add(point)
        if can_fall:
            entering.setdefault(row, set()).add(point)
    through = Counter((a, b) for row in entering for a in entering[row] for b in leaving.get(row, ()) if a != b)
    found = set()
    for row, point in cells:
        enters, leaves = entering.get(row, set()), leaving.get(row, set())
        others = through.copy()  # at most nine pairs of points
        others.subtract((a, b) for a in enters for b in leaves if a != b)
        rises = point in leaves and any(_way(others, point, back) for back in enters - {point})
        falls = point in enters and any(_way(others, out, point) for out in leaves - {point})
        if rises or falls:
            found.add((row, point))
    return found


def _way(through: Mapping[tuple[str, str], int], start: str, goal: str) -> bool:
    """Whether other rows lead from one point to another, directly or by the third."""
    return through[start, goal] > 0 or any(
        through[start, middle] > 0 and through[middle, goal] > 0 for middle in POINTS
    )


@dataclass(frozen=True, slots=True)
class Outcome:
    """Endings of one provider: self-sufficient, all, and those that are not excluded."""

    good: int
    every: int
    kept: int


def protect_outcomes(rows: Mapping[str, Outcome], minimum: int = MIN_ANSWERS) -> tuple[bool, frozenset[str]]:
    """(Whether the total goes, the hidden rows). Both outcomes share a numerator: one hides with the other."""

    def unsafe(each: Outcome) -> bool:
        return is_unsafe((each.good, each.every), minimum) or is_unsafe((each.good, each.kept), minimum)

    def add(names: Iterable[str]) -> Outcome:
        chosen = [rows[name] for name in names]
        return Outcome(sum(r.good for r in chosen), sum(r.every for r in chosen), sum(r.kept for r in chosen))

    filled = sorted((name for name in rows if rows[name].every), key=lambda name: (rows[name].every, name))
    hidden = [name for name in filled if unsafe(rows[name])]
    shown = [name for name in filled if not unsafe(rows[name])]
    if unsafe(add(filled)):
        return True, frozenset(filled)
    while hidden:
        rest = add(hidden)
        if len(hidden) >= 2 and rest.kept >= minimum and 0 < rest.good < rest.kept:
            break
        if not shown:
            return True, frozenset(filled)
        hidden.append(shown.pop(0))
    return False, frozenset(hidden)


def means_shown(table: Table, hidden: Hidden) -> dict[str, Fraction]:
    """By point, the mean of provider shares in per cent, where it may be shown beside everything else that is.

    A mean is an equation with other coefficients than the total's: two hidden providers would follow from both,
    and because people are whole even more of them. So where a provider is hidden the mean is told in whole per
    cent, and only when no hidden cell follows from that.
    """
    cells = hidden.tables[0]
    means = {point: mean for point in POINTS if (mean := _mean(table, point)) is not None}
    touched = {point for point in means if any(key[1] == point for key in cells)}
    for point in list(touched):
        few = sum(key[1] == point for key in cells) < MIN_HIDDEN_IN_MEAN
        if few or point in hidden.total:
            touched.remove(point)
            del means[point]
        else:
            means[point] = Fraction(math.floor(means[point] + Fraction(1, 2)))
    if touched and len(cells) <= 150 and _derivable(table, hidden, {point: means[point] for point in touched}):
        means = {point: mean for point, mean in means.items() if point not in touched}
    return means


def _mean(table: Table, point: str) -> Fraction | None:
    shares = [Fraction(*cell) for row in table.rows if (cell := table.cell(row, point))[1]]
    return 100 * sum(shares, Fraction(0)) / len(shares) if shares else None


def _derivable(table: Table, hidden: Hidden, means: Mapping[str, Fraction]) -> bool:
    """Whether some hidden cell follows from totals, rows and means in whole per cent."""
    variables = sorted(hidden.tables[0])
    place = {key: number for number, key in enumerate(variables)}
    truth = {place[key]: Fraction(table.cell(*key)[0]) for key in variables}
    top = {place[key]: Fraction(table.cell(*key)[1]) for key in variables}
    equations: list[dict[int, Fraction]] = []
    for point in set(POINTS) - hidden.total:
        equations.append({place[key]: Fraction(1) for key in variables if key[1] == point})
    for row in {key[0] for key in variables}:
        equations.append(
            {place[row, point]: Fraction(-1 if point == "all" else 1) for point in POINTS if (row, point) in place}
        )
    rounding: list[int] = []  # how far above its lowest each mean is: an unknown that everybody has bounds for
    for point, mean in means.items():
        number = len(variables) + len(rounding)
        rounding.append(number)
        one = Fraction(sum(table.cell(row, point)[1] > 0 for row in table.rows), 100)
        exact = _mean(table, point)
        assert exact is not None
        truth[number], top[number] = (exact - mean + Fraction(1, 2)) * one, one
        shares = {place[key]: Fraction(1, table.cell(*key)[1]) for key in variables if key[1] == point}
        equations.append({**shares, number: Fraction(-1)})
    return bool(determined(equations, truth, top, rounding))
