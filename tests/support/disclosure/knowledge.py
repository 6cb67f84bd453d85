"""What somebody knows who keeps everything that was told, and knows who was asked where and when: equations.

Independent of the program: what is told is read from the files (released.py). The unknowns are how many said yes in
each class of answers that everybody outside sees alike; every number that a file tells is an equation over classes.
An answer that says something else on another day is another unknown of the same person.
"""

from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from itertools import chain, combinations
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from storage.figures.release_values import Response
from tests.support.disclosure.registers import Edition
from tests.support.disclosure.released import Given, Group, Share, Told

Matrix = npt.NDArray[np.int64]
MINIMUM = 10  # people, of whom a number may be known

YES = "yes"
KEPT = "kept"
EXCLUDED = frozenset({"moved", "pregnancy", "parental_leave", "pension", "disability_pension", "illness", "death"})
# What each kind of number counts among endings.
REASONS = {
    YES: frozenset({"work", "studies", "own_company"}),
    KEPT: frozenset({"work", "studies", "own_company", "dropped_out", "unemployed", "other"}),
    "Arbete": frozenset({"work"}),
    "Studier": frozenset({"studies"}),
    "Eget företag": frozenset({"own_company"}),
    "Flytt": frozenset({"moved"}),
    "Föräldraskap": frozenset({"pregnancy", "parental_leave"}),
    "Hälsa och pension": frozenset({"pension", "disability_pension", "illness"}),
    "Dödsfall": frozenset({"death"}),
    "Övriga": frozenset({"dropped_out", "unemployed", "other"}),
    "Alla undantag tillsammans": EXCLUDED,
    "Avbrott": frozenset({"dropped_out"}),
}


class Seen(NamedTuple):
    """What everybody outside sees of an answer; answers that are seen alike are a class.

    Attributes:
        days: of the editions in which it says the same.
    """

    provider: str
    point: str
    gender: str
    difficulty: str
    period: str
    is_recorded: bool
    days: frozenset[str]


class Answer(NamedTuple):
    """One unknown."""

    source: str
    value: str
    person: int


@dataclass(frozen=True, slots=True)
class System:
    """All that is known of one thing that was counted.

    Attributes:
        measure: of which it is: ``satisfaction.overall``, ``followup.confirmed``, ``outcome``, ...
        kind: what was counted: a key of REASONS.
        seen: the classes.
        answers: of each class.
        truth: how many are counted in each class. Known to the test, not to the attacker.
        rows: for each number that was told, 1 for each class that it is of.
        low: the least that the number can be.
        high: the most.
    """

    measure: str
    kind: str
    seen: tuple[Seen, ...]
    answers: tuple[tuple[Answer, ...], ...]
    truth: Matrix
    rows: Matrix
    low: Matrix
    high: Matrix

    @property
    def sizes(self) -> Matrix:
        """Return how many answers each class has."""
        return np.array([len(each) for each in self.answers], dtype=np.int64)

    def people(self, classes: Iterable[int]) -> int:
        """Return how many people gave the answers of these classes."""
        return len({answer.person for place in classes for answer in self.answers[place]})

    def groups(self) -> Matrix:
        """Return the groups of fewer than MINIMUM people that everybody can name, 1 for each class in it.

        They are those of a provider, a point, a gender, a class of difficulty, a quarter or month and the days on
        which their answers counted, and of any of these together.
        """
        found: dict[bytes, Matrix] = {}
        few = MINIMUM * max(Counter(each.person for each in chain(*self.answers)).values(), default=0)
        for number in range(len(Seen._fields) + 1):
            for fields in combinations(range(len(Seen._fields)), number):
                members: dict[tuple[object, ...], list[int]] = {}
                for place, each in enumerate(self.seen):
                    members.setdefault(tuple(each[field] for field in fields), []).append(place)
                for classes in members.values():
                    if len(classes) <= few and 0 < self.people(classes) < MINIMUM:
                        row = np.zeros(len(self.seen), dtype=np.int64)
                        row[classes] = 1
                        found[row.tobytes()] = row
        return np.array(list(found.values()), dtype=np.int64).reshape(-1, len(self.seen))

    def without(self, person: int) -> "System":
        """Return what a customer knows, to whom the own answers are no unknowns."""
        known = np.zeros(len(self.seen), dtype=np.int64)
        answers = []
        for place, theirs in enumerate(self.answers):
            own = [each for each in theirs if each.person == person]
            known[place] = sum(_is_counted(self.measure, self.kind, each.value) for each in own)
            answers.append(tuple(each for each in theirs if each.person != person))
        said = self.rows @ known
        return replace(
            self, answers=tuple(answers), truth=self.truth - known, low=self.low - said, high=self.high - said
        )


def systems(editions: Sequence[Edition], told: Iterable[Told]) -> list[System]:
    """Return what is known of everything that was counted.

    Args:
        editions: in order. What was answered is used for ``truth``, and to see which answers have changed.
        told: what was read from files.

    Raises:
        AssertionError: a file tells a number that is not that of its group.
    """
    numbers: dict[tuple[str, str], list[Told]] = {}
    for each in told:
        kind = YES if isinstance(each, Share) else each.kind
        numbers.setdefault((measure_of(each.group), kind), []).append(each)
    made = []
    for (measure, kind), theirs in sorted(numbers.items(), key=lambda item: item[0]):
        made.append(_system(measure, kind, _classes(editions, measure), theirs))
    return made


def measure_of(group: Group) -> str:
    """Return what the group was asked: its answers are the unknowns."""
    if group.indicator.startswith("outcome."):
        return "outcome"
    return "followup.confirmed" if group.indicator == "followup.denied" else group.indicator


def _classes(editions: Sequence[Edition], measure: str) -> dict[Seen, list[Answer]]:
    known: dict[Answer, tuple[Response, set[str]]] = {}
    for edition in editions:
        for each in edition.register.responses.get(measure, ()):
            answer = Answer(each.source, each.value, each.person)
            known.setdefault(answer, (each, set()))[1].add(edition.day)
    found: dict[Seen, list[Answer]] = {}
    for answer, (each, days) in known.items():
        seen = Seen(
            each.provider,
            each.point,
            each.gender,
            each.difficulty,
            each.period,
            each.is_recorded,
            frozenset(days),
        )
        found.setdefault(seen, []).append(answer)
    return found


def _system(measure: str, kind: str, classes: Mapping[Seen, list[Answer]], told: Sequence[Told]) -> System:
    seen = tuple(classes)
    truth = np.array(
        [sum(_is_counted(measure, kind, each.value) for each in classes[place]) for place in seen], dtype=np.int64
    )
    sizes = np.array([len(classes[place]) for place in seen], dtype=np.int64)
    found: dict[bytes, tuple[Matrix, int, int]] = {}
    for each in told:
        row = np.array([_is_of(each.group, each.day, place) for place in seen], dtype=np.int64)
        low, high = _bounds(each, int(row @ sizes), int(row @ truth))
        assert low <= int(row @ truth) <= high, (each, int(row @ truth))
        before = found.get(row.tobytes(), (row, low, high))
        found[row.tobytes()] = (row, max(low, before[1]), min(high, before[2]))
    return System(
        measure,
        kind,
        seen,
        tuple(tuple(classes[place]) for place in seen),
        truth,
        np.array([row for row, _, _ in found.values()], dtype=np.int64),
        np.array([low for _, low, _ in found.values()], dtype=np.int64),
        np.array([high for _, _, high in found.values()], dtype=np.int64),
    )


def _bounds(told: Told, people: int, number: int) -> tuple[int, int]:
    """Return the least and the most that ``number`` can be, by what is told of so many people.

    Who did not deny a follow-up has confirmed it.
    """
    if isinstance(told, Given):
        return number, number
    if isinstance(told, Share):
        return told.bounds(people)
    if told.group.indicator == "followup.denied":
        return people - told.number, people - told.number
    return told.number, told.number


def _is_of(group: Group, day: str, seen: Seen) -> bool:
    """Return whether the number of a group, counted on a day, counts a class."""
    if day not in seen.days or (group.indicator == "followup.denied" and not seen.is_recorded):
        return False
    if group.is_of_others == (seen.provider == group.provider) and group.provider:
        return False
    return (
        group.point in ("", "all", seen.point)
        and group.gender in ("T", seen.gender)
        and group.difficulty in ("", seen.difficulty)
        and ("-" not in group.period or group.period == seen.period)
    )


def _is_counted(measure: str, kind: str, value: str) -> bool:
    if measure == "outcome":
        return value in REASONS[kind]
    return value == "1" if measure == "followup.confirmed" else value in ("4", "5")
