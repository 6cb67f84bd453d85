"""The indicators: their definitions, each an id with a version, and how counted cells become rows. Pure.

The definitions are a contract: changing one means a new version, and a series break in the report.
"""

from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Protocol

from reporting.disclosure import suppression
from reporting.disclosure.suppression import Count, Table
from reporting.figures import intervals
from reporting.figures.cube import Cube
from reporting.figures.definitions import VERSIONS
from reporting.figures.endings import count_endings, reasons_of

QUESTIONS = ("overall", "treatment", "usefulness")
POINTS = suppression.POINTS
GENDERS = ("K", "M")
DIFFICULTIES = ("low", "medium", "high")
NOT_STATED = "?"  # a gender or class that the register does not give; counted, never printed
MIN_PROVIDERS_IN_MEAN = 6


@dataclass(frozen=True, slots=True, kw_only=True)
class Indicator:
    """One tidy row of the export, after disclosure control. Value and interval in per cent, 0-100."""

    indicator: str
    version: int
    provider: str
    provider_name: str
    period: str
    point: str = ""
    gender: str = "T"
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
    """Looks a row up by its key; the period is the year unless given."""

    def __call__(
        self,
        id_: str,
        provider: str = "",
        point: str = "",
        gender: str = "T",
        difficulty: str = "",
        period: str = "",
    ) -> Indicator: ...


Protect = Callable[[Mapping[str, Count], Sequence[Table], int], suppression.Hidden]


@dataclass(frozen=True, slots=True)
class _Maker:
    names: Mapping[str, str]
    created_at: str
    minimum: int
    protect: Protect

    def row(
        self,
        id_: str,
        provider: str,
        period: str,
        count: Count,
        *,
        hidden: bool = False,
        eligible: int | None = None,
        interval: bool = True,
        verdict: str = "",
        point: str = "",
        gender: str = "T",
        difficulty: str = "",
    ) -> Indicator:
        numerator, denominator = count
        status = "ok"
        if denominator == 0:
            status = "suppressed" if hidden else "no_answers"
        elif hidden:
            status = "too_few" if denominator < self.minimum else "suppressed"
        shown = status == "ok"
        low = high = None
        if shown and interval:
            low, high = (100 * limit for limit in intervals.wilson(numerator, denominator))
        return Indicator(
            indicator=id_,
            version=VERSIONS[id_],
            provider=provider,
            provider_name=self.names.get(provider, ""),
            period=period,
            point=point,
            gender=gender,
            difficulty=difficulty,
            numerator=numerator if shown else None,
            denominator=denominator if shown else None,
            eligible=eligible,
            value=100 * numerator / denominator if shown else None,
            ci_low=low,
            ci_high=high,
            status=status,
            verdict=verdict if shown else "",
            created_at=self.created_at,
        )


def rows(
    cube: Cube, now: datetime, minimum: int = suppression.MIN_ANSWERS, protect: Protect = suppression.protect
) -> list[Indicator]:
    """Every row of the year, disclosure control applied. ``minimum`` answers are needed to be shown.

    ``protect`` chooses what is hidden; a test gives another, to know that its attacker works.
    """
    make = _Maker(dict(cube.providers), now.astimezone(UTC).isoformat(timespec="seconds"), minimum, protect)
    found: list[Indicator] = []
    for number, question in enumerate(QUESTIONS):
        found += _satisfaction(cube, make, question, 1 + 2 * number)
    found += _response(cube, make)
    found += _followups(cube, make)
    found += _outcomes(cube, make)
    return found


def quarters(year: int) -> tuple[str, ...]:
    """The period names of a year's quarters."""
    return tuple(f"{year}-Q{number}" for number in range(1, 5))


def _satisfaction(cube: Cube, make: _Maker, question: str, place: int) -> Iterator[Indicator]:
    year, id_ = str(cube.year), f"satisfaction.{question}"

    def cells(provider: str, period: str, gender: str, difficulty: str) -> dict[str, Count]:
        found: dict[str, Count] = {}
        for point in POINTS:
            cell = cube.satisfaction.get((provider, period, point, gender, difficulty))
            if cell is not None:
                found[point] = (cell[place + 1], cell[place])
        return found

    def eligible(provider: str, period: str, point: str, gender: str, difficulty: str) -> int:
        cell = cube.satisfaction.get((provider, period, point, gender, difficulty))
        return cell[0] if cell is not None else 0

    # What each printed row of the unit is called in its table, and its (period, gender, difficulty).
    groups: list[dict[str, tuple[str, str, str]]] = [
        {gender: (year, gender, "") for gender in (*GENDERS, NOT_STATED)},
        {difficulty: (year, "T", difficulty) for difficulty in (*DIFFICULTIES, NOT_STATED)},
        {quarter: (quarter, "T", "") for quarter in quarters(cube.year)},
    ]
    total = cells("", year, "T", "")
    by_provider = Table({ref: cells(ref, year, "T", "") for ref, _ in cube.providers})
    tables = [by_provider]
    for group in groups:
        tables.append(Table({name: cells("", *where) for name, where in group.items()}, frozenset({NOT_STATED})))
    hidden = make.protect(total, tables, make.minimum)

    for point in POINTS:
        yield make.row(
            id_,
            "",
            year,
            total.get(point, (0, 0)),
            hidden=point in hidden.total,
            eligible=eligible("", year, point, "T", ""),
            point=point,
        )
    for group, table, gone in zip(groups, tables[1:], hidden.tables[1:], strict=True):
        for name, (period, gender, difficulty) in group.items():
            if name == NOT_STATED:
                continue
            for point in POINTS:
                yield make.row(
                    id_,
                    "",
                    period,
                    table.cell(name, point),
                    hidden=(name, point) in gone,
                    eligible=eligible("", period, point, gender, difficulty),
                    point=point,
                    gender=gender,
                    difficulty=difficulty,
                )
    for ref, _ in cube.providers:
        for point in POINTS:
            count = by_provider.cell(ref, point)
            gone_here = (ref, point) in hidden.tables[0]
            compared = None
            if not gone_here and point not in hidden.total:
                compared = intervals.against_others(count, total.get(point, (0, 0)))
            yield make.row(
                id_,
                ref,
                year,
                count,
                hidden=gone_here,
                eligible=eligible(ref, year, point, "T", ""),
                verdict=compared.verdict if compared else "",
                point=point,
            )
    if question == "overall":
        yield from _mean(cube, make, by_provider, hidden)


def _mean(cube: Cube, make: _Maker, table: Table, hidden: suppression.Hidden) -> Iterator[Indicator]:
    id_ = "satisfaction.overall.mean_of_providers"
    allowed = suppression.means_shown(table, hidden)
    for point in POINTS:
        number = sum(table.cell(ref, point)[1] > 0 for ref, _ in cube.providers)
        mean = allowed.get(point) if number >= MIN_PROVIDERS_IN_MEAN else None
        yield Indicator(
            indicator=id_,
            version=VERSIONS[id_],
            provider="",
            provider_name="",
            period=str(cube.year),
            point=point,
            denominator=number if mean is not None else None,
            value=float(mean) if mean is not None else None,
            status="no_answers" if not number else "suppressed" if mean is None else "ok",
            created_at=make.created_at,
        )


def _response(cube: Cube, make: _Maker) -> Iterator[Indicator]:
    for ref in ("", *(ref for ref, _ in cube.providers)):
        for point in POINTS:
            cell = cube.satisfaction.get((ref, str(cube.year), point, "T", ""), (0, 0))
            yield make.row(
                "response_rate",
                ref,
                str(cube.year),
                (cell[1], cell[0]),
                eligible=cell[0],
                interval=False,  # a full count
                point=point,
            )


def _followups(cube: Cube, make: _Maker) -> Iterator[Indicator]:
    periods = sorted({month for _, month in cube.months})
    for ref in ("", *(ref for ref, _ in cube.providers)):
        months = {month: cube.months[ref, month] for month in periods if (ref, month) in cube.months}
        each_alone = [(month, [counts]) for month, counts in months.items()]
        for period, counted in [(str(cube.year), list(months.values())), *each_alone]:
            due = sum(each.due for each in counted)
            compliance = (sum(each.on_time for each in counted), due)
            confirmed = (sum(each.confirmed for each in counted), sum(each.answered for each in counted))
            yield make.row("followup.compliance", ref, period, compliance, eligible=due, interval=False)
            yield make.row("followup.confirmed", ref, period, confirmed, eligible=due)


def _outcomes(cube: Cube, make: _Maker) -> Iterator[Indicator]:
    reasons = reasons_of(cube)
    counted = {ref: count_endings(reasons.get(ref, {})) for ref, _ in cube.providers}
    total_hidden, hidden = suppression.protect_outcomes(counted, make.minimum)
    unit = count_endings(reasons[""])
    for ref, each in (("", unit), *counted.items()):
        gone = total_hidden if not ref else ref in hidden
        for id_, of in (("outcome.all_endings", each.every), ("outcome.after_exclusions", each.kept)):
            yield make.row(id_, ref, str(cube.year), (each.good, of), hidden=gone)
