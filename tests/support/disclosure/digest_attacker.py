"""Somebody at a provider who reads every digest and every yearly report or pack, and knows whom was asked and when.

What is read is what the messages say, word for word. Whether an answer follows is decided by exact integer
programming (HiGHS): no smaller attack can find more.
"""

import re
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.optimize import Bounds, LinearConstraint, milp

from reporting.disclosure import digest_releases
from reporting.disclosure.digest_releases import Atom, Figure, Quarter, Sum
from reporting.disclosure.suppression import Count, is_unsafe

_EXACT = re.compile(r"Nöjdhet 12 mån: [0-9]+ % \(([0-9]+) av ([0-9]+) svar, [0-9]+-[0-9]+\)")
_BAND = re.compile(r"Nöjdhet 12 mån: (över 90|under 10) %")


def read(text: str, last: Quarter, answered: int) -> Sum | None:
    """What a digest says of the four quarters until ``last``, with so many answers; None where it says nothing."""
    if found := _EXACT.search(text):
        return Sum(_atoms(last), int(found[1]), int(found[1]))
    if found := _BAND.search(text):
        if found[1] == "över 90":
            return Sum(_atoms(last), 9 * answered // 10 + 1, answered)
        return Sum(_atoms(last), 0, (answered + 9) // 10 - 1)
    return None


def exactly(figure: Figure) -> Sum:
    """What a digest would say that told every count."""
    return Sum(_atoms(figure.last), figure.satisfied, figure.satisfied)


def yearly(answers: Mapping[Atom, Count]) -> list[Sum]:
    """What the yearly reports, and the packs that are made of them, say of the provider at the most."""
    sums = []
    for year in sorted({quarter[0] for quarter, _ in answers}):
        for points in (("start",), ("end",), ("start", "end")):
            atoms = frozenset(atom for atom in answers if atom[0][0] == year and atom[1] in points)
            total = (sum(answers[atom][0] for atom in atoms), sum(answers[atom][1] for atom in atoms))
            if not is_unsafe(total):
                sums.append(Sum(atoms, total[0], total[0]))
    return sums


def solved(answers: Mapping[Atom, Count], sums: Sequence[Sum]) -> set[Atom]:
    """The atoms whose every answer follows from ``sums``."""
    atoms = sorted(atom for atom, count in answers.items() if count[1])
    if not sums:
        return set()
    matrix = np.array([[float(atom in each.atoms) for atom in atoms] for each in sums])
    limits = LinearConstraint(matrix, [each.low for each in sums], [each.high for each in sums])
    bounds = Bounds(np.zeros(len(atoms)), np.array([answers[atom][1] for atom in atoms], dtype=float))
    found = set()
    for number, atom in enumerate(atoms):
        if not matrix[:, number].any():
            continue
        aim = np.zeros(len(atoms))
        aim[number] = 1
        whole = np.ones(len(atoms))
        least = milp(aim, constraints=limits, bounds=bounds, integrality=whole).fun
        most = -milp(-aim, constraints=limits, bounds=bounds, integrality=whole).fun
        if round(least) == answers[atom][1] or round(most) == 0:
            found.add(atom)
    return found


def _atoms(last: Quarter) -> frozenset[Atom]:
    return frozenset((quarter, point) for quarter in digest_releases.window(last) for point in ("start", "end"))
