"""Section 1: the year's indicators with their goals and the year before. Pure."""

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import (
    NO_DATA,
)
from reporting.figures.indicators import Find
from reporting.figures.previous_year import Earlier, Earliers
from reporting.report.tables.cells import fraction_cell, interval_cell, share_cell, target_cell, title_of, titled

_SUMMARY = (
    ("satisfaction.overall", "start"),
    ("satisfaction.overall", "end"),
    ("satisfaction.treatment", "start"),
    ("satisfaction.treatment", "end"),
    ("satisfaction.usefulness", "start"),
    ("satisfaction.usefulness", "end"),
    ("response_rate", "start"),
    ("response_rate", "end"),
    ("followup.compliance", ""),
    ("followup.confirmed", ""),
    ("outcome.all_endings", ""),
    ("outcome.after_exclusions", ""),
)


def summary_grid(find: Find, earlier: Earliers) -> Grid:
    """Make the table of the whole unit's indicators."""
    rows: list[tuple[Cell, ...]] = []
    for id_, point in _SUMMARY:
        row, before = find(id_, "", point), earlier(id_, point)
        rows.append(
            (
                titled(title_of(id_, point), row, find),
                target_cell(row),
                share_cell(row),
                fraction_cell(row),
                interval_cell(row),
                Percent(before.value) if before and before.value is not None else NO_DATA,
                _comparable(before),
            )
        )
    columns = (
        "Indikator",
        "Mål",
        "Utfall",
        "Täljare/nämnare",
        "95\u00a0%-intervall",
        "Föregående år",
        "Jämförbart",
    )
    return Grid("Årets indikatorer för hela enheten", columns, tuple(rows))


def _comparable(before: Earlier | None) -> str:
    if before is None or (before.value is None and not before.break_reason):
        return NO_DATA
    return "Nej" if before.break_reason else "Ja"
