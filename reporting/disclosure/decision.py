"""What disclosure control decides: which figures may be told, and the certificate of that.

These are plain values without a numerical library, so that reading what is published loads none.
"""

from collections.abc import Mapping
from dataclasses import dataclass

from reporting.disclosure.cells import Cell, Status

TIME_LIMIT = 60.0  # seconds of the solver's own time for one measure


@dataclass(frozen=True, slots=True)
class SmallestGroup:
    """The certificate: the fewest people that any combination of told cells touches.

    Attributes:
        people: how many they are; None where no cell is told.
        last: the place of the last told row that such a combination needs.
        proven: False when the time ran out before every smaller combination was excluded.
    """

    people: int | None
    last: int = 0
    proven: bool = True


@dataclass(frozen=True, slots=True)
class Decision:
    """What may be told of some figures, and the certificate of it."""

    status: Mapping[Cell, Status]
    smallest: SmallestGroup

    def is_told(self, cell: Cell) -> bool:
        """Return whether the figure may be told."""
        return self.status.get(cell) == Status.OK
