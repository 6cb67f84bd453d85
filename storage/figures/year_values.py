"""What is told of a year beside its counted cells: plain values without I/O, for the report to be made of."""

from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import date


@dataclass(frozen=True, slots=True)
class ContextFigure:
    """A figure that we did not measure: its unit and source in words, and the day on which it was read there."""

    name: str
    year: int
    value: float
    unit: str
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class Volumes:
    """Who was enrolled on any day of the year. ``young``: 16-24 years old at its end."""

    customers: int
    enrolments: int
    women: int
    young: int
    customers_of: Mapping[str, int] = field(default_factory=dict)  # by provider


@dataclass(frozen=True, slots=True)
class Youth:
    """The customers aged 16-18 at the end of the year, each by the latest enrolment of the year.

    ``endings``: how many of those enrolments ended in it, by end reason.
    """

    customers: int
    endings: Mapping[str, int] = field(default_factory=dict)
