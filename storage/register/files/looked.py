"""What is found in a workbook before its values are read, whatever its format. Pure."""

import re
from collections import Counter
from dataclasses import dataclass, field

from storage.errors import ProblemCode
from storage.register.files.tables import Unreadable

LAST_COLUMN = 256  # no register has more than 20; a sheet with a cell further out is no table
MOST_FAULTS = 100  # that are told of one column: a column that is not read must not hide those of the others
CHUNK = 64 * 1024  # bytes that are unpacked at once
TEXT_AT_MOST = 40  # characters of an error's own text
ERROR, FORMULA = "error", "formula"  # the kinds of fault
# As Excel and LibreOffice show an error, in English and in Swedish: #REF!, #NAMN?, #N/A, Err:502.
_ERROR_TEXT = re.compile(r"#[A-ZÅÄÖ/0]+[!?]|#N/A|(?:Err|Fel):[0-9]{3}")


@dataclass(slots=True)
class Looked:
    """What a look through a sheet has found.

    Attributes:
        hidden_rows: how many rows with cells are hidden.
        faults: of its cells, as (cell, row, kind, text).
    """

    hidden_rows: int = 0
    faults: list[tuple[str, int, str, str]] = field(default_factory=list)


class SheetBounds:
    """Holds a sheet to its size, and its faults to their number, while its cells pass.

    Args:
        found: gets the faults.
        most_cells: rows times columns of the sheet.
    """

    def __init__(self, found: Looked, most_cells: int) -> None:
        self.found = found
        self._most_cells = most_cells
        self._cells = 0
        self._last_row = self._last_column = 0
        self._faults: Counter[int] = Counter()  # by column

    def count(self, place: str, row: int, last: tuple[int, int], cells: int = 1) -> None:
        """Count cells that stand side by side, or are one that is repeated.

        Args:
            place: the first of them, as B3.
            row: its row.
            last: row and column of the last of them.
            cells: how many they are.

        Raises:
            Unreadable: the sheet becomes too large by them.
        """
        self._cells += cells
        self._last_row, self._last_column = max(self._last_row, last[0]), max(self._last_column, last[1])
        area = self._last_row * self._last_column
        if last[1] > LAST_COLUMN or (area > self._most_cells and self._cells < area / 10):
            raise Unreadable(ProblemCode.FAR_CELL, row, cell=place)
        if area > self._most_cells:
            raise Unreadable(ProblemCode.TOO_LARGE)

    def fault(self, place: str, row: int, column: int, kind: str, text: str) -> None:
        """Note a fault of a cell, if there are not too many in its column; the text is told of an error alone."""
        if self._faults[column] < MOST_FAULTS:
            self._faults[column] += 1
            self.found.faults.append((place, row, kind, text if kind == ERROR else ""))


def is_error_text(text: str) -> bool:
    """Return whether a cell shows an error, which a CSV file has as text."""
    return text.startswith(("#", "E", "F")) and _ERROR_TEXT.fullmatch(text) is not None


def column_number(letters: str) -> int:
    """Return the number of a column, from 1: of AB it is 28."""
    number = 0
    for letter in letters.upper():
        number = number * 26 + ord(letter) - ord("A") + 1
    return number


def column_letters(number: int) -> str:
    """Return what a column is called: the 28th is AB."""
    letters = ""
    while number:
        number, place = divmod(number - 1, 26)
        letters = chr(ord("A") + place) + letters
    return letters
