"""The value that every output of the report is made of. Pure.

A published report is kept as this value (reporting/publishing/serialisation.py): a field may be added with a
default, and none may be renamed. A field that is taken away is passed over when an older report is read.
"""

from dataclasses import dataclass, field
from datetime import date, datetime

from reporting.document.blocks import Fact, Grid
from reporting.figures.definitions import Definition
from reporting.figures.indicators import Indicator
from reporting.report.background import Background
from reporting.report.provider_section import PointSection, ProviderRow
from reporting.report.tables.outcomes import Changes


@dataclass(frozen=True, slots=True)
class QualityReport:
    """The quality report of a year: what every output shows, and nothing else. Its texts are Swedish.

    Attributes:
        as_of: the unit's own day on which the figures were counted.
        minimum: how many answers a figure needs to be shown.
        digest: SHA-256 of the figures.
        points: the start, the end, and both together.
        youth: None where the year has no young customers.
        change_reasons: None where nobody was asked.
        youth_rows: what the table of the young people is made of.
        changes_told: the changes as they are told; None in a report of a version that kept none.
        denied: recorded follow-ups that customers deny, by provider's ref, where that may be told.
        themes_of_providers: what many of a provider's customers speak of, by its ref: for its digest.
        smallest_group: the fewest people that any combination of guarded figures touches, of this and of earlier
            releases; None where none is told.
        is_certified: whether that number is proven.
        gender_sentences: women beside men at each point, where both may be told.
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
    youth_rows: tuple[Indicator, ...] = ()
    changes_told: Changes | None = None
    denied: dict[str, int] = field(default_factory=dict)
    themes_of_providers: dict[str, tuple[str, ...]] = field(default_factory=dict)
    smallest_group: int | None = None
    is_certified: bool = False
    gender_sentences: tuple[str, ...] = ()

    @property
    def is_draft(self) -> bool:
        """Whether it is working material, for the unit's own staff."""
        return self.background.revision == 0

    @property
    def is_empty(self) -> bool:
        """Whether the register has nobody to ask in the year."""
        return not any(row.eligible for row in self.indicators)

    @property
    def provider_rows(self) -> tuple[ProviderRow, ...]:
        """All providers, both points together."""
        return self.points[-1].rows
