"""The plane of a funnel chart: its scales, its limit lines, and where a name has room beside its mark. Pure.

A name must lie on no limit line, on no other mark and on no other name.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from itertools import pairwise

from reporting.document.assessments import Assessment
from reporting.document.blocks import Funnel, FunnelPoint
from reporting.document.swedish import shortened

FUNNEL_WIDTH, FUNNEL_HEIGHT = 490, 250  # pixels, as are all lengths
LEVELS = ("Kan avvika från", "Tydligt från")  # the limits' names
NAMED = (Assessment.WATCH, Assessment.LOWER, Assessment.HIGHER)
NAME_AT_MOST = 36  # characters; the table has the whole name
LETTER = 6.2  # the width of a letter of 11 pixels, on average
HALF = 8  # half of a name's height
BESIDE = 9  # from a mark's middle to its name
MARK = 6  # half of a mark
STEPS = (0, -16, 16, -28, 28, -40, 40, -52, 52)  # tried upwards and downwards, the nearest first

Span = tuple[float, float]


@dataclass(frozen=True, slots=True)
class Label:
    """A name and where it stands from its mark; ``is_right``: whether it begins there, to the right of it."""

    point: FunnelPoint
    name: str
    is_right: bool
    dx: int
    dy: int

    @property
    def is_far(self) -> bool:
        """Return whether a line must lead from the mark to the name."""
        return abs(self.dy) > STEPS[2]


@dataclass(frozen=True, slots=True)
class _Box:
    left: float
    right: float
    top: float
    bottom: float

    def meets(self, other: "_Box") -> bool:
        is_beside = self.right <= other.left or other.right <= self.left
        return not (is_beside or self.bottom <= other.top or other.bottom <= self.top)


@dataclass(frozen=True, slots=True)
class Plane:
    """The plane of a funnel chart.

    Attributes:
        across: the first and last number of answers.
        along: the lowest and highest difference, percentage points.
    """

    points: tuple[FunnelPoint, ...]
    across: Span
    along: Span

    @staticmethod
    def of(chart: Funnel) -> "Plane":
        """Return the plane that holds all marks and limits, with a margin."""
        answers = [float(point.answers) for point in chart.points]
        heights = [point.difference for point in chart.points]
        heights += [limit for point in chart.points for limit in (*point.watch, *point.act) if limit is not None]
        return Plane(chart.points, _wider(answers, 1), _wider([*heights, 0.0], 5))

    def labels(self) -> list[Label]:
        """Return the names of the marks that are told apart, each where it has room."""
        taken = [self._mark(point) for point in self.points]
        lines = list(self._segments())
        found = []
        for point in self.points:
            if point.kind in NAMED:
                label = self._placed(point, shortened(point.name, NAME_AT_MOST), taken, lines)
                taken.append(self._box(label))
                found.append(label)
        return found

    def foot(self, label: Label) -> tuple[float, float]:
        """Return where a line from the mark to the name ends: answers, and difference."""
        dy = label.dy - HALF if label.dy > 0 else label.dy + HALF
        x, y = self._x(label.point.answers) + label.dx, self._y(label.point.difference) + dy
        return (
            self.across[0] + x / FUNNEL_WIDTH * (self.across[1] - self.across[0]),
            self.along[1] - y / FUNNEL_HEIGHT * (self.along[1] - self.along[0]),
        )

    def _placed(self, point: FunnelPoint, name: str, taken: Sequence[_Box], lines: Sequence[_Box]) -> Label:
        """Return the nearest place that is free; the first one that is inside where none is."""
        is_right = self._x(point.answers) < FUNNEL_WIDTH / 2
        others = [box for box in taken if box != self._mark(point)]
        ways = [
            Label(point, name, side, BESIDE if side else -BESIDE, dy)
            for dy in STEPS
            for side in (is_right, not is_right)
        ]
        inside = [way for way in ways if self._is_inside(self._box(way))] or ways
        for way in inside:
            if not any(self._box(way).meets(each) for each in (*others, *lines)):
                return way
        return inside[0]

    def _is_inside(self, box: _Box) -> bool:
        return box.left >= 0 and box.right <= FUNNEL_WIDTH and box.top >= 0 and box.bottom <= FUNNEL_HEIGHT

    def _box(self, label: Label) -> _Box:
        x, y = self._x(label.point.answers) + label.dx, self._y(label.point.difference) + label.dy
        length = LETTER * len(label.name)
        left = x if label.is_right else x - length
        return _Box(left, left + length, y - HALF, y + HALF)

    def _mark(self, point: FunnelPoint) -> _Box:
        x, y = self._x(point.answers), self._y(point.difference)
        return _Box(x - MARK, x + MARK, y - MARK, y + MARK)

    def _segments(self) -> Iterator[_Box]:
        """Yield short pieces of the limit lines, as the boxes around them."""
        lines: dict[object, list[tuple[float, float]]] = {}
        for row in limits(self.points):
            at = (self._x(float(str(row["answers"]))), self._y(float(str(row["limit"]))))
            lines.setdefault(row["side"], []).append(at)
        for line in lines.values():
            for (x1, y1), (x2, y2) in pairwise(line):
                steps = max(1, int(abs(x2 - x1) / 4))
                for step in range(steps):
                    a, b = (y1 + (y2 - y1) * (step + more) / steps for more in (0, 1))
                    left, right = (x1 + (x2 - x1) * (step + more) / steps for more in (0, 1))
                    yield _Box(left, right, min(a, b) - 1, max(a, b) + 1)

    def _x(self, answers: float) -> float:
        return FUNNEL_WIDTH * (answers - self.across[0]) / (self.across[1] - self.across[0])

    def _y(self, difference: float) -> float:
        return FUNNEL_HEIGHT * (self.along[1] - difference) / (self.along[1] - self.along[0])


def _wider(values: Sequence[float], least: float) -> Span:
    """Return the range of the values with a margin on both sides."""
    low, high = min(values), max(values)
    margin = max(least, 0.06 * (high - low))
    return low - margin, high + margin


def limits(points: Sequence[FunnelPoint]) -> list[dict[str, object]]:
    """Return the points of the four limit lines. Providers with as many answers share the mean of their limits.

    Where no share of so many answers would be called so there is no limit.
    """
    by_answers: dict[int, list[FunnelPoint]] = {}
    for point in sorted(points, key=lambda each: each.answers):
        by_answers.setdefault(point.answers, []).append(point)
    return [
        {
            "answers": answers,
            "limit": sum(known) / len(known),
            "level": level,
            "side": f"{level}{side}",
        }
        for answers, alike in by_answers.items()
        for level, pairs in zip(LEVELS, ([p.watch for p in alike], [p.act for p in alike]), strict=True)
        for side in (0, 1)
        if (known := [limit for pair in pairs if (limit := pair[side]) is not None])
    ]
