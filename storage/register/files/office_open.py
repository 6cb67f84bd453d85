"""Look a workbook of Excel's (Office Open XML, .xlsx) through before its values are read.

It runs in the process of storage/register/files/workbook_process.py. The library that reads the values gives an
empty text for an error and for a formula without a result; here they are found.

Source: ECMA-376, part 1, section 18 (sheets), and part 2 (relations of the parts).
"""

import posixpath
import re
import zipfile
from typing import IO
from xml.etree.ElementTree import iterparse
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
    column_number,
)
from storage.register.files.tables import Unreadable

_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")


class _NoSheet(Exception):
    """The part of the archive is no sheet."""


class _Look:
    """Looks through one sheet as its elements pass. No namespace is regarded, because calamine regards none."""

    def __init__(self, most_cells: int) -> None:
        self.sheet = SheetBounds(Looked(), most_cells)
        self._began = False
        self._row = self._column = 0  # of the last cell or row that began
        self._hidden = False
        self._cell: dict[str, str] | None = None
        self._formula = self._inline = self._in_value = False
        self._value: str | None = None

    def start(self, name: str, attributes: dict[str, str]) -> None:
        name = name.rpartition(":")[2]
        if not self._began:
            if name != "worksheet":
                raise _NoSheet
            self._began = True
        elif name == "c":
            self._place(attributes.get("r"))
            self._cell, self._value = attributes, None
            self._formula = self._inline = False
        elif name == "row":
            number = attributes.get("r", "")
            self._row = int(number) if number.isdecimal() else self._row + 1
            self._column = 0
            self._hidden = attributes.get("hidden") in ("1", "true")
        elif name == "f":
            self._formula = True
        elif name == "is":
            self._inline = True
        elif name == "v":
            self._in_value, self._value = True, ""

    def end(self, name: str) -> None:
        name = name.rpartition(":")[2]
        if name == "v":
            self._in_value = False
        elif name == "c" and self._cell is not None:
            self._fault(self._cell)
            self._cell = None

    def text(self, text: str) -> None:
        if self._in_value and self._value is not None and len(self._value) < TEXT_AT_MOST:
            self._value += text[:TEXT_AT_MOST]

    def _place(self, reference: str | None) -> None:
        """Note where a cell is, and refuse it where the sheet would become too large by it."""
        if reference is None:  # the next one, as the standard says
            self._column += 1
        elif found := _PLACE.fullmatch(reference):
            self._column, self._row = column_number(found[1]), int(found[2])
        else:
            raise Unreadable(ProblemCode.NOT_XLSX)
        if self._hidden:
            self.sheet.found.hidden_rows += 1
            self._hidden = False
        self.sheet.count(reference or "", self._row, (self._row, self._column))

    def _fault(self, cell: dict[str, str]) -> None:
        kind = ""
        if cell.get("t") == "e":
            kind = ERROR
        elif (
            self._formula
            and not self._inline
            and not self._value
            and (self._value is None or cell.get("t") != "str")
        ):
            kind = FORMULA
        if kind:
            place = cell.get("r") or f"{column_letters(self._column)}{self._row}"
            self.sheet.fault(place, self._row, self._column, kind, self._value or "")


def look_through(file: IO[bytes], most_cells: int) -> Looked | None:
    """Look through a part of the archive, whatever it is called; None where it is no sheet."""
    look, parser = _Look(most_cells), expat.ParserCreate()
    parser.StartElementHandler, parser.EndElementHandler = look.start, look.end
    parser.CharacterDataHandler = look.text
    try:
        while chunk := file.read(CHUNK):
            parser.Parse(chunk, False)
        parser.Parse(b"", True)
    except (_NoSheet, expat.ExpatError):  # a picture, or what calamine will not read, either
        return None
    return look.sheet.found


def normal(name: str) -> str:
    """Return the name of a part as calamine compares it."""
    return name.replace("\\", "/").lstrip("/").casefold()


def parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name.

    Raises:
        LookupError: the archive has no such part as it names.
    """
    names = {normal(each): each for each in archive.namelist()}
    with archive.open(names["_rels/.rels"]) as file:
        (main,) = (part for kind, part in _relations(file, "").values() if kind == "officedocument")
    folder, file_name = posixpath.split(main)
    with archive.open(names[f"{folder}/_rels/{file_name}.rels"]) as file:
        targets = {id_: part for id_, (_, part) in _relations(file, folder).items()}
    found = {}
    with archive.open(names[main]) as file:
        for _, element in iterparse(file):
            if element.tag.rpartition("}")[2] == "sheet":
                ids = [value for key, value in element.items() if key.rpartition("}")[2] == "id"]
                found[element.get("name", "")] = targets.get(ids[0] if ids else "", "")
    return found


def _relations(file: IO[bytes], folder: str) -> dict[str, tuple[str, str]]:
    """Return kind and part of each relation of a part that is in ``folder``, by its id."""
    found = {}
    for _, element in iterparse(file):
        target = element.get("Target", "")
        part = normal(target)
        if not target.startswith("/") and not part.startswith(f"{folder}/"):
            part = posixpath.normpath(posixpath.join(folder, part))
        found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2].casefold(), part)
    return found
