"""Match today's answers with those behind everything that was told before (the release ledger). Pure.

Theory of operation. Somebody who keeps all releases can subtract an earlier figure from a later one. The difference
is a combination of told cells like any other, and control.py does not let it touch fewer than ten people. For that,
each answer has a number that is the same in every release:

- An answer that says the same as before keeps its number, also when it is counted in another cell.
- An answer that says something else gets a new number. It is of the same person.
- An answer that its customer has erased keeps its number in the ledger, and no answer of today has it.

Example: a provider's 20 answers, 1 to 20, were told. Then answer 21 comes. Told today, the cell would be 1 to 21,
and its difference to the earlier one is {21}: one person. So the cell may not be told, and the report repeats the
earlier figure with its day. When nine more have come, the difference is ten people, and the cell is told.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from reporting.disclosure.cells import Answers, Cell
from storage.figures.release_values import Ledger, Response, ToldAnswer, ToldCell


@dataclass(frozen=True, slots=True)
class Behind:
    """The answers behind today's figures, and behind those that were told before.

    Attributes:
        cells: the numbers of the answers behind each of today's figures.
        person_of: who gave each answer, those of ``earlier`` included.
        earlier: the answers behind each figure told before that shares answers with today's, directly or through
            other figures.
        new: the answers that were in no release yet.
    """

    cells: Mapping[Cell, Answers]
    person_of: Mapping[int, int]
    earlier: tuple[Answers, ...]
    new: tuple[ToldAnswer, ...]


def behind(counted: Iterable[tuple[Response, Sequence[Cell]]], ledger: Ledger, next_id: int = 1) -> Behind:
    """Give each of today's responses its number, and gather them by figure.

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
    """Return the told cells that share an answer with today's, or with such a told cell.

    Those of other years share none, and no difference to them tells anything.
    """
    reached = set().union(*today)
    waiting, found = {each.answers for each in told}, set()
    while near := {answers for answers in waiting if not reached.isdisjoint(answers)}:
        found |= near
        waiting -= near
        reached = reached.union(*near)
    return tuple(sorted(found, key=sorted))
