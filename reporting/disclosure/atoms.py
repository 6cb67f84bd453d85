"""The classes of answers that the told cells tell apart, as rows and columns of numbers. Pure."""

from collections import Counter
from collections.abc import Mapping, Sequence
from functools import cached_property

import numpy as np
import numpy.typing as npt

from reporting.disclosure.cells import Answers

Matrix = npt.NDArray[np.int64]
Flags = npt.NDArray[np.bool_]


class Atoms:
    """The classes of answers that stand behind the very same cells: what any sum of cells can tell apart.

    Args:
        sets: the answers behind each cell.
        person_of: who gave each answer.

    Attributes:
        rows: for each set, 1 in the column of each atom that it holds.
        answers: the number of answers in each atom.
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
        # People whose answers are in the same atoms are told apart by nobody: the atoms, and how many they are.
        self.alike: Mapping[frozenset[int], int] = Counter(frozenset(atoms) for atoms in theirs.values())
        self._most = max(given.values(), default=1)

    @cached_property
    def _belongs(self) -> Flags:
        """For each kind of people, in which atoms their answers are."""
        found = np.zeros((len(self.alike), len(self.answers)), dtype=np.bool_)
        for kind, atoms in enumerate(self.alike):
            found[kind, list(atoms)] = True
        return found

    @cached_property
    def _numbers(self) -> Matrix:
        return np.array(list(self.alike.values()), dtype=np.int64)

    @cached_property
    def weights(self) -> npt.NDArray[np.float64]:
        """The people of each atom; somebody with answers in several counts in equal parts."""
        parts = self._belongs / self._belongs.sum(axis=1, keepdims=True)
        return np.asarray(self._numbers @ parts, dtype=np.float64)

    def touched(self, atoms: Flags) -> int:
        """Return how many people have an answer in the marked ``atoms``."""
        return int(self._numbers[self._belongs[:, atoms].any(axis=1)].sum())

    def fewer(self, supports: Flags, than: int) -> int | None:
        """Return the first row of ``supports`` that marks atoms of fewer people than so many; None without one."""
        answers = supports.astype(np.int64) @ self.answers
        # Nobody has more than `_most` answers: only a row with few answers can have few people.
        few = np.flatnonzero((answers > 0) & (answers < than * self._most))
        return next((int(row) for row in few if self.touched(supports[row]) < than), None)
