"""Tables out of files: CSV and XLSX as rows of text, with the row numbers that people see. No meaning here.

CSV is comma or semicolon, UTF-8 with or without BOM. In XLSX every sheet that is not empty is a table.
"""

import csv
import io
import unicodedata
import zipfile
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date, datetime
from pathlib import Path
from typing import Any

MAX_CELL = 10_000  # characters; csv itself stops at 131,072
_PROBLEM_LENGTH = 40  # characters of a value that are quoted in a message


@dataclass(frozen=True, slots=True)
class Problem:
    """Why something was refused. ``row`` counts from 1, the header; 0 is the file. ``reason`` is Swedish."""

    file: str
    row: int
    column: str
    reason: str

    def __str__(self) -> str:
        where = [self.file]
        where += [f"rad {self.row}"] if self.row else []
        where += [f"kolumn {self.column}"] if self.column else []
        return f"{', '.join(where)}: {self.reason}"


@dataclass(frozen=True, slots=True)
class Row:
    """One row: its number in the file, and its cells without surrounding white space."""

    number: int
    cells: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Table:
    """A file, or a sheet of one. ``typed``: its dates come from date cells, so a month may be a whole date."""

    file: str
    header: tuple[str, ...]
    rows: tuple[Row, ...]
    typed: bool = False


class _Refused(Exception):
    """The file cannot be read at all."""


def quoted(value: str) -> str:
    """A value as messages show it: one line, not too long."""
    shown = " ".join("".join(char if char.isprintable() else "�" for char in value).split())
    return f'"{shown[:_PROBLEM_LENGTH]}{"…" if len(shown) > _PROBLEM_LENGTH else ""}"'


def tables(path: Path, problems: list[Problem]) -> list[Table]:
    """The tables of a file; what stands in the way is added to ``problems``, and never raised."""
    try:
        content = path.read_bytes()
        if path.suffix.lower() == ".xlsx":
            sheets = list(_xlsx(path.name, content))
        elif path.suffix.lower() == ".csv":
            sheets = [(path.name, _csv(content), False)]
        else:
            raise _Refused("filen är varken CSV eller XLSX (namnet ska sluta på .csv eller .xlsx)")
    except OSError as error:
        problems.append(Problem(path.name, 0, "", f"filen kan inte läsas ({error.strerror})"))
        return []
    except _Refused as refused:
        problems.append(Problem(path.name, 0, "", str(refused)))
        return []
    found = [
        table
        for name, rows, typed in sheets
        if any(any(row) for row in rows) and (table := _table(name, rows, typed, problems)) is not None
    ]
    if not found and not any(problem.file.startswith(path.name) for problem in problems):
        problems.append(Problem(path.name, 0, "", "filen är tom"))
    return found


def _table(file: str, rows: list[list[str]], typed: bool, problems: list[Problem]) -> Table | None:
    first = next(place for place, row in enumerate(rows) if any(row))
    header = list(rows[first])
    while header and not header[-1]:
        header.pop()
    kept = []
    sound = True
    for number, row in enumerate(rows[first:], first + 1):
        if not any(row):
            continue
        where = _unstorable(row)
        if where is not None:
            column = header[where] if where < len(header) and number > first + 1 else ""
            problems.append(Problem(file, number, column, _why_unstorable(row[where])))
            sound = sound and number > first + 1
        elif len(row) < len(header) or any(row[len(header) :]):
            problems.append(
                Problem(file, number, "", f"raden har {len(row)} celler men rubrikraden har {len(header)}")
            )
        elif number > first + 1:
            kept.append(Row(number, tuple(row[: len(header)])))
    return Table(file, tuple(header), tuple(kept), typed) if sound else None


def _unstorable(row: list[str]) -> int | None:
    """The place of the first cell that a database would refuse."""
    for place, cell in enumerate(row):
        if len(cell) > MAX_CELL or "\0" in cell or any("\ud800" <= char <= "\udfff" for char in cell):
            return place
    return None


def _why_unstorable(cell: str) -> str:
    if len(cell) > MAX_CELL:
        return f"cellen är längre än {MAX_CELL} tecken"
    return "cellen innehåller ett tecken som inte är text (NUL eller halvt teckenpar)"


def _csv(content: bytes) -> list[list[str]]:
    try:
        text = content.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        line = content[: error.start].count(b"\n") + 1
        raise _Refused(f'filen är inte UTF-8 (rad {line}); spara den som "CSV UTF-8"') from None
    header = next((line for line in text.splitlines() if line.strip(" ,;\t")), "")
    delimiter = ";" if header.count(";") > header.count(",") else ","
    rows: list[list[str]] = []
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            rows.append([_clean(cell) for cell in row])
    except csv.Error:
        raise _Refused(f"rad {len(rows) + 1} är ingen riktig CSV-rad (citattecken som inte stämmer?)") from None
    return rows


def _xlsx(name: str, content: bytes) -> Iterator[tuple[str, list[list[str]], bool]]:
    from python_calamine import CalamineError, CalamineWorkbook

    if not zipfile.is_zipfile(io.BytesIO(content)):
        raise _Refused("filen är ingen XLSX-fil, fast den heter så")
    try:
        book = CalamineWorkbook.from_filelike(io.BytesIO(content))
        sheets = [
            (sheet, book.get_sheet_by_name(sheet).to_python(skip_empty_area=False)) for sheet in book.sheet_names
        ]
    except (CalamineError, ValueError, OSError):
        raise _Refused("filen är skadad eller är ingen XLSX-fil") from None
    filled = [(sheet, rows) for sheet, rows in sheets if any(cell != "" for row in rows for cell in row)]
    for sheet, rows in filled:
        label = name if len(filled) == 1 else f"{name} [{sheet}]"
        yield label, [[_clean(_cell(cell)) for cell in row] for row in rows], True


def _cell(value: Any) -> str:
    if isinstance(value, datetime):
        return value.date().isoformat() if not (value.hour or value.minute) else value.isoformat(" ", "minutes")
    if isinstance(value, date):
        return value.isoformat()
    if isinstance(value, bool):
        return str(int(value))
    if isinstance(value, float) and value.is_integer():
        return str(int(value))
    return str(value)


def _clean(cell: str) -> str:
    return cell.strip() if cell.isascii() else unicodedata.normalize("NFC", cell).strip().strip("\ufeff")
