"""Certify a release: find the fewest people that any combination of told cells touches. Pure.

Theory of operation. The told rows are put in reduced row echelon form (row_space.py) many times, with other pivots
each time. The smallest row of all these forms is the candidate. It is proven to be the smallest combination thus:

1. Every combination has at least one pivot in each form, and one that has a single pivot is a row of that form.
2. Let r be the largest number of "pivots per person and form" of any atom: an atom of w people has been a pivot in
   at most r * w of each form on average.
3. Then a combination that touches at most b people has at most r * b pivots in a form on average.
4. If r * b is less than 2, it has a single pivot in some form. It is a row there, and has been seen.

Example: the candidate touches 10 people, so b = 9 is to be excluded. After 30 forms no atom has been a pivot more
than six times for each of its people: r = 6 / 30, and r * b = 1.8. Nothing smaller than 10 exists.

Each form chooses its pivots among the atoms that have had few for their people, so that r becomes small. Where it
does not (many cells are told of few people), an integer program decides (integer_program.py). It may run out of
time: the certificate then says that the number is not proven.
"""

import numpy as np

from reporting.disclosure.atoms import Atoms, Matrix
from reporting.disclosure.decision import TIME_LIMIT, SmallestGroup
from reporting.disclosure.row_space import RATIONAL, Echelon, independent, noise

FORMS = 60  # at most; of the random registers that forms prove, nearly all are proven by thirty


def smallest_group(atoms: Atoms, time_limit: float = TIME_LIMIT) -> SmallestGroup:
    """Return the certificate of the told cells.

    Args:
        atoms: the matrix of the told cells.
        time_limit: seconds for the integer program; 0 leaves it out.
    """
    places = independent(atoms.rows)
    if not places:
        return SmallestGroup(None)
    rows = atoms.rows[places]
    combination, proven = _by_forms(atoms, rows)
    people, last = atoms.touched(combination != 0), _last(rows, combination)
    if not proven and time_limit > 0:
        from reporting.disclosure import integer_program  # the solver is loaded when it is needed

        smaller, proven = integer_program.smaller(atoms, rows, people, time_limit)
        if smaller is not None:
            people, last = smaller.people, smaller.last
    return SmallestGroup(people, places[last], proven)


def _by_forms(atoms: Atoms, rows: Matrix) -> tuple[Matrix, bool]:
    """Return the smallest row of many echelon forms, and whether it is proven that no combination is smaller."""
    pivots = np.zeros(rows.shape[1])
    smallest = min(rows, key=lambda row: atoms.touched(row != 0))
    fewest = atoms.touched(smallest != 0)
    for number, chance in enumerate(noise(FORMS, rows.shape[1]), 1):
        form = Echelon(np.argsort((pivots + chance / 2) / atoms.weights), RATIONAL, len(rows))
        for row in rows:
            form.take(form.step(row))
        pivots[form.pivots] += 1
        while (found := atoms.fewer(form.rows != 0, fewest)) is not None:
            smallest, fewest = form.rows[found], atoms.touched(form.rows[found] != 0)
        if (pivots / atoms.weights).max() * (fewest - 1) < 2 * number:
            return smallest, True
    return smallest, False


def _last(rows: Matrix, combination: Matrix) -> int:
    """Return the place of the last row that the combination needs."""
    form = Echelon(np.arange(rows.shape[1]), RATIONAL, len(rows))
    for place, row in enumerate(rows):
        form.take(form.step(row))
        if form.step(combination) is None:
            return place
    raise ValueError("the combination does not follow from the rows")
