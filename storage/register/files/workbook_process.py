"""Look a workbook (XLSX or ODS) through, then read it: the child process of storage/register/files/workbooks.py.

A workbook comes from a stranger, and the library that reads it allocates every cell up to the furthest one: a file
of 5 KB with one cell in XFD1048576 asks for 549 GB. So the archive and each sheet are looked through first, in
constant memory, and all of it happens in a process that the operating system holds to a limit of memory and time.

It also finds what the library hides: calamine gives an empty text for an error such as #REF!, and for a formula
that nobody has computed. They are told beside the values, as faults of their cells.

Standard input is the workbook. Standard output is one JSON value a line: for each sheet that is not empty an
object, then its rows, each as [number, [cell, ...]], and at the end ``"whole"``; or an object that says why it is
refused.
"""

import io
import json
import posixpath
import re
import resource
import sys
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from datetime import datetime
from typing import IO
from xml.etree.ElementTree import ParseError, iterparse
from xml.parsers import expat

from storage.errors import ProblemCode, Value
from storage.register.files import opendocument
from storage.register.files.looked import (
    CHUNK,
    ERROR,
    FORMULA,
    LAST_COLUMN,
    MOST_FAULTS,
    Looked,
    column_letters,
    column_number,
)
from storage.register.files.tables import Unreadable

EXPLANATION = "Förklaring"  # the sheet of our own templates that explains the columns, and is not read
MOST_PARTS = 2_000  # files in the archive: a workbook has about eight, and two for each sheet
MOST_RATIO = 200  # unpacked size to packed: a sheet of one value a million times has about 100
SMALL = 10_000_000  # bytes unpacked, up to which the ratio is of no interest
WHOLE = "whole"
_PLACE = re.compile(r"([A-Za-z]{1,3})([0-9]{1,7})")
_TEXT_AT_MOST = 40  # characters of an error's own text


class _NoSheet(Exception):
    """The part of the archive is no sheet."""


class _Look:
    """Looks through one sheet as its elements pass. No namespace is regarded, because calamine regards none."""

    def __init__(self, most_cells: int) -> None:
        self.found = Looked()
        self._faults: Counter[int] = Counter()  # by column
        self._most_cells = most_cells
        self._began = False
        self._row = self._column = 0  # of the last cell or row that began
        self._furthest = [0, 0]  # row and column
        self._cells = 0
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
        if self._in_value and self._value is not None and len(self._value) < _TEXT_AT_MOST:
            self._value += text[:_TEXT_AT_MOST]

    def _place(self, reference: str | None) -> None:
        """Note where a cell is, and refuse it where the sheet would become too large by it."""
        if reference is None:  # the next one, as the standard says
            self._column += 1
        elif found := _PLACE.fullmatch(reference):
            self._column, self._row = column_number(found[1]), int(found[2])
        else:
            raise Unreadable(ProblemCode.NOT_XLSX)
        if self._hidden:
            self.found.hidden_rows += 1
            self._hidden = False
        self._cells += 1
        self._furthest = [max(self._furthest[0], self._row), max(self._furthest[1], self._column)]
        area = self._furthest[0] * self._furthest[1]
        if self._column > LAST_COLUMN or (area > self._most_cells and self._cells < area / 10):
            raise Unreadable(ProblemCode.FAR_CELL, self._row, cell=reference or "")
        if area > self._most_cells:
            raise Unreadable(ProblemCode.TOO_LARGE)

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
        if kind and self._faults[self._column] < MOST_FAULTS:
            self._faults[self._column] += 1
            place = cell.get("r") or f"{column_letters(self._column)}{self._row}"
            self.found.faults.append((place, self._row, kind, (self._value or "") if kind == ERROR else ""))


def look_through(content: bytes, most_unpacked: int, most_cells: int) -> dict[str, Looked]:
    """Return what is found in each part of a workbook that is a sheet.

    Args:
        content: the workbook.
        most_unpacked: bytes of all parts together.
        most_cells: rows times columns of one sheet.

    Raises:
        Unreadable: it is no workbook, or too large to be read.
    """
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        parts = archive.infolist()
        if len(parts) > MOST_PARTS or sum(part.file_size for part in parts) > most_unpacked:
            raise Unreadable(ProblemCode.TOO_LARGE)
        if len({_normal(part.filename) for part in parts}) < len(parts):
            raise Unreadable(ProblemCode.NOT_XLSX)  # two readers may take two different ones
        if any(part.file_size > max(SMALL, MOST_RATIO * part.compress_size) for part in parts):
            raise Unreadable(ProblemCode.TOO_LARGE)
        found = {}
        for part in parts:
            with archive.open(part) as file:
                looked = _look(file, most_cells)
            if looked is not None:
                found[_normal(part.filename)] = looked
    return found


def _look(file: IO[bytes], most_cells: int) -> Looked | None:
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
    return look.found


def _normal(name: str) -> str:
    """Return the name of a part as calamine compares it."""
    return name.replace("\\", "/").lstrip("/").casefold()


def _parts_of_sheets(archive: zipfile.ZipFile) -> dict[str, str]:
    """Return the part of each sheet by the sheet's name.

    Raises:
        LookupError: the archive has no such part as it names.
    """
    names = {_normal(each): each for each in archive.namelist()}
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
        part = _normal(target)
        if not target.startswith("/") and not part.startswith(f"{folder}/"):
            part = posixpath.normpath(posixpath.join(folder, part))
        found[element.get("Id", "")] = (element.get("Type", "").rpartition("/")[2].casefold(), part)
    return found


def _looked(content: bytes, most_unpacked: int, most_cells: int) -> dict[str, Looked]:
    """Return what is found in each sheet by its name, in either format."""
    parts = look_through(content, most_unpacked, most_cells)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if opendocument.is_one(set(archive.namelist())):
            return opendocument.look_through(archive, most_cells)
        return {name: parts[part] for name, part in _parts_of_sheets(archive).items() if part in parts}


def lines(content: bytes, most_unpacked: int, most_cells: int) -> Iterator[object]:
    """Return what is written to standard output, a value for each line.

    Raises:
        Unreadable: it is no workbook, or too large to be read.
    """
    import python_calamine

    try:
        looked = _looked(content, most_unpacked, most_cells)
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            room = most_unpacked
            for sheet in book.sheets_metadata:
                if sheet.name == EXPLANATION or sheet.typ != python_calamine.SheetTypeEnum.WorkSheet:
                    continue
                found = looked[sheet.name]
                rows = book.get_sheet_by_name(sheet.name).to_python(skip_empty_area=False)
                head = {
                    "name": sheet.name,
                    "hidden": sheet.visible != python_calamine.SheetVisibleEnum.Visible,
                    "hidden_rows": found.hidden_rows,
                    "faults": found.faults,
                }
                for number, row in enumerate(rows, 1):
                    cells = [as_text(cell) for cell in row]
                    if not any(cells):
                        continue
                    room -= sum(map(len, cells))
                    if room < 0:  # one shared text of 32,000 characters may stand in each cell
                        raise Unreadable(ProblemCode.TOO_LARGE)
                    if head:
                        yield head
                        head = {}
                    yield number, cells
                if head and found.faults:
                    yield head
    except (python_calamine.CalamineError, zipfile.BadZipFile, zlib.error, ParseError, LookupError) as error:
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    except (OSError, EOFError, ValueError, RuntimeError) as error:  # damaged, encrypted, or packed in another way
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    yield WHOLE


def as_text(value: object) -> str:
    """Return a workbook's cell as it would stand in a CSV file."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return str(value).strip()


def main(memory: int, seconds: int, most_unpacked: int, most_cells: int) -> None:
    """Read standard input and write standard output, within limits that the operating system holds.

    Args:
        memory: bytes of address space.
        seconds: of CPU.
        most_unpacked: bytes of all parts of the workbook together.
        most_cells: rows times columns of one sheet.
    """
    for limit, value in (
        (resource.RLIMIT_AS, memory),
        (resource.RLIMIT_CPU, seconds),
        (resource.RLIMIT_FSIZE, 0),  # it writes no file, and leaves no core
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(limit, (value, value))
    try:
        for line in lines(sys.stdin.buffer.read(), most_unpacked, most_cells):
            sys.stdout.write(json.dumps(line) + "\n")
    except Unreadable as refused:
        told: dict[str, Value] = {"refused": refused.code, "row": refused.row}
        sys.stdout.write(json.dumps({**told, "values": refused.values}) + "\n")
    except MemoryError:
        sys.stdout.write(json.dumps({"refused": ProblemCode.TOO_LARGE, "row": 0, "values": {}}) + "\n")
