"""The young people's outcome, counted in two ways that always stand side by side. Pure.

One way counts all young customers, the other those whose enrolment has ended. Both are of the whole unit alone, and
both are made of the same endings: those that the young people's latest enrolments had.
"""

from collections.abc import Mapping
from dataclasses import replace

from reporting.disclosure.cells import Cell
from reporting.figures.definitions import YOUTH_DEFINITIONS
from reporting.figures.endings import count_endings
from reporting.figures.indicators import Indicator, RowBuilder
from storage.figures.year_values import Youth

TITLES = {definition.id: definition.title for definition in YOUTH_DEFINITIONS}


def rows(
    youth: Youth | None, year: int, builder: RowBuilder, targets: Mapping[str, float]
) -> tuple[Indicator, ...]:
    """Return both measures after disclosure control, with their goals in per cent; none without young customers."""
    if youth is None or not youth.customers:
        return ()
    own = count_endings(youth.endings)
    every, closed = (definition.id for definition in YOUTH_DEFINITIONS)
    made = (
        builder.guarded(Cell(every, "", str(year)), (own.good, youth.customers)),
        builder.guarded(Cell(closed, "", str(year)), (own.good, own.every)),
    )
    return tuple(replace(row, target=targets.get(row.indicator)) for row in made)
