"""What the report shows beside the year's own figures: goals, figures of others, themes, and the year before.

An indicator can be compared with the year before only while its definition and its question are the same.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reporting.figures.case_mix import Expectation
from reporting.figures.contact_outcomes import Dues
from reporting.figures.indicators import Indicator
from reporting.figures.previous_year import PreviousReport, QuestionWording, SeriesBreak
from reporting.figures.themes import ThemeRow
from reporting.report.tables.actions import Action
from storage.figures.year_values import ContextFigure, Volumes, Youth


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
