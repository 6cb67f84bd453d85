"""How a row is measured: alternating runs in one process group, and the median of each."""

import re
import statistics
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path

RUNS = 5


@dataclass(frozen=True, slots=True)
class Row:
    """One line of the table. ``better`` says how the ratio (ours / reference) is held against ``goal``."""

    name: str
    ours: float
    reference: float
    unit: str
    goal: float | None
    better: str  # "more", "less"

    @property
    def ratio(self) -> float:
        return self.ours / self.reference

    @property
    def met(self) -> bool | None:
        if self.goal is None:
            return None
        return self.ratio >= self.goal if self.better == "more" else self.ratio <= self.goal


def alternate(sides: Sequence[Callable[[], float]], runs: int = RUNS) -> list[float]:
    """The median of each side's ``runs`` results, the sides taking turns; a first turn is not counted."""
    results: list[list[float]] = [[] for _ in sides]
    for turn in range(runs + 1):
        for side, found in zip(sides, results, strict=True):
            value = side()
            if turn:
                found.append(value)
    return [statistics.median(found) for found in results]


def peak_memory() -> float:
    """The most memory this process has had, in MB. Not ru_maxrss: a child begins with its parent's."""
    found = re.search(r"VmHWM:\s+(\d+)", Path("/proc/self/status").read_text())
    assert found is not None
    return int(found[1]) / 1024
