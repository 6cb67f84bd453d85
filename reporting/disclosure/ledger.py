"""The release ledger: what was told before, and which of the answers behind it are those of today. Pure.

Theory of operation. An answer is one unknown for whoever compares releases, as long as it says the same: it keeps
its number from release to release, wherever it is counted. When its value changes, the new value is a new unknown
of the same person. An answer that has come since, or is gone, is in one release and not in the other. So a cell is
told anew with its answers of today, its earlier figures stay told with theirs, and the difference between the two
is a combination like any other: control.py does not let it touch fewer than ten people. A figure that may not be
told anew keeps its earlier number.

An answer that its customer has erased keeps its number, and is none of today's.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reporting.disclosure.cells import Answers, Cell
from storage.figures.release_values import Ledger, Response, ToldAnswer, ToldCell


@dataclass(frozen=True, slots=True)
class Behind:
    """Who stands behind today's figures, beside those who stood behind the told ones.

    Attributes:
        cells: the answers behind each figure, by number.
        person_of: who gave each answer, those of ``earlier`` too.
        earlier: the answers behind each told figure that has to do with today's.
        new: the answers that were in no release yet.
    """

    cells: Mapping[Cell, Answers]
    person_of: Mapping[int, int]
    earlier: tuple[Answers, ...]
    new: tuple[ToldAnswer, ...]


def behind(counted: Iterable[tuple[Response, Sequence[Cell]]], ledger: Ledger, next_id: int = 1) -> Behind:
    """Number today's responses and gather them by figure.

    Args:
        counted: each response with the figures that it counts in.
        ledger: what was told of the measure.
        next_id: the first number that no answer has.
    """
    known = {(each.source, each.value): each.id for each in ledger.answers if each.value}
    person_of = {each.id: each.person for each in ledger.answers}
    cells: dict[Cell, set[int]] = {}
    new: list[ToldAnswer] = []
    for response, figures in counted:
        number = known.get((response.source, response.value))
        if number is None:
            number = next_id + len(new)
            new.append(ToldAnswer(number, response.person, response.source, response.value))
            known[response.source, response.value] = number
        person_of[number] = response.person
        for figure in figures:
            cells.setdefault(figure, set()).add(number)
    today = {figure: frozenset(answers) for figure, answers in cells.items()}
    return Behind(today, person_of, _connected(today.values(), ledger.cells), tuple(new))


def _connected(today: Iterable[Answers], told: Sequence[ToldCell]) -> tuple[Answers, ...]:
    """Return the told cells that share an answer with today's, or with such a cell: other years have none."""
    reached = set().union(*today)
    waiting, found = {each.answers for each in told}, set()
    while near := {answers for answers in waiting if not reached.isdisjoint(answers)}:
        found |= near
        waiting -= near
        reached = reached.union(*near)
    return tuple(sorted(found, key=sorted))
