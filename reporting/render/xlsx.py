"""Write the report as a workbook: real numbers in tables, headings that stay in view, charts of shown rows."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from datetime import UTC
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from reporting.document.blocks import Cell, Figure, Fraction, Funnel, Grid, Interval, Percent, cell_text
from reporting.document.printable import printable_text
from reporting.document.swedish import NO_BREAK, NO_DATA, SUPPRESSED, day
from reporting.figures.definitions import YOUTH_DEFINITIONS
from reporting.figures.indicators import Indicator
from reporting.report.front_page import mark
from reporting.report.model import QualityReport
from reporting.report.provider_section import COLUMNS, PointSection, ProviderRow
from reporting.report.tables.satisfaction import themes_grid

WIDEST = 60  # characters
PROVIDERS, FUNNEL = "Anordnare", "Tratt"  # two sheets
FUNNEL_COLUMNS = (
    "Mätpunkt",
    "Anordnare",
    "Svar",
    "Skillnad mot övriga",
    "Kan avvika nedåt från",
    "Kan avvika uppåt från",
    "Tydligt lägre från",
    "Tydligt högre från",
    "Bedömning",
)
_README = (
    "Alla siffror har gått igenom sekretesskontroll: celler med för få svar är tomma eller ersatta med ett tecken.",
    f"{SUPPRESSED} betyder att värdet inte visas, {NO_DATA} att uppgift saknas, 0 är en verklig nolla.",
    "Andelar är procent, 0-100. Varje anordnare jämförs med övriga, alltså alla utom den själv; ingen rangordnas.",
    "Indikatorer: varje värde på en rad, samma rader som i CSV- och JSON-filerna.",
    "Anordnare: nöjdhet per mätpunkt, med intervall och bedömning. Diagrammet visar bara rader som får visas.",
    "Tratt: skillnad mot övriga i procentenheter, och från vilken skillnad testet ger en bedömning.",
    "Teman: skäl att inte vara nöjd, teman i kundernas egna ord, och skäl att byta anordnare.",
    "Uppföljning, Utfall, Svårighetsgrad: tabellerna i rapportens avsnitt 5, 6 och 7.",
    "Definitioner: hur varje indikator räknas, med version. En ny version är ett brott i serien.",
)


@dataclass(frozen=True, slots=True)
class _Formats:
    number: Any
    ratio: Any
    title: Any
    mark: Any


def render(report: QualityReport) -> bytes:
    """Return the file. The same report gives the same bytes: the creation date is the report's own."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {
                "title": f"Kvalitetsrapport {report.year}",
                "created": report.created_at.astimezone(UTC).replace(tzinfo=None),
            }
        )
        formats = _Formats(
            number=book.add_format({"num_format": "0.0"}),
            ratio=book.add_format({"num_format": "0.00"}),
            title=book.add_format({"bold": True, "font_size": 14}),
            mark=book.add_format({"bold": True, "font_color": "#9A3412"}),
        )
        _readme(book.add_worksheet("Läs mig"), report, formats)
        columns = [field.name for field in fields(Indicator)]
        _sheet(book.add_worksheet("Indikatorer"), columns, (astuple(row) for row in report.indicators), formats)
        _providers(book, report, formats)
        _funnel(book, report.points, formats)
        for title, grids in (
            ("Teman", (report.reasons, themes_grid(report.background.themes), report.change_reasons)),
            ("Uppföljning", (report.followups,)),
            ("Utfall", (report.outcomes, report.youth)),
            ("Svårighetsgrad", (report.expectations,)),
        ):
            _grids(book.add_worksheet(title), [grid for grid in grids if grid is not None], formats)
        _sheet(
            book.add_worksheet("Definitioner"),
            ["Id", "Version", "Indikator", "Täljare", "Nämnare"],
            (
                (d.id, d.version, d.title, d.numerator, d.denominator)
                for d in (*report.definitions, *(YOUTH_DEFINITIONS if report.youth else ()))
            ),
            formats,
        )
        if text := mark(report):
            for sheet in book.worksheets():
                _mark(sheet, text, formats)
    return out.getvalue()


def _mark(sheet: Any, text: str, formats: _Formats) -> None:
    """Say on a sheet, on paper and on the screen, that it is working material: beside the heading, in no table."""
    sheet.set_header(f"&C&B{text}")
    sheet.write_string(0, (sheet.dim_colmax or 0) + 2, text, formats.mark)


def _readme(sheet: Any, report: QualityReport, formats: _Formats) -> None:
    sheet.set_column(0, 0, 120)
    sheet.write_string(0, 0, f"Kvalitetsrapport {report.year}", formats.title)
    lines = (
        *_README,
        f"Uppgifterna gäller till och med {day(report.as_of)}.",
        f"Siffrornas kontrollsumma (SHA-256): {report.digest}",
    )
    for line, text in enumerate(lines, 2):
        sheet.write_string(line, 0, text)
    _print_on_a4(sheet)


def _providers(book: Any, report: QualityReport, formats: _Formats) -> None:
    """Write the providers at each point, with a chart of both points together."""
    sheet = book.add_worksheet(PROVIDERS)
    columns = ["Mätpunkt", *COLUMNS[:5], "Lägre gräns", "Övre gräns", *COLUMNS[6:]]
    # The rows that may be shown come first, so that the range of a chart holds nothing else.
    rows = [
        (section, row)
        for section in report.points
        for row in sorted(section.rows, key=lambda each: each.share is None)
    ]
    _sheet(
        sheet,
        columns,
        (
            (section.title, *row.cells[:4], row.share_cell, row.low, row.high, row.others, row.assessment)
            for section, row in rows
        ),
        formats,
    )
    both = report.points[-1]
    shown = [line for line, (section, row) in enumerate(rows, 1) if section is both and row.share is not None]
    if shown:
        chart = _share_chart(book, both, [row for row in both.rows if row.share is not None], shown[0])
        alt = both.bars.alt if both.bars else "Andel nöjda per anordnare"
        sheet.insert_chart(1, len(columns) + 1, chart, {"description": alt})


def _share_chart(book: Any, section: PointSection, rows: Sequence[ProviderRow], first: int) -> Any:
    """Chart the shares of ``rows``, which stand on the sheet from line ``first`` on."""
    last = first + len(rows) - 1
    chart = book.add_chart({"type": "bar"})
    chart.add_series(
        {
            "name": f"Nöjda procent, {section.title.lower()}",
            "categories": [PROVIDERS, first, 1, last, 1],
            "values": [PROVIDERS, first, 5, last, 5],
            "fill": {"color": "#8DB4D8"},
            "border": {"color": "#12436D"},
            "y_error_bars": {
                "type": "custom",
                "plus_values": [(row.high or 0) - (row.share or 0) for row in rows],
                "minus_values": [(row.share or 0) - (row.low or 0) for row in rows],
            },
        }
    )
    chart.set_title({"name": "Andel nöjda med 95 %-intervall", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"min": 0, "max": 100})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 120 + 22 * len(rows)})
    return chart


def _funnel(book: Any, points: Sequence[PointSection], formats: _Formats) -> None:
    """Write each provider's difference to the others, with a chart of both points together."""
    sheet = book.add_worksheet(FUNNEL)
    rows = [
        (section.title, row.name, each.answers, each.difference, *each.watch, *each.act, row.assessment)
        for section in points
        for row in sorted(section.rows, key=lambda row: row.difference.answers if row.difference else 0)
        if (each := row.difference) is not None
    ]
    _sheet(sheet, FUNNEL_COLUMNS, rows, formats)
    both = points[-1]
    if both.funnel is None:
        return
    lines = [line for line, row in enumerate(rows, 1) if row[0] == both.title]
    chart = _funnel_chart(book, both.funnel, lines[0], lines[-1])
    sheet.insert_chart(1, len(FUNNEL_COLUMNS) + 1, chart, {"description": both.funnel.alt})


def _funnel_chart(book: Any, funnel: Funnel, first: int, last: int) -> Any:
    """Chart the differences that stand on the sheet in lines ``first`` to ``last``, with their limits."""
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    answers = [FUNNEL, first, 2, last, 2]
    for place, dash in ((4, "dash"), (5, "dash"), (6, "solid"), (7, "solid")):
        chart.add_series(
            {
                "name": FUNNEL_COLUMNS[place],
                "categories": answers,
                "values": [FUNNEL, first, place, last, place],
                "line": {"color": "#4A5563", "width": 1.25, "dash_type": dash},
            }
        )
    chart.add_series(
        {
            "name": "Anordnare",
            "categories": answers,
            "values": [FUNNEL, first, 3, last, 3],
            "line": {"none": True},
            "marker": {"type": "circle", "size": 7, "fill": {"color": "#0072B2"}, "border": {"color": "white"}},
        }
    )
    chart.set_title({"name": funnel.caption, "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Antal svar"})
    chart.set_y_axis({"name": "Procentenheter", "label_position": "low"})
    chart.set_size({"width": 720, "height": 420})
    return chart


def _grids(sheet: Any, grids: Iterable[Grid], formats: _Formats) -> None:
    """Write tables under each other; the first heading stays in view."""
    line = 0
    widths: dict[int, int] = {}
    for grid in grids:
        if grid.rows or not line:
            columns, rows = parted(grid)
            line += 2 + _table(sheet, line, _unique(columns), rows, formats, widths)
    _finish(sheet)


def _unique(columns: Sequence[str]) -> list[str]:
    """Make the headings of a table differ, as Excel asks."""
    found: list[str] = []
    for title in columns:
        name = printable_text(title.replace(NO_BREAK, " "))
        found.append(name if name not in found else f"{name} (efter undantag)")
    return found


def parted(grid: Grid) -> tuple[list[str], list[list[Cell | float | None]]]:
    """Return the columns and rows of a table with both ends of an interval, and both parts of a fraction, apart.

    A workbook is calculated with, so that each number has a cell of its own.
    """
    ends: dict[int, tuple[str, str]] = {}
    for place in range(len(grid.columns)):
        cells = [row[place] for row in grid.rows]
        if any(isinstance(cell, Interval) for cell in cells):
            ends[place] = ("Lägre gräns", "Övre gräns")
        elif any(isinstance(cell, Fraction) for cell in cells):
            ends[place] = ("Täljare", "Nämnare")
    columns = [name for place, title in enumerate(grid.columns) for name in ends.get(place, (title,))]
    rows = [
        [part for place, cell in enumerate(row) for part in (_parts(cell) if place in ends else (cell,))]
        for row in grid.rows
    ]
    return columns, rows


def _parts(cell: Cell) -> tuple[Cell | float | None, Cell | float | None]:
    if isinstance(cell, Interval):
        return Figure(cell.low, cell.decimals), Figure(cell.high, cell.decimals)
    if isinstance(cell, Fraction):
        return cell.part, cell.of
    return (cell, cell) if cell else (None, None)  # the symbol of what is not shown


def _sheet(sheet: Any, columns: Sequence[str], rows: Iterable[Sequence[object]], formats: _Formats) -> None:
    _table(sheet, 0, _unique(columns), rows, formats, {})
    _finish(sheet)


def _table(
    sheet: Any,
    top: int,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    formats: _Formats,
    widths: dict[int, int],
) -> int:
    """Write a table with its heading in row ``top``.

    Args:
        widths: the columns' widths in characters, which the tables of a sheet share; widened here.

    Returns:
        How many rows stand under the heading.
    """
    for place, name in enumerate(columns):
        widths[place] = max(widths.get(place, 0), len(name) + 3)
    height = 0
    for height, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            _write(sheet, top + height, place, value, formats)
            if value is not None:
                widths[place] = min(WIDEST, max(widths[place], len(_shown(value)) + 2))
    sheet.add_table(
        top,
        0,
        top + max(height, 1),
        len(columns) - 1,
        {"columns": [{"header": name} for name in columns], "style": "Table Style Light 9"},
    )
    for place, width in widths.items():
        sheet.set_column(place, place, width)
    return height


def _shown(value: object) -> str:
    """Return a value as its cell shows it, for the width of the column."""
    if isinstance(value, Percent | Figure | Interval | Fraction):
        return cell_text(value)
    return f"{value:.1f}" if isinstance(value, float) else str(value)


def _write(sheet: Any, line: int, place: int, value: object | Cell, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Percent):
        sheet.write_number(line, place, value.value, formats.number)
    elif isinstance(value, Figure):
        sheet.write_number(line, place, value.figure, formats.ratio if value.decimals > 1 else formats.number)
    elif isinstance(value, float):
        sheet.write_number(line, place, value, formats.number)
    elif isinstance(value, int):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, printable_text(str(value)))


def _finish(sheet: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    _print_on_a4(sheet)


def _print_on_a4(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
