"""Read a CSV file as offices write it: in any of the encodings and with any of the delimiters that Excel has. Pure.

Excel's plain "CSV" is Windows-1252 with semicolons in Sweden; "Unicode text" is UTF-16 with tabs; "CSV UTF-8" has a
byte order mark. ``sep=;`` in the first line is Excel's own way of naming the delimiter.
"""

import csv
import re
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import islice

from storage.errors import NoteCode, ProblemCode
from storage.register.files.tables import IsHeader, Note, Numbered, Table, Unreadable

USUAL = (",", ";")
_SIGNS = {"\t": "tab", "|": "|"}  # the others, as they are told
DELIMITERS = (*USUAL, *_SIGNS)
HEADER_WITHIN = 15  # lines: a header further down is not looked for
_UTF16 = (b"\xff\xfe", b"\xfe\xff")
_LINES = re.compile(r"[^\r\n]*(?:\r\n|\r|\n)|[^\r\n]+")
_LINE = re.compile(r"[^\r\n]+")  # an old Mac ends its lines with a carriage return alone
_SEPARATOR = re.compile(r"sep=(.)\r?\n")
_UTF8_LETTER = re.compile(rb"[\xc3-\xdf][\x80-\xbf]|[\xe0-\xef][\x80-\xbf]{2}")  # UTF-8, whole or a half surrogate


@dataclass(frozen=True, slots=True)
class Way:
    """A way to read a file.

    Attributes:
        is_header: tells whether cells are a header, which decides between delimiters.
        encoding, delimiter: the file's, where they are known; else they are guessed.
        header_row: the line of the header where it is known, from 1; else 0.
    """

    is_header: IsHeader
    encoding: str = ""
    delimiter: str = ""
    header_row: int = 0


def read_csv(name: str, content: bytes, ways: Sequence[Way]) -> Table:
    """Read a CSV file in the first of ``ways`` by which it has a header, else in the last one.

    Args:
        name: the file's, as it is printed.
        content: the file.
        ways: how it may be read.

    Raises:
        Unreadable: it is in no encoding of ours, or its quotation marks do not pair.
    """
    for way in ways[:-1]:
        try:
            table = _read(name, content, way)
        except (UnicodeError, Unreadable):
            continue  # it is not what this way is for
        if any(way.is_header(cells) for row, cells in table.lines if _may_be_header(row, way)):
            if not way.encoding.casefold().replace("_", "-").startswith("utf") and _is_utf8(content):
                raise Unreadable(ProblemCode.PROFILE_IS_UTF8, encoding=way.encoding)
            return table
    return _read(name, content, ways[-1])


def _may_be_header(row: int, way: Way) -> bool:
    return row == way.header_row if way.header_row else row <= HEADER_WITHIN


def _is_utf8(content: bytes) -> bool:
    """Return whether a file is UTF-8 and has letters that are another text in every other encoding."""
    try:
        return not content.decode("utf-8").isascii()
    except UnicodeDecodeError:
        return False


def _read(name: str, content: bytes, way: Way) -> Table:
    text, notes = (content.decode(way.encoding), ()) if way.encoding else _decoded(content)
    text = text.removeprefix("\ufeff")
    named = _SEPARATOR.match(text)
    if named:
        # The line stays as an empty one, so that the numbers of the lines are those of the file.
        text = text[named.end() - 1 :]
    delimiter = way.delimiter or (named[1] if named else _delimiter(text, way.is_header))
    if not way.delimiter and not named and delimiter not in USUAL:
        notes = (*notes, (NoteCode.DELIMITER, {"delimiter": _SIGNS[delimiter]}))
    return Table(name, _lines(text, delimiter), notes)


def _decoded(content: bytes) -> tuple[str, tuple[Note, ...]]:
    """Return the text of a file, and what was guessed of its encoding."""
    if content.startswith(_UTF16) or (unmarked := _unmarked_utf16(content)):
        name = "utf-16" if content.startswith(_UTF16) else unmarked
        try:
            return content.decode(name), ((NoteCode.ENCODING, {"encoding": "UTF-16"}),)
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


def _unmarked_utf16(content: bytes) -> str:
    """Return the byte order of UTF-16 without its mark, whose Latin letters have a zero byte; empty for none."""
    first = content[:200]
    if len(first) < 8 or first.count(0) * 3 < len(first):
        return ""
    return "utf-16-le" if first[1::2].count(0) > first[::2].count(0) else "utf-16-be"


def _delimiter(text: str, is_header: IsHeader) -> str:
    """Return the delimiter by which one of the first lines is a header, else the commoner of the usual two."""
    lines = (line[0] for line in _LINE.finditer(text))
    top = list(islice((line for line in lines if line.strip()), HEADER_WITHIN))
    for delimiter in DELIMITERS:
        if any(is_header(_cells(line, delimiter)) for line in top):
            return delimiter
    first = top[0] if top else ""
    return ";" if first.count(";") > first.count(",") else ","


def _cells(line: str, delimiter: str) -> list[str]:
    """Return the cells of a line; none where it cannot be taken apart."""
    try:
        return [cell.strip() for cell in next(csv.reader([line], delimiter=delimiter), [])]
    except csv.Error:  # a cell of more than 128 KB
        return []


def _lines(text: str, delimiter: str) -> list[Numbered]:
    # Not io.StringIO, which takes four bytes for each character of the file.
    reader = csv.reader((line[0] for line in _LINES.finditer(text)), delimiter=delimiter, strict=True)
    lines: list[Numbered] = []
    start = 1
    try:
        for cells in reader:
            lines.append((start, [cell.strip() for cell in cells]))
            start = reader.line_num + 1
    except csv.Error as error:
        raise Unreadable(ProblemCode.NOT_CSV, start) from error
    return lines
