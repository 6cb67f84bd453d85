"""Which figures of a report may be told today, and which keep what an earlier edition told. Pure.

Whatever customers said, and whatever became of them, passes here on its way into the report: disclosure control
decides by measure (reporting/disclosure), and a figure that may not be told anew keeps its earlier row.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from reporting.disclosure.cells import MIN_ANSWERS, Cell, Status
from reporting.disclosure.decision import TIME_LIMIT, Decision
from reporting.disclosure.ledger import Behind, behind
from reporting.figures.responses import MEASURES, cells_of, measure_of
from storage.figures.release_values import Ledger, Response, ToldCell


@dataclass(frozen=True, slots=True)
class Earlier:
    """What earlier releases told.

    Attributes:
        ledgers: what was told, by measure.
        told: the figures of the report that the edition before shows.
        is_unknown: whether that edition is of a version of the program that kept no ledger. Nothing is then told
            anew, because nobody knows whose answers stood behind its figures.
    """

    ledgers: Mapping[str, Ledger] = field(default_factory=dict)
    told: frozenset[Cell] = frozenset()
    is_unknown: bool = False


NOTHING = Earlier()


@dataclass(frozen=True, slots=True)
class Told:
    """What may be told.

    Attributes:
        minimum: the least number of people behind a figure.
        earlier: what was told before.
        decisions: what may be told today, by measure.
        behind: whose answers stand behind today's figures, by measure.
    """

    minimum: int
    earlier: Earlier
    decisions: Mapping[str, Decision]
    behind: Mapping[str, Behind]

    def status(self, cell: Cell) -> Status:
        """Return whether today's figure may be told, and why not."""
        status = self.decisions[measure_of(cell.indicator)].status.get(cell, Status.NO_ANSWERS)
        return Status.SUPPRESSED if self.earlier.is_unknown and status == Status.OK else status

    def is_told(self, cell: Cell) -> bool:
        """Return whether today's figure may be told."""
        return self.status(cell) == Status.OK

    def is_kept(self, cell: Cell) -> bool:
        """Return whether the figure keeps what the edition before told."""
        return cell in self.earlier.told and self.status(cell) not in (Status.OK, Status.NO_ANSWERS)

    @property
    def smallest_group(self) -> int | None:
        """Return the fewest people that any combination of told figures touches; None where nothing is told."""
        return min((each.smallest.people for each in self.decisions.values() if each.smallest.people), default=None)

    @property
    def is_proven(self) -> bool:
        """Return whether the smallest group is proven to be the smallest."""
        return all(each.smallest.proven for each in self.decisions.values())

    def new(self) -> dict[str, Ledger]:
        """Return what is to be added to the ledger, by measure: the told figures, and the answers not in it yet."""
        if self.earlier.is_unknown:
            return {}
        found = {}
        for measure, behind_ in self.behind.items():
            before = {each.key: each.answers for each in self._before(measure)}
            told = [
                ToldCell(_key(cell), answers)
                for cell, answers in behind_.cells.items()
                if self.decisions[measure].is_told(cell) and before.get(_key(cell)) != answers
            ]
            named = frozenset[int]().union(*(each.answers for each in told))
            found[measure] = Ledger(tuple(each for each in behind_.new if each.id in named), tuple(told))
        return found

    def _before(self, measure: str) -> Iterable[ToldCell]:
        return self.earlier.ledgers.get(measure, Ledger()).cells


def disclose(
    responses: Mapping[str, Iterable[Response]],
    earlier: Earlier = NOTHING,
    minimum: int = MIN_ANSWERS,
    next_answer: int = 1,
    time_limit: float = TIME_LIMIT,
) -> Told:
    """Decide what may be told.

    Args:
        responses: who stands behind the year's figures, by measure.
        earlier: what was told before.
        minimum: the least number of people behind a figure, and behind what follows from several.
        next_answer: the first number that no told answer has.
        time_limit: seconds for what is hard to certify; 0 leaves it unproven.
    """
    from reporting.disclosure.control import decide  # loads numpy, which reading what is published does not need

    found: dict[str, Behind] = {}
    for measure in MEASURES:
        counted = [(each, cells_of(measure, each)) for each in responses.get(measure, ())]
        found[measure] = behind(counted, earlier.ledgers.get(measure, Ledger()), next_answer)
        next_answer += len(found[measure].new)
    decisions = {
        measure: decide(each.cells, each.person_of, each.earlier, minimum, time_limit)
        for measure, each in found.items()
    }
    return Told(minimum, earlier, decisions, found)


def _key(cell: Cell) -> tuple[str, str, str, str, str, str]:
    return (cell.indicator, cell.provider, cell.period, cell.point, cell.gender, cell.difficulty)
