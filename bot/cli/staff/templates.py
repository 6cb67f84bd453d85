"""`followup templates DIR`: an empty register file of each kind, as a workbook and as CSV.

The workbook has drop-down lists, and a second sheet that explains every column; `followup import` passes it over.
"""

import io
from pathlib import Path

import xlsxwriter  # type: ignore[import-untyped]  # ships no types

from bot.cli.staff.register_columns import COLUMNS, KINDS, TITLES, explanation
from bot.reports import write
from reporting.render.csv import table
from storage.register.files.workbook_process import EXPLANATION

ROWS = 5_000  # that have drop-down lists
WIDTHS = (16, 20, 14, 60, 24, 60)  # of the explanation's columns, in characters
LONGEST_LIST = 255  # characters, with commas between: Excel's own limit for a list in a rule


def templates(folder: Path) -> list[Path]:
    """Write the files and return their paths.

    Raises:
        OSError: a file cannot be written.
    """
    paths = []
    for kind in KINDS:
        paths += [
            write(folder / f"{kind}.xlsx", _workbook(kind)),
            write(folder / f"{kind}.csv", table(tuple(COLUMNS[kind]), ())),
        ]
    return paths


def _workbook(kind: str) -> bytes:
    out = io.BytesIO()
    with xlsxwriter.Workbook(out, {"in_memory": True}) as book:
        head, text = book.add_format({"bold": True}), book.add_format({"num_format": "@"})
        wrapped = book.add_format({"text_wrap": True, "valign": "top"})
        sheet = book.add_worksheet(kind)
        sheet.freeze_panes(1, 0)
        sheet.write_row(0, 0, COLUMNS[kind], head)
        # As text, so that Excel keeps the first 0 of a number and leaves a month alone.
        sheet.set_column(0, len(COLUMNS[kind]) - 1, 18, text)
        for place, column in enumerate(COLUMNS[kind].values()):
            if column.choices and len(",".join(column.choices)) <= LONGEST_LIST:
                rule = {"validate": "list", "source": list(column.choices), "ignore_blank": True}
                sheet.data_validation(1, place, ROWS, place, rule)
        told = book.add_worksheet(EXPLANATION)
        told.write_row(0, 0, TITLES, head)
        for place, width in enumerate(WIDTHS):
            told.set_column(place, place, width, wrapped)
        for row, cells in enumerate(explanation(kind), 1):
            told.write_row(row, 0, cells)
    return out.getvalue()
