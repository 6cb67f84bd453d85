"""Read a workbook (XLSX), and refuse the cells that hold no value.

calamine gives an empty text both for an empty cell and for an error such as #REF!, or a formula that nobody has
computed; taken for empty, such a cell would reopen an enrolment or remove a phone. They are therefore looked for in
the file itself before its values are read.
"""

import io
import re
import zipfile
from datetime import datetime
from typing import IO
from xml.etree.ElementTree import Element, ParseError, iterparse

from storage.errors import NoteCode, ProblemCode
from storage.register.files.tables import Note, Table, Unreadable

EXPLANATION = "Förklaring"  # the sheet of our own templates that explains the columns, and is not read
MOST_UNPACKED = 200_000_000  # bytes of one sheet, unpacked: 200,000 customers are some 60 million
LAST_COLUMN = 256  # calamine allocates every cell up to the furthest one
_CELL, _VALUE, _FORMULA, _INLINE, _ROW = (
    f"{{http://schemas.openxmlformats.org/spreadsheetml/2006/main}}{name}" for name in ("c", "v", "f", "is", "row")
)
_SHEET = re.compile(r"xl/worksheets/[^/]+\.xml")
_PLACE = re.compile(r"([A-Z]+)([0-9]+)")


def read_workbook(name: str, content: bytes) -> list[Table]:
    """Read the sheets that are not empty.

    Raises:
        Unreadable: it is no workbook, is too large, or has a cell that holds an error; ``row`` is that cell's.
    """
    import python_calamine

    hidden_rows = _look_through(content)
    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            visible = python_calamine.SheetVisibleEnum.Visible
            hidden = {sheet.name for sheet in book.sheets_metadata if sheet.visible != visible}
            sheets = [
                (sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
                for sheet in book.sheet_names
                if sheet != EXPLANATION
            ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    filled = [(sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)]
    if not filled:
        return [Table(name, [])]
    told: tuple[Note, ...] = ((NoteCode.HIDDEN_ROWS, {"number": hidden_rows}),) if hidden_rows else ()
    return [
        Table(
            name if len(filled) == 1 else f"{name} ({sheet})",
            [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)],
            (*(told if place == 0 else ()), *(((NoteCode.HIDDEN_SHEET, {}),) if sheet in hidden else ())),
        )
        for place, (sheet, rows) in enumerate(filled)
    ]


def _look_through(content: bytes) -> int:
    """Refuse a workbook whose cells cannot be trusted, and return how many of its rows are hidden."""
    hidden = 0
    try:
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            for each in archive.infolist():
                if not _SHEET.fullmatch(each.filename):
                    continue
                if each.file_size > MOST_UNPACKED:
                    raise Unreadable(ProblemCode.TOO_LARGE)
                with archive.open(each) as sheet:
                    hidden += _hidden_of(sheet)
    except (zipfile.BadZipFile, ParseError, OSError, EOFError) as error:
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    return hidden


def _hidden_of(sheet: IO[bytes]) -> int:
    hidden = 0
    for _, element in iterparse(sheet):
        if element.tag == _CELL:
            _refuse(element)
        elif element.tag == _ROW:
            hidden += element.get("hidden") in ("1", "true") and len(element) > 0
            element.clear()
    return hidden


def _refuse(cell: Element) -> None:
    """Refuse an error, a formula without a value, and a cell too far out."""
    place = cell.get("r") or ""
    found = _PLACE.fullmatch(place)
    row = int(found[2]) if found else 0
    value, formula = cell.find(_VALUE), cell.find(_FORMULA)
    if found and _column(found[1]) > LAST_COLUMN:
        raise Unreadable(ProblemCode.FAR_CELL, row, cell=place)
    if cell.get("t") == "e":
        error = value.text if value is not None else None
        raise Unreadable(ProblemCode.ERROR_CELL, row, cell=place, value=error or "")
    if formula is not None and (value is None or not value.text) and cell.find(_INLINE) is None:
        raise Unreadable(ProblemCode.FORMULA_CELL, row, cell=place)


def _column(letters: str) -> int:
    number = 0
    for letter in letters:
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def _cell(value: object) -> str:
    """Return a workbook's cell as it would stand in a CSV file."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return str(value).strip()
