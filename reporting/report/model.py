"""The value that every output is made of. Pure."""

from dataclasses import dataclass
from datetime import date, datetime

from reporting.document.blocks import Fact, Grid
from reporting.figures.definitions import Definition
from reporting.figures.indicators import Indicator
from reporting.report.background import Background
from reporting.report.provider_section import PointSection, ProviderRow


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality report of one year: what every output shows, and nothing else."""

    year: int
    created_at: datetime
    as_of: date
    minimum: int
    indicators: tuple[Indicator, ...]
    definitions: tuple[Definition, ...]
    digest: str  # SHA-256 over the figures
    facts: tuple[Fact, ...]
    summary: Grid
    summary_sentences: tuple[str, ...]
    volumes: Grid
    volume_sentences: tuple[str, ...]
    contacts: Grid
    coverage_sentence: str
    points: tuple[PointSection, ...]  # start, end, all
    questions: Grid
    reasons: Grid
    reasons_sentence: str
    groups: Grid
    followups: Grid
    followup_sentence: str
    endings: Grid
    outcomes: Grid
    provider_endings: dict[str, Grid]  # by number in the register, where they may be shown
    outcome_sentence: str
    expectations: Grid
    expectation_sentences: tuple[str, ...]
    changes: Grid
    changes_sentence: str
    actions: Grid
    background: Background
    exempt_sentence: str = ""
    youth: Grid | None = None  # None: there is nobody to tell of
    youth_sentence: str = ""
    change_reasons: Grid | None = None

    @property
    def is_empty(self) -> bool:
        """True when the year has nobody to tell about."""
        return not any(row.eligible for row in self.indicators)

    @property
    def provider_rows(self) -> tuple[ProviderRow, ...]:
        """All providers, both points together."""
        return self.points[-1].rows
