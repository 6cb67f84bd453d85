"""Write the told cells as a matrix: a row for each cell, a column for each class of answers (an atom). Pure.

Two answers that stand behind exactly the same cells cannot be told apart by any sum of cells. They are in one atom.

Example: the unit has answers 1 to 5, the women 1 to 3, and provider P1 answers 3 and 4. There are four atoms:

    ========  ======  ===  ===  ===
    cell      {1, 2}  {3}  {4}  {5}
    ========  ======  ===  ===  ===
    unit           1    1    1    1
    women          1    1    0    0
    P1             0    1    1    0
    ========  ======  ===  ===  ===

A combination of cells adds multiples of rows: unit - women is (0, 0, 1, 1). It tells what the people of the columns
that are not zero said together, here of answers 4 and 5. It is said to *touch* these people.
"""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from reporting.disclosure.cells import Answers

Matrix = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Atoms:
    """The matrix of some cells, and the people of its columns.

    Args:
        sets: the answers behind each cell.
        person_of: who gave each answer.

    Attributes:
        rows: for each cell, 1 in the column of each atom that it contains, else 0.
        answers: the number of answers in each atom.
        alike: the number of people by the atoms that their answers are in. One person may have answers in several.
    """

    def __init__(self, sets: Sequence[Answers], person_of: Mapping[int, int]) -> None:
        behind: dict[int, list[int]] = {}
        for place, answers in enumerate(sets):
            for answer in answers:
                behind.setdefault(answer, []).append(place)
        columns: dict[tuple[int, ...], int] = {}
        theirs: dict[int, set[int]] = {}
        given: Counter[int] = Counter()
        sizes: Counter[int] = Counter()
        for answer in sorted(behind):
            column = columns.setdefault(tuple(behind[answer]), len(columns))
            theirs.setdefault(person_of[answer], set()).add(column)
            given[person_of[answer]] += 1
            sizes[column] += 1
        self.rows: Matrix = np.zeros((len(sets), len(columns)), dtype=np.int64)
        for places, column in columns.items():
            self.rows[list(places), column] = 1
        self.answers: Matrix = np.array([sizes[column] for column in range(len(columns))], dtype=np.int64)
        self.alike: Mapping[frozenset[int], int] = Counter(frozenset(atoms) for atoms in theirs.values())
        self._most = max(given.values(), default=1)  # answers of one person

    @cached_property
    def _belongs(self) -> Flags:
        """For each group of ``alike``, True in the columns of its atoms."""
        found = np.zeros((len(self.alike), len(self.answers)), dtype=np.bool_)
        for kind, atoms in enumerate(self.alike):
            found[kind, list(atoms)] = True
        return found

    @cached_property
    def _numbers(self) -> Matrix:
        return np.array(list(self.alike.values()), dtype=np.int64)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """Return the people of each atom. Somebody with answers in three atoms counts as a third in each."""
        parts = self._belongs / self._belongs.sum(axis=1, keepdims=True)
        return np.asarray(self._numbers @ parts, dtype=np.float64)

    def touched(self, atoms: Flags) -> int:
        """Return how many people have an answer in the marked ``atoms``."""
        return int(self._numbers[self._belongs[:, atoms].any(axis=1)].sum())

    def fewer(self, supports: Flags, than: int) -> int | None:
        """Return the first row of ``supports`` that touches fewer people than ``than``, but not nobody.

        Args:
            supports: True in the columns that a combination touches, a row for each combination.
            than: a number of people.

        Returns:
            The place of the row; None where there is none.
        """
        answers = supports.astype(np.int64) @ self.answers
        # Nobody has more than `_most` answers, so that a row with many answers has many people: it is not counted.
        few = np.flatnonzero((answers > 0) & (answers < than * self._most))
        return next((int(row) for row in few if self.touched(supports[row]) < than), None)
