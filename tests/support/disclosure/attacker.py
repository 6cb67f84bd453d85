"""Somebody with every published file, the rules of addition and patience: which hidden cells follow?

Independent of the program: the files are read as anybody reads them. Unknowns are numerators (for outcomes also
denominators) of each release; equations are what everybody knows about the tables. First linear elimination over
fractions, then what the bounds and the whole numbers give away. An earlier release is more rows, and one more
thing that everybody knows: where as many people have answered as before, their answers are the same.
"""

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from fractions import Fraction

from reporting.figures.indicators import Indicator
from tests.support.disclosure.released import Release

Name = tuple[str, ...]  # release, table, row, point
Equation = tuple[dict[Name, Fraction], Fraction]  # coefficients and what they add up to
POINTS = ("start", "end", "all")
ONE = Fraction(1)
FEW = 6
ROUNDING = "rounding"
FAR = Fraction(10**6)  # more people than there are
ROUNDS = 20


def derived(*releases: Release | Sequence[Indicator]) -> set[Name]:
    """The names of hidden cells whose numerator (or an outcome's denominator) follows from all ``releases``,
    and of changes between two of them that are those of a few people."""
    every = [each if isinstance(each, Release) else Release(each) for each in releases]
    found = _outcomes(every)
    for question in ("overall", "treatment", "usefulness"):
        found |= _satisfaction(every, question)
    return found


@dataclass
class _Known:
    """What is read straight from the releases, and what is hidden in them."""

    values: dict[Name, Fraction] = field(default_factory=dict)
    people: dict[Name, Fraction] = field(default_factory=dict)
    hidden: set[Name] = field(default_factory=set)
    equations: list[Equation] = field(default_factory=list)


def _satisfaction(releases: Sequence[Release], question: str) -> set[Name]:
    known = _Known()
    for number, release in enumerate(releases):
        _read_satisfaction(known, str(number), release, question)
    leaked = set(known.values) & known.hidden
    changes = _changes(known, len(releases))
    # A cell that only stood in the way of others may be told later: no finding itself, but what follows from it is.
    told = {(name[1:], known.people.get(name)) for name in known.values}
    kept = {name for name in known.hidden if (name[1:], known.people.get(name)) not in told}
    return leaked | (solve(known.equations, known.values, known.people) & (kept | changes))


def _read_satisfaction(known: _Known, release: str, told: Release, question: str) -> None:
    id_ = f"satisfaction.{question}"
    tables: dict[str, set[str]] = {"provider": set(), "gender": {"?"}, "difficulty": {"?"}, "quarter": set()}
    means: list[Indicator] = []
    answered = {(r.provider, r.point): r.numerator or 0 for r in told.rows if r.indicator == "response_rate"}
    for r in told.rows:
        if r.indicator == id_ + ".mean_of_providers":
            means.append(r)
        if r.indicator != id_:
            continue
        table, row = _place(r)
        name = (release, table, row, r.point)
        if table != "total":
            tables[table].add(row)
        if r.status == "ok":
            known.values[name] = Fraction(r.numerator or 0)
            known.people[name] = Fraction(r.denominator or 0)
        elif r.status == "no_answers":
            known.values[name] = known.people[name] = Fraction(0)
        else:
            known.hidden.add(name)
            share = told.printed.get((r.point, " ".join(r.provider_name.split()))) if r.provider else None
            if share is not None and question == "overall":
                known.values[name] = Fraction(round(share * answered[r.provider, r.point] / 100))
        if question == "overall" and table in ("provider", "total"):  # others' numbers are not published
            known.people[name] = Fraction(answered[r.provider, r.point])
    _read_packs(known, release, told, question)
    for table, names in (("total", {""}), *tables.items()):
        for row in names:
            start, end, both = ((release, table, row, point) for point in POINTS)
            known.equations.append(({start: ONE, end: ONE, both: -ONE}, Fraction(0)))
    for table, names in tables.items():
        for point in POINTS:
            sums: dict[Name, Fraction] = {(release, table, row, point): ONE for row in names}
            known.equations.append(({**sums, (release, "total", "", point): -ONE}, Fraction(0)))
    for mean in means:
        if mean.status == "ok" and mean.value is not None:
            shares: dict[Name, Fraction] = {
                (release, "provider", ref, point): 1 / Fraction(number)
                for (ref, point), number in answered.items()
                if ref and point == mean.point and number
            }
            number = Fraction(mean.denominator or 0)
            if mean.value.is_integer():  # rounded: the sum of shares is somewhere in a whole per cent
                rest: Name = (release, ROUNDING, "", mean.point)
                known.people[rest] = number / 100
                known.equations.append(
                    ({**shares, rest: -ONE}, (Fraction(mean.value) - Fraction(1, 2)) * number / 100)
                )
            else:
                total = Fraction(mean.value / 100).limit_denominator(10**12) * number
                known.equations.append((shares, total))


def _read_packs(known: _Known, release: str, told: Release, question: str) -> None:
    """A share that the report hides; or that of the others, which is the whole unit's less the provider's own."""
    for (provider, asked, point), said in told.said.items():
        name, total = (release, "provider", provider, point), (release, "total", "", point)
        people, everybody = known.people.get(name), known.people.get(total)
        if asked != question or name in known.values or people is None:
            continue
        if said.own is not None:
            known.values[name] = Fraction(round(said.own * people / 100))
        elif said.others is not None and everybody is not None:
            rest = Fraction(round(said.others * (everybody - people) / 100))
            known.equations.append(({total: ONE, name: -ONE}, rest))


def _changes(known: _Known, releases: int) -> set[Name]:
    """Equations between the releases; the names of the changes that would be those of a few people."""
    few: set[Name] = set()
    names = {name[1:] for name in known.people if name[1] != ROUNDING}
    for earlier in range(releases):
        for later in range(earlier + 1, releases):
            for cell in names:
                old, new = (str(earlier), *cell), (str(later), *cell)
                if old not in known.people or new not in known.people:
                    continue
                people = known.people[new] - known.people[old]
                if people < 0:  # answers were taken back
                    old, new, people = new, old, -people
                if people == 0:
                    known.equations.append(({new: ONE, old: -ONE}, Fraction(0)))
                    continue
                change: Name = (f"{earlier}-{later}", *cell)
                known.equations.append(({new: ONE, old: -ONE, change: -ONE}, Fraction(0)))
                known.people[change] = people
                if 0 < people < FEW:
                    few.add(change)
    return few


def _place(r: Indicator) -> tuple[str, str]:
    if r.provider:
        return "provider", r.provider
    if r.gender != "T":
        return "gender", r.gender
    if r.difficulty:
        return "difficulty", r.difficulty
    return ("total", "") if "-" not in r.period else ("quarter", r.period)


def _outcomes(releases: Sequence[Release]) -> set[Name]:
    known = _Known()
    for number, told in enumerate(releases):
        release = str(number)
        providers = {r.provider for r in told.rows if r.indicator.startswith("outcome.") and r.provider}
        for r in told.rows:
            if not r.indicator.startswith("outcome."):
                continue
            good, of = (release, "good", r.provider), (release, r.indicator, r.provider)
            if r.status == "ok":
                known.values[good], known.values[of] = Fraction(r.numerator or 0), Fraction(r.denominator or 0)
            elif r.status == "no_answers":
                known.values[good] = known.values[of] = Fraction(0)
            else:
                known.hidden |= {good, of}
        for name in ("good", "outcome.all_endings", "outcome.after_exclusions"):
            sums: dict[Name, Fraction] = {(release, name, ref): ONE for ref in providers}
            known.equations.append(({**sums, (release, name, ""): -ONE}, Fraction(0)))
    few = set()
    for name in list(known.values):
        if name[0] == "0" and name[1] != "good":
            for later in range(1, len(releases)):
                people = known.values.get((str(later), *name[1:]), known.values[name]) - known.values[name]
                if 0 < people < FEW:
                    few.add((f"0-{later}", *name[1:]))
    return few | (solve(known.equations, known.values, {}) & known.hidden)


def solve(equations: Sequence[Equation], known: Mapping[Name, Fraction], top: Mapping[Name, Fraction]) -> set[Name]:
    """The unknowns with one possible value; ``top`` is the largest value of some, 0 the smallest of all."""
    return set(values_of(equations, known, top)) - set(known)


def values_of(
    equations: Sequence[Equation], known: Mapping[Name, Fraction], top: Mapping[Name, Fraction]
) -> dict[Name, Fraction]:
    """What is known in the end, with its value."""
    values = dict(known)
    while True:
        before = len(values)
        left = [_insert(equation, values) for equation in equations]
        reduced = _reduce(left)
        for coefficients, constant in reduced:
            if len(coefficients) == 1:
                ((name, factor),) = coefficients.items()
                values[name] = constant / factor
        values.update(_squeezed([*left, *reduced], top))
        if len(values) == before:
            return values


def _squeezed(equations: Sequence[Equation], top: Mapping[Name, Fraction]) -> dict[Name, Fraction]:
    """What the bounds leave one value: each equation narrows each of its unknowns by the bounds of the others."""
    low: dict[Name, Fraction] = {}
    high: dict[Name, Fraction] = {}
    for coefficients, _ in equations:
        for name in coefficients:
            low.setdefault(name, Fraction(0))
            high.setdefault(name, top.get(name, FAR))
    for _ in range(ROUNDS):
        moved = False
        for coefficients, constant in equations:
            least = sum(min(f * low[n], f * high[n]) for n, f in coefficients.items())
            most = sum(max(f * low[n], f * high[n]) for n, f in coefficients.items())
            for name, factor in coefficients.items():
                ends = factor * low[name], factor * high[name]
                bounds = (constant - (most - max(ends))) / factor, (constant - (least - min(ends))) / factor
                lowest, highest = min(bounds), max(bounds)
                if name[1] != ROUNDING:  # people are whole
                    lowest, highest = Fraction(math.ceil(lowest)), Fraction(math.floor(highest))
                if lowest > low[name] or highest < high[name]:
                    moved = True
                    low[name], high[name] = max(low[name], lowest), min(high[name], highest)
                    least = sum(min(f * low[n], f * high[n]) for n, f in coefficients.items())
                    most = sum(max(f * low[n], f * high[n]) for n, f in coefficients.items())
        if not moved:
            break
    return {name: low[name] for name in low if low[name] == high[name]}


def _insert(equation: Equation, values: Mapping[Name, Fraction]) -> Equation:
    coefficients, constant = equation
    rest = {name: factor for name, factor in coefficients.items() if name not in values}
    return rest, constant - sum(f * values[n] for n, f in coefficients.items() if n in values)


def _reduce(equations: Sequence[Equation]) -> list[Equation]:
    """Gauss and Jordan, on dense rows."""
    names = sorted({name for coefficients, _ in equations for name in coefficients})
    matrix = [[c.get(name, Fraction(0)) for name in names] + [constant] for c, constant in equations]
    done = 0
    for column in range(len(names)):
        pivot = next((i for i in range(done, len(matrix)) if matrix[i][column]), None)
        if pivot is None:
            continue
        matrix[done], matrix[pivot] = matrix[pivot], matrix[done]
        scale = matrix[done][column]
        matrix[done] = [value / scale for value in matrix[done]]
        for i, row in enumerate(matrix):
            if i != done and row[column]:
                factor = row[column]
                matrix[i] = [a - factor * b if b else a for a, b in zip(row, matrix[done], strict=True)]
        done += 1
    return [
        ({name: value for name, value in zip(names, row, strict=False) if value}, row[-1]) for row in matrix[:done]
    ]
