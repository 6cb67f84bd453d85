"""The year before: its published figures, and whether this year's can be compared with them. Pure.

An indicator can be compared with the year before only while its definition and its question are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol

from reporting.figures.definitions import DEFINITIONS, Definition
from reporting.figures.indicators import Indicator


@dataclass(frozen=True, slots=True)
class QuestionWording:
    """How a question of a survey was put in Swedish, in the version in use."""

    survey: str
    version: int
    question: str
    text: str


@dataclass(frozen=True, slots=True)
class PreviousReport:
    """The published report of the year before: its figures as published, with their definition versions."""

    year: int
    revision: int
    published_at: datetime
    indicators: tuple[Indicator, ...]
    questions: tuple[QuestionWording, ...]

    def find(
        self, id_: str, provider: str = "", point: str = "", gender: str = "T", difficulty: str = ""
    ) -> Indicator | None:
        """The year's row with this key; None when that report did not have it."""
        wanted = (id_, provider, str(self.year), point, gender, difficulty)
        for row in self.indicators:
            if wanted == (row.indicator, row.provider, row.period, row.point, row.gender, row.difficulty):
                return row
        return None


@dataclass(frozen=True, slots=True)
class SeriesBreak:
    """Why an indicator cannot be compared with ``year``; ``point`` is empty when it concerns every point."""

    indicator: str
    point: str
    year: int
    reason: str

    def concerns(self, id_: str, point: str) -> bool:
        return id_ == self.indicator and self.point in ("", point)


@dataclass(frozen=True, slots=True)
class Earlier:
    """The same figure a year before, per cent. ``break_reason``: why the two cannot be compared, else empty."""

    year: int
    value: float | None
    break_reason: str = ""


class Earliers(Protocol):
    """The year before's figure of an indicator and point."""

    def __call__(self, indicator: str, point: str) -> Earlier | None: ...


def series_breaks(
    previous: PreviousReport | None,
    questions: Iterable[QuestionWording],
    definitions: Iterable[Definition] = DEFINITIONS,
) -> tuple[SeriesBreak, ...]:
    """Where the year before was counted or asked in another way."""
    if previous is None:
        return ()
    before = {row.indicator: row.version for row in previous.indicators}
    asked = {(each.survey, each.question): each.text for each in previous.questions}
    asked_now = {(each.survey, each.question): each.text for each in questions}
    found = []
    for definition in definitions:
        id_, version = definition.id, before.get(definition.id)
        if version is None:
            found.append(SeriesBreak(id_, "", previous.year, f"måttet fanns inte {previous.year}"))
        elif version != definition.version:
            reason = f"definitionen är ändrad från version {version} till version {definition.version}"
            found.append(SeriesBreak(id_, "", previous.year, reason))
        elif id_.startswith("satisfaction."):
            question = id_.split(".")[1]
            changed = [
                point
                for point in ("start", "end")
                if (point, question) in asked
                and (point, question) in asked_now
                and asked[point, question] != asked_now[point, question]
            ]
            found += [
                SeriesBreak(id_, point, previous.year, "frågans lydelse är ändrad")
                for point in (*changed, *(["all"] if changed else []))
            ]
    return tuple(found)
