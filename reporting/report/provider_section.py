"""Section 3: each provider beside the others at a measurement point, made of rows that may be shown. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass

from reporting.disclosure.cells import Status
from reporting.document.assessments import Assessment
from reporting.document.blocks import Bar, Bars, Cell, Funnel, FunnelPoint, Grid, Percent
from reporting.document.swedish import NO_DATA, SUPPRESSED, decimal, printed_name
from reporting.figures import exact_test, intervals
from reporting.figures.exact_test import CLEAR, MAY_DIFFER, Comparison, Verdict
from reporting.figures.indicators import Find, Indicator, comparison, others_of
from reporting.report.sentences.satisfaction import bars_alt, both_points_sentence, comparison_sentence, funnel_alt
from reporting.report.tables.cells import interval_text, share_cell, titled
from storage.figures.cells import Aggregate
from survey.codes import Point

OTHERS = "Övriga anordnare"
HIDDEN = (Status.TOO_FEW, Status.SUPPRESSED)
BY_VERDICT = {
    Verdict.NONE: Assessment.NONE,
    Verdict.MAY_DIFFER_LOWER: Assessment.WATCH,
    Verdict.MAY_DIFFER_HIGHER: Assessment.WATCH,
    Verdict.LOWER: Assessment.LOWER,
    Verdict.HIGHER: Assessment.HIGHER,
}
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
BARS_AT_MOST = 60  # a chart of more bars cannot be read; the table has them all
MIN_MARKS = 3  # a chart of fewer marks says nothing


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider at a measurement point, or the hidden ones together.

    Attributes:
        ref: empty for the hidden ones together.
        response: the response rate as the table prints it.
        share: per cent satisfied; None where nothing may be shown, as are its interval's ends.
        others: the share of all other providers together, as the table prints it.
        difference: the provider's place in the funnel; None where it is not compared.
    """

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
        """The assessment in Swedish."""
        return self.kind.swedish

    @property
    def cells(self) -> tuple[Cell, ...]:
        """The row as the table prints it, by COLUMNS."""
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
    """All providers at a measurement point.

    Attributes:
        point: start, end, or all.
        title: the point in Swedish.
        whole_unit: of both points together, the unit's share and the mean of the providers' shares. Section 1 tells
            those of each point.
    """

    point: str
    title: str
    rows: tuple[ProviderRow, ...]
    sentences: tuple[str, ...]
    grid: Grid
    bars: Bars | None
    funnel: Funnel | None
    whole_unit: str = ""


@dataclass(frozen=True, slots=True)
class _Provider:
    """A provider with its rows and its comparison."""

    ref: str
    name: str
    satisfaction: Indicator
    response: Indicator
    compared: Comparison | None


def point_section(aggregate: Aggregate, find: Find, point: Point, minimum: int) -> PointSection:
    """Make the section of ``point``: the providers by name, never by result, then the hidden ones together."""
    total = find("satisfaction.overall", "", point)
    providers = [_provider(find, ref, printed_name(name), point, total) for ref, name in aggregate.providers]
    hidden = [each for each in providers if each.satisfaction.status in HIDDEN]
    rows = [_row(each, total) for each in providers]
    if hidden and total.value is not None:
        rows.append(_merged_row(providers, hidden, total, minimum))
    sentences = (comparison_sentence(each.name, each.compared) for each in providers)
    return PointSection(
        point=point.value,
        title=point.swedish,
        rows=tuple(rows),
        sentences=tuple(sentence for sentence in sentences if sentence),
        grid=Grid(
            f"Nöjdhet per anordnare, {point.in_sentence}",
            COLUMNS,
            tuple(row.cells for row in rows),
            words=frozenset({0, len(COLUMNS) - 1}),
            nothing="Inga anordnare i registret.",
        ),
        bars=_bars(point, rows, total.value),
        funnel=_funnel(point, rows),
        whole_unit=both_points_sentence(find) if point == Point.ALL else "",
    )


def _provider(find: Find, ref: str, name: str, point: Point, total: Indicator) -> _Provider:
    row = find("satisfaction.overall", ref, point)
    return _Provider(ref, titled(name, row, find), row, find("response_rate", ref, point), comparison(row, total))


def _row(provider: _Provider, total: Indicator) -> ProviderRow:
    row, kind = provider.satisfaction, _kind(provider.satisfaction, provider.compared)
    return ProviderRow(
        ref=provider.ref,
        name=provider.name,
        eligible=row.eligible or 0,
        answered=provider.response.numerator or 0,
        response=share_cell(provider.response),
        share=row.value,
        low=row.ci_low,
        high=row.ci_high,
        share_cell=share_cell(row),
        interval_text=interval_text(row),
        others=_others_cell(row, total),
        kind=kind,
        difference=_difference(provider.name, kind, provider.compared),
    )


def _others_cell(row: Indicator, total: Indicator) -> Cell:
    """Return the share of all other providers together, or the symbol that stands for none."""
    others = others_of(row, total)
    if others is None:
        return NO_DATA if row.status == Status.NO_ANSWERS else SUPPRESSED
    return Percent(100 * others[0] / others[1]) if others[1] else NO_DATA


def _kind(row: Indicator, compared: Comparison | None) -> Assessment:
    if row.status != Status.OK:
        return Assessment(row.status)
    if (row.denominator or 0) < exact_test.MIN_ANSWERS:
        return Assessment.FEW
    return BY_VERDICT[compared.verdict] if compared is not None else Assessment.ALONE


def _difference(name: str, kind: Assessment, compared: Comparison | None) -> FunnelPoint | None:
    """Return the provider's place in the funnel. It is compared with its own others, as in the table."""
    if compared is None:
        return None

    def limits(level: float) -> tuple[float | None, float | None]:
        low, high = (
            100 * (share - compared.other_share) if share is not None else None
            for share in exact_test.limits(compared.own[1], compared.others, level)
        )
        return low, high

    return FunnelPoint(
        name,
        compared.own[1],
        100 * (compared.share - compared.other_share),
        limits(MAY_DIFFER),
        limits(CLEAR),
        kind,
    )


def _merged_row(
    providers: Sequence[_Provider], hidden: Sequence[_Provider], total: Indicator, minimum: int
) -> ProviderRow:
    """Make the row of the hidden providers together: what the total leaves without the shown ones."""
    numerator = (total.numerator or 0) - sum(each.satisfaction.numerator or 0 for each in providers)
    denominator = (total.denominator or 0) - sum(each.satisfaction.denominator or 0 for each in providers)
    eligible = sum(each.satisfaction.eligible or 0 for each in hidden)
    # Rows of different days do not add up.
    of_one_day = len({total.created_at, *(each.satisfaction.created_at for each in providers)}) == 1
    safe = of_one_day and denominator >= minimum
    low, high = (100 * limit for limit in intervals.wilson(numerator, denominator)) if safe else (None, None)
    share = 100 * numerator / denominator if safe else None
    return ProviderRow(
        ref="",
        name=f"{OTHERS} ({len(hidden)})",
        eligible=eligible,
        answered=sum(each.response.numerator or 0 for each in hidden),
        response=Percent(100 * denominator / eligible) if eligible else NO_DATA,
        share=share,
        low=low,
        high=high,
        share_cell=Percent(share) if share is not None else SUPPRESSED,
        interval_text=f"{decimal(low)}–{decimal(high)}" if low is not None and high is not None else "",
        others="",
        kind=Assessment.MERGED,
    )


def _bars(point: Point, rows: Sequence[ProviderRow], total: float | None) -> Bars | None:
    bars = tuple(
        Bar(row.name, row.share, row.low, row.high, row.kind)
        for row in rows
        if row.share is not None and row.low is not None and row.high is not None
    )
    if not MIN_MARKS <= len(bars) <= BARS_AT_MOST:
        return None
    caption = f"Andel nöjda med 95 %-intervall, {point.in_sentence}"
    return Bars(caption, bars_alt(point.swedish, bars, total), bars, total)


def _funnel(point: Point, rows: Sequence[ProviderRow]) -> Funnel | None:
    points = tuple(row.difference for row in rows if row.difference is not None)
    if len(points) < MIN_MARKS:
        return None
    caption = f"Skillnad mot övriga anordnare efter antal svar, {point.in_sentence}"
    return Funnel(caption, funnel_alt(point.swedish, points), points)
