"""Look an OpenDocument spreadsheet (.ods), as LibreOffice writes it, through before its values are read.

It runs in the process of storage/register/files/workbook_process.py. LibreOffice writes the empty rest of a sheet
as one row that is repeated a million times, so only cells that hold something count as cells of the sheet. The
library that reads the values gives an empty text for an error and for a formula without a result; here they are
found.

Source: OASIS OpenDocument 1.3, part 3, sections 9.1 (tables) and 19.
"""

import zipfile
from xml.parsers import expat

from storage.errors import ProblemCode
from storage.register.files.looked import (
    CHUNK,
    ERROR,
    FORMULA,
    TEXT_AT_MOST,
    Looked,
    SheetBounds,
    column_letters,
    is_error_text,
)
from storage.register.files.tables import Unreadable

CONTENT = "content.xml"
MOST_REPEATS = 1_048_576  # rows that a sheet may have


class _Look:
    """Looks through the tables of a document as its elements pass."""

    def __init__(self, most_cells: int) -> None:
        self.found: dict[str, Looked] = {}
        self._most_cells = most_cells
        self._sheet: SheetBounds | None = None
        self._row, self._rows, self._is_hidden = 0, 0, False  # the row's number, its repeats
        self._column = 0
        self._cell: dict[str, str] | None = None
        self._notes = 0  # how deep in annotations, whose text is not the cell's
        self._text: list[str] = []

    def start(self, name: str, attributes: dict[str, str]) -> None:
        if name == "table:table":
            found = self.found.setdefault(attributes.get("table:name", ""), Looked())
            self._sheet = SheetBounds(found, self._most_cells)
            self._row = self._rows = 0
        elif name == "table:table-row":
            self._row += self._rows
            self._rows = _repeats(attributes, "table:number-rows-repeated")
            self._is_hidden = attributes.get("table:visibility") in ("collapse", "filter")
            self._column = 0
        elif name in ("table:table-cell", "table:covered-table-cell"):
            self._cell, self._text = attributes, []
        elif name == "office:annotation":
            self._notes += 1

    def end(self, name: str) -> None:
        if name == "office:annotation":
            self._notes -= 1
        elif name in ("table:table-cell", "table:covered-table-cell") and self._cell is not None:
            self._place(self._cell)
            self._cell = None

    def text(self, text: str) -> None:
        if self._cell is not None and not self._notes and sum(map(len, self._text)) < TEXT_AT_MOST:
            self._text.append(text[:TEXT_AT_MOST])

    def _place(self, cell: dict[str, str]) -> None:
        """Count a cell that holds something, and refuse it where the sheet would become too large by it."""
        first, repeats = self._column + 1, _repeats(cell, "table:number-columns-repeated")
        self._column += repeats
        text = "".join(self._text).strip()
        is_filled = text or "office:value-type" in cell or "table:formula" in cell
        if self._sheet is None or not is_filled:
            return
        row = self._row + 1
        if self._is_hidden:
            self._sheet.found.hidden_rows += self._rows
            self._is_hidden = False
        place = f"{column_letters(first)}{row}"
        self._sheet.count(place, row, (self._row + self._rows, self._column), repeats * self._rows)
        if kind := _fault(cell, text):
            self._sheet.fault(place, row, first, kind, text)


def _repeats(attributes: dict[str, str], name: str) -> int:
    """Return how often a row or cell stands there.

    Raises:
        Unreadable: it is no number that a spreadsheet writes.
    """
    text = attributes.get(name, "1")
    if not (text.isascii() and text.isdigit() and 1 <= int(text[:8]) <= MOST_REPEATS and len(text) <= 8):
        raise Unreadable(ProblemCode.NOT_XLSX)
    return int(text)


def _fault(cell: dict[str, str], text: str) -> str:
    """Return which fault a cell has; empty for a value."""
    is_formula = "table:formula" in cell
    if cell.get("calcext:value-type") == "error" or (is_formula and is_error_text(text)):
        return ERROR
    return FORMULA if is_formula and "office:value-type" not in cell and not text else ""


def is_one(names: set[str]) -> bool:
    """Return whether an archive with parts of these names is an OpenDocument file."""
    return CONTENT in names and "mimetype" in names


def look_through(archive: zipfile.ZipFile, most_cells: int) -> dict[str, Looked]:
    """Return what is found in each sheet, by its name.

    Raises:
        Unreadable: a sheet is too large to be read, or it is no document.
    """
    look, parser = _Look(most_cells), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = look.start, look.end
    parser.CharacterDataHandler = look.text
    try:
        with archive.open(CONTENT) as file:
            while chunk := file.read(CHUNK):
                parser.Parse(chunk, False)
            parser.Parse(b"", True)
    except expat.ExpatError as error:
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    return look.found
