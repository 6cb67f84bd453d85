"""The value that every output of the report is made of. Pure.

A published report is kept as this value (reporting/publishing/serialisation.py): a field may be added with a
default, and none may be renamed or taken away.
"""

from dataclasses import dataclass
from datetime import date, datetime

from reporting.document.blocks import Fact, Grid
from reporting.figures.definitions import Definition
from reporting.figures.indicators import Indicator
from reporting.report.background import Background
from reporting.report.provider_section import PointSection, ProviderRow


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality report of a year: what every output shows, and nothing else. Its texts are Swedish.

    Attributes:
        as_of: the unit's own day on which the figures were counted.
        minimum: how many answers a figure needs to be shown.
        digest: SHA-256 of the figures.
        points: the start, the end, and both together.
        provider_endings: by provider's ref, where they may be shown.
        youth: None where the year has no young customers.
        change_reasons: None where nobody was asked.
    """

    year: int
    created_at: datetime
    as_of: date
    minimum: int
    indicators: tuple[Indicator, ...]
    definitions: tuple[Definition, ...]
    digest: str
    facts: tuple[Fact, ...]
    summary: Grid
    summary_sentences: tuple[str, ...]
    volumes: Grid
    volume_sentences: tuple[str, ...]
    contacts: Grid
    coverage_sentence: str
    points: tuple[PointSection, ...]
    questions: Grid
    reasons: Grid
    reasons_sentence: str
    groups: Grid
    followups: Grid
    followup_sentence: str
    endings: Grid
    outcomes: Grid
    provider_endings: dict[str, Grid]
    outcome_sentence: str
    expectations: Grid
    expectation_sentences: tuple[str, ...]
    changes: Grid
    changes_sentence: str
    actions: Grid
    background: Background
    exempt_sentence: str = ""
    youth: Grid | None = None
    youth_sentence: str = ""
    change_reasons: Grid | None = None

    @property
    def is_empty(self) -> bool:
        """Whether the register has nobody to ask in the year."""
        return not any(row.eligible for row in self.indicators)

    @property
    def provider_rows(self) -> tuple[ProviderRow, ...]:
        """All providers, both points together."""
        return self.points[-1].rows
