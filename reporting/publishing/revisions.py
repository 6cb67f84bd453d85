"""Several releases of one year: what a revision may tell that the earlier ones do not already give away. Pure.

Whoever has two releases can take one from the other. A revision with one answer more would tell that answer, and
a cell that is hidden in one release and shown in the other would be found. So a question's figures are revised
only when no such difference follows from all releases together; else its earlier figures stand.
"""

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from itertools import combinations
from typing import NamedTuple

from reporting.disclosure.solver import determined
from reporting.disclosure.suppression import MIN_ANSWERS, MIN_FOR_EXTREMES, Count, is_unsafe
from reporting.figures.endings import count_endings, reasons_of
from reporting.figures.indicators import NOT_STATED, QUESTIONS, Indicator
from storage.figures.cells import Aggregate

OUTCOMES = "outcome"
PARTS = (*QUESTIONS, OUTCOMES)  # what is revised, or stands, as a whole
MOST_UNKNOWN = 400  # beyond so many hidden cells the elimination would take minutes: earlier figures stand

Cell = tuple[str, str, str]  # table, row, column
ONE = Fraction(1)


class Unknown(NamedTuple):
    """A hidden numerator of a release; or, by ``what``, its change since, or that of all of its column."""

    release: int
    cell: Cell
    what: str = ""


Equation = dict[Unknown, Fraction]


@dataclass(frozen=True, slots=True)
class Release:
    """A published report: its counted cells, and its rows as shown."""

    counts: Aggregate
    rows: Sequence[Indicator]


@dataclass(frozen=True, slots=True)
class _View:
    """One part of a release: every count by cell, and which of them are hidden."""

    counts: Mapping[Cell, Count]
    hidden: frozenset[Cell]
    means: frozenset[str] = frozenset()  # the points whose mean of provider shares is shown

    def count(self, cell: Cell) -> Count:
        return self.counts.get(cell, (0, 0))


def unsafe_parts(release: Release, earlier: Sequence[Release], minimum: int = MIN_ANSWERS) -> frozenset[str]:
    """The parts of ``release`` that would give something away to those who have the ``earlier`` ones."""
    return frozenset(
        part
        for part in PARTS
        if earlier
        and (
            _gives_away([_view(each, part) for each in (*earlier, release)], part, minimum)
            or (part == OUTCOMES and any(_few_reasons(each, release, minimum) for each in earlier))
        )
    )


def _few_reasons(old: Release, new: Release, minimum: int) -> bool:
    """Whether a few people's end reasons are what the whole unit's reasons differ by."""
    before, after = reasons_of(old.counts)[""], reasons_of(new.counts)[""]
    return any(
        0 < abs(after.get(reason, 0) - before.get(reason, 0)) < minimum for reason in before.keys() | after.keys()
    )


def _view(release: Release, part: str) -> _View:
    if part == OUTCOMES:
        return _outcome_view(release)
    place = 1 + 2 * QUESTIONS.index(part)
    year = str(release.counts.year)
    counts = {}
    for (provider, period, point, gender, difficulty), numbers in release.counts.satisfaction.items():
        cell = (*_place(provider, period, gender, difficulty, year), point)
        counts[cell] = (numbers[place + 1], numbers[place])
    hidden = {
        (*_place(row.provider, row.period, row.gender, row.difficulty, year), row.point)
        for row in release.rows
        if row.indicator == f"satisfaction.{part}" and row.status in ("too_few", "suppressed")
    }
    hidden |= {cell for cell in counts if cell[1] == NOT_STATED}
    mean = f"satisfaction.{part}.mean_of_providers"
    means = {row.point for row in release.rows if row.indicator == mean and row.status == "ok"}
    return _View(counts, frozenset(hidden), frozenset(means))


def _place(provider: str, period: str, gender: str, difficulty: str, year: str) -> tuple[str, str]:
    if provider:
        return "provider", provider
    if gender != "T":
        return "gender", gender
    if difficulty:
        return "difficulty", difficulty
    return ("total", "") if period == year else ("quarter", period)


def _outcome_view(release: Release) -> _View:
    reasons = reasons_of(release.counts)
    counts: dict[Cell, Count] = {}
    for ref in reasons:
        counted = count_endings(reasons[ref])
        table = "provider" if ref else "total"
        counts[table, ref, "every"] = (counted.good, counted.every)
        counts[table, ref, "kept"] = (counted.good, counted.kept)
    names = {"outcome.all_endings": "every", "outcome.after_exclusions": "kept"}
    hidden = {
        ("provider" if row.provider else "total", row.provider, names[row.indicator])
        for row in release.rows
        if row.indicator in names and row.status in ("too_few", "suppressed")
    }
    return _View(counts, frozenset(hidden))


def _gives_away(views: Sequence[_View], part: str, minimum: int) -> bool:
    new = views[-1]
    if all(view == new for view in views):
        return False
    if any(_told(view, new, minimum) for view in views[:-1]):
        return True
    if sum(len(view.hidden) for view in views) > MOST_UNKNOWN:
        return True
    equations = [each for number, view in enumerate(views) for each in _sums(view, number, part)]
    equations += list(_links(views))
    differences: dict[Unknown, Count] = {}
    for number, view in enumerate(views[:-1]):
        equations += list(_differences(view, number, new, len(views) - 1, differences))
    truth = differences | {
        unknown: views[unknown.release].count(unknown.cell)
        for equation in equations
        for unknown in equation
        if not unknown.what
    }
    return any(
        _tells(truth[unknown], minimum)
        if unknown.what
        else is_unsafe(truth[unknown], minimum) or not _shown_elsewhere(unknown, views)
        for unknown in _followed(equations, truth)
    )


def _shown_elsewhere(unknown: Unknown, views: Sequence[_View]) -> bool:
    """A cell that only stood in the way of others, and that another release shows as it is."""
    people = views[unknown.release].count(unknown.cell)[1]
    return any(unknown.cell not in view.hidden and view.count(unknown.cell)[1] == people for view in views)


def _followed(equations: Sequence[Equation], truth: Mapping[Unknown, Count]) -> set[Unknown]:
    """The unknowns that have one possible value."""
    names = sorted({name for equation in equations for name in equation})
    place = {name: number for number, name in enumerate(names)}
    found = determined(
        [{place[name]: factor for name, factor in each.items()} for each in equations],
        {place[name]: Fraction(truth[name][0]) for name in names},
        {place[name]: Fraction(truth[name][1]) for name in names if truth[name][1] >= truth[name][0]},
    )
    return {names[number] for number in found}


def _told(old: _View, new: _View, minimum: int) -> bool:
    """Whether what both show differs by too few people."""
    for cell in (old.counts.keys() | new.counts.keys()) - old.hidden - new.hidden:
        (before, people_before), (after, people) = old.count(cell), new.count(cell)
        if _tells((after - before, people - people_before), minimum):
            return True
    return False


def _tells(difference: Count, minimum: int) -> bool:
    """Whether the change of a count by so many people says something of a few of them."""
    numerator, people = difference
    if people < 0:
        numerator, people = -numerator, -people
    if people == 0 or not 0 <= numerator <= people:  # answers were corrected; how many, nobody can tell
        return numerator != 0 and people < MIN_FOR_EXTREMES
    return is_unsafe((numerator, people), minimum)


def _sums(view: _View, number: int, part: str) -> Iterator[Equation]:
    """What everybody knows of one release: rows add up to the total, start and end to all."""
    cells: dict[tuple[str, str], Equation] = {}
    lines: dict[tuple[str, str], Equation] = {}
    for cell in view.hidden:
        table, row, column = cell
        tables = {each[0] for each in view.counts} - {"total"} if table == "total" else {table}
        for each in tables:
            cells.setdefault((each, column), {})[Unknown(number, cell)] = -ONE if table == "total" else ONE
        if part == OUTCOMES:
            continue
        lines.setdefault((table, row), {})[Unknown(number, cell)] = -ONE if column == "all" else ONE
    yield from cells.values()
    yield from lines.values()
    for point in view.means:
        hidden = [cell for cell in view.hidden if cell[0] == "provider" and cell[2] == point]
        if hidden:
            yield {Unknown(number, cell): Fraction(1, view.count(cell)[1]) for cell in hidden}
    if part == OUTCOMES:  # both outcomes of a provider have the same numerator
        for table, row, column in view.hidden:
            if column == "every" and (table, row, "kept") in view.hidden:
                yield {Unknown(number, (table, row, "every")): ONE, Unknown(number, (table, row, "kept")): -ONE}


def _links(views: Sequence[_View]) -> Iterator[Equation]:
    """As many people in both releases: they will be the same ones with the same answers."""
    for (first, old), (second, new) in combinations(enumerate(views), 2):
        for cell in old.hidden | new.hidden:
            if old.count(cell)[1] == new.count(cell)[1]:
                equation = {Unknown(first, cell): ONE} if cell in old.hidden else {}
                if cell in new.hidden:
                    equation[Unknown(second, cell)] = -ONE
                yield equation


def _differences(old: _View, number: int, new: _View, last: int, found: dict[Unknown, Count]) -> Iterator[Equation]:
    """A name for the change of each cell that is hidden in one of them, and for that of all of a column's."""
    columns: dict[tuple[str, str], Equation] = {}
    for cell in old.hidden | new.hidden:
        table, _, column = cell
        (before, people_before), (after, people) = old.count(cell), new.count(cell)
        name = Unknown(number, cell, "change")
        found[name] = (after - before, people - people_before)
        equation: Equation = {name: -ONE}
        if cell in new.hidden:
            equation[Unknown(last, cell)] = ONE
        if cell in old.hidden:
            equation[Unknown(number, cell)] = -ONE
        yield equation
        columns.setdefault((table, column), {})[name] = ONE
    for (table, column), equation in columns.items():
        whole = Unknown(number, (table, "", column), "changes")
        counts = [found[name] for name in equation]
        found[whole] = (sum(count[0] for count in counts), sum(count[1] for count in counts))
        yield {**equation, whole: -ONE}
