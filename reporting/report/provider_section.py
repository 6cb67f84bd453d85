"""Section 3: each provider beside the others, at one measurement point. Pure; made of rows that may be shown."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.disclosure import suppression
from reporting.document.assessments import Assessment
from reporting.document.blocks import Bar, Bars, Cell, Funnel, FunnelPoint, Grid, Percent
from reporting.document.swedish import NO_DATA, SUPPRESSED, decimal, printed_name
from reporting.figures import intervals
from reporting.figures.definitions import Status
from reporting.figures.indicators import Find, Indicator
from reporting.report.sentences.satisfaction import bars_alt, both_points_sentence, comparison_sentence, funnel_alt
from reporting.report.tables.cells import interval_text, share_cell
from storage.figures.cells import Aggregate
from survey.codes import Point, swedish

OTHERS = "Övriga anordnare"
FEW_ANSWERS = 10
BY_CODE = {each.value: each for each in Assessment}
COLUMNS = (
    "Anordnare",
    "Berättigade",
    "Svar",
    "Svarsandel",
    "Nöjda\u00a0%",
    "95\u00a0%-intervall",
    "Övriga\u00a0%",
    "Bedömning",
)
BARS_AT_MOST = 60  # more rows than this are no picture any more; the table has them
MIN_MARKS = 3


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """One provider at one point. Shares 0-100; None where nothing may be shown."""

    ref: str
    name: str
    eligible: int
    answered: int
    response: Cell
    share: float | None
    low: float | None
    high: float | None
    share_cell: Cell
    interval_text: str
    others: Cell
    kind: Assessment
    difference: FunnelPoint | None = None

    @property
    def assessment(self) -> str:
        return self.kind.swedish

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The row as the table prints it: COLUMNS."""
        return (
            self.name,
            self.eligible,
            self.answered,
            self.response,
            self.share_cell,
            self.interval_text,
            self.others,
            self.assessment,
        )


@dataclass(frozen=True, slots=True)
class PointSection:
    """All providers at one measurement point."""

    point: str
    title: str
    rows: tuple[ProviderRow, ...]
    sentences: tuple[str, ...]
    grid: Grid
    bars: Bars | None
    funnel: Funnel | None
    whole_unit: str = (
        ""  # both points together: their share and the mean of providers', which section 1 does not say
    )


def point_section(cube: Aggregate, find: Find, point: str, minimum: int) -> PointSection:
    """The rows of ``point`` by name, never by result, then the hidden providers together."""
    total = find("satisfaction.overall", "", point)
    rows: list[ProviderRow] = []
    sentences: list[str] = []
    merged: list[tuple[Indicator, Indicator]] = []
    for ref, name in cube.providers:
        row, response = find("satisfaction.overall", ref, point), find("response_rate", ref, point)
        if row.status in ("too_few", "suppressed"):
            merged.append((row, response))
        compared = _compared(row, total)
        if sentence := comparison_sentence(printed_name(name), compared, row.denominator or 0):
            sentences.append(sentence)
        rows.append(_row(ref, printed_name(name), row, response, total, compared))
    if merged and total.value is not None:
        rows.append(_merged_row(find, cube, point, total, merged, minimum))
    title = swedish(Point, point)
    return PointSection(
        point,
        title,
        tuple(rows),
        tuple(sentences),
        Grid(
            f"Nöjdhet per anordnare, {title.lower()}",
            COLUMNS,
            tuple(row.cells for row in rows),
            words=frozenset({0, len(COLUMNS) - 1}),
            nothing="Inga anordnare i registret.",
        ),
        _bars(title, rows, total.value),
        _funnel(title, rows),
        both_points_sentence(find) if point == "all" else "",
    )


def _compared(row: Indicator, total: Indicator) -> intervals.Comparison | None:
    if None in (row.numerator, row.denominator, total.numerator, total.denominator):
        return None
    return intervals.against_others(
        (row.numerator or 0, row.denominator or 0), (total.numerator or 0, total.denominator or 0)
    )


def _row(
    ref: str,
    name: str,
    row: Indicator,
    response: Indicator,
    total: Indicator,
    compared: intervals.Comparison | None,
) -> ProviderRow:
    others: Cell = NO_DATA if row.status == "no_answers" else SUPPRESSED
    if row.numerator is not None and row.denominator is not None and total.numerator is not None:
        rest = (total.denominator or 0) - row.denominator
        others = Percent(100 * (total.numerator - row.numerator) / rest) if rest else NO_DATA
    kind = _kind(row, compared)
    return ProviderRow(
        ref=ref,
        name=name,
        eligible=row.eligible or 0,
        answered=response.numerator or 0,
        response=share_cell(response),
        share=row.value,
        low=row.ci_low,
        high=row.ci_high,
        share_cell=share_cell(row),
        interval_text=interval_text(row),
        others=others,
        kind=kind,
        difference=_difference(name, kind, row.denominator or 0, compared),
    )


def _kind(row: Indicator, compared: intervals.Comparison | None) -> Assessment:
    if row.status != Status.OK:
        return BY_CODE[row.status]
    if (row.denominator or 0) < FEW_ANSWERS:
        return Assessment.FEW
    if compared is None:
        return Assessment.ALONE
    if compared.verdict:
        return BY_CODE[compared.verdict]
    return Assessment.WATCH if compared.watch else Assessment.NONE


def _difference(
    name: str, kind: Assessment, answers: int, compared: intervals.Comparison | None
) -> FunnelPoint | None:
    """Where the provider lies in the funnel: each against its own others, so that picture and table agree."""
    if compared is None:
        return None

    def limits(level: float) -> tuple[float, float]:
        low, high = intervals.funnel_limits(compared.others, answers, level)
        return 100 * (low - compared.others), 100 * (high - compared.others)

    return FunnelPoint(
        name,
        answers,
        100 * (compared.share - compared.others),
        limits(intervals.WATCH),
        limits(intervals.ACT),
        kind,
    )


def _merged_row(
    find: Find,
    cube: Aggregate,
    point: str,
    total: Indicator,
    merged: Sequence[tuple[Indicator, Indicator]],
    minimum: int,
) -> ProviderRow:
    """The hidden providers together: exactly what total minus shown rows leaves."""
    shown = [find("satisfaction.overall", ref, point) for ref, _ in cube.providers]
    numerator = (total.numerator or 0) - sum(row.numerator or 0 for row in shown)
    denominator = (total.denominator or 0) - sum(row.denominator or 0 for row in shown)
    eligible = sum(row.eligible or 0 for row, _ in merged)
    safe = not suppression.is_unsafe((numerator, denominator), minimum) and denominator > 0
    low, high = (100 * limit for limit in intervals.wilson(numerator, denominator)) if safe else (None, None)
    share = 100 * numerator / denominator if safe else None
    return ProviderRow(
        ref="",
        name=f"{OTHERS} ({len(merged)})",
        eligible=eligible,
        answered=sum(response.numerator or 0 for _, response in merged),
        response=Percent(100 * denominator / eligible) if eligible else NO_DATA,
        share=share,
        low=low,
        high=high,
        share_cell=Percent(share) if share is not None else SUPPRESSED,
        interval_text=f"{decimal(low)}–{decimal(high)}" if low is not None and high is not None else "",
        others="",
        kind=Assessment.MERGED,
    )


def _bars(title: str, rows: Sequence[ProviderRow], total: float | None) -> Bars | None:
    bars = tuple(
        Bar(row.name, row.share, row.low, row.high, row.kind)
        for row in rows
        if row.share is not None and row.low is not None and row.high is not None
    )
    if not MIN_MARKS <= len(bars) <= BARS_AT_MOST:
        return None
    caption = f"Andel nöjda med 95 %-intervall, {title.lower()}"
    return Bars(caption, bars_alt(title, bars, total), bars, total)


def _funnel(title: str, rows: Sequence[ProviderRow]) -> Funnel | None:
    points = tuple(row.difference for row in rows if row.difference is not None)
    if len(points) < MIN_MARKS:
        return None
    caption = f"Skillnad mot övriga anordnare efter antal svar, {title.lower()}"
    return Funnel(caption, funnel_alt(title, points), points)
