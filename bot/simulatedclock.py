"""Time as an argument, for the demo and the stories in the tests."""

from datetime import datetime


class SimulatedClock:
    """The time of the simulation: moves when it is told to, never back."""

    def __init__(self, start: datetime) -> None:
        self._now = start

    def __call__(self) -> datetime:
        return self._now

    def advance(self, to: datetime) -> None:
        self._now = max(self._now, to)
