"""Read a CSV file as offices write it: in any of the encodings and with any of the delimiters that Excel has. Pure.

Excel's plain "CSV" is Windows-1252 with semicolons in Sweden; "Unicode text" is UTF-16 with tabs; "CSV UTF-8" has a
byte order mark. ``sep=;`` in the first line is Excel's own way of naming the delimiter.
"""

import csv
import io
import re
from itertools import islice

from storage.errors import NoteCode, ProblemCode
from storage.register.files.tables import IsHeader, Note, Numbered, Table, Unreadable

DELIMITERS = (",", ";", "\t", "|")
HEADER_WITHIN = 15  # lines: a header further down is not looked for
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")  # UTF-8, whole or a half surrogate


def read_csv(name: str, content: bytes, is_header: IsHeader) -> Table:
    """Read a CSV file.

    Args:
        name: the file's, as it is printed.
        content: the file.
        is_header: tells whether cells are a header, which decides between delimiters.

    Raises:
        Unreadable: it is in no encoding of ours, or its quotation marks do not pair.
    """
    text, notes = _decoded(content)
    named = _SEPARATOR.match(text)
    if named:
        # The line stays as an empty one, so that the numbers of the lines are those of the file.
        text = text[named.end() - 1 :]
    delimiter = named[1] if named else _delimiter(text, is_header)
    return Table(name, _lines(text, delimiter), notes)


def _decoded(content: bytes) -> tuple[str, tuple[Note, ...]]:
    """Return the text of a file, and what was guessed of its encoding."""
    if content.startswith(_UTF16):
        try:
            return content.decode("utf-16"), ((NoteCode.ENCODING, {"encoding": "UTF-16"}),)
        except UnicodeDecodeError as error:
            raise Unreadable(ProblemCode.NOT_UTF8) from error
    try:
        return content.decode("utf-8-sig"), ()
    except UnicodeDecodeError as error:
        row = content.count(b"\n", 0, error.start) + 1
        if _UTF8_LETTER.search(content):  # it is UTF-8 in the main, and damaged
            raise Unreadable(ProblemCode.NOT_UTF8, row) from error
        try:
            return content.decode("cp1252"), ((NoteCode.ENCODING, {"encoding": "Windows-1252"}),)
        except UnicodeDecodeError:
            raise Unreadable(ProblemCode.NOT_UTF8, row) from error


def _delimiter(text: str, is_header: IsHeader) -> str:
    """Return the delimiter by which one of the first lines is a header, else the commoner of the usual two."""
    top = list(islice((line for line in io.StringIO(text) if line.strip()), HEADER_WITHIN))
    for delimiter in DELIMITERS:
        if any(is_header(_cells(line, delimiter)) for line in top):
            return delimiter
    first = top[0] if top else ""
    return ";" if first.count(";") > first.count(",") else ","


def _cells(line: str, delimiter: str) -> list[str]:
    return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]


def _lines(text: str, delimiter: str) -> list[Numbered]:
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
