"""Sections 6 to 8: how enrolments ended, what case mix lets expect, and who changed or dropped out. Pure."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import NO_DATA, SUPPRESSED, decimal, percent, printed_name, two_decimals
from reporting.figures.case_mix import Expectation
from reporting.figures.definitions import Status
from reporting.figures.endings import EXCLUDED, NOT_AN_ENDING, SELF_SUFFICIENT, count_endings, reasons_of
from reporting.figures.indicators import Find, Indicator
from reporting.figures.themes import ThemeRow
from reporting.report.tables.cells import fraction_cell, interval_text, share_cell
from reporting.report.tables.satisfaction import theme_rows
from storage.figures.cells import Aggregate
from survey.codes import CaseKind, EndReason, swedish

# As the table names them; an ending without a reason is last.
END_REASONS = {reason.value: reason.swedish for reason in EndReason} | {"": "Ingen orsak angiven"}


def endings_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table of end reasons; their numbers are hidden where the unit's outcome, their sum, is hidden."""
    told = find("outcome.all_endings").value is not None
    unit = reasons_of(aggregate)[""]
    rows = tuple(
        (
            title,
            unit[reason] if told else SUPPRESSED,
            "Ja" if reason in SELF_SUFFICIENT else "Nej",
            "Ja" if reason in EXCLUDED else "Nej",
        )
        for reason, title in END_REASONS.items()
        if unit.get(reason) and reason not in NOT_AN_ENDING
    )
    return Grid(
        "Avslut per orsak", ("Orsak", "Antal", "Räknas som mål", "Undantas"), rows, words=frozenset({0, 2, 3})
    )


def provider_endings_grids(aggregate: Aggregate, find: Find) -> dict[str, Grid]:
    """Make a table of endings for each provider whose outcome is shown, in the groups that the outcome counts.

    Single reasons would tell too much: the unit's reasons without those of all these providers would be the reasons
    of a hidden provider.
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
    """Make the table of both outcomes by provider, the whole unit last."""
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


def expectations_grid(expectations: Sequence[Expectation], names: Mapping[str, str]) -> Grid:
    """Make the table of observed and expected outcomes; ``names`` are the providers' by ref."""
    rows: list[tuple[Cell, ...]] = []
    for each in expectations:
        shown = each.ratio is not None and each.low is not None and each.high is not None
        rows.append(
            (
                printed_name(names.get(each.provider, each.provider)),
                Percent(each.share_high) if each.share_high is not None else SUPPRESSED,
                each.observed if each.observed is not None and shown else SUPPRESSED,
                decimal(each.expected) if each.expected is not None and shown else SUPPRESSED,
                two_decimals(each.ratio) if each.ratio is not None and shown else SUPPRESSED,
                _ratio_interval(each),
            )
        )
    columns = ("Anordnare", "Andel svår start", "Observerat", "Förväntat", "O/E", "95\u00a0%-intervall")
    return Grid("Egen försörjning med hänsyn till svårighetsgrad", columns, tuple(rows))


def _ratio_interval(each: Expectation) -> str:
    if each.low is None or each.high is None:
        return ""
    return f"{two_decimals(each.low)}–{two_decimals(each.high)}"


@dataclass(frozen=True, slots=True)
class Changes:
    """How many customers changed provider, and how many dropped out; None where that may not be told."""

    changed_provider: int
    dropped_out: int | None


def changes_of(aggregate: Aggregate, find: Find) -> Changes:
    """Return the year's changes. Who dropped out is hidden with the outcome, because it counts them as endings."""
    unit = reasons_of(aggregate)[""]
    told = find("outcome.all_endings").status in (Status.OK, Status.NO_ANSWERS)
    return Changes(unit.get(EndReason.CHANGED_PROVIDER, 0), unit.get(EndReason.DROPPED_OUT, 0) if told else None)


def changes_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table of changes and cases. It has a row of complaints even when nobody complained."""
    changes = changes_of(aggregate, find)
    cases = {CaseKind.COMPLAINT.value: 0, **aggregate.cases}
    rows: list[tuple[Cell, ...]] = [
        (EndReason.CHANGED_PROVIDER.swedish, changes.changed_provider),
        (EndReason.DROPPED_OUT.swedish, changes.dropped_out if changes.dropped_out is not None else SUPPRESSED),
    ]
    rows += [(swedish(CaseKind, kind), number) for kind, number in sorted(cases.items())]
    return Grid("Byten, avbrott och synpunkter under året", ("Händelse", "Antal"), tuple(rows))


def youth_grid(rows: Sequence[Indicator], titles: Mapping[str, str]) -> Grid:
    """Make the table of the young people's outcome by both definitions; ``titles`` are theirs by id."""
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
    """Make the table of why customers changed provider; a reason that nobody gave is left out."""

    columns = ("Skäl", "Antal kunder", "Antal anordnare")
    return Grid(
        "Varför kunder bytte anordnare", columns, theme_rows(reasons), nothing="Ingen har svarat på varför."
    )
