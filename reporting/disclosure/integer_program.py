"""Find the combination of told cells that touches the fewest people, as an integer program solved by HiGHS. Pure.

Theory of operation. A combination has a coefficient for each told row, and so a value v on each atom. It may be
multiplied so that its largest value is 1, on some atom a. The program for this a is:

- v is 1 on a, and between -1 and 1 on every atom;
- a variable for each group of people whose answers are in the same atoms: 1 if the combination touches them, else
  0. It is at least v and at least -v on each of the group's atoms;
- the number of people whose variable is 1 is made as small as possible.

There is a program for every atom that has fewer people than the smallest number found. It is solved first with
variables that may be fractions, which is fast and gives a lower bound. The bound is nearly always high enough to
exclude the atom, and the whole numbers are needed for the other atoms alone.
"""

import math
from dataclasses import dataclass

import highspy
import numpy as np
import numpy.typing as npt

from reporting.disclosure.atoms import Atoms, Matrix

NOISE = 1e-6  # HiGHS's own tolerance: a smaller number is 0


@dataclass(frozen=True, slots=True)
class Smaller:
    """A combination.

    Attributes:
        people: how many it touches.
        last: the place of the last row that it needs.
    """

    people: int
    last: int


def smaller(atoms: Atoms, rows: Matrix, fewest: int, time_limit: float) -> tuple[Smaller | None, bool]:
    """Look for combinations that touch fewer people than ``fewest``.

    Args:
        atoms: the people of the columns.
        rows: the told rows, none of which is a combination of the others.
        fewest: the number of people to go below.
        time_limit: seconds of the solver's own time.

    Returns:
        The smallest such combination that was found, and whether it is proven that none is smaller.
    """
    program = _Program(atoms, rows)
    best, proven = None, True
    for atom in range(rows.shape[1]):
        if atoms.touched(np.arange(rows.shape[1]) == atom) >= fewest:
            continue
        if program.seconds >= time_limit:
            return best, False
        if program.lower_bound(atom, time_limit) >= fewest:
            continue
        bound, coefficients = program.least(atom, time_limit)
        if coefficients is not None:
            number = atoms.touched(np.abs(coefficients @ rows) > NOISE)
            if number < fewest:
                fewest, best = number, Smaller(number, int(np.flatnonzero(np.abs(coefficients) > NOISE)[-1]))
        proven = proven and bound >= fewest
    return best, proven


class _Program:
    """The program. Its columns are the coefficients of the told rows, then the variables of the groups of people.

    Its first rows are the values on the atoms, in order. That of the atom that is asked for is fixed at 1.
    """

    def __init__(self, atoms: Atoms, rows: Matrix) -> None:
        kinds = list(atoms.alike.items())
        self._height, self._columns = len(rows), len(rows) + len(kinds)
        self._asked: int | None = None
        self._highs = _solver()
        infinity = highspy.kHighsInf
        upper = np.append(np.full(self._height, infinity), np.ones(len(kinds)))
        self._highs.addVars(self._columns, np.append(np.full(self._height, -infinity), np.zeros(len(kinds))), upper)
        cost = np.append(np.zeros(self._height), [float(number) for _, number in kinds])
        self._highs.changeColsCost(self._columns, np.arange(self._columns, dtype=np.int32), cost)
        used = [np.flatnonzero(column).astype(np.int32) for column in rows.T]
        for theirs in used:
            self._highs.addRow(-infinity, infinity, len(theirs), theirs, np.ones(len(theirs)))
        for kind, (touched, _) in enumerate(kinds):
            for atom in touched:
                columns = np.append(used[atom], self._height + kind).astype(np.int32)
                for sign in (1.0, -1.0):
                    values = np.append(np.full(len(used[atom]), sign), 1.0)
                    self._highs.addRow(0.0, infinity, len(columns), columns, values)

    @property
    def seconds(self) -> float:
        """Return how long the solver has worked."""
        return self._highs.getRunTime()

    def lower_bound(self, atom: int, time_limit: float) -> float:
        """Return a number of people such that no combination with its largest value on ``atom`` touches fewer."""
        status = self._run(atom, time_limit)
        if status == highspy.HighsModelStatus.kInfeasible:
            return math.inf
        if status != highspy.HighsModelStatus.kOptimal:
            return 0
        return math.ceil(self._highs.getObjectiveValue() - NOISE)

    def least(self, atom: int, time_limit: float) -> tuple[float, npt.NDArray[np.float64] | None]:
        """Return a lower bound of the number of people, and the coefficients of the best combination found.

        The bound is that number itself unless the time runs out. The coefficients are None where none were found.
        """
        kinds = np.arange(self._height, self._columns, dtype=np.int32)
        self._highs.changeColsIntegrality(len(kinds), kinds, np.full(len(kinds), highspy.HighsVarType.kInteger))
        status = self._run(atom, time_limit)
        info, solution = self._highs.getInfo(), self._highs.getSolution()
        self._highs.changeColsIntegrality(len(kinds), kinds, np.full(len(kinds), highspy.HighsVarType.kContinuous))
        if status == highspy.HighsModelStatus.kInfeasible:
            return math.inf, None
        found = np.array(solution.col_value[: self._height]) if solution.value_valid else None
        return math.ceil(info.mip_dual_bound - NOISE), found

    def _run(self, atom: int, time_limit: float) -> highspy.HighsModelStatus:
        infinity = highspy.kHighsInf
        if self._asked is not None:
            self._highs.changeRowBounds(self._asked, -infinity, infinity)
        self._asked = atom
        self._highs.changeRowBounds(atom, 1.0, 1.0)
        self._highs.setOptionValue("time_limit", time_limit)
        self._highs.run()
        return self._highs.getModelStatus()


def _solver() -> highspy.Highs:
    made = highspy.Highs()  # type: ignore[no-untyped-call]  # its stubs leave the constructor out
    for name, value in (("output_flag", False), ("threads", 1), ("random_seed", 0), ("mip_rel_gap", 0.0)):
        made.setOptionValue(name, value)
    return made
