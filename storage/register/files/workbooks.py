"""Read a workbook (XLSX or ODS) in a process of its own: the one door through which every workbook comes.

What it does there is told in storage/register/files/workbook_process.py. The process gets the workbook and nothing
else: no file, no environment (the keys are in it), and little memory and time. Whatever it does to itself, the
service goes on, and the workbook is refused.
"""

import json
import subprocess
import sys
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from storage.errors import NoteCode, ProblemCode, Value
from storage.register.files.looked import ERROR, FORMULA, column_number
from storage.register.files.tables import EmptyFault, Note, Numbered, Table, Unreadable
from storage.register.files.workbook_process import WHOLE

_ROOT = Path(__file__).parents[3]
_START = (
    "import sys; sys.path.insert(0, sys.argv[1]); "
    "from storage.register.files.workbook_process import main; main(*map(int, sys.argv[2:]))"
)
_CODES = {ERROR: ProblemCode.ERROR_CELL, FORMULA: ProblemCode.FORMULA_CELL}


@dataclass(frozen=True, slots=True)
class Limits:
    """How much a file may ask for.

    Attributes:
        packed: bytes of the file.
        unpacked: bytes of a workbook's parts, and of its text.
        cells: rows times columns of one sheet.
        memory: bytes of address space of the process that reads it.
        seconds: of its CPU; it is ended after twice as many by the clock.
    """

    packed: int
    unpacked: int
    cells: int
    memory: int
    seconds: int


# What staff bring: 200,000 customers of ten columns are 60 MB unpacked, and are read in 20 s.
IMPORT = Limits(packed=100_000_000, unpacked=400_000_000, cells=5_000_000, memory=2**31, seconds=120)
# What comes by HTTP: a provider's follow-ups of a month. The time is short because a stop waits for it.
UPLOAD = Limits(packed=1024**2, unpacked=20_000_000, cells=200_000, memory=384 * 2**20, seconds=4)


@dataclass(frozen=True, slots=True)
class Fault:
    """A cell that holds no value.

    Attributes:
        cell: its place, as B3.
        row: its row's number.
        kind: ERROR, or FORMULA: a formula that nobody has computed.
        text: the error, as #REF!; empty for a formula.
    """

    cell: str
    row: int
    kind: str
    text: str


@dataclass(slots=True)
class Sheet:
    """A sheet that is not empty.

    Attributes:
        name: its own.
        hidden: whether it is.
        hidden_rows: how many of its rows are.
        faults: the cells that hold no value; their text in ``lines`` is empty.
        lines: its rows as text, those that are not empty.
    """

    name: str
    hidden: bool
    hidden_rows: int
    faults: tuple[Fault, ...]
    lines: list[Numbered] = field(default_factory=list)


def read_workbook(name: str, content: bytes, limits: Limits = IMPORT) -> list[Table]:
    """Read the sheets that are not empty, with the cells that hold no value beside them.

    Raises:
        Unreadable: it is no workbook, or it is too large.
    """
    found = read_sheets(content, limits)
    if not found:
        return [Table(name, [])]
    return [
        Table(
            name if len(found) == 1 else f"{name} ({sheet.name})",
            sheet.lines,
            tuple(_notes(sheet)),
            sheet.name,
            tuple(map(_fault, sheet.faults)),
        )
        for sheet in found
    ]


def _fault(fault: Fault) -> EmptyFault:
    values: dict[str, Value] = {"cell": fault.cell}
    if fault.kind == ERROR:
        values["value"] = fault.text
    return EmptyFault(fault.row, column_number(fault.cell.rstrip("0123456789")), _CODES[fault.kind], values)


def _notes(sheet: Sheet) -> Iterator[Note]:
    if sheet.hidden_rows:
        yield NoteCode.HIDDEN_ROWS, {"number": sheet.hidden_rows}
    if sheet.hidden:
        yield NoteCode.HIDDEN_SHEET, {}


def read_sheets(content: bytes, limits: Limits) -> list[Sheet]:
    """Read the sheets that are not empty, with the cells that hold no value beside them.

    Raises:
        Unreadable: it is no workbook, or it is too large.
    """
    if len(content) > limits.packed:
        raise Unreadable(ProblemCode.TOO_LARGE)
    sizes = map(str, (limits.memory, limits.seconds, limits.unpacked, limits.cells))
    try:
        done = subprocess.run(
            [sys.executable, "-I", "-c", _START, str(_ROOT), *sizes],
            input=content,
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            timeout=2 * limits.seconds,
            env={},
            check=False,
        )
    except subprocess.TimeoutExpired as error:
        raise Unreadable(ProblemCode.TOO_LARGE) from error
    if done.returncode > 0:  # the reader itself has failed on it
        raise Unreadable(ProblemCode.NOT_XLSX)
    lines = [json.loads(line) for line in done.stdout.splitlines()] if done.returncode == 0 else []
    if lines and isinstance(lines[-1], dict) and "refused" in lines[-1]:
        refused = lines[-1]
        raise Unreadable(ProblemCode(refused["refused"]), refused["row"], **refused["values"])
    if not lines or lines[-1] != WHOLE:  # a signal: it came to the end of its memory or time
        raise Unreadable(ProblemCode.TOO_LARGE)
    return _sheets(lines[:-1])


def _sheets(lines: list[Any]) -> list[Sheet]:
    found: list[Sheet] = []
    for line in lines:
        if isinstance(line, dict):
            faults = tuple(Fault(*each) for each in line["faults"])
            found.append(Sheet(line["name"], line["hidden"], line["hidden_rows"], faults))
        else:
            found[-1].lines.append((line[0], line[1]))
    return found
