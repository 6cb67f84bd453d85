"""Write the indicators, and any other table, as CSV for a Swedish Excel.

That is UTF-8 with BOM, semicolons, decimal commas and CRLF.
"""

import csv
import io
from collections.abc import Iterable, Sequence
from dataclasses import fields, replace

from reporting.document.swedish import decimal
from reporting.figures.indicators import Indicator
from reporting.report.front_page import mark
from reporting.report.model import QualityReport

COLUMNS = tuple(field.name for field in fields(Indicator))
# Excel takes the full-width forms as formulas too (OWASP, "CSV Injection").
FORMULA_STARTS = tuple("=+-@＝＋－＠")
BREAKS = ("\t", "\r", "\n")


def render(report: QualityReport) -> bytes:
    """Return the file, BOM included."""
    marked = mark(report)
    # The columns are a contract and every row is a value: a draft says so where the unit has no name.
    named = (replace(row, provider_name=row.provider_name or marked) for row in report.indicators)
    return table(COLUMNS, ([getattr(row, name) for name in COLUMNS] for row in named))


def table(columns: Sequence[str], rows: Iterable[Iterable[object]]) -> bytes:
    """Return a table as such a file; None is an empty cell, and no text in it is taken for a formula."""
    out = io.StringIO(newline="")
    writer = csv.writer(out, delimiter=";", lineterminator="\r\n")
    writer.writerow(columns)
    writer.writerows([_text(cell) for cell in row] for row in rows)
    return b"\xef\xbb\xbf" + out.getvalue().encode("utf-8")


def neutral(text: str) -> str:
    """Return ``text`` as a spreadsheet takes it for text: an apostrophe stands before what looks like a formula."""
    return f"'{text}" if text.startswith(BREAKS) or text.lstrip().startswith(FORMULA_STARTS) else text


def _text(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, float):
        return decimal(value)
    return str(value) if isinstance(value, int) else neutral(str(value))
