"""What the report tells of a year beside its counted cells: plain values without I/O."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class ContextFigure:
    """A figure that others measured, with its unit, its source, and the day on which it was read there."""

    name: str
    year: int
    value: float
    unit: str
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class ModeCount:
    """How many answered surveys of one kind came in one way; ``mode`` is a survey.codes.AnswerMode."""

    survey: str
    mode: str
    number: int


@dataclass(frozen=True, slots=True)
class Volumes:
    """Who was enrolled on any day of the year.

    Attributes:
        customers: each customer once.
        young: customers who were 16 to 24 years old at the end of the year.
        customers_of: by provider, its customers, each once.
    """

    customers: int
    enrolments: int
    women: int
    young: int
    customers_of: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Youth:
    """The customers aged 16 to 18 at the end of the year, each with the latest enrolment of the year.

    Attributes:
        endings: by end reason, how many of those enrolments ended in the year.
    """

    customers: int
    endings: Mapping[str, int] = field(default_factory=dict)
