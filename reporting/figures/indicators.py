"""Turn counted cells into the rows of the export, after disclosure control. Pure.

What an indicator counts is defined in reporting/figures/definitions.py, and what is hidden is decided in
reporting/disclosure. A row that is hidden tells how many were eligible, and nothing of what they said.
"""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Protocol

from reporting.disclosure.cells import Cell, Status
from reporting.figures import exact_test, intervals
from reporting.figures.definitions import VERSIONS
from reporting.figures.endings import count_endings, reasons_of
from reporting.figures.exact_test import Comparison, Count
from reporting.figures.responses import CONFIRMED
from reporting.figures.told import Told
from storage.figures.cells import Aggregate, Key, MonthCounts, SatisfactionCounts
from survey.codes import Difficulty, Gender, Point

OVERALL = "overall"
QUESTIONS = (OVERALL, "treatment", "usefulness")
MEAN_OF_PROVIDERS = "satisfaction.overall.mean_of_providers"
POINTS = (Point.START.value, Point.END.value, Point.ALL.value)
EVERYBODY = "T"  # the code of all genders together
NOBODY = SatisfactionCounts()
MIN_PROVIDERS_IN_MEAN = 6  # REPORT.md, "Definitions": a mean is told of six providers at least


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """A row of the export, after disclosure control; its columns are a contract (DESIGN.md, section 5).

    Attributes:
        indicator: an id of reporting.figures.definitions.
        version: that of the definition.
        provider: a ref; empty for the whole unit.
        period: ``2025``, ``2025-Q3`` or ``2025-11``.
        point: ``start``, ``end``, ``all``, or empty where it has no meaning.
        gender: ``T`` for everybody, ``K`` or ``M``.
        difficulty: empty for all.
        numerator: None unless the status is ok, as are the denominator, the value and the interval.
        eligible: how many could have been counted; told in full.
        value: per cent, as are the interval and the target.
        ci_low: lower end of the 95 % interval; None where the indicator is a full count.
        ci_high: upper end of it.
        target: the unit's goal of the year, where there is one.
        status: a code of `Status`.
        verdict: a code of `exact_test.Verdict` for a provider that is compared with the others, else empty.
        series_break: why the row cannot be compared with the year before, else empty.
        created_at: ISO 8601 in the unit's zone, so that its date is the unit's own day. Earlier than the report's
            when the row keeps what an earlier edition told.
    """

    indicator: str
    version: int
    provider: str
    provider_name: str
    period: str
    point: str = ""
    gender: str = EVERYBODY
    difficulty: str = ""
    numerator: int | None = None
    denominator: int | None = None
    eligible: int | None = None
    value: float | None = None
    ci_low: float | None = None
    ci_high: float | None = None
    target: float | None = None
    status: str
    verdict: str = ""
    series_break: str = ""
    created_at: str


class Find(Protocol):
    """Return the row with this key; the period is the year unless another is given.

    Raises:
        KeyError: there is no such row.
    """

    def __call__(
        self,
        id_: str,
        provider: str = "",
        point: str = "",
        gender: str = EVERYBODY,
        difficulty: str = "",
        period: str = "",
    ) -> Indicator: ...


def finder(rows: Iterable[Indicator], year: int) -> Find:
    """Return the function that finds each of ``rows`` by its key."""
    by_key = {(r.indicator, r.provider, r.period, r.point, r.gender, r.difficulty): r for r in rows}

    def find(
        id_: str,
        provider: str = "",
        point: str = "",
        gender: str = EVERYBODY,
        difficulty: str = "",
        period: str = "",
    ) -> Indicator:
        return by_key[id_, provider, period or str(year), point, gender, difficulty]

    return find


@dataclass(frozen=True, slots=True, kw_only=True)
class _Subject:
    """Whose answers a row counts: a provider's or the whole unit's, in a period, of a gender or of a class."""

    period: str
    provider: str = ""
    gender: str = EVERYBODY
    difficulty: str = ""


Rows = Mapping[Cell, Indicator]


def cell_of(row: Indicator) -> Cell:
    """Return the figure that the row tells."""
    return Cell(row.indicator, row.provider, row.period, row.point, row.gender, row.difficulty)


@dataclass(frozen=True, slots=True)
class RowBuilder:
    """Makes rows of counts.

    Attributes:
        names: of the providers, by ref.
        created_at: of the rows that are told today.
        told: what may be told.
        before: the rows of the edition before, for figures that keep them.
    """

    names: Mapping[str, str]
    created_at: str
    told: Told
    before: Rows

    def full(self, id_: str, subject: "_Subject", count: Count, *, point: str = "", eligible: int) -> Indicator:
        """Make a row of the unit's own work: a full count, told whatever its size, without an interval."""
        status = Status.OK if count[1] else Status.NO_ANSWERS
        return replace(
            self._row(Cell(id_, subject.provider, subject.period, point), count, status), eligible=eligible
        )

    def guarded(self, cell: Cell, count: Count, *, eligible: int | None = None, verdict: str = "") -> Indicator:
        """Make a row of what customers said or what became of them, as far as it may be told."""
        if self.told.is_kept(cell):
            return self.before[cell]
        status = self.told.status(cell)
        if status == Status.OK and count[1] < self.told.minimum:  # some of those behind it are not counted in it
            status = Status.TOO_FEW
        made = replace(self._row(cell, count, status), eligible=eligible)
        if status != Status.OK:
            return made
        low, high = (100 * limit for limit in intervals.wilson(*count))
        return replace(made, ci_low=low, ci_high=high, verdict=verdict)

    def _row(self, cell: Cell, count: Count, status: Status) -> Indicator:
        numerator, denominator = count
        shown = status == Status.OK
        return Indicator(
            indicator=cell.indicator,
            version=VERSIONS[cell.indicator],
            provider=cell.provider,
            provider_name=self.names.get(cell.provider, ""),
            period=cell.period,
            point=cell.point,
            gender=cell.gender,
            difficulty=cell.difficulty,
            numerator=numerator if shown else None,
            denominator=denominator if shown else None,
            value=100 * numerator / denominator if shown else None,
            status=status.value,
            created_at=self.created_at,
        )


def others_of(own: Indicator, unit: Indicator) -> Count | None:
    """Return (numerator, denominator) of all providers but one together.

    Args:
        own: the row of that provider.
        unit: the row of the whole unit.

    Returns:
        None where either is hidden, or where they are of different days and so cannot be subtracted.
    """
    if own.numerator is None or own.denominator is None or own.created_at != unit.created_at:
        return None
    if unit.numerator is None or unit.denominator is None:
        return None
    return unit.numerator - own.numerator, unit.denominator - own.denominator


def comparison(own: Indicator, unit: Indicator) -> Comparison | None:
    """Compare a provider with all the others; None where that cannot be told."""
    if others_of(own, unit) is None:
        return None
    return exact_test.against_others(
        (own.numerator or 0, own.denominator or 0), (unit.numerator or 0, unit.denominator or 0)
    )


def builder_of(cube: Aggregate, now: datetime, told: Told, before: Iterable[Indicator] = ()) -> RowBuilder:
    """Return what makes the rows of ``cube``."""
    created_at = now.isoformat(timespec="seconds")
    return RowBuilder(dict(cube.providers), created_at, told, {cell_of(row): row for row in before})


def rows(cube: Aggregate, builder: RowBuilder) -> list[Indicator]:
    """Return every row of the year, after disclosure control."""
    found: list[Indicator] = []
    for question in QUESTIONS:
        found += _satisfaction(_Question(cube, question), builder)
    found += _response(cube, builder)
    found += _followups(cube, builder)
    found += _outcomes(cube, builder)
    return found


@dataclass(frozen=True, slots=True)
class _Question:
    """The answers to one question of the surveys at the start and at the end."""

    cube: Aggregate
    name: str

    @property
    def id_(self) -> str:
        return f"satisfaction.{self.name}"

    def counts(self, subject: _Subject, point: str) -> SatisfactionCounts:
        key = Key(subject.provider, subject.period, point, subject.gender, subject.difficulty)
        return self.cube.satisfaction.get(key, NOBODY)

    def eligible(self, subject: _Subject, point: str) -> int:
        return self.counts(subject, point).eligible

    def count(self, subject: _Subject, point: str) -> Count:
        """Return (satisfied, answered)."""
        counts = self.counts(subject, point)
        return counts.satisfied(self.name), counts.answered(self.name)


def _groups(year: int) -> list[_Subject]:
    """Return the groups of the unit's answers that are told: genders, difficulty classes, quarters."""
    period = str(year)
    return [
        *(_Subject(period=period, gender=gender.value) for gender in Gender),
        *(_Subject(period=period, difficulty=difficulty.value) for difficulty in Difficulty),
        *(_Subject(period=f"{year}-Q{number}") for number in range(1, 5)),
    ]


def _satisfaction(question: _Question, builder: RowBuilder) -> Iterator[Indicator]:
    """Yield a question's rows: of the unit, of its groups, of the providers, and the mean of providers' shares."""
    period = str(question.cube.year)

    def row(subject: _Subject, point: str) -> Indicator:
        cell = Cell(question.id_, subject.provider, subject.period, point, subject.gender, subject.difficulty)
        return builder.guarded(cell, question.count(subject, point), eligible=question.eligible(subject, point))

    unit = {point: row(_Subject(period=period), point) for point in POINTS}
    yield from unit.values()
    for subject in _groups(question.cube.year):
        yield from (row(subject, point) for point in POINTS)
    providers = [
        _compared(row(_Subject(provider=ref, period=period), point), unit[point])
        for ref, _ in question.cube.providers
        for point in POINTS
    ]
    yield from providers
    if question.name == OVERALL:
        for point in POINTS:
            mean = _mean([each for each in providers if each.point == point], unit[point])
            yield replace(mean, created_at=builder.created_at)


def _compared(own: Indicator, unit: Indicator) -> Indicator:
    """Return a provider's row with its verdict. A row that is kept keeps its own."""
    compared = None if own.verdict else comparison(own, unit)
    return replace(own, verdict=compared.verdict.value) if compared else own


def _mean(providers: Sequence[Indicator], unit: Indicator) -> Indicator:
    """Return the mean of the shares that are shown, with their number. It tells nothing that they do not."""
    shares = [row.value for row in providers if row.value is not None]
    answered = any(row.status != Status.NO_ANSWERS for row in providers)
    told = len(shares) >= MIN_PROVIDERS_IN_MEAN
    status = Status.OK if told else Status.SUPPRESSED if answered else Status.NO_ANSWERS
    return replace(
        unit,
        indicator=MEAN_OF_PROVIDERS,
        version=VERSIONS[MEAN_OF_PROVIDERS],
        numerator=None,
        denominator=len(shares) if told else None,
        eligible=None,
        value=sum(shares) / len(shares) if told else None,
        ci_low=None,
        ci_high=None,
        status=status.value,
    )


def _unit_and_providers(cube: Aggregate) -> list[str]:
    return ["", *(ref for ref, _ in cube.providers)]


def _response(cube: Aggregate, builder: RowBuilder) -> Iterator[Indicator]:
    """Yield the response rates."""
    question = _Question(cube, OVERALL)
    for ref in _unit_and_providers(cube):
        subject = _Subject(provider=ref, period=str(cube.year))
        for point in POINTS:
            eligible, (_, answered) = question.eligible(subject, point), question.count(subject, point)
            yield builder.full("response_rate", subject, (answered, eligible), point=point, eligible=eligible)


def _followups(cube: Aggregate, builder: RowBuilder) -> Iterator[Indicator]:
    """Yield compliance of the year and of each month, and what customers confirmed: a provider's of the year alone.

    A provider knows which of its customers were asked in a month.
    """
    periods = sorted({month for _, month in cube.months})
    for ref in _unit_and_providers(cube):
        months = {month: cube.months[ref, month] for month in periods if (ref, month) in cube.months}
        for period, counts in ((str(cube.year), MonthCounts.total(months.values())), *months.items()):
            subject, due = _Subject(provider=ref, period=period), counts.due
            yield builder.full("followup.compliance", subject, (counts.on_time, due), eligible=due)
            if not ref or period == str(cube.year):
                said = (counts.confirmed, counts.answered)
                yield builder.guarded(Cell(CONFIRMED, ref, period), said, eligible=due)


def _outcomes(cube: Aggregate, builder: RowBuilder) -> Iterator[Indicator]:
    """Yield the unit's two outcomes, and each provider's after exclusions."""
    reasons, period = reasons_of(cube), str(cube.year)
    unit = count_endings(reasons[""])
    yield builder.guarded(Cell("outcome.all_endings", "", period), (unit.good, unit.every))
    for ref in _unit_and_providers(cube):
        each = count_endings(reasons.get(ref, {}))
        yield builder.guarded(Cell("outcome.after_exclusions", ref, period), (each.good, each.kept))
