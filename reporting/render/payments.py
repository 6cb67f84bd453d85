"""Write the basis for payment as CSV, a row for each enrolment-month and each sum, and as a workbook."""

import io
from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import Any

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from reporting.followups.payments import PaymentBasis
from reporting.render.csv import table
from survey.codes import ExemptionReason, swedish

STATUSES = {"on_time": "I tid", "late": "Sent", "missing": "Saknas", "exempt": "Undantagen"}
COLUMNS = (
    "kind",  # month, or sum
    "provider",  # empty in the sum of the whole unit
    "provider_name",
    "month",
    "enrolment",
    "status",
    "held_on",
    "exemption",
    "due",
    "on_time",
    "late",
    "missing",
    "exempt",
    "locks_on",
    "locked",
    "sha256",
)


def to_csv(basis: PaymentBasis) -> bytes:
    """Return the file for a Swedish Excel: UTF-8 with BOM, semicolons, CRLF. A sum is a row of its own kind."""
    end = (basis.locks_on.isoformat(), "yes" if basis.locked else "no", basis.sha256)
    rows: list[tuple[object, ...]] = []
    for row in basis.rows:
        of = (row.provider, row.provider_name, basis.month, row.enrolment)
        counts = (int(row.status != "exempt"), *(int(row.status == status) for status in STATUSES))
        rows.append(("month", *of, row.status, row.held_on, row.exemption, *counts, *end))
    for each in basis.sums:
        of = (each.provider, each.provider_name, basis.month, "")
        sums = (each.due, each.on_time, each.late, each.missing, each.exempt)
        rows.append(("sum", *of, "", "", "", *sums, *end))
    return table(COLUMNS, rows)


def to_xlsx(basis: PaymentBasis) -> bytes:
    """Return the workbook: the lock and the hash, the sums, and the months. Equal figures give equal bytes."""
    out = io.BytesIO()
    options = {"in_memory": True, "strings_to_formulas": False, "strings_to_urls": False}
    with xlsxwriter.Workbook(out, options) as book:
        title = f"Underlag för utbetalning {basis.month}"
        created = datetime(basis.locks_on.year, basis.locks_on.month, basis.locks_on.day)  # noqa: DTZ001 - has no zone
        book.set_properties({"title": title, "created": created})
        _about(book, title, basis)
        _table(
            book.add_worksheet("Summor"),
            ("Anordnare", "Namn", "Insatsmånader", "I tid", "Sent", "Saknas", "Undantagna"),
            [
                (each.provider, each.provider_name, each.due, each.on_time, each.late, each.missing, each.exempt)
                for each in basis.sums
            ],
        )
        _table(
            book.add_worksheet("Insatsmånader"),
            ("Anordnare", "Namn", "Insats", "Status", "Hölls", "Undantag"),
            [
                (
                    row.provider,
                    row.provider_name,
                    row.enrolment,
                    STATUSES[row.status],
                    str(row.held_on or ""),
                    swedish(ExemptionReason, row.exemption),
                )
                for row in basis.rows
            ],
        )
    return out.getvalue()


def _about(book: Any, title: str, basis: PaymentBasis) -> None:
    """Write the sheet that tells what the workbook is, and whether its figures may still change."""
    sheet = book.add_worksheet("Läs mig")
    sheet.set_column(0, 0, 24)
    sheet.set_column(1, 1, 80)
    sheet.write_string(0, 0, title, book.add_format({"bold": True, "font_size": 14}))
    locked = f"{basis.locks_on}" if basis.locked else f"{basis.locks_on}: inte låst än, siffrorna kan ändras"
    lines = (
        ("Låst", locked),
        ("SHA-256", basis.sha256),
        ("Insatsmånad", "Kalendermånad då insatsen var öppen minst 15 dagar och inte var undantagen."),
        ("I tid", "Uppföljningen hölls under månaden. Sent: efter månaden. Saknas: ingen registrerad."),
        ("Jämförbart", "Samma tal som indikatorn followup.compliance."),
    )
    for line, (name, text) in enumerate(lines, 2):
        sheet.write_string(line, 0, name)
        sheet.write_string(line, 1, text)


def _table(sheet: Any, columns: Sequence[str], rows: Iterable[Sequence[object]]) -> None:
    widths = [len(name) + 3 for name in columns]
    height = 0
    for height, row in enumerate(rows, 1):
        for place, value in enumerate(row):
            if isinstance(value, int):
                sheet.write_number(height, place, value)
            elif value:
                sheet.write_string(height, place, str(value))
            widths[place] = min(60, max(widths[place], len(str(value)) + 2))
    headers = [{"header": name} for name in columns]
    sheet.add_table(0, 0, max(height, 1), len(columns) - 1, {"columns": headers, "style": "Table Style Light 9"})
    sheet.freeze_panes(1, 0)
    sheet.set_landscape()
    sheet.set_paper(9)
    sheet.fit_to_pages(1, 0)
    sheet.repeat_rows(0)
    for place, width in enumerate(widths):
        sheet.set_column(place, place, width)
