"""Attacks on all that was told (REPORT.md, Disclosure control): three ways to work out what a few people said.

- ``reveals_by_addition``: a combination of numbers that touches fewer than ten people, whatever its coefficients.
- ``Solver``: exact integer programming. A group of fewer than ten people is found out when its number has a single
  possible value. What ten or more say together may be told, also when they all agree; everybody's answer follows
  then. So a group counts as found out only when its number would follow whatever had been answered: when it has a
  single value also without the bounds of nobody and everybody.
- The enumerator knows the rules, too, and runs the program again on registers that fit the numbers (``values_of``).
  Those of which the program would have told other files are no possibilities to it.

A customer who helps the attacker is an attack on `System.without`: nine others are what ten people less one are.
"""

import random

import numpy as np
import numpy.typing as npt
from scipy.optimize import Bounds, LinearConstraint, milp  # type: ignore[import-untyped]  # ships no types
from scipy.sparse import csr_matrix  # type: ignore[import-untyped]  # ships no types

from tests.support.disclosure.knowledge import MINIMUM, Matrix, System

PRIME = 1_000_000_007  # its square is less than 2^63
ORDERS = 4  # in which the echelon form is taken
PASSES = 6  # integer programs that look for another value of every group at once
BEYOND = 1_000  # how far below nobody and above everybody, where bounds are to tell nothing
SECONDS = 30.0  # of one integer program
CONFIRMED = "followup.confirmed"
# What is said by those who are not counted, and by those who are: ratings, and whether the follow-up was held.
VALUES = ((("1", "2", "3"), ("4", "5")), (("0",), ("1",)))


def reveals_by_addition(system: System, dice: random.Random, fewer_than: int = MINIMUM) -> bool:
    """Return whether a combination of exact numbers touches fewer people than so many.

    The rows of reduced echelon forms are tried, with the classes in several orders.
    """
    exact = system.rows[system.low == system.high]
    for _ in range(ORDERS):
        order = list(range(exact.shape[1]))
        dice.shuffle(order)
        for row in _echelon(exact[:, order]):
            touched = [order[place] for place in np.flatnonzero(row)]
            if 0 < system.people(touched) < fewer_than:
                return True
    return False


def _echelon(rows: Matrix) -> Matrix:
    """Return the reduced row echelon form over a prime field."""
    left, done = rows % PRIME, 0
    for column in range(left.shape[1]):
        below = np.flatnonzero(left[done:, column])
        if not len(below):
            continue
        left[[done, done + below[0]]] = left[[done + below[0], done]]
        left[done] = left[done] * pow(int(left[done, column]), -1, PRIME) % PRIME
        others = np.flatnonzero(left[:, column])
        others = others[others != done]
        left[others] = (left[others] - left[others, column][:, None] * left[done]) % PRIME
        done += 1
        if done == len(left):
            break
    return left[:done]


class Solver:
    """Integer programs over what is known."""

    def __init__(self, system: System, dice: random.Random) -> None:
        self.system, self.dice = system, dice
        self._told = LinearConstraint(csr_matrix(system.rows), system.low, system.high)

    def found_out(self, groups: Matrix) -> tuple[Matrix | None, list[Matrix]]:
        """Return a group that is found out, if any, and registers that fit with other numbers of other groups."""
        others: list[Matrix] = []
        left = self._left(groups, 0, others)
        left = self._left(left, BEYOND, [])
        while len(left):
            group, before = left[0], len(left)
            for sign in (-1.0, 1.0):
                left = self._sift(left, self._best(sign * group, BEYOND), [])
            if len(left) == before:
                return group, others
        return None, others

    def _left(self, groups: Matrix, beyond: int, others: list[Matrix]) -> Matrix:
        """Return the groups of which no other number came up, and put the registers with others in ``others``.

        Args:
            groups: 1 for each class in it.
            beyond: how far a class may be below nobody and above everybody.
            others: the registers that were found.
        """
        left = groups
        for _ in range(PASSES):
            if len(left):
                signs = np.array([self.dice.choice((-1, 1)) * self.dice.random() for _ in left])
                left = self._sift(left, self._best(signs @ left, beyond), others)
        return left

    def _sift(self, groups: Matrix, other: Matrix, others: list[Matrix]) -> Matrix:
        """Return the groups that have the true number in the register ``other``, which is kept if some have not."""
        differs = groups @ (other - self.system.truth) != 0
        if differs.any():
            others.append(other)
        return groups[~differs]

    def _best(self, objective: npt.NDArray[np.float64], beyond: int) -> Matrix:
        """Return the register that fits and makes the objective largest, or nearly so."""
        found = milp(
            -objective,
            constraints=self._told,
            bounds=Bounds(np.full(len(objective), -beyond), self.system.sizes + beyond),
            integrality=np.ones(len(objective)),
            options={"time_limit": SECONDS, "mip_rel_gap": 0.1},
        )
        assert found.x is not None, found.message
        other = np.rint(found.x).astype(np.int64)
        said = self.system.rows @ other
        assert (said >= self.system.low).all()
        assert (said <= self.system.high).all()
        return other


def values_of(system: System, register: Matrix, dice: random.Random) -> dict[tuple[str, str, str], str]:
    """Return what everybody says in a register, by measure, source and the value that was said.

    An answer that has changed has changed here, too.
    """
    found: dict[tuple[str, str, str], str] = {}
    used: dict[str, set[str]] = {}
    for answers, number in zip(system.answers, register, strict=True):
        chosen = {*dice.sample(range(len(answers)), int(number))}
        for place, answer in enumerate(answers):
            values = VALUES[system.measure == CONFIRMED][place in chosen]
            value = dice.choice([each for each in values if each not in used.get(answer.source, ())])
            used.setdefault(answer.source, set()).add(value)
            found[system.measure, answer.source, answer.value] = value
    return found
