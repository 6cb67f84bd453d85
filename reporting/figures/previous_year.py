"""The year before: its published figures, and whether this year's can be compared with them. Pure.

An indicator can be compared with the year before only while its definition and its question are the same.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reporting.figures.definitions import DEFINITIONS, Definition
from reporting.figures.indicators import EVERYBODY, Indicator
from survey.codes import Point

_Texts = Mapping[tuple[str, str], str]  # by survey and question


@dataclass(frozen=True, slots=True)
class QuestionWording:
    """How a question of a survey is put in Swedish, in one version of the survey."""

    survey: str
    version: int
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviousReport:
    """The published report of the year before: its figures as published, and the questions it asked."""

    year: int
    revision: int
    published_at: datetime
    indicators: tuple[Indicator, ...]
    questions: tuple[QuestionWording, ...]

    def find(self, id_: str, provider: str = "", point: str = "") -> Indicator | None:
        """Return the whole year's row for everybody; None when that report did not have it."""
        wanted = (id_, provider, str(self.year), point, EVERYBODY, "")
        for row in self.indicators:
            if wanted == (row.indicator, row.provider, row.period, row.point, row.gender, row.difficulty):
                return row
        return None


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """Why an indicator cannot be compared with the year before.

    Attributes:
        point: empty when the break concerns every point.
        year: the year before.
        reason: in Swedish, as the report prints it.
    """

    indicator: str
    point: str
    year: int
    reason: str

    def concerns(self, id_: str, point: str) -> bool:
        """Return whether it breaks the series of ``id_`` at ``point``."""
        return id_ == self.indicator and self.point in ("", point)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same figure a year before.

    Attributes:
        value: per cent; None where it was not shown.
        break_reason: why the two cannot be compared, else empty.
    """

    year: int
    value: float | None
    break_reason: str = ""


class Earliers(Protocol):
    """Return the whole unit's figure of the year before; None where nothing was published."""

    def __call__(self, indicator: str, point: str) -> Earlier | None: ...


def series_breaks(
    previous: PreviousReport | None,
    questions: Iterable[QuestionWording],
    definitions: Iterable[Definition] = DEFINITIONS,
) -> tuple[SeriesBreak, ...]:
    """Return the breaks between the year before and a year with these questions and definitions."""
    if previous is None:
        return ()
    year = previous.year
    versions = {row.indicator: row.version for row in previous.indicators}
    before, now = _texts(previous.questions), _texts(questions)
    found = []
    for definition in definitions:
        id_, version = definition.id, versions.get(definition.id)
        if version is None:
            found.append(SeriesBreak(id_, "", year, f"måttet fanns inte {year}"))
        elif version != definition.version:
            reason = f"definitionen är ändrad från version {version} till version {definition.version}"
            found.append(SeriesBreak(id_, "", year, reason))
        elif id_.startswith("satisfaction."):
            points = _points_reworded(id_.split(".")[1], before, now)
            found += [SeriesBreak(id_, point, year, "frågans lydelse är ändrad") for point in points]
    return tuple(found)


def _texts(questions: Iterable[QuestionWording]) -> _Texts:
    return {(each.survey, each.question): each.text for each in questions}


def _points_reworded(question: str, before: _Texts, now: _Texts) -> list[str]:
    """Return the points at which the question is put in other words; both together when any of them is."""
    keys = [(point.value, question) for point in (Point.START, Point.END)]
    points = [key[0] for key in keys if key in before and key in now and before[key] != now[key]]
    return [*points, Point.ALL.value] if points else []
