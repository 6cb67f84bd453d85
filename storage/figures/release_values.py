"""What was told outside the unit, and whose answers stood behind it: plain values without I/O.

No sentence and no decision stands here: which figures may be told is decided in reporting/disclosure.
"""

from dataclasses import dataclass
from datetime import datetime


@dataclass(frozen=True, slots=True)
class Response:
    """One thing that a customer said, or that became of an enrolment, as it is counted today.

    Attributes:
        source: what tells it apart from every other of its measure: an enrolment with its point or month.
        person: the customer's number in the database.
        value: what was said (a rating, yes or no, an end reason). A source whose value changes is another answer.
        provider: the provider's number in the register.
        year: the year in which it counts.
        period: the quarter (2025-Q3) or month (2025-11) in which it counts, or empty.
        point: ``start``, ``end``, or empty.
        gender: K, M, or empty.
        difficulty: low, medium, high, or empty.
        in_year: False where the same person's later enrolment counts instead.
        in_period: False where the same person's later enrolment counts instead.
        is_youth: whether it counts among the young people's outcomes.
        is_recorded: whether the provider has recorded a follow-up for the month that the answer is about.
    """

    source: str
    person: int
    value: str
    provider: str
    year: int
    period: str = ""
    point: str = ""
    gender: str = ""
    difficulty: str = ""
    in_year: bool = True
    in_period: bool = True
    is_youth: bool = False
    is_recorded: bool = False


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """A response that stood behind a figure that was told.

    Attributes:
        id: its number; told cells name it.
        person: the customer's number in the database, or a negative one once the customer is gone.
        source: as in `Response`.
        value: as in `Response`; empty once the customer has erased it.
    """

    id: int
    person: int
    source: str
    value: str


@dataclass(frozen=True, slots=True)
class ToldCell:
    """A figure as it was told.

    Attributes:
        key: the figure: indicator, provider, period, point, gender, difficulty.
        answers: the numbers of the answers behind it.
    """

    key: tuple[str, str, str, str, str, str]
    answers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Ledger:
    """What was told of one measure, and the answers that stood behind it."""

    answers: tuple[ToldAnswer, ...] = ()
    cells: tuple[ToldCell, ...] = ()


@dataclass(frozen=True, slots=True)
class Release:
    """Something that is told outside the unit.

    Attributes:
        kind: publication, revision, pack, digest or export.
        year: of the report that it is, or is made of.
        edition: of that report; 1 is its first publication.
        at: when.
        digest: SHA-256 of what was told, hex.
        provider: to whom a pack or digest was made, by its number in the register; empty for everybody.
        smallest_group: the certificate of a publication; None where nothing was told, and of the other kinds.
    """

    kind: str
    year: int
    edition: int
    at: datetime
    digest: str
    provider: str = ""
    smallest_group: int | None = None
