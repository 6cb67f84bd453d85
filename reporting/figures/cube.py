"""What the figures are made of: counted cells, as storage.figures.aggregates makes them. Pure."""

from collections.abc import Mapping, Sequence
from datetime import date
from typing import Protocol


class MonthCounts(Protocol):
    """The enrolment-months of a month, as storage.figures.cells describes them."""

    @property
    def due(self) -> int: ...
    @property
    def on_time(self) -> int: ...
    @property
    def late(self) -> int: ...
    @property
    def missing(self) -> int: ...
    @property
    def answered(self) -> int: ...
    @property
    def confirmed(self) -> int: ...
    @property
    def denied(self) -> int: ...


class Cube(Protocol):
    """Counted cells, as storage.figures.aggregates makes them. A provider is its ref; empty is the whole unit."""

    @property
    def year(self) -> int: ...
    @property
    def providers(self) -> Sequence[tuple[str, str]]:
        """(ref, name), in printed order."""
        ...

    @property
    def satisfaction(self) -> Mapping[tuple[str, str, str, str, str], Sequence[int]]:
        """(provider, period, point, gender, difficulty) -> eligible, then answered and satisfied per question."""
        ...

    @property
    def months(self) -> Mapping[tuple[str, str], MonthCounts]:
        """(provider, YYYY-MM) -> what each side says of the month's follow-ups."""
        ...

    @property
    def endings(self) -> Mapping[tuple[str, str], int]:
        """(provider, end reason) -> endings in the year."""
        ...


class Contacts(Protocol):
    """What became of the surveys of one measurement point."""

    @property
    def sent(self) -> int: ...
    @property
    def delivered(self) -> int: ...
    @property
    def outcomes(self) -> Mapping[str, int]: ...


class Aggregate(Cube, Protocol):
    """A cube with the counts of the process, as storage.figures.aggregates makes it."""

    @property
    def as_of(self) -> date: ...
    @property
    def contacts(self) -> Mapping[str, Contacts]: ...
    @property
    def reasons(self) -> Mapping[int, tuple[int, int]]: ...
    @property
    def cases(self) -> Mapping[str, int]: ...
    @property
    def exempt(self) -> Mapping[tuple[str, str], Mapping[str, int]]:
        """(provider, YYYY-MM) -> exempt enrolment-months by reason; of months that are over."""
        ...
