"""The tables of a register file: what every kind of file is read into, and what is said of how it was read."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass

from storage.errors import NoteCode, ProblemCode, Value

Numbered = tuple[int, list[str]]  # line number from 1, cells
IsHeader = Callable[[list[str]], bool]
Note = tuple[NoteCode, dict[str, Value]]


class Unreadable(Exception):
    """A file cannot be read; ``row`` is 0 where it is the whole of it. The reader makes a Problem of it."""

    def __init__(self, code: ProblemCode, row: int = 0, **values: Value) -> None:
        super().__init__(code)
        self.code = code
        self.row = row
        self.values = values


@dataclass(frozen=True, slots=True)
class EmptyFault:
    """A cell of a workbook that holds no value, and whose text is empty: an error, or a formula without a result.

    Attributes:
        row, column: its place, from 1.
        code: what is wrong with it.
        values: what the code is about.
    """

    row: int
    column: int
    code: ProblemCode
    values: Mapping[str, Value]


@dataclass(frozen=True, slots=True)
class Table:
    """A table: a CSV file, or a sheet of a workbook.

    Attributes:
        name: the file's name, with the sheet's where there are several.
        lines: its lines, as text.
        notes: what was guessed when it was read.
        sheet: the sheet's own name; empty for a CSV file.
        faults: its cells that hold no value. Taken for empty, one would reopen an enrolment or remove a phone.
    """

    name: str
    lines: list[Numbered]
    notes: tuple[Note, ...] = ()
    sheet: str = ""
    faults: tuple[EmptyFault, ...] = ()
