"""How a register file is taken apart: a CSV or XLSX file into rows of text, and the cells of a row into values.

What is wrong with a cell is noted on its Line, so that one run names every fault of a file.
"""

import csv
import io
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from pathlib import Path
from typing import TypeVar

from storage.errors import Problem, ProblemCode, Value
from survey.plain_text import plain

T = TypeVar("T")

Numbered = tuple[int, list[str]]  # line number from 1, cells


class Unreadable(Exception):
    """A file cannot be read; ``row`` is 0 where it is the whole of it. The reader makes a Problem of it."""

    def __init__(self, code: ProblemCode, row: int = 0) -> None:
        super().__init__(code)
        self.code = code
        self.row = row


def tables(path: Path) -> list[tuple[str, list[Numbered]]]:
    """Read the tables of a file: a CSV file has one, a workbook one for each sheet that is not empty.

    Returns:
        (name, lines) of each table; the name is the file's, with the sheet's where there are several.

    Raises:
        Unreadable: the file cannot be read.
    """
    try:
        content = path.read_bytes()
    except OSError as error:
        raise Unreadable(ProblemCode.FILE_UNREADABLE) from error
    if content.startswith(b"PK") or path.suffix.lower() == ".xlsx":
        return _xlsx(path.name, content)
    return [(path.name, _csv(content))]


def _csv(content: bytes) -> list[Numbered]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        raise Unreadable(ProblemCode.NOT_UTF8, row) from error
    first = next((line for line in text.splitlines() if line.strip()), "")
    delimiter = ";" if first.count(";") > first.count(",") else ","
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True)
    lines: list[Numbered] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(ProblemCode.NOT_CSV, start) from error
    return lines


def _xlsx(name: str, content: bytes) -> list[tuple[str, list[Numbered]]]:
    import python_calamine

    try:
        with python_calamine.CalamineWorkbook.from_filelike(io.BytesIO(content)) as book:
            sheets = [
                (sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False))
                for sheet in book.sheet_names
            ]
    except (python_calamine.CalamineError, OSError, ValueError) as error:
        raise Unreadable(ProblemCode.NOT_XLSX) from error
    filled = [(sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)]
    if not filled:
        return [(name, [])]
    return [
        (
            name if len(filled) == 1 else f"{name} ({sheet})",
            [(number, [_cell(cell) for cell in row]) for number, row in enumerate(rows, 1)],
        )
        for sheet, rows in filled
    ]


def _cell(value: object) -> str:
    """Return a workbook's cell as it would stand in a CSV file."""
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    if isinstance(value, datetime) and (value.hour, value.minute, value.second, value.microsecond) == (0, 0, 0, 0):
        return value.date().isoformat()
    return str(value).strip()


@dataclass(slots=True)
class Line:
    """The cells of one row by our name of the column, and what is wrong with them."""

    file: str
    row: int
    cells: Mapping[str, str]
    problems: list[Problem] = field(default_factory=list)

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
        """Return a day, written YYYY-MM-DD; None where the cell is empty or refused."""
        value = self.get(column)
        if not value:
            return None
        try:
            if re.fullmatch(r"[0-9]{4}-[0-9]{2}-[0-9]{2}", value):
                return date.fromisoformat(value)
        except ValueError:
            pass
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
    bad = [
        Problem(name, row, column, ProblemCode.BAD_CHARACTER)
        for column, cell in zip(columns, cells, strict=True)
        if re.search("[\0\ud800-\udfff]", cell)
    ]
    problems += bad
    return None if bad else Line(name, row, dict(zip(columns, map(plain, cells), strict=True)))


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
