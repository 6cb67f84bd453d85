"""Decide which figures may be told, from how many people answered and never from what they answered. Pure.

REPORT.md, Disclosure control: in the order of importance, a figure is told when at least ten people stand behind it
and no combination of told figures touches fewer. What was told before counts as told (ledger.py).
"""

from collections.abc import Iterable, Mapping, Sequence

from reporting.disclosure.atoms import Atoms
from reporting.disclosure.cells import MIN_ANSWERS, Answers, Cell, Status, in_order, people
from reporting.disclosure.decision import TIME_LIMIT, Decision
from reporting.disclosure.row_space import RowSpace
from reporting.disclosure.smallest_group import smallest_group

# Cells of a measure that are considered, as many as 120 providers have. Of more, the least important are hidden.
MOST_CELLS = 400


def decide(
    cells: Mapping[Cell, Answers],
    person_of: Mapping[int, int],
    earlier: Sequence[Answers] = (),
    minimum: int = MIN_ANSWERS,
    time_limit: float = TIME_LIMIT,
) -> Decision:
    """Return which of ``cells`` may be told.

    When the certificate finds a combination that touches fewer people after all, its least important figure is
    suppressed, and all is decided again. A combination of earlier figures alone, told under a lower minimum, stays.

    Args:
        cells: the answers behind each figure.
        person_of: who gave each answer, those of ``earlier`` included.
        earlier: the answers behind each figure that was told in earlier releases.
        minimum: the least number of people that any combination may touch.
        time_limit: seconds for what is hard to certify; 0 leaves it unproven.
    """
    refused: frozenset[Cell] = frozenset()
    while True:
        status = _statuses(cells, person_of, earlier, minimum, refused)
        told = [cell for cell in in_order(cells) if status[cell] == Status.OK]
        found = smallest_group(Atoms([*earlier, *(cells[cell] for cell in told)], person_of), time_limit)
        if found.people is None or found.people >= minimum or found.last < len(earlier):
            return Decision(status, found)
        refused |= {told[found.last - len(earlier)]}


def _statuses(
    cells: Mapping[Cell, Answers],
    person_of: Mapping[int, int],
    earlier: Sequence[Answers],
    minimum: int,
    refused: frozenset[Cell],
) -> dict[Cell, Status]:
    status = {cell: _alone(answers, person_of, minimum) for cell, answers in cells.items()}
    enough = [cell for cell in in_order(cells) if status[cell] == Status.OK and cell not in refused]
    status |= dict.fromkeys((set(enough[MOST_CELLS:]) | refused) & status.keys(), Status.SUPPRESSED)
    enough = enough[:MOST_CELLS]
    atoms = Atoms([*earlier, *(cells[cell] for cell in enough)], person_of)
    space = RowSpace(atoms, len(atoms.rows))
    for row in atoms.rows[: len(earlier)]:
        space.take(row)
    for cell, row in zip(enough, atoms.rows[len(earlier) :], strict=True):
        if not space.take_if_safe(row, minimum):
            status[cell] = Status.SUPPRESSED
    return status


def _alone(answers: Iterable[int], person_of: Mapping[int, int], minimum: int) -> Status:
    number = people(answers, person_of)
    return Status.OK if number >= minimum else Status.TOO_FEW if number else Status.NO_ANSWERS
