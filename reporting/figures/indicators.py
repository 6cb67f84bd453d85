"""Turn counted cells into the rows of the export, after disclosure control. Pure.

What an indicator counts is defined in reporting/figures/definitions.py, and what is hidden is decided in
reporting/disclosure. A row that is hidden tells how many were eligible, and nothing of what they said.
"""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from reporting.disclosure import suppression
from reporting.disclosure.suppression import Count, Hidden, Table
from reporting.figures import exact_test, intervals
from reporting.figures.definitions import VERSIONS, Status
from reporting.figures.endings import count_endings, reasons_of
from storage.figures.cells import Aggregate, MonthCounts
from survey.codes import Difficulty, Gender

OVERALL = "overall"
QUESTIONS = (OVERALL, "treatment", "usefulness")
MEAN_OF_PROVIDERS = "satisfaction.overall.mean_of_providers"
POINTS = suppression.POINTS
EVERYBODY = "T"  # the code of all genders together
NOT_STATED = "?"  # a gender or class that the register does not give; counted, never printed
NOBODY = (0,) * (1 + 2 * len(QUESTIONS))
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
        created_at: ISO 8601, UTC.
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


Protect = Callable[[Mapping[str, Count], Sequence[Table], int], Hidden]


@dataclass(frozen=True, slots=True)
class _RowBuilder:
    names: Mapping[str, str]
    created_at: str
    minimum: int
    protect: Protect

    def row(
        self,
        id_: str,
        subject: _Subject,
        count: Count,
        *,
        point: str = "",
        hidden: bool = False,
        eligible: int | None = None,
        interval: bool = True,
        verdict: str = "",
    ) -> Indicator:
        numerator, denominator = count
        status = self._status(denominator, hidden)
        shown = status == Status.OK
        low = high = None
        if shown and interval:
            low, high = (100 * limit for limit in intervals.wilson(numerator, denominator))
        return Indicator(
            indicator=id_,
            version=VERSIONS[id_],
            provider=subject.provider,
            provider_name=self.names.get(subject.provider, ""),
            period=subject.period,
            point=point,
            gender=subject.gender,
            difficulty=subject.difficulty,
            numerator=numerator if shown else None,
            denominator=denominator if shown else None,
            eligible=eligible,
            value=100 * numerator / denominator if shown else None,
            ci_low=low,
            ci_high=high,
            status=status.value,
            verdict=verdict if shown else "",
            created_at=self.created_at,
        )

    def _status(self, denominator: int, hidden: bool) -> Status:
        if hidden:
            return Status.TOO_FEW if 0 < denominator < self.minimum else Status.SUPPRESSED
        return Status.OK if denominator else Status.NO_ANSWERS


def rows(
    cube: Aggregate, now: datetime, minimum: int = suppression.MIN_ANSWERS, protect: Protect = suppression.protect
) -> list[Indicator]:
    """Return every row of the year, after disclosure control.

    Args:
        minimum: how many answers a figure needs to be shown.
        protect: chooses what is hidden; a test passes another one, to prove that its attacker works.
    """
    builder = _RowBuilder(dict(cube.providers), now.astimezone(UTC).isoformat(timespec="seconds"), minimum, protect)
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

    def cell(self, subject: _Subject, point: str) -> Sequence[int]:
        key = (subject.provider, subject.period, point, subject.gender, subject.difficulty)
        return self.cube.satisfaction.get(key, NOBODY)

    def eligible(self, subject: _Subject, point: str) -> int:
        return self.cell(subject, point)[0]

    def count(self, subject: _Subject, point: str) -> Count:
        """Return (satisfied, answered)."""
        cell, answered = self.cell(subject, point), 1 + 2 * QUESTIONS.index(self.name)
        return cell[answered + 1], cell[answered]

    def table(self, subjects: Mapping[str, _Subject]) -> Table:
        counts = {name: self.by_point(subject) for name, subject in subjects.items()}
        return Table(counts, frozenset({NOT_STATED}))

    def by_point(self, subject: _Subject) -> dict[str, Count]:
        return {point: self.count(subject, point) for point in POINTS}


def _groups(year: int) -> list[dict[str, _Subject]]:
    """Return the groups that divide the unit's answers: each table's rows, by what they are called in it."""
    period = str(year)
    genders = (*(gender.value for gender in Gender), NOT_STATED)
    classes = (*(difficulty.value for difficulty in Difficulty), NOT_STATED)
    return [
        {gender: _Subject(period=period, gender=gender) for gender in genders},
        {difficulty: _Subject(period=period, difficulty=difficulty) for difficulty in classes},
        {quarter: _Subject(period=quarter) for quarter in (f"{year}-Q{number}" for number in range(1, 5))},
    ]


def _satisfaction(question: _Question, builder: _RowBuilder) -> Iterator[Indicator]:
    """Yield a question's rows: of the unit, of its groups, of the providers, and the mean of providers' shares."""
    cube = question.cube
    unit = _Subject(period=str(cube.year))
    providers = {ref: _Subject(provider=ref, period=str(cube.year)) for ref, _ in cube.providers}
    groups, by_provider = _groups(cube.year), question.table(providers)
    tables = [by_provider, *(question.table(group) for group in groups)]
    hidden = builder.protect(question.by_point(unit), tables, builder.minimum)

    def row(subject: _Subject, point: str, is_hidden: bool, verdict: str = "") -> Indicator:
        count, eligible = question.count(subject, point), question.eligible(subject, point)
        return builder.row(
            question.id_, subject, count, point=point, hidden=is_hidden, eligible=eligible, verdict=verdict
        )

    for point in POINTS:
        yield row(unit, point, point in hidden.total)
    for group, gone in zip(groups, hidden.tables[1:], strict=True):
        for name, subject in group.items():
            if name != NOT_STATED:
                for point in POINTS:
                    yield row(subject, point, (name, point) in gone)
    for ref, subject in providers.items():
        for point in POINTS:
            is_hidden = (ref, point) in hidden.tables[0]
            may_compare = not is_hidden and point not in hidden.total
            verdict = _verdict(question.count(subject, point), question.count(unit, point)) if may_compare else ""
            yield row(subject, point, is_hidden, verdict)
    if question.name == OVERALL:
        yield from _mean(cube, builder, by_provider, hidden)


def _verdict(own: Count, total: Count) -> str:
    compared = exact_test.against_others(own, total)
    return compared.verdict.value if compared else ""


def _mean(cube: Aggregate, builder: _RowBuilder, table: Table, hidden: Hidden) -> Iterator[Indicator]:
    """Yield the mean of the providers' shares by point; its denominator is the number of providers."""
    means = suppression.means_shown(table, hidden)
    for point in POINTS:
        number = sum(table.cell(ref, point)[1] > 0 for ref, _ in cube.providers)
        mean = means.get(point) if number >= MIN_PROVIDERS_IN_MEAN else None
        status = Status.OK if mean is not None else Status.SUPPRESSED if number else Status.NO_ANSWERS
        yield Indicator(
            indicator=MEAN_OF_PROVIDERS,
            version=VERSIONS[MEAN_OF_PROVIDERS],
            provider="",
            provider_name="",
            period=str(cube.year),
            point=point,
            denominator=number if mean is not None else None,
            value=float(mean) if mean is not None else None,
            status=status.value,
            created_at=builder.created_at,
        )


def _unit_and_providers(cube: Aggregate) -> list[str]:
    return ["", *(ref for ref, _ in cube.providers)]


def _response(cube: Aggregate, builder: _RowBuilder) -> Iterator[Indicator]:
    """Yield the response rates: full counts, so they have no interval."""
    question = _Question(cube, OVERALL)
    for ref in _unit_and_providers(cube):
        subject = _Subject(provider=ref, period=str(cube.year))
        for point in POINTS:
            eligible, (_, answered) = question.eligible(subject, point), question.count(subject, point)
            count = (answered, eligible)
            yield builder.row("response_rate", subject, count, point=point, eligible=eligible, interval=False)


def _followups(cube: Aggregate, builder: _RowBuilder) -> Iterator[Indicator]:
    """Yield compliance (a full count) and what customers confirmed, of the year and of each month."""
    periods = sorted({month for _, month in cube.months})
    for ref in _unit_and_providers(cube):
        months = {month: cube.months[ref, month] for month in periods if (ref, month) in cube.months}
        for period, counts in ((str(cube.year), MonthCounts.total(months.values())), *months.items()):
            subject, due = _Subject(provider=ref, period=period), counts.due
            yield builder.row("followup.compliance", subject, (counts.on_time, due), eligible=due, interval=False)
            yield builder.row("followup.confirmed", subject, (counts.confirmed, counts.answered), eligible=due)


def _outcomes(cube: Aggregate, builder: _RowBuilder) -> Iterator[Indicator]:
    """Yield both outcomes of the year; one is hidden with the other, because they share a numerator."""
    reasons = reasons_of(cube)
    counted = {ref: count_endings(reasons.get(ref, {})) for ref, _ in cube.providers}
    total_hidden, hidden = suppression.protect_outcomes(counted, builder.minimum)
    for ref, each in (("", count_endings(reasons[""])), *counted.items()):
        subject = _Subject(provider=ref, period=str(cube.year))
        is_hidden = ref in hidden if ref else total_hidden
        yield builder.row("outcome.all_endings", subject, (each.good, each.every), hidden=is_hidden)
        yield builder.row("outcome.after_exclusions", subject, (each.good, each.kept), hidden=is_hidden)
