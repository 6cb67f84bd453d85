"""How a register file is taken apart: into rows of text (storage/register/files), and their cells into values.

What is wrong with a cell is noted on its Line, so that one run names every fault of a file.
"""

import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date
from functools import lru_cache
from pathlib import Path
from typing import TypeVar

from storage.errors import NoteCode, Problem, ProblemCode, Value
from storage.register.checks.phones import read_phone
from storage.register.checks.reference_forms import is_shortened, is_sum, whole, with_zeros
from storage.register.files.csv_files import Way, read_csv
from storage.register.files.days import day_of, day_of_serial, month_of
from storage.register.files.looked import column_letters, is_error_text
from storage.register.files.personal_numbers import has_personal_number
from storage.register.files.tables import Table, Unreadable
from storage.register.files.workbooks import IMPORT, Limits, read_workbook
from survey.plain_text import plain

T = TypeVar("T")
WORKBOOKS = (".xlsx", ".xlsm", ".ods")  # how the names of files end that can only be workbooks
_OLD_EXCEL = b"\xd0\xcf\x11\xe0"  # .xls, whatever the file is called
_SUSPECT = re.compile(r'[#="]|Err:|Fel:')  # what an error, or a text of Excel, begins with
_BROKEN = re.compile("[\0\ud800-\udfff]")
# No register has days outside of these years: 1900-01-01 and 9999-12-31 are what systems write for "none".
FIRST_YEAR, LAST_YEAR = 1990, 2100
_AS_TEXT = re.compile(r'="(.*)"', re.DOTALL)  # how a CSV file keeps Excel from taking 0012 for a number


def _never(_cells: list[str]) -> bool:
    return False


def tables(path: Path) -> list[Table]:
    """Read the tables of a file: a CSV file has one, a workbook one for each sheet that is not empty.

    Raises:
        Unreadable: the file cannot be read, or a cell of it holds no value.
    """
    try:
        if path.stat().st_size > IMPORT.packed:
            raise Unreadable(ProblemCode.TOO_LARGE)
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(ProblemCode.FILE_UNREADABLE) from error
    found = tables_of(path.name, content, IMPORT)
    fault = next((each for table in found for each in table.faults), None)
    if fault is not None:
        raise Unreadable(fault.code, fault.row, **fault.values)
    return found


def tables_of(name: str, content: bytes, limits: Limits, ways: Sequence[Way] = (Way(_never),)) -> list[Table]:
    """Read the tables of a file that is in memory; the cells of a workbook that hold no value are told beside it.

    Args:
        name: the file's.
        content: the file.
        limits: how much it may ask for.
        ways: how it may be read, where it is a CSV file.

    Raises:
        Unreadable: the file cannot be read.
    """
    if len(content) > limits.packed:
        raise Unreadable(ProblemCode.TOO_LARGE)
    if content.startswith(_OLD_EXCEL):
        raise Unreadable(ProblemCode.NOT_XLSX)
    if content.startswith(b"PK") or name.lower().endswith(WORKBOOKS):
        return read_workbook(name, content, limits)
    return [read_csv(name, content, ways)]


@dataclass(slots=True)
class Line:
    """The cells of one row by our name of the column, and what is wrong with them.

    ``digits`` says of a column of references how many digits its numbers have; a shorter one has lost its zeros.
    """

    file: str
    row: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    digits: Mapping[str, int] = field(default_factory=dict)

    def note(self, column: str, code: NoteCode, **values: Value) -> None:
        """Note what was guessed of a cell; the row is taken in."""
        self.notes.append(Problem(self.file, self.row, column, code, values))

    def refuse(self, column: str, code: ProblemCode, **values: Value) -> None:
        """Note what is wrong with a cell; the row will not be taken in."""
        self.problems.append(Problem(self.file, self.row, column, code, values))

    def missing(self, columns: Iterable[str]) -> frozenset[str]:
        """Return those of ``columns`` that the file does not have: what is stored in them stays as it is."""
        return _missing(tuple(columns), tuple(self.cells))

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
        found = words.get(value)
        if found is None:
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
        found = day_of(value)
        if found is None and (found := day_of_serial(value)):
            self.note(column, NoteCode.DAY_FROM_SERIAL, value=value, day=found)
        if found is None:
            self.refuse(column, ProblemCode.NOT_A_DAY, value=clip(value))
        elif not FIRST_YEAR <= found.year <= LAST_YEAR:
            self.refuse(column, ProblemCode.DAY_OUTSIDE, day=found, low=FIRST_YEAR, high=LAST_YEAR)
            return None
        return found

    def needed_day(self, column: str) -> date:
        """Return a day that must be there; ``date.min`` where the cell is refused."""
        self.needed(column)
        return self.day(column) or date.min

    def month(self, column: str) -> str:
        """Return a month, YYYY-MM, that must be there; empty where the cell is refused."""
        value = self.needed(column)
        found = month_of(value)
        if value and not found:
            self.refuse(column, ProblemCode.NOT_A_MONTH, value=clip(value))
        return found

    def number(self, column: str, low: int, high: int) -> int | None:
        """Return a whole number from ``low`` to ``high``; None where the cell is empty or refused."""
        value = whole(self.get(column))
        if not value:
            return None
        if not re.fullmatch(r"[0-9]{1,4}", value) or not low <= int(value) <= high:
            self.refuse(column, ProblemCode.NOT_AN_INTEGER, value=clip(value), low=low, high=high)
            return None
        return int(value)

    def birth_year(self, column: str) -> int | None:
        """Return the year of a birth; of a whole date nothing but the year is kept."""
        day = day_of(self.get(column))
        if day is None or not 1900 <= day.year <= LAST_YEAR:
            return self.number(column, 1900, LAST_YEAR)
        self.note(column, NoteCode.YEAR_OF_DAY)
        return day.year

    def year(self, column: str) -> int:
        """Return a year that must be there; 0 where the cell is refused."""
        self.needed(column)
        return self.number(column, FIRST_YEAR, LAST_YEAR) or 0

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
        if not value:
            return None
        phone = read_phone(value)
        if phone is None:
            self.refuse(column, ProblemCode.NOT_A_PHONE)
            return None
        if phone.warning:
            self.note(column, phone.warning)
        return phone.number

    def reference(self, column: str) -> str:
        """Return a number of the unit's own, which must be there, without what a spreadsheet did to it."""
        value = self.needed(column)
        digits = self.digits.get(column, 0)
        if is_sum(value):
            self.refuse(column, ProblemCode.SUM_ROW)
        if value.isalnum():
            return with_zeros(value, digits) if digits else value
        if is_shortened(value):
            self.refuse(column, ProblemCode.SHORTENED_REF, value=clip(value))
        found = whole(value)
        if found != value:
            self.note(column, NoteCode.REF_WAS_FLOAT, value=clip(value), ref=clip(found))
        return with_zeros(found, digits) if digits else found

    def not_before(self, column: str, day: date | None, first: date | None, other: str) -> None:
        """Refuse a day that is before ``first``, the day of the column ``other``."""
        if day and first and date.min < day < first:
            self.refuse(column, ProblemCode.DAY_BEFORE, day=day, other=other, first=first)


@lru_cache(maxsize=64)
def _missing(columns: tuple[str, ...], there: tuple[str, ...]) -> frozenset[str]:
    """Return the columns that are not there: the same set for every row of a file."""
    return frozenset(columns) - frozenset(there)


def line_of(name: str, row: int, cells: list[str], columns: list[str], problems: list[Problem]) -> Line | None:
    """Return a row with its cells by column; None, with problems, where it does not fit its header."""
    if len(cells) > len(columns):
        cells = cells[: len(columns)] + trimmed(cells[len(columns) :])
    if len(cells) != len(columns):
        lengths = {"fields": len(cells), "columns": len(columns)}
        problems.append(Problem(name, row, "", ProblemCode.ROW_LENGTH, lengths))
        return None
    if _is_simple(cells):
        return Line(name, row, {column: cell for column, cell in zip(columns, cells, strict=True) if column})
    read: dict[str, str] = {}
    bad = []
    for place, (column, cell) in enumerate(zip(columns, cells, strict=True), 1):
        if not column:
            continue
        read[column] = text = plain(cell)
        code = ProblemCode.BAD_CHARACTER if _BROKEN.search(cell) else None
        if code is None and has_personal_number(text) and not (column == "phone" and _is_phone(text)):
            code = ProblemCode.PERSONAL_NUMBER
        if code is not None:
            bad.append(Problem(name, row, column, code))
        elif is_error_text(text):
            values: dict[str, Value] = {"cell": f"{column_letters(place)}{row}", "value": text}
            bad.append(Problem(name, row, column, ProblemCode.ERROR_CELL, values))
        elif text.startswith("=") and (quoted := _AS_TEXT.fullmatch(text)):
            read[column] = quoted[1].strip()
    problems += bad
    return None if bad else Line(name, row, read)


def _is_simple(cells: list[str]) -> bool:
    """Return whether no cell of a row can have anything that must be changed or refused: 9 of 10 rows are such."""
    whole_row = "|".join(cells)
    return (
        whole_row.isascii()
        and whole_row.isprintable()
        and "  " not in whole_row
        and not _SUSPECT.search(whole_row)
        and not has_personal_number(whole_row)
    )


def _is_phone(cell: str) -> bool:
    """Return whether a cell that may be a personnummer is a phone: ten digits from 0 or a country code."""
    return cell.startswith(("0", "+")) and read_phone(cell) is not None


def folded(value: str) -> str:
    """Return a word without regard to its case and to how many spaces are in it."""
    return " ".join(value.casefold().split())


def clip(value: str) -> str:
    """Return a value as a problem repeats it: short, without characters that a terminal would obey.

    A personnummer in it is not repeated.
    """
    if has_personal_number(value):
        return "…"
    value = "".join(char if char.isprintable() else "?" for char in value)
    return value if len(value) <= 40 else value[:39] + "…"


def trimmed(cells: list[str]) -> list[str]:
    """Return the cells without the empty ones at the end."""
    while cells and not cells[-1]:
        cells = cells[:-1]
    return cells
