"""Which sums follow from the told cells: their row space, with a watch for sums over few people. Pure.

Whoever knows the told cells knows every linear combination of them. Each told cell is a row over the atoms, and a
combination whose coefficients are zero on all but the atoms of a few people tells of these people. To find the
least such combination is hard in general (it is the minimum distance of a code). It is found here as decoders find
it, by information sets (Prange 1962): in a reduced row echelon form every row is zero on the pivots of the others,
so a combination over few atoms is a row of the form whenever exactly one pivot lies in it. Several forms are kept,
with the atoms in different orders. One form misses a small sum in every second random register, eight in one of
150, and smallest_group.py finds the rest.

The elimination is exact: over a prime field that is far larger than any coefficient, which stands for the
rationals. Small fields find what whole numbers add: an even sum over all but one person tells that person's answer.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from reporting.disclosure.atoms import Atoms, Flags, Matrix

RATIONAL = 1_000_003  # a prime, far above the coefficients that sums of 0/1 rows have here
ORDERS = {RATIONAL: 8, 2: 2, 3: 2}  # echelon forms in each field
SEED = 20_151_231


@dataclass(frozen=True, slots=True)
class _Step:
    """What a further row changes in an echelon form: its own rest, and the rows that hold its pivot."""

    pivot: int
    rest: Matrix
    hit: Matrix
    moved: Matrix


class Echelon:
    """A reduced row echelon form over one field, pivots chosen in one order of the atoms."""

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
    """All that follows from the rows taken so far. ``height``: the most rows that will be taken."""

    def __init__(self, atoms: Atoms, height: int) -> None:
        self.atoms = atoms
        self._forms = [
            Echelon(order, field, height) for field in ORDERS for order in _orders(atoms.answers, ORDERS[field])
        ]

    def take(self, row: Matrix) -> None:
        """Take a row that is known already, whatever follows."""
        for form in self._forms:
            form.take(form.step(row))

    def take_if_safe(self, row: Matrix, minimum: int) -> bool:
        """Take a row unless it gives a sum over fewer than ``minimum`` people; return whether it was taken."""
        steps = [(form, form.step(row)) for form in self._forms]
        for form, step in steps:
            # A sum that is known modulo a small field tells the number of fewer people than the field has values.
            if step is not None and self.atoms.fewer(_supports(step), min(minimum, form.field)) is not None:
                return False
        for form, step in steps:
            form.take(step)
        return True


def independent(rows: Matrix) -> list[int]:
    """Return the places of the rows that do not follow from those before them."""
    form, found = Echelon(np.arange(rows.shape[1]), RATIONAL, len(rows)), []
    for place, row in enumerate(rows):
        if (step := form.step(row)) is not None:
            form.take(step)
            found.append(place)
    return found


def _supports(step: _Step) -> Flags:
    return np.asarray(np.vstack([step.moved, step.rest]) != 0)


def _orders(answers: Matrix, number: int) -> list[Matrix]:
    """Return orders of the atoms, those with many answers rather first."""
    exponential = -np.log(1 - noise(number, len(answers)))
    return [np.argsort(each / answers, kind="stable") for each in exponential]


def noise(height: int, width: int) -> npt.NDArray[np.float64]:
    """Return numbers from 0 to 1 that look random, the same ones on every machine."""
    bits = np.random.PCG64(SEED).random_raw(height * width)
    return (np.asarray(bits, dtype=np.float64) / 2.0**64).reshape(height, width)
