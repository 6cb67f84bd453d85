"""Look a workbook (XLSX or ODS) through, then read it: the child process of storage/register/files/workbooks.py.

A workbook comes from a stranger, and the library that reads it allocates every cell up to the furthest one: a file
of 5 KB with one cell in XFD1048576 asks for 549 GB. So the archive and each sheet are looked through first, in
constant memory, and all of it happens in a process that the operating system holds to a limit of memory and time.

It also finds what the library hides: calamine gives an empty text for an error such as #REF!, and for a formula
that nobody has computed. They are told beside the values, as faults of their cells. What differs between the two
formats is in office_open.py and opendocument.py.

Standard input is the workbook. Standard output is one JSON value a line: for each sheet that is not empty an
object, then its rows, each as [number, [cell, ...]], and at the end ``"whole"``; or an object that says why it is
refused.
"""

import io
import json
import resource
import sys
import zipfile
import zlib
from collections.abc import Iterator
from datetime import datetime
from xml.etree.ElementTree import ParseError

from storage.errors import ProblemCode, Value
from storage.register.files import office_open, opendocument
from storage.register.files.looked import Looked
from storage.register.files.tables import Unreadable

EXPLANATION = "Förklaring"  # the sheet of our own templates that explains the columns, and is not read
MOST_PARTS = 2_000  # files in the archive: a workbook has about eight, and two for each sheet
MOST_RATIO = 200  # unpacked size to packed: a sheet of one value a million times has about 100
SMALL = 10_000_000  # bytes unpacked, up to which the ratio is of no interest
WHOLE = "whole"


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
        if len({office_open.normal(part.filename) for part in parts}) < len(parts):
            raise Unreadable(ProblemCode.NOT_XLSX)  # two readers may take two different ones
        if any(part.file_size > max(SMALL, MOST_RATIO * part.compress_size) for part in parts):
            raise Unreadable(ProblemCode.TOO_LARGE)
        found = {}
        for part in parts:
            with archive.open(part) as file:
                looked = office_open.look_through(file, most_cells)
            if looked is not None:
                found[office_open.normal(part.filename)] = looked
    return found


def _looked(content: bytes, most_unpacked: int, most_cells: int) -> dict[str, Looked]:
    """Return what is found in each sheet by its name, in either format."""
    parts = look_through(content, most_unpacked, most_cells)
    with zipfile.ZipFile(io.BytesIO(content)) as archive:
        if opendocument.is_one(set(archive.namelist())):
            return opendocument.look_through(archive, most_cells)
        return {name: parts[part] for name, part in office_open.parts_of_sheets(archive).items() if part in parts}


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
