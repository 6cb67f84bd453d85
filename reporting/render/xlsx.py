"""The report as a workbook: real numbers, one table per sheet, headings that stay in view."""

import io
from collections.abc import Iterable, Sequence
from dataclasses import astuple, fields
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from reporting.indicators import Indicator
from reporting.report import QualityReport
from reporting.swedish import NO_DATA, SUPPRESSED

_README = (
    "Alla siffror har gått igenom sekretesskontroll: celler med för få svar är tomma.",
    f"{SUPPRESSED} betyder att värdet inte visas, {NO_DATA} att uppgift saknas, 0 är en verklig nolla.",
    "Värden och intervall är procent, 0-100. Andelar jämförs alltid med övriga anordnare, aldrig i rangordning.",
)


def render(report: QualityReport) -> bytes:
    """The file. The same report gives the same content; the creation date is the report's own."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        book.set_properties(
            {"title": f"Kvalitetsrapport {report.year}", "created": report.created_at.replace(tzinfo=None)}
        )
        sheet = book.add_worksheet("Läs mig")
        sheet.set_column(0, 0, 110)
        sheet.write_string(
            0, 0, f"Kvalitetsrapport {report.year}", book.add_format({"bold": True, "font_size": 14})
        )
        for line, text in enumerate((*_README, f"Uppgifterna gäller till {report.as_of.isoformat()}."), 2):
            sheet.write_string(line, 0, text)
        number = book.add_format({"num_format": "0.0"})
        _sheet(
            book.add_worksheet("Indikatorer"),
            [field.name for field in fields(Indicator)],
            (astuple(row) for row in report.indicators),
            number,
        )
        _sheet(
            book.add_worksheet("Anordnare"),
            ["Mätpunkt", "Anordnare", "Berättigade", "Svar", "Nöjda %", "Lägre gräns", "Övre gräns", "Bedömning"],
            (
                (each.title, row.name, row.eligible, row.answered, row.share, row.low, row.high, row.assessment)
                for each in report.points
                for row in each.rows
            ),
            number,
        )
        for title, grid in (
            ("Teman", report.reasons),
            ("Uppföljning", report.followups),
            ("Utfall", report.outcomes),
        ):
            _sheet(book.add_worksheet(title), _unique(grid.columns), grid.rows, number)
        _sheet(
            book.add_worksheet("Definitioner"),
            ["Id", "Version", "Indikator", "Täljare", "Nämnare"],
            ((d.id, d.version, d.title, d.numerator, d.denominator) for d in report.definitions),
            number,
        )
    return out.getvalue()


def _unique(columns: Sequence[str]) -> list[str]:
    """A table's headings must differ."""
    found: list[str] = []
    for name in columns:
        found.append(name if name not in found else f"{name} (efter undantag)")
    return found


def _sheet(sheet: Any, columns: Sequence[str], rows: Iterable[Sequence[object]], number: object) -> None:
    widths = [len(name) + 3 for name in columns]
    height = 0
    for height, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, float):
                sheet.write_number(height, place, value, number)
            elif isinstance(value, int):
                sheet.write_number(height, place, value)
            elif isinstance(value, str) and value.isascii() and value.isdigit() and place:
                sheet.write_number(height, place, int(value))
            else:
                sheet.write_string(height, place, str(value))
            widths[place] = min(60, max(widths[place], len(str(value)) + 2))
    sheet.add_table(
        0,
        0,
        max(height, 1),
        len(columns) - 1,
        {"columns": [{"header": name} for name in columns], "style": "Table Style Light 9"},
    )
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
