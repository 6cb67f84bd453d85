"""Decide cell by cell whether a combination of told cells would touch too few people. Pure.

Theory of operation. Whoever knows the told cells knows every linear combination of them: the row space of the
matrix (atoms.py). A combination is dangerous when it is zero on all columns but those of a few people.

To find the most dangerous combination is hard in general: it is the minimum distance of a linear code. We look for
it as decoders do, by information sets (Prange 1962). The told rows are kept in reduced row echelon form: each row
has a pivot, a column in which it is 1 and all other rows are 0. A combination that is not zero on exactly one pivot
is then a multiple of that pivot's row. So it is enough to look at the rows.

Example, with five atoms of one person each and columns in this order: the told cells are (1, 1, 1, 1, 1) and
(1, 1, 1, 1, 0). The form is (1, 1, 1, 1, 0) and (0, 0, 0, 0, 1): its second row touches a single person.

A combination that has several pivots is missed. Therefore several forms are kept, each with the columns in another
order and so with other pivots. On random registers a single form missed a small combination in one of two, and
eight forms in one of 150. smallest_group.py finds the rest.

The numbers are exact. We calculate modulo a prime that is far larger than any coefficient, in the place of
fractions. Two forms modulo 2, and two modulo 3, find what follows because people are whole. Example: told cells add
up to twice the yes of ten people and once the yes of an eleventh. An odd sum means that the eleventh said yes.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reporting.disclosure.atoms import Atoms, Flags, Matrix

RATIONAL = 1_000_003  # a prime, far above the coefficients that sums of 0/1 rows have here
ORDERS = {RATIONAL: 8, 2: 2, 3: 2}  # the number of forms, by the prime that they are modulo of
SEED = 20_151_231  # any number: with the same one the same figures are told on every machine


@dataclass(frozen=True, slots=True)
class _Step:
    """What a further row changes in an echelon form.

    Attributes:
        pivot: the column of the new pivot.
        rest: the new row, 0 on the earlier pivots and 1 on its own.
        hit: the places of the earlier rows that are not 0 on the new pivot.
        moved: what these rows become.
    """

    pivot: int
    rest: Matrix
    hit: Matrix
    moved: Matrix


class Echelon:
    """A reduced row echelon form.

    Args:
        order: the columns, in the order in which they are tried as pivots.
        field: the prime that all numbers are modulo of.
        height: the most rows that will be taken.
    """

    def __init__(self, order: Matrix, field: int, height: int) -> None:
        self.order, self.field = order, field
        self.rows: Matrix = np.zeros((height, len(order)), dtype=np.int64)
        self.pivots: list[int] = []

    def step(self, row: Matrix) -> _Step | None:
        """Return what ``row`` would change; None when it follows from the rows that are here."""
        height = len(self.pivots)
        factors = row[self.pivots] % self.field
        used = np.flatnonzero(factors)
        rest = (row - factors[used] @ self.rows[:height][used]) % self.field
        left = self.order[rest[self.order] != 0]
        if not len(left):
            return None
        pivot = int(left[0])
        rest = rest * pow(int(rest[pivot]), -1, self.field) % self.field
        hit = np.flatnonzero(self.rows[:height, pivot])
        moved = (self.rows[hit] - np.outer(self.rows[hit, pivot], rest)) % self.field
        return _Step(pivot, rest, hit, moved)

    def take(self, step: _Step | None) -> None:
        """Make the change, if there is one."""
        if step is None:
            return
        self.rows[step.hit] = step.moved
        self.rows[len(self.pivots)] = step.rest
        self.pivots.append(step.pivot)


class RowSpace:
    """All that follows from the rows taken so far, in several echelon forms.

    Args:
        atoms: the people of the columns.
        height: the most rows that will be taken.
    """

    def __init__(self, atoms: Atoms, height: int) -> None:
        self.atoms = atoms
        self._forms = [
            Echelon(order, field, height) for field in ORDERS for order in _orders(atoms.answers, ORDERS[field])
        ]

    def take(self, row: Matrix) -> None:
        """Take a row that has been told already, whatever follows from it."""
        for form in self._forms:
            form.take(form.step(row))

    def take_if_safe(self, row: Matrix, minimum: int) -> bool:
        """Take a row unless it gives a sum over fewer than ``minimum`` people; return whether it was taken."""
        steps = [(form, form.step(row)) for form in self._forms]
        for form, step in steps:
            # Modulo a small prime only small numbers are known: modulo 3 it is 0, 1 or 2, of at most two people.
            if step is not None and self.atoms.fewer(_supports(step), min(minimum, form.field)) is not None:
                return False
        for form, step in steps:
            form.take(step)
        return True


def independent(rows: Matrix) -> list[int]:
    """Return the places of the rows that are no combination of those before them."""
    form, found = Echelon(np.arange(rows.shape[1]), RATIONAL, len(rows)), []
    for place, row in enumerate(rows):
        if (step := form.step(row)) is not None:
            form.take(step)
            found.append(place)
    return found


def _supports(step: _Step) -> Flags:
    return np.asarray(np.vstack([step.moved, step.rest]) != 0)


def _orders(answers: Matrix, number: int) -> list[Matrix]:
    """Return random orders of the atoms, in which those with many answers tend to be early.

    Pivots are then seldom in small atoms, and a combination of small atoms seldom has several.
    """
    exponential = -np.log(1 - noise(number, len(answers)))
    return [np.argsort(each / answers, kind="stable") for each in exponential]


def noise(height: int, width: int) -> npt.NDArray[np.float64]:
    """Return a matrix of random numbers from 0 to 1, the same on every machine."""
    bits = np.random.PCG64(SEED).random_raw(height * width)
    return (np.asarray(bits, dtype=np.float64) / 2.0**64).reshape(height, width)
