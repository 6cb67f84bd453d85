"""What the report shows beside the year's own figures: goals, context, themes, and the year before. Pure."""

from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from reporting.figures.case_mix import Expectation
from reporting.figures.contact_outcomes import Dues
from reporting.figures.indicators import EVERYBODY, Indicator
from reporting.figures.previous_year import Earlier, PreviousReport, QuestionWording, SeriesBreak
from reporting.figures.themes import ThemeRow
from reporting.report.tables.actions import Action
from storage.figures.year_values import ContextFigure, ModeCount, Volumes, Youth
from survey.codes import in_sentence


@dataclass(frozen=True, slots=True)
class Cover:
    """Whose report it is. A published report keeps it, whatever the unit's profile says later.

    Attributes:
        municipality: empty in a report of a version that kept none.
        committee: whom the report is made for.
        diary_number: empty for none.
        phone: where a reader may call.
    """

    municipality: str = ""
    unit: str = ""
    committee: str = ""
    diary_number: str = ""
    phone: str = ""

    @property
    def sender(self) -> str:
        """Return whose report it is, in a line: the municipality, then the unit as it is written in a sentence."""
        return ", ".join(filter(None, (self.municipality, in_sentence(self.unit))))


@dataclass(frozen=True, slots=True)
class Background:
    """Everything in the report that is not made of the year's counted cells.

    Attributes:
        targets: the unit's goals, per cent by indicator.
        context: figures that others have measured.
        questions: the wording of the surveys in use.
        breaks: indicators that cannot be compared with the year before.
        volumes: who was enrolled; None where nobody has counted.
        actions: deficiencies of providers, and what is done about them.
        revision: 0 is a draft, 1 the first publication, from 2 on a revision of it.
        revised_because: the reason for the revision, as staff gave it.
        change_reasons: why customers changed provider.
        modes: how the answers came in.
        too_young: customers with an enrolment in the year who were not asked because of their age.
        dues: what became of every planned question; empty where nobody has counted.
        cover: whose report it is.
    """

    targets: dict[str, float] = field(default_factory=dict)
    context: tuple[ContextFigure, ...] = ()
    themes: tuple[ThemeRow, ...] = ()
    questions: tuple[QuestionWording, ...] = ()
    previous: PreviousReport | None = None
    breaks: tuple[SeriesBreak, ...] = ()
    volumes: Volumes | None = None
    expectations: tuple[Expectation, ...] = ()
    actions: tuple[Action, ...] = ()
    revision: int = 0
    revised_because: str = ""
    youth: Youth | None = None
    change_reasons: tuple[ThemeRow, ...] = ()
    dues: tuple[Dues, ...] = ()
    cover: Cover = field(default_factory=Cover)
    modes: tuple[ModeCount, ...] = ()
    too_young: int = 0

    def break_of(self, id_: str, point: str = "") -> SeriesBreak | None:
        """Return the break between this year and the year before; None where there is none."""
        return next((each for each in self.breaks if each.concerns(id_, point)), None)

    def earlier(self, indicator: str, point: str) -> Earlier | None:
        """Return the whole unit's figure of the year before; None where nothing was published."""
        if self.previous is None:
            return None
        row, broken = self.previous.find(indicator, point=point), self.break_of(indicator, point)
        return Earlier(self.previous.year, row.value if row else None, broken.reason if broken else "")


def marked(rows: Iterable[Indicator], background: Background) -> tuple[Indicator, ...]:
    """Return ``rows`` with their targets and series breaks. A target is for everybody in a whole year."""
    found = []
    for row in rows:
        broken = background.break_of(row.indicator, row.point)
        target = None
        if row.gender == EVERYBODY and not row.difficulty and row.period.isdigit():
            target = background.targets.get(row.indicator)
        found.append(replace(row, target=target, series_break=broken.reason if broken else ""))
    return tuple(found)
