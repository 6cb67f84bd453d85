"""The report as a workbook: real numbers, one table per sheet, headings that stay in view, charts of shown rows."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, dataclass, fields
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from reporting.document.blocks import Cell, Grid, Percent
from reporting.document.swedish import NO_BREAK, NO_DATA, SUPPRESSED, day
from reporting.figures.definitions import YOUTH_DEFINITIONS
from reporting.figures.indicators import Indicator
from reporting.report.model import QualityReport
from reporting.report.provider_section import COLUMNS, PointSection
from reporting.report.tables.satisfaction import themes_grid

WIDEST = 60  # characters
_README = (
    "Alla siffror har gått igenom sekretesskontroll: celler med för få svar är tomma eller ersatta med ett tecken.",
    f"{SUPPRESSED} betyder att värdet inte visas, {NO_DATA} att uppgift saknas, 0 är en verklig nolla.",
    "Andelar är procent, 0-100. Varje anordnare jämförs med övriga, alltså alla utom den själv; ingen rangordnas.",
    "Indikatorer: varje värde på en rad, samma rader som i CSV- och JSON-filerna.",
    "Anordnare: nöjdhet per mätpunkt, med intervall och bedömning. Diagrammet visar bara rader som får visas.",
    "Tratt: skillnad mot övriga i procentenheter, med gränserna för slumpen. Bedömning ges utanför 99,8 %.",
    "Teman: skäl att inte vara nöjd, teman i kundernas egna ord, och skäl att byta anordnare.",
    "Uppföljning, Utfall, Svårighetsgrad: tabellerna i rapportens avsnitt 5, 6 och 7.",
    "Definitioner: hur varje indikator räknas, med version. En ny version är ett brott i serien.",
)


@dataclass(frozen=True, slots=True)
class _Formats:
    number: Any
    title: Any


def render(report: QualityReport) -> bytes:
    """The file. The same report gives the same bytes; the creation date is the report's own."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {"title": f"Kvalitetsrapport {report.year}", "created": report.created_at.replace(tzinfo=None)}
        )
        formats = _Formats(book.add_format({"num_format": "0.0"}), book.add_format({"bold": True, "font_size": 14}))
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
    return out.getvalue()


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
    sheet = book.add_worksheet("Anordnare")
    columns = ["Mätpunkt", *COLUMNS[:5], "Lägre gräns", "Övre gräns", *COLUMNS[6:]]
    # What may be shown first, so that a chart's range holds nothing else.
    ranked = [
        (section, row, row.share is not None)
        for section in report.points
        for row in sorted(section.rows, key=lambda each: each.share is None)
    ]
    _sheet(
        sheet,
        columns,
        (
            (section.title, *row.cells[:4], row.share_cell, row.low, row.high, row.others, row.assessment)
            for section, row, _ in ranked
        ),
        formats,
    )
    shown = [
        place for place, (section, _, visible) in enumerate(ranked, 1) if visible and section is report.points[-1]
    ]
    if not shown:
        return
    chart = book.add_chart({"type": "bar"})
    first, last = shown[0], shown[-1]
    chart.add_series(
        {
            "name": f"Nöjda procent, {report.points[-1].title.lower()}",
            "categories": ["Anordnare", first, 1, last, 1],
            "values": ["Anordnare", first, 5, last, 5],
            "fill": {"color": "#8DB4D8"},
            "border": {"color": "#12436D"},
            "y_error_bars": {
                "type": "custom",
                "plus_values": [(row.high or 0) - (row.share or 0) for _, row, _ in ranked[first - 1 : last]],
                "minus_values": [(row.share or 0) - (row.low or 0) for _, row, _ in ranked[first - 1 : last]],
            },
        }
    )
    chart.set_title({"name": "Andel nöjda med 95 %-intervall", "name_font": {"size": 12}})
    chart.set_legend({"none": True})
    chart.set_x_axis({"min": 0, "max": 100})
    chart.set_y_axis({"reverse": True})
    chart.set_size({"width": 640, "height": 120 + 22 * len(shown)})
    bars = report.points[-1].bars
    sheet.insert_chart(
        1, len(columns) + 1, chart, {"description": bars.alt if bars else "Andel nöjda per anordnare"}
    )


def _funnel(book: Any, points: Sequence[PointSection], formats: _Formats) -> None:
    sheet = book.add_worksheet("Tratt")
    columns = [
        "Mätpunkt",
        "Anordnare",
        "Svar",
        "Skillnad mot övriga",
        "Nedre 95 %",
        "Övre 95 %",
        "Nedre 99,8 %",
        "Övre 99,8 %",
        "Bedömning",
    ]
    rows = [
        (section.title, row.name, each.answers, each.difference, *each.watch, *each.act, row.assessment)
        for section in points
        for row in sorted(section.rows, key=lambda row: row.difference.answers if row.difference else 0)
        if (each := row.difference) is not None
    ]
    _sheet(sheet, columns, rows, formats)
    both = [place for place, row in enumerate(rows, 1) if row[0] == points[-1].title]
    funnel = points[-1].funnel
    if funnel is None:
        return
    chart = book.add_chart({"type": "scatter", "subtype": "straight"})
    area = (both[0], both[-1])
    answers = ["Tratt", area[0], 2, area[1], 2]
    for place, dash in ((4, "dash"), (5, "dash"), (6, "solid"), (7, "solid")):
        chart.add_series(
            {
                "name": columns[place],
                "categories": answers,
                "values": ["Tratt", area[0], place, area[1], place],
                "line": {"color": "#4A5563", "width": 1.25, "dash_type": dash},
            }
        )
    chart.add_series(
        {
            "name": "Anordnare",
            "categories": answers,
            "values": ["Tratt", area[0], 3, area[1], 3],
            "line": {"none": True},
            "marker": {"type": "circle", "size": 7, "fill": {"color": "#0072B2"}, "border": {"color": "white"}},
        }
    )
    chart.set_title({"name": funnel.caption, "name_font": {"size": 12}})
    chart.set_x_axis({"name": "Antal svar"})
    chart.set_y_axis({"name": "Procentenheter", "label_position": "low"})
    chart.set_size({"width": 720, "height": 420})
    sheet.insert_chart(1, len(columns) + 1, chart, {"description": funnel.alt})


def _grids(sheet: Any, grids: Iterable[Grid], formats: _Formats) -> None:
    """Tables under each other; the first heading stays in view."""
    line = 0
    widths: dict[int, int] = {}
    for grid in grids:
        if grid.rows or not line:
            line += 2 + _table(sheet, line, _unique(grid.columns), grid.rows, formats, widths)
    _settle(sheet)


def _unique(columns: Sequence[str]) -> list[str]:
    """A table's headings must differ."""
    found: list[str] = []
    for title in columns:
        name = title.replace(NO_BREAK, " ")
        found.append(name if name not in found else f"{name} (efter undantag)")
    return found


def _sheet(sheet: Any, columns: Sequence[str], rows: Iterable[Sequence[object]], formats: _Formats) -> None:
    _table(sheet, 0, _unique(columns), rows, formats, {})
    _settle(sheet)


def _table(
    sheet: Any,
    top: int,
    columns: Sequence[str],
    rows: Iterable[Sequence[object]],
    formats: _Formats,
    widths: dict[int, int],
) -> int:
    """Write a table with its heading in row ``top``; how many rows it has under it. ``widths``: of the columns so
    far, which the tables of a sheet share."""
    for place, name in enumerate(columns):
        widths[place] = max(widths.get(place, 0), len(name) + 3)
    height = 0
    for height, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            _write(sheet, top + height, place, value, formats)
            if value is not None:
                widths[place] = min(WIDEST, max(widths[place], len(str(value)) + 2))
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


def _write(sheet: Any, line: int, place: int, value: object | Cell, formats: _Formats) -> None:
    if value is None or value == "":
        return
    if isinstance(value, Percent):
        sheet.write_number(line, place, value.value, formats.number)
    elif isinstance(value, float):
        sheet.write_number(line, place, value, formats.number)
    elif isinstance(value, int):
        sheet.write_number(line, place, value)
    else:
        sheet.write_string(line, place, str(value))


def _settle(sheet: Any) -> None:
    sheet.freeze_panes(1, 0)
    sheet.repeat_rows(0)
    _print_on_a4(sheet)


def _print_on_a4(sheet: Any) -> None:
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
