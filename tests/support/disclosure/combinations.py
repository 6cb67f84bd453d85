"""The fewest people that a combination of told cells touches, found by trying every set of atoms.

A combination that is zero outside a set of atoms exists exactly when the rows lose rank without these atoms. That
takes no elimination trick and no solver, and far too long for more than a dozen atoms.
"""

from collections.abc import Sequence
from fractions import Fraction
from itertools import combinations

from reporting.disclosure.atoms import Atoms


def fewest_people(atoms: Atoms) -> int | None:
    """Return their number; None where nothing is told."""
    rows = [[int(each) for each in row] for row in atoms.rows]
    width = range(len(atoms.answers))
    whole = _rank(rows)
    found = None
    for size in range(1, len(atoms.answers) + 1):
        for chosen in combinations(width, size):
            number = sum(people for theirs, people in atoms.alike.items() if theirs & set(chosen))
            if (found is None or number < found) and _rank(
                [[row[column] for column in width if column not in chosen] for row in rows]
            ) < whole:
                found = number
    return found


def _rank(rows: Sequence[Sequence[int]]) -> int:
    left = [[Fraction(each) for each in row] for row in rows]
    rank = 0
    for column in range(len(left[0]) if left else 0):
        pivot = next((row for row in left[rank:] if row[column]), None)
        if pivot is None:
            continue
        left.remove(pivot)
        left.insert(rank, pivot)
        for place in range(rank + 1, len(left)):
            factor = left[place][column] / pivot[column]
            left[place] = [each - factor * other for each, other in zip(left[place], pivot, strict=True)]
        rank += 1
    return rank
