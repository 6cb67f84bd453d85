"""What is found in a workbook before its values are read, whatever its format. Pure."""

import re
from dataclasses import dataclass, field

LAST_COLUMN = 256  # no register has more than 20; a sheet with a cell further out is no table
MOST_FAULTS = 100  # that are told of one column: a column that is not read must not hide those of the others
CHUNK = 64 * 1024  # bytes that are unpacked at once
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
