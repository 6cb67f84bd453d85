"""The one QualityReport value behind every output, and the Swedish sentences as rules.

Everything here is made of rows that have passed disclosure control (reporting/indicators.py), and of counts of
the process itself.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime
from hashlib import sha256

from reporting import compare, disclosure
from reporting.background import Background, marked
from reporting.grids import (
    Aggregate,
    Grid,
    changes_grid,
    contacts_grid,
    endings_grid,
    followups_grid,
    groups_grid,
    outcomes_grid,
    questions_grid,
    reasons_grid,
    summary_grid,
)
from reporting.indicators import DEFINITIONS, Cube, Definition, Indicator
from reporting.indicators import rows as indicator_rows
from reporting.sentences import (
    Find,
    comparison_sentence,
    coverage,
    interval_text,
    outcome_sentences,
    share_text,
    summary_sentences,
)
from reporting.swedish import NO_DATA, POINTS, SUPPRESSED, decimal, percent

OTHERS = "Övriga anordnare"
FEW_ANSWERS = 10
NO_BACKGROUND = Background()


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider at one point. Shares 0-100; None where nothing may be shown."""

    ref: str
    name: str
    eligible: int
    answered: int
    response_text: str
    share: float | None
    low: float | None
    high: float | None
    share_text: str
    interval_text: str
    others_text: str
    assessment: str


@dataclass(frozen=True, slots=True)
class PointSection:
    """Section 3 for one measurement point."""

    point: str
    title: str
    rows: tuple[ProviderRow, ...]
    total_share: float | None
    sentences: tuple[str, ...]


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
    provider_rows: tuple[ProviderRow, ...]  # both points together
    summary: Grid
    summary_sentences: tuple[str, ...]
    contacts: Grid
    contacts_sentences: tuple[str, ...]
    points: tuple[PointSection, ...]
    questions: Grid
    reasons: Grid
    groups: Grid
    followups: Grid
    endings: Grid
    outcomes: Grid
    outcome_sentences: tuple[str, ...]
    changes: Grid
    background: Background

    @property
    def is_empty(self) -> bool:
        """True when the year has nobody to tell about."""
        return not any(row.eligible for row in self.indicators)


def build(
    aggregate: Aggregate,
    year: int,
    now: datetime,
    minimum: int = disclosure.MIN_ANSWERS,
    background: Background = NO_BACKGROUND,
) -> QualityReport:
    """The report of ``year`` from its counted cells. ``minimum`` (6 or more) answers are needed to be shown."""
    rows = marked(indicator_rows(aggregate, now, minimum), background)
    by_key = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in rows}

    def find(
        id_: str, provider: str = "", point: str = "", gender: str = "T", difficulty: str = "", period: str = ""
    ) -> Indicator:
        return by_key[id_, provider, period or str(year), point, gender, difficulty]

    sections = tuple(_point_section(aggregate, find, point, minimum) for point in ("start", "end", "all"))
    return QualityReport(
        year=year,
        created_at=now.astimezone(UTC),
        as_of=aggregate.as_of,
        minimum=minimum,
        indicators=rows,
        definitions=DEFINITIONS,
        digest=_digest(rows),
        provider_rows=sections[2].rows,
        summary=summary_grid(find),
        summary_sentences=summary_sentences(find),
        contacts=contacts_grid(aggregate, find),
        contacts_sentences=(coverage(aggregate, find, minimum),),
        points=sections,
        questions=questions_grid(find),
        reasons=reasons_grid(aggregate, find, minimum),
        groups=groups_grid(find),
        followups=followups_grid(aggregate, find),
        endings=endings_grid(aggregate, find),
        outcomes=outcomes_grid(aggregate, find),
        outcome_sentences=outcome_sentences(find),
        changes=changes_grid(aggregate, find),
        background=background,
    )


def _compared(row: Indicator, total: Indicator) -> compare.Comparison | None:
    if None in (row.numerator, row.denominator, total.numerator, total.denominator):
        return None
    return compare.against_others(
        (row.numerator or 0, row.denominator or 0), (total.numerator or 0, total.denominator or 0)
    )


def _point_section(aggregate: Cube, find: Find, point: str, minimum: int) -> PointSection:
    total = find("satisfaction.overall", "", point)
    rows, sentences = [], []
    merged: list[tuple[Indicator, Indicator]] = []
    for ref, name in aggregate.providers:
        row, response = find("satisfaction.overall", ref, point), find("response_rate", ref, point)
        if row.status in ("too_few", "suppressed"):
            merged.append((row, response))
        compared = _compared(row, total)
        if sentence := comparison_sentence(name, compared, row.denominator or 0):
            sentences.append(sentence)
        rows.append(_provider_row(ref, name, row, response, total, compared))
    if merged and total.value is not None:
        rows.append(_merged_row(find, aggregate, point, total, merged, minimum))
    return PointSection(point, POINTS[point], tuple(rows), total.value, tuple(sentences))


def _provider_row(
    ref: str,
    name: str,
    row: Indicator,
    response: Indicator,
    total: Indicator,
    compared: compare.Comparison | None,
) -> ProviderRow:
    others = NO_DATA if row.status == "no_answers" else SUPPRESSED
    if row.numerator is not None and row.denominator is not None and total.numerator is not None:
        rest = (total.denominator or 0) - row.denominator
        others = percent(100 * (total.numerator - row.numerator) / rest) if rest else NO_DATA
    if row.status == "no_answers":
        assessment = "Inga svar"
    elif row.status == "too_few":
        assessment = "För få svar"
    elif row.status == "suppressed":
        assessment = "Visas inte (skydd)"
    elif (row.denominator or 0) < FEW_ANSWERS:
        assessment = "Få svar, ingen bedömning"
    elif compared is None:
        assessment = "Ingen jämförelse"
    elif compared.verdict:
        assessment = "Tydligt lägre" if compared.verdict == "lower" else "Tydligt högre"
    else:
        assessment = "Kan avvika; följs upp" if compared.watch else "Ingen skillnad påvisad"
    return ProviderRow(
        ref=ref,
        name=name,
        eligible=row.eligible or 0,
        answered=response.numerator or 0,
        response_text=share_text(response),
        share=row.value,
        low=row.ci_low,
        high=row.ci_high,
        share_text=share_text(row),
        interval_text=interval_text(row),
        others_text=others,
        assessment=assessment,
    )


def _merged_row(
    find: Find,
    aggregate: Cube,
    point: str,
    total: Indicator,
    merged: Sequence[tuple[Indicator, Indicator]],
    minimum: int,
) -> ProviderRow:
    """The hidden providers together: exactly what total minus shown rows leaves."""
    shown = [find("satisfaction.overall", ref, point) for ref, _ in aggregate.providers]
    numerator = (total.numerator or 0) - sum(row.numerator or 0 for row in shown)
    denominator = (total.denominator or 0) - sum(row.denominator or 0 for row in shown)
    eligible = sum(row.eligible or 0 for row, _ in merged)
    safe = not disclosure.is_unsafe((numerator, denominator), minimum) and denominator > 0
    low, high = (100 * limit for limit in compare.wilson(numerator, denominator)) if safe else (None, None)
    share = 100 * numerator / denominator if safe else None
    return ProviderRow(
        ref="",
        name=f"{OTHERS} ({len(merged)})",
        eligible=eligible,
        answered=sum(response.numerator or 0 for _, response in merged),
        response_text=percent(100 * denominator / eligible) if eligible else NO_DATA,
        share=share,
        low=low,
        high=high,
        share_text=percent(share) if share is not None else SUPPRESSED,
        interval_text=f"{decimal(low)}–{decimal(high)}" if low is not None and high is not None else "",
        others_text="",
        assessment="Sammanslagna",
    )


def _digest(rows: Iterable[Indicator]) -> str:
    figures = sha256()
    for r in rows:
        key = (r.indicator, r.version, r.provider, r.period, r.point, r.gender, r.difficulty)
        figures.update(repr((*key, r.numerator, r.denominator, r.eligible, r.status)).encode())
    return figures.hexdigest()
