"""The counted cells of a year's report: plain values without I/O. Nothing in them is hidden yet.

A published report keeps these values as text (reporting/publishing/serialisation.py), so that a field may be added
with a default and none may be renamed. The counts are named tuples, because a year of 1,000 providers has 12,000 of
them and a frozen dataclass takes twice as long to make.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import NamedTuple

from survey.codes import Outcome

EVERY_GENDER = "T"


class Key(NamedTuple):
    """Which measurement points a satisfaction cell counts.

    Attributes:
        provider: the provider's ref; empty for the whole unit.
        period: the year, 2025, or one of its quarters, 2025-Q3.
        point: ``start``, ``end`` or, for both together, ``all``.
        gender: K, M, ? where it is not stated, or T for all.
        difficulty: a class, ? where none was set, or empty for all.
    """

    provider: str
    period: str
    point: str
    gender: str = EVERY_GENDER
    difficulty: str = ""


class SatisfactionCounts(NamedTuple):
    """The answers at the measurement points of a cell; a customer counts once for a provider.

    Attributes:
        eligible: measurement points at which a customer was to be asked.
        overall_answered: customers who answered the question; the same of the other questions.
        overall_satisfied: customers who answered 4 or 5.
    """

    eligible: int = 0
    overall_answered: int = 0
    overall_satisfied: int = 0
    treatment_answered: int = 0
    treatment_satisfied: int = 0
    usefulness_answered: int = 0
    usefulness_satisfied: int = 0

    def answered(self, question: str) -> int:
        """Return how many customers answered ``question``: overall, treatment or usefulness."""
        return int(getattr(self, f"{question}_answered"))

    def satisfied(self, question: str) -> int:
        """Return how many of those who answered ``question`` are satisfied."""
        return int(getattr(self, f"{question}_satisfied"))


class MonthCounts(NamedTuple):
    """The enrolment-months of a calendar month, or the sum of several, with what each side says of them.

    Attributes:
        due: enrolment-months that ask for a follow-up.
        on_time: follow-ups held within their month, as the provider recorded them.
        late: follow-ups held after their month.
        answered: enrolment-months of which the customer said whether the follow-up was held.
        confirmed: those of them that the customer confirmed.
        denied: those that the provider has recorded and the customer denied.
    """

    due: int = 0
    on_time: int = 0
    late: int = 0
    answered: int = 0
    confirmed: int = 0
    denied: int = 0

    @property
    def missing(self) -> int:
        """Enrolment-months that asked for a follow-up and have none."""
        return self.due - self.on_time - self.late

    @staticmethod
    def total(counts: Iterable["MonthCounts"]) -> "MonthCounts":
        """Add up the counts of several months or providers."""
        every = list(counts)
        return MonthCounts._make(map(sum, zip(*every, strict=True))) if every else MonthCounts()


class Fate(NamedTuple):
    """What became of the survey at a measurement point.

    Attributes:
        outcome: an Outcome; empty while the survey is awaited.
        sent: whether it was sent.
        delivered: whether a message of it arrived: an SMS by the carrier's receipt, a chat message by the
            acceptance of the chat's own server.
        answered: whether the overall question has an answer.
    """

    outcome: str
    sent: bool
    delivered: bool
    answered: bool


@dataclass(slots=True)
class Contacts:
    """What became of the surveys of one measurement point in the year. Nobody is in two of the outcomes.

    Attributes:
        sent: measurement points whose survey was sent. What bounced is neither sent nor delivered.
        delivered: those of them of which a message arrived.
        outcomes: measurement points without an answer to the overall question, by the outcome of their survey; the
            outcome is empty while it is awaited.
    """

    sent: int = 0
    delivered: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)

    def add(self, fate: Fate, number: int) -> None:
        """Count ``number`` measurement points of the same fate."""
        if not fate.answered:
            self.outcomes[fate.outcome] = self.outcomes.get(fate.outcome, 0) + number
            if fate.outcome == Outcome.UNREACHABLE:
                return
        self.sent += fate.sent * number
        self.delivered += (fate.sent and fate.delivered) * number


@dataclass(frozen=True, slots=True)
class Aggregate:
    """Everything that the report of a year counts. A provider is its ref; an empty ref is the whole unit.

    Attributes:
        year: the calendar year.
        as_of: the unit's own day on which it was counted; months that were not over then are left out.
        providers: (ref, name) of every provider, by ref.
        satisfaction: the answers of customers, by cell.
        months: by (provider, YYYY-MM).
        endings: enrolments that ended, by (provider, end reason).
        contacts: by measurement point.
        cases: cases that were opened, by kind.
        exempt: by (provider, YYYY-MM), the enrolment-months that ask for no follow-up, by reason.
    """

    year: int
    as_of: date
    providers: tuple[tuple[str, str], ...]
    satisfaction: dict[Key, SatisfactionCounts]
    months: dict[tuple[str, str], MonthCounts]
    endings: dict[tuple[str, str], int]
    contacts: dict[str, Contacts]
    cases: dict[str, int]
    exempt: dict[tuple[str, str], dict[str, int]] = field(default_factory=dict)
