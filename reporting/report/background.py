"""What the report shows beside the year's own figures: goals, figures of others, themes, and the year before.

An indicator can be compared with the year before only while its definition and its question are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import date, datetime

from reporting.figures.contact_outcomes import Dues
from reporting.figures.indicators import DEFINITIONS, Definition, Indicator
from reporting.figures.themes import ThemeRow
from storage.figures.year_values import ContextFigure, Volumes, Youth


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
class Expectation:
    """A provider's self-sufficient endings against what its customers' difficulty lets expect (O/E).

    ``share_high`` per cent; None where nothing may be shown or there are too few cases. ``low`` to ``high`` is the
    95 % interval; ``clear`` where the one of 99.8 % leaves 1 out.
    """

    provider: str
    share_high: float | None
    observed: int | None
    expected: float | None
    ratio: float | None
    low: float | None
    high: float | None
    clear: bool = False


@dataclass(frozen=True, slots=True)
class Action:
    """A deficiency of a provider and what it must do about it."""

    provider: str
    deficiency: str
    plan: str
    due_on: date | None
    status: str


@dataclass(frozen=True, slots=True)
class Background:
    """Everything beside the year's own figures. ``targets`` are per cent by indicator."""

    targets: dict[str, float] = field(default_factory=dict)
    context: tuple[ContextFigure, ...] = ()
    themes: tuple[ThemeRow, ...] = ()
    questions: tuple[QuestionWording, ...] = ()
    previous: PreviousReport | None = None
    breaks: tuple[SeriesBreak, ...] = ()
    volumes: Volumes | None = None
    expectations: tuple[Expectation, ...] = ()
    actions: tuple[Action, ...] = ()
    revision: int = 0  # 0 is a draft, 1 the first publication
    revised_because: str = ""
    youth: Youth | None = None
    change_reasons: tuple[ThemeRow, ...] = ()
    dues: tuple[Dues, ...] = ()  # what became of every planned question; empty where nobody has counted
    standing: tuple[str, ...] = ()  # parts whose earlier figures stand: the change would tell single answers

    def break_of(self, id_: str, point: str = "") -> SeriesBreak | None:
        """The break between this year and the one before, when there is one."""
        return next((each for each in self.breaks if each.concerns(id_, point)), None)


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


def marked(rows: Iterable[Indicator], background: Background) -> tuple[Indicator, ...]:
    """The rows with their goals and series breaks. A goal is the whole unit's, for everybody in the year."""
    found = []
    for row in rows:
        broken = background.break_of(row.indicator, row.point)
        target = None
        if row.gender == "T" and not row.difficulty and row.period.isdigit():
            target = background.targets.get(row.indicator)
        found.append(replace(row, target=target, series_break=broken.reason if broken else ""))
    return tuple(found)
