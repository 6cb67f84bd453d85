"""Sections 6 to 8: how enrolments ended, what case mix lets expect, and who changed or dropped out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.disclosure.cells import Status
from reporting.document.blocks import Cell, Figure, Grid, Interval, Percent
from reporting.document.swedish import SUPPRESSED, printed_name
from reporting.figures.case_mix import Expectation
from reporting.figures.endings import (
    EXCLUSIONS,
    GOALS,
    MIN_IN_GROUP,
    OTHERS,
    count_endings,
    reasons_of,
    told_groups,
)
from reporting.figures.indicators import Find, Indicator
from reporting.figures.themes import ThemeRow
from reporting.report.tables.cells import fraction_cell, interval_cell, of_day, share_cell, target_cell, titled
from reporting.report.tables.satisfaction import theme_rows
from storage.figures.cells import Aggregate
from survey.codes import CaseKind, EndReason, swedish

MIN_CASES = 6  # REPORT.md, Disclosure control: cases by kind from six
YES, NO = "Ja", "Nej"
ENDINGS_TITLE = "Avslut per grupp av orsaker"


def endings_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table of endings in the fixed groups of end reasons, with the sum of all exclusions.

    Nothing is told where the unit's outcome, which counts the same endings, is hidden.
    """
    told = find("outcome.all_endings").value is not None
    unit = reasons_of(aggregate)[""]
    ended = count_endings(unit)
    rows: list[tuple[Cell, ...]] = []
    for groups, counts, excluded in ((GOALS, YES, NO), (EXCLUSIONS, NO, YES)):
        numbers = told_groups(unit, groups)
        rows += [(title, _told(number if told else None), counts, excluded) for title, number in numbers.items()]
    others = ended.kept - ended.good
    rows.append((OTHERS, _told(others if told and (others == 0 or others >= MIN_IN_GROUP) else None), NO, NO))
    rows.append(("Alla undantag tillsammans", _told(ended.every - ended.kept if told else None), NO, YES))
    columns = ("Orsak", "Antal", "Räknas som mål", "Undantas")
    return Grid(ENDINGS_TITLE, columns, tuple(rows), words=frozenset({0, 2, 3}))


def _told(number: int | None) -> Cell:
    return SUPPRESSED if number is None else number


def outcomes_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table of the outcome after exclusions by provider, then both outcomes of the whole unit."""
    after = "outcome.after_exclusions"
    told = [(printed_name(name), find(after, ref)) for ref, name in aggregate.providers]
    told.append(("Hela enheten, alla avslut", find("outcome.all_endings")))
    told.append(("Hela enheten, efter undantag", find(after)))
    rows = [
        (titled(title, row, find), fraction_cell(row), share_cell(row), interval_cell(row)) for title, row in told
    ]
    columns = ("Anordnare", "Avslut efter undantag", "Egen försörjning\u00a0%", "95\u00a0%-intervall")
    return Grid("Egen försörjning vid avslut", columns, tuple(rows), total=True)


def expectations_grid(expectations: Sequence[Expectation], names: Mapping[str, str]) -> Grid:
    """Make the table of observed and expected outcomes; ``names`` are the providers' by ref."""
    rows: list[tuple[Cell, ...]] = []
    for each in expectations:
        shown = each.ratio is not None and each.low is not None and each.high is not None
        rows.append(
            (
                of_day(printed_name(names.get(each.provider, each.provider)), each.day),
                Percent(each.share_high) if each.share_high is not None else SUPPRESSED,
                each.observed if each.observed is not None and shown else SUPPRESSED,
                Figure(each.expected) if each.expected is not None and shown else SUPPRESSED,
                Figure(each.ratio, 2) if each.ratio is not None and shown else SUPPRESSED,
                _ratio_interval(each),
            )
        )
    columns = ("Anordnare", "Andel med hög svårighetsgrad", "Observerat", "Förväntat", "O/E", "95\u00a0%-intervall")
    return Grid("Egen försörjning med hänsyn till svårighetsgrad", columns, tuple(rows))


def _ratio_interval(each: Expectation) -> Cell:
    if each.low is None or each.high is None:
        return ""
    return Interval(each.low, each.high, 2)


@dataclass(frozen=True, slots=True)
class Changes:
    """How many customers changed provider, and how many dropped out; None where that may not be told."""

    changed_provider: int
    dropped_out: int | None


def changes_of(aggregate: Aggregate, find: Find) -> Changes:
    """Return the year's changes. Who dropped out is an end reason: told when six or more are, or nobody is.

    Those who are in the same group of reasons without having dropped out must be as many.
    """
    unit = reasons_of(aggregate)[""]
    ended = count_endings(unit)
    dropped = unit.get(EndReason.DROPPED_OUT, 0)
    rest = ended.kept - ended.good - dropped
    told = find("outcome.all_endings").status in (Status.OK, Status.NO_ANSWERS) and not any(
        0 < number < MIN_IN_GROUP for number in (dropped, rest)
    )
    return Changes(unit.get(EndReason.CHANGED_PROVIDER, 0), dropped if told else None)


def changes_grid(aggregate: Aggregate, changes: Changes, find: Find) -> Grid:
    """Make the table of changes and cases. It has a row of complaints even when nobody complained.

    A case of danger is in no report: not even that there was one.
    """
    cases = {CaseKind.COMPLAINT.value: 0, **aggregate.cases}
    rows: list[tuple[Cell, ...]] = [
        (EndReason.CHANGED_PROVIDER.swedish, changes.changed_provider),
        (
            titled(EndReason.DROPPED_OUT.swedish, find("outcome.all_endings"), find),
            _told(changes.dropped_out),
        ),
    ]
    rows += [
        (swedish(CaseKind, kind), few_cell(number))
        for kind, number in sorted(cases.items())
        if kind != CaseKind.DANGER
    ]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))


def few_cell(cases: int) -> Cell:
    """Return how many cases there are; of a few only that they are few."""
    return f"färre än {MIN_CASES}" if 0 < cases < MIN_CASES else cases


def youth_grid(rows: Sequence[Indicator], titles: Mapping[str, str], find: Find) -> Grid:
    """Make the table of the young people's outcome by both definitions; ``titles`` are theirs by id."""
    told: list[tuple[Cell, ...]] = [
        (
            titled(titles[row.indicator], row, find),
            target_cell(row),
            fraction_cell(row),
            share_cell(row),
            interval_cell(row),
        )
        for row in rows
    ]
    columns = ("Mått", "Mål", "Täljare/nämnare", "Egen försörjning\u00a0%", "95\u00a0%-intervall")
    return Grid("Unga 16–18 år, två sätt att räkna", columns, tuple(told))


def change_reasons_grid(reasons: Sequence[ThemeRow]) -> Grid:
    """Make the table of why customers changed provider; a reason that nobody gave is left out."""

    columns = ("Skäl", "Antal kunder", "Antal anordnare")
    return Grid(
        "Varför kunder bytte anordnare", columns, theme_rows(reasons), nothing="Ingen har svarat på varför."
    )
