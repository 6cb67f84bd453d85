"""How a register file is taken apart: into rows of text (storage/register/files), and their cells into values.

What is wrong with a cell is noted on its Line, so that one run names every fault of a file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from pathlib import Path
from typing import TypeVar

from storage.errors import NoteCode, Problem, ProblemCode, Value
from storage.register.files.csv_files import read_csv
from storage.register.files.days import day_of, day_of_serial
from storage.register.files.personal_numbers import has_personal_number
from storage.register.files.tables import IsHeader, Table, Unreadable
from storage.register.files.workbooks import IMPORT, Limits, read_workbook
from survey.plain_text import plain

T = TypeVar("T")


def _never(_cells: list[str]) -> bool:
    return False


def tables(path: Path, is_header: IsHeader = _never) -> list[Table]:
    """Read the tables of a file: a CSV file has one, a workbook one for each sheet that is not empty.

    Args:
        path: the file.
        is_header: tells whether cells are a header.

    Raises:
        Unreadable: the file cannot be read.
    """
    try:
        if path.stat().st_size > IMPORT.packed:
            raise Unreadable(ProblemCode.TOO_LARGE)
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(ProblemCode.FILE_UNREADABLE) from error
    return tables_of(path.name, content, IMPORT, is_header)


def tables_of(name: str, content: bytes, limits: Limits, is_header: IsHeader = _never) -> list[Table]:
    """Read the tables of a file that is in memory, as :func:`tables` does.

    Args:
        name: the file's.
        content: the file.
        limits: how much it may ask for.
        is_header: tells whether cells are a header.

    Raises:
        Unreadable: the file cannot be read.
    """
    if len(content) > limits.packed:
        raise Unreadable(ProblemCode.TOO_LARGE)
    if content.startswith(b"PK") or name.lower().endswith(".xlsx"):
        return read_workbook(name, content, limits)
    return [read_csv(name, content, is_header)]


@dataclass(slots=True)
class Line:
    """The cells of one row by our name of the column, and what is wrong with them."""

    file: str
    row: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)

    def note(self, column: str, code: NoteCode, **values: Value) -> None:
        """Note what was guessed of a cell; the row is taken in."""
        self.notes.append(Problem(self.file, self.row, column, code, values))

    def refuse(self, column: str, code: ProblemCode, **values: Value) -> None:
        """Note what is wrong with a cell; the row will not be taken in."""
        self.problems.append(Problem(self.file, self.row, column, code, values))

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """Return those of ``columns`` that the file does not have: what is stored in them stays as it is."""
        return frozenset(columns) - self.cells.keys()

    def get(self, column: str) -> str:
        """Return a cell; empty where the file does not have the column."""
        return self.cells.get(column, "")

    def needed(self, column: str) -> str:
        """Return a cell that must not be empty."""
        value = self.get(column)
        if not value:
            self.refuse(column, ProblemCode.VALUE_MISSING)
        return value

    def one_of(self, column: str, words: Mapping[str, T], allowed: Sequence[str], default: T) -> T:
        """Return the code of a cell's word.

        Args:
            column: the cell's column.
            words: the codes by the accepted spellings, casefolded.
            allowed: what may be written, as the problem names it.
            default: for a cell that is empty or refused.
        """
        value = self.get(column)
        if not value:
            return default
        found = words.get(folded(value))
        if found is None:
            self.refuse(column, ProblemCode.NOT_ONE_OF, value=clip(value), allowed=tuple(allowed))
            return default
        return found

    def some_of(self, column: str, words: Mapping[str, str], allowed: Sequence[str]) -> tuple[str, ...] | None:
        """Return the codes of the words in a cell, which has commas between them; None where it is empty."""
        parts = [" ".join(part.split()) for part in self.get(column).split(",") if part.strip()]
        unknown = [part for part in parts if part.casefold() not in words]
        if unknown:
            self.refuse(column, ProblemCode.NOT_ONE_OF, value=clip(unknown[0]), allowed=tuple(allowed))
        return tuple(words[part.casefold()] for part in parts if part not in unknown) or None

    def day(self, column: str) -> date | None:
        """Return a day, in any form that can mean one day alone; None where the cell is empty or refused."""
        value = self.get(column)
        if not value:
            return None
        if found := day_of(value):
            return found
        if found := day_of_serial(value):
            self.note(column, NoteCode.DAY_FROM_SERIAL, value=value, day=found)
            return found
        self.refuse(column, ProblemCode.NOT_A_DAY, value=clip(value))
        return None

    def needed_day(self, column: str) -> date:
        """Return a day that must be there; ``date.min`` where the cell is refused."""
        self.needed(column)
        return self.day(column) or date.min

    def month(self, column: str) -> str:
        """Return a month, YYYY-MM, that must be there; a spreadsheet may have made it the first of the month."""
        value = self.needed(column)
        if value and not re.fullmatch(r"[12][0-9]{3}-(0[1-9]|1[0-2])(-01)?", value):
            self.refuse(column, ProblemCode.NOT_A_MONTH, value=clip(value))
        return value[:7]

    def number(self, column: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``; None where the cell is empty or refused."""
        value = self.get(column)
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", value) or not low <= int(value) <= high:
            self.refuse(column, ProblemCode.NOT_AN_INTEGER, value=clip(value), low=low, high=high)
            return None
        return int(value)

    def year(self, column: str) -> int:
        """Return a year that must be there; 0 where the cell is refused."""
        self.needed(column)
        return self.number(column, 1990, 2100) or 0

    def decimal(self, column: str, low: float, high: float) -> float:
        """Return a number that must be there; it may have a decimal comma, and spaces between thousands."""
        value = self.needed(column)
        plain = re.sub(r"(?<=[0-9])[ \u00a0\u202f](?=[0-9]{3})", "", value).replace(",", ".")
        if value and not re.fullmatch(r"-?[0-9]{1,12}(\.[0-9]{1,6})?", plain):
            self.refuse(column, ProblemCode.NOT_A_NUMBER, value=clip(value))
        elif value and not low <= float(plain) <= high:
            self.refuse(column, ProblemCode.NUMBER_OUTSIDE, value=clip(value), low=low, high=high)
        else:
            return float(plain or 0)
        return 0.0

    def phone(self, column: str) -> str | None:
        """Return a phone number in E.164; None where the cell is empty or refused.

        A problem never repeats the number, because it is a person's.
        """
        value = self.get(column)
        number = e164(value) if value else None
        if value and number is None:
            self.refuse(column, ProblemCode.NOT_A_PHONE)
        return number

    def not_before(self, column: str, day: date | None, first: date | None, other: str) -> None:
        """Refuse a day that is before ``first``, the day of the column ``other``."""
        if day and first and date.min < day < first:
            self.refuse(column, ProblemCode.DAY_BEFORE, day=day, other=other, first=first)


def line_of(name: str, row: int, cells: list[str], columns: list[str], problems: list[Problem]) -> Line | None:
    """Return a row with its cells by column; None, with problems, where it does not fit its header."""
    if len(cells) > len(columns):
        cells = cells[: len(columns)] + trimmed(cells[len(columns) :])
    if len(cells) != len(columns):
        lengths = {"fields": len(cells), "columns": len(columns)}
        problems.append(Problem(name, row, "", ProblemCode.ROW_LENGTH, lengths))
        return None
    read = {column: cell for column, cell in zip(columns, cells, strict=True) if column}
    bad = [Problem(name, row, column, code) for column, cell in read.items() if (code := _forbidden(column, cell))]
    problems += bad
    return None if bad else Line(name, row, {column: plain(cell) for column, cell in read.items()})


def _forbidden(column: str, cell: str) -> ProblemCode | None:
    """Return why a cell may not be taken in, whatever it is for."""
    if re.search("[\0\ud800-\udfff]", cell):
        return ProblemCode.BAD_CHARACTER
    # A phone of ten digits may look like a personnummer.
    return ProblemCode.PERSONAL_NUMBER if column != "phone" and has_personal_number(cell) else None


def e164(value: str) -> str | None:
    """Return a phone number in E.164, Swedish where it names no country; None for what is no phone number."""
    import phonenumbers

    try:
        number = phonenumbers.parse(value, "SE")
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    return phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)


def folded(value: str) -> str:
    """Return a word without regard to its case and to how many spaces are in it."""
    return " ".join(value.casefold().split())


def clip(value: str) -> str:
    """Return a value as a problem repeats it: short, and without characters that a terminal would obey."""
    value = "".join(char if char.isprintable() else "?" for char in value)
    return value if len(value) <= 40 else value[:39] + "…"


def trimmed(cells: list[str]) -> list[str]:
    """Return the cells without the empty ones at the end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells
