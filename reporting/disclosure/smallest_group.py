"""The certificate of a release: the fewest people that any combination of told cells touches. Pure.

Theory of operation. Take the told rows in reduced row echelon form. No combination is zero on all pivots, and one
that is zero on all but one is a row of the form. Now take many forms, such that an atom of w people has a pivot in
at most r * w of all forms (r is a part). A combination that touches at most b people then meets at most r * b
pivots in the mean. When that is less than two, it meets a single one in some form, and is a row there. So the
smallest row of all forms, of b + 1 people, is the smallest combination. Each form has its pivots where there have
been few for their people, until r is small enough.

Where that does not come about (the told cells are many beside the people), an integer program decides, solved by
HiGHS. A solver may run out of time: then the certificate says so.
"""

import numpy as np

from reporting.disclosure.atoms import Atoms, Matrix
from reporting.disclosure.decision import TIME_LIMIT, SmallestGroup
from reporting.disclosure.row_space import RATIONAL, Echelon, independent, noise

FORMS = 60  # nearly all that are proven by forms are so by thirty


def smallest_group(atoms: Atoms, time_limit: float = TIME_LIMIT) -> SmallestGroup:
    """Return the certificate of the told rows of ``atoms``; ``time_limit`` in seconds, 0 for forms alone."""
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
    """Return the smallest row of many echelon forms, and whether no combination is smaller."""
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
