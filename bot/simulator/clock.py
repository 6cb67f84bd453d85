"""A clock that is moved by hand, for the demo and the stories in the tests."""

from collections.abc import Callable
from datetime import datetime


class SimulatedClock:
    """The time of a simulation: it moves when it is told to, and never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._real: Callable[[], datetime] | None = None

    def __call__(self) -> datetime:
        return self._now if self._real is None else self._now + (self._real() - self._begun)

    def advance(self, to: datetime) -> None:
        """Move to ``to``, unless it is later already."""
        self._now = max(self._now, to)

    def go_on(self, real: Callable[[], datetime]) -> None:
        """Let the simulated time go on by itself, as fast as ``real`` does."""
        self._real, self._begun = real, real()
