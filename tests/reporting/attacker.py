"""Somebody with every published row, the rules of addition and patience: which hidden cells follow?

Independent of reporting/disclosure.py. Unknowns are numerators (for outcomes also denominators); equations are
what everybody knows about the tables. First linear elimination over fractions, then what the bounds give away.
"""

from collections.abc import Mapping, Sequence
from fractions import Fraction

from reporting.indicators import Indicator
from tests.reporting.cubes import YEAR

Name = tuple[str, ...]
Equation = tuple[dict[Name, Fraction], Fraction]  # coefficients and what they add up to
POINTS = ("start", "end", "all")


def derived(rows: Sequence[Indicator]) -> set[Name]:
    """The names of hidden cells whose numerator (or an outcome's denominator) follows from ``rows``."""
    found = _outcomes(rows)
    for question in ("overall", "treatment", "usefulness"):
        found |= _satisfaction([r for r in rows if r.indicator.startswith(f"satisfaction.{question}")], rows)
    return found


def _satisfaction(rows: Sequence[Indicator], every: Sequence[Indicator]) -> set[Name]:
    known: dict[Name, Fraction] = {}
    hidden: set[Name] = set()
    tables: dict[str, set[str]] = {"provider": set(), "gender": {"?"}, "difficulty": {"?"}, "quarter": set()}
    means: dict[str, Indicator] = {}
    for r in rows:
        if r.indicator.endswith("mean_of_providers"):
            means[r.point] = r
            continue
        table, row = _place(r)
        if table != "total":
            tables[table].add(row)
        if r.status == "ok":
            known[table, row, r.point] = Fraction(r.numerator or 0)
        elif r.status == "no_answers":
            known[table, row, r.point] = Fraction(0)
        else:
            hidden.add((table, row, r.point))
    answered: dict[Name, Fraction] = {
        ("provider" if r.provider else "total", r.provider, r.point): Fraction(r.numerator or 0)
        for r in every
        if r.indicator == "response_rate"
    }
    equations: list[Equation] = []
    for table, names in (("total", {""}), *tables.items()):
        for row in names:
            equations.append(
                (
                    {
                        (table, row, "start"): Fraction(1),
                        (table, row, "end"): Fraction(1),
                        (table, row, "all"): Fraction(-1),
                    },
                    Fraction(0),
                )
            )
    for table, names in tables.items():
        for point in POINTS:
            sums: dict[Name, Fraction] = {(table, row, point): Fraction(1) for row in names}
            equations.append(({**sums, ("total", "", point): Fraction(-1)}, Fraction(0)))
    for point, mean in means.items():
        if mean.status == "ok" and mean.value is not None:
            shares: dict[Name, Fraction] = {
                key: 1 / number
                for key, number in answered.items()
                if key[0] == "provider" and key[2] == point and number
            }
            total = Fraction(mean.value / 100).limit_denominator(10**12) * (mean.denominator or 0)
            equations.append((shares, total))
    return solve(equations, known, answered) & hidden


def _place(r: Indicator) -> tuple[str, str]:
    if r.provider:
        return "provider", r.provider
    if r.gender != "T":
        return "gender", r.gender
    if r.difficulty:
        return "difficulty", r.difficulty
    return ("total", "") if r.period == str(YEAR) else ("quarter", r.period)


def _outcomes(rows: Sequence[Indicator]) -> set[Name]:
    known: dict[Name, Fraction] = {}
    hidden: set[Name] = set()
    providers = {r.provider for r in rows if r.indicator.startswith("outcome.") and r.provider}
    for r in rows:
        if not r.indicator.startswith("outcome."):
            continue
        good, of = ("good", r.provider), (r.indicator, r.provider)
        if r.status == "ok":
            known[good], known[of] = Fraction(r.numerator or 0), Fraction(r.denominator or 0)
        elif r.status == "no_answers":
            known[good] = known[of] = Fraction(0)
        else:
            hidden |= {good, of}
    equations: list[Equation] = []
    for name in ("good", "outcome.all_endings", "outcome.after_exclusions"):
        sums: dict[Name, Fraction] = {(name, ref): Fraction(1) for ref in providers}
        equations.append(({**sums, (name, ""): Fraction(-1)}, Fraction(0)))
    return solve(equations, known, {}) & hidden


def solve(equations: Sequence[Equation], known: Mapping[Name, Fraction], top: Mapping[Name, Fraction]) -> set[Name]:
    """The unknowns with one possible value; ``top`` is the largest value of some, 0 the smallest of all."""
    values = dict(known)
    while True:
        before = len(values)
        left = [_insert(equation, values) for equation in equations]
        for coefficients, constant in _reduce(left):
            if len(coefficients) == 1:
                ((name, factor),) = coefficients.items()
                values[name] = constant / factor
        for coefficients, constant in (_insert(equation, values) for equation in equations):
            names = list(coefficients)
            signs = {value > 0 for value in coefficients.values()}
            if len(signs) != 1:
                continue
            if constant == 0:
                values.update(dict.fromkeys(names, Fraction(0)))
            elif all(name in top for name in names) and constant == sum(
                coefficients[name] * top[name] for name in names
            ):
                values.update({name: top[name] for name in names})
        if len(values) == before:
            return set(values) - set(known)


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
