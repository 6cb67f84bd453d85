"""Time as an argument, for the demo and the stories in the tests."""

from collections.abc import Callable
from datetime import datetime


class SimulatedClock:
    """The time of the simulation: moves when it is told to, never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start
        self._real: Callable[[], datetime] | None = None

    def __call__(self) -> datetime:
        return self._now if self._real is None else self._now + (self._real() - self._begun)

    def advance(self, to: datetime) -> None:
        self._now = max(self._now, to)

    def go_on(self, real: Callable[[], datetime]) -> None:
        """From now on the simulated time goes as fast as ``real``."""
        self._real, self._begun = real, real()
