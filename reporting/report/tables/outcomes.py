"""Sections 6 to 8: how enrolments ended, what difficulty lets expect, and who changed or broke off. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import END_REASONS, NO_DATA, SUPPRESSED, decimal, percent, printed_name
from reporting.figures.case_mix import Expectation
from reporting.figures.definitions import Status
from reporting.figures.endings import EXCLUDED, SELF_SUFFICIENT, count_endings, reasons_of
from reporting.figures.indicators import Find, Indicator
from reporting.figures.themes import ThemeRow
from reporting.report.tables.cells import fraction_cell, interval_text, share_cell
from storage.figures.cells import Aggregate
from survey.codes import CaseKind, EndReason, swedish


def endings_grid(aggregate: Aggregate, find: Find) -> Grid:
    told = find("outcome.all_endings").value is not None  # else reasons would tell what the total may not
    unit = reasons_of(aggregate)[""]
    rows = tuple(
        (
            title,
            unit[reason] if told else SUPPRESSED,
            "Ja" if reason in SELF_SUFFICIENT else "Nej",
            "Ja" if reason in EXCLUDED else "Nej",
        )
        for reason, title in END_REASONS.items()
        if unit.get(reason) and reason != "changed_provider"
    )
    return Grid(
        "Avslut per orsak", ("Orsak", "Antal", "Räknas som mål", "Undantas"), rows, words=frozenset({0, 2, 3})
    )


def provider_endings_grids(aggregate: Aggregate, find: Find) -> dict[str, Grid]:
    """How endings count, by provider whose outcome is shown: in the groups that follow from the outcome table.

    Single reasons would tell more: with every provider's, and the whole unit's in the report, those of a provider
    that is hidden are what is left.
    """
    reasons = reasons_of(aggregate)
    found = {}
    for ref, _ in aggregate.providers:
        if find("outcome.all_endings", ref).value is None:
            continue
        ended = count_endings(reasons.get(ref, {}))
        rows: tuple[tuple[Cell, ...], ...] = (
            ("Arbete, studier eller eget företag", ended.good),
            ("Undantagna orsaker", ended.every - ended.kept),
            ("Avbrott, fortsatt arbetslös och annat", ended.kept - ended.good),
        )
        found[ref] = Grid("Avslutsorsaker", ("Orsak", "Antal"), rows)
    return found


def outcomes_grid(aggregate: Aggregate, find: Find) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        every, kept = find("outcome.all_endings", ref), find("outcome.after_exclusions", ref)
        cells = (
            fraction_cell(every),
            share_cell(every),
            interval_text(every),
            fraction_cell(kept),
            share_cell(kept),
            interval_text(kept),
        )
        rows.append((printed_name(name), *cells))
    columns = (
        "Anordnare",
        "Alla avslut",
        "Egen försörjning\u00a0%",
        "95\u00a0%-intervall",
        "Efter undantag",
        "Egen försörjning\u00a0%",
        "95\u00a0%-intervall",
    )
    return Grid("Egen försörjning vid avslut", columns, tuple(rows), total=True)


def expectations_grid(each_: Sequence[Expectation], names: Mapping[str, str]) -> Grid:
    rows: list[tuple[Cell, ...]] = []
    for each in each_:
        shown = each.ratio is not None and each.low is not None and each.high is not None
        rows.append(
            (
                printed_name(names.get(each.provider, each.provider)),
                Percent(each.share_high) if each.share_high is not None else SUPPRESSED,
                each.observed if each.observed is not None and shown else SUPPRESSED,
                decimal(each.expected) if each.expected is not None and shown else SUPPRESSED,
                _ratio(each.ratio) if each.ratio is not None and shown else SUPPRESSED,
                f"{_ratio(each.low)}–{_ratio(each.high)}" if each.low is not None and each.high is not None else "",
            )
        )
    columns = ("Anordnare", "Andel svår start", "Observerat", "Förväntat", "O/E", "95\u00a0%-intervall")
    return Grid("Egen försörjning med hänsyn till svårighetsgrad", columns, tuple(rows))


def _ratio(value: float) -> str:
    return f"{value:.2f}".replace(".", ",")


@dataclass(frozen=True, slots=True)
class Changes:
    """How many customers changed provider, and how many dropped out; None where that may not be told."""

    changed_provider: int
    dropped_out: int | None


def changes_of(aggregate: Aggregate, find: Find) -> Changes:
    """Return the year's changes. Who dropped out is told only where the outcomes are, whose endings they are."""
    unit = reasons_of(aggregate)[""]
    told = find("outcome.all_endings").status in (Status.OK, Status.NO_ANSWERS)
    return Changes(unit.get(EndReason.CHANGED_PROVIDER, 0), unit.get(EndReason.DROPPED_OUT, 0) if told else None)


def changes_grid(aggregate: Aggregate, find: Find) -> Grid:
    changes = changes_of(aggregate, find)
    cases = {"complaint": 0, **aggregate.cases}  # that nobody complained is told too
    rows: list[tuple[Cell, ...]] = [
        ("Byte av anordnare", changes.changed_provider),
        ("Avbrott", changes.dropped_out if changes.dropped_out is not None else SUPPRESSED),
    ]
    rows += [(swedish(CaseKind, kind), number) for kind, number in sorted(cases.items())]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))


def youth_grid(rows: Sequence[Indicator], titles: Mapping[str, str]) -> Grid:
    """The young people's outcome by both definitions, side by side."""
    told: list[tuple[Cell, ...]] = [
        (
            titles[row.indicator],
            percent(row.target, short=True) if row.target is not None else NO_DATA,
            fraction_cell(row),
            share_cell(row),
            interval_text(row),
        )
        for row in rows
    ]
    columns = ("Mått", "Mål", "Täljare/nämnare", "Egen försörjning\u00a0%", "95\u00a0%-intervall")
    return Grid("Unga 16–18 år, två sätt att räkna", columns, tuple(told))


def change_reasons_grid(reasons: Sequence[ThemeRow]) -> Grid:
    """Why customers changed provider, as they were asked; a reason that nobody gave is left out."""

    def cell(number: int | None) -> Cell:
        return SUPPRESSED if number is None else number

    rows = tuple(
        (each.title, cell(each.customers), cell(each.providers)) for each in reasons if each.status != "no_answers"
    )
    columns = ("Skäl", "Antal kunder", "Antal anordnare")
    return Grid("Varför kunder bytte anordnare", columns, rows, nothing="Ingen har svarat på varför.")
