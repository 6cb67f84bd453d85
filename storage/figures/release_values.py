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


@dataclass(frozen=True, slots=True)
class ToldAnswer:
    """A response that stood behind a figure that was told.

    Attributes:
        id: its number; told cells name it.
        person: the customer's number; negative once the customer is forgotten.
        source: as in `Response`; empty once the customer is forgotten.
        value: as in `Response`; empty once the customer is forgotten.
    """

    id: int
    person: int
    source: str
    value: str


@dataclass(frozen=True, slots=True)
class ToldCell:
    """A figure as it was told.

    Attributes:
        release: the number of the release.
        key: the figure: indicator, provider, period, point, gender, difficulty.
        numerator: as it was told.
        denominator: as it was told.
        answers: the numbers of the answers behind it.
    """

    release: int
    key: tuple[str, str, str, str, str, str]
    numerator: int
    denominator: int
    answers: frozenset[int]


@dataclass(frozen=True, slots=True)
class Release:
    """Something that was told outside the unit.

    Attributes:
        number: of the release; 1 is the first.
        kind: publication, revision, pack, digest or export.
        year: of the report that it is, or is made of.
        edition: of that report; 1 is its first publication.
        provider: to whom a pack or digest was made; empty for everybody.
        at: when.
        digest: SHA-256 of what was told, hex.
        smallest_group: the certificate of a publication; None where nothing was told, and of the other kinds.
    """

    number: int
    kind: str
    year: int
    edition: int
    provider: str
    at: datetime
    digest: str
    smallest_group: int | None
