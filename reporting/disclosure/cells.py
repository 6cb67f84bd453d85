"""Figures as sets of answers: which figure, whose answers stand behind it, and in which order figures matter. Pure.

Disclosure control (REPORT.md, version 2) looks at these sets and never at what was answered. A cell is a figure of
the report; behind it stands a set of answers, each a number. One person may have given several, and counts once.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from enum import StrEnum

MIN_ANSWERS = 10  # people behind a figure that is told: REPORT.md, Disclosure control; may be raised, not lowered

Answers = frozenset[int]


class Status(StrEnum):
    """Whether a figure is told, and why not; as the export writes it."""

    OK = "ok"
    TOO_FEW = "too_few"  # fewer people than the limit
    SUPPRESSED = "suppressed"  # with other figures it would tell of fewer
    NO_ANSWERS = "no_answers"


@dataclass(frozen=True, slots=True, order=True)
class Cell:
    """Which figure: the key of a row of the report's indicators (DESIGN.md section 5)."""

    indicator: str
    provider: str = ""
    period: str = ""
    point: str = ""
    gender: str = "T"
    difficulty: str = ""

    @property
    def importance(self) -> int:
        """Return the place in REPORT.md's order: unit, its points, providers, three groupings, the rest."""
        at_point = self.point in ("start", "end")
        if self.provider:
            return 6 if at_point else 2
        groups = (self.gender != "T", bool(self.difficulty), "-" in self.period)
        if not any(groups):
            return 1 if at_point else 0
        return 7 if at_point else 3 + groups.index(True)


def in_order(cells: Mapping[Cell, Answers]) -> list[Cell]:
    """Return the cells, the most important first, and within a place those with most answers."""
    return sorted(cells, key=lambda cell: (cell.importance, -len(cells[cell]), cell))


def people(answers: Iterable[int], person_of: Mapping[int, int]) -> int:
    """Return how many people gave these answers."""
    return len({person_of[answer] for answer in answers})
