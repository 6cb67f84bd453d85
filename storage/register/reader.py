"""Register files, CSV or XLSX, read into rows, or into the list of what is wrong with them.

Nothing here knows the database: storage/register/importer.py saves a batch, and refuses one with problems.
"""

import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field
from difflib import get_close_matches
from functools import partial
from pathlib import Path

from storage.errors import NoteCode, Problem, ProblemCode
from storage.register.cells import Line, clip, line_of, tables, tables_of, trimmed
from storage.register.files.csv_files import HEADER_WITHIN
from storage.register.files.tables import Numbered, Table, Unreadable
from storage.register.files.workbooks import UPLOAD
from storage.register.headers import COLUMNS, KEYS, PAIRS, REQUIRED
from storage.register.parsing import BUILD, is_blank
from storage.register.rows import RegisterBatch, RegisterRow, batch_of

# Two for each column that is known, and one where all that are required are there. With fewer than two known
# columns a header is of no kind of ours.
LEAST_SCORE = 4


def read(paths: Sequence[Path]) -> RegisterBatch:
    """Read the rows of files; the kind of each file, or of each sheet, is known by its header row.

    Nothing that a file holds raises: every refused row is one or more of the batch's problems.
    """
    reading = _Reading()
    for path in paths:
        reading.read_file(path.name, partial(tables, path, _is_header))
    return batch_of(reading.rows, reading.problems, reading.notes)


def read_content(name: str, content: bytes) -> RegisterBatch:
    """Read the rows of a file that came by HTTP, as :func:`read` does. It is never written to a disk.

    Args:
        name: the file's; it tells a workbook from a CSV file, and problems name it.
        content: the file.
    """
    reading = _Reading()
    reading.read_file(name, lambda: tables_of(name, content, UPLOAD, _is_header))
    return batch_of(reading.rows, reading.problems, reading.notes)


def _is_header(cells: list[str]) -> bool:
    return _header(cells) is not None


@dataclass(frozen=True, slots=True)
class _Header:
    """A table's kind, and our names of its columns; a column that we do not know has an empty name."""

    kind: str
    columns: list[str]


@dataclass(slots=True)
class _Reading:
    """What has been read so far.

    Attributes:
        rows: the rows that are right.
        problems: what is wrong, in the order of the files.
        notes: what was guessed.
        seen: the file and row where each key was first read.
    """

    rows: list[RegisterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)

    def read_file(self, name: str, read_tables: Callable[[], list[Table]]) -> None:
        """Read the tables of a file; where it cannot be read, that is its only problem."""
        try:
            for table in read_tables():
                self.read_table(table)
        except Unreadable as error:
            self.problems.append(Problem(name, error.row, "", error.code, error.values))

    def read_table(self, table: Table) -> None:
        """Read a table. Its header is the first line that can be one; above it may be titles."""
        name, filled = table.name, [(row, cells) for row, cells in table.lines if any(cells)]
        if not filled:
            self.problems.append(Problem(name, 0, "", ProblemCode.FILE_EMPTY))
            return
        top = next((at for at, (_, cells) in enumerate(filled[:HEADER_WITHIN]) if _header(cells)), 0)
        row, cells = filled[top]
        header = _header(cells)
        wrong = list(_wrong_header(name, row, cells, header, filled[top + 1 :]))
        self.problems += wrong
        if header is None or wrong:
            return
        self.notes += [Problem(name, 0, "", code, values) for code, values in table.notes]
        if top:
            self.notes.append(Problem(name, row, "", NoteCode.TITLE_ROWS))
        dropped = [clip(cell) for cell, column in zip(cells, header.columns, strict=False) if cell and not column]
        self.notes += [Problem(name, row, cell, NoteCode.COLUMN_DROPPED) for cell in dropped]
        for row, cells in filled[top + 1 :]:
            line = line_of(name, row, cells, header.columns, self.problems)
            if line is not None:
                self._read_line(header.kind, line)

    def _read_line(self, kind: str, line: Line) -> None:
        if is_blank(kind, line):
            return
        made = BUILD[kind](line)
        if not line.problems:
            key = (kind, *(str(getattr(made, column)) for column in KEYS[kind]))
            if key in self.seen:
                file, row = self.seen[key]
                line.refuse(KEYS[kind][-1], ProblemCode.REPEATED, file=file, row=row)
            else:
                self.seen[key] = (line.file, line.row)
        self.problems += line.problems
        self.notes += line.notes
        if not line.problems:
            self.rows.append(made)


def _header(cells: list[str]) -> _Header | None:
    """Find the kind whose columns a header names best; None where it is of no kind of ours."""
    words = [_word(cell) for cell in trimmed(cells)]
    best, best_score = None, LEAST_SCORE - 1
    for kind, columns in COLUMNS.items():
        known = {_word(alias): column for column, aliases in columns.items() for alias in aliases}
        known |= {_word(column): column for column in columns}
        names = [known.get(word, "") for word in words]
        score = 2 * len(set(names) - {""}) + all(column in names for column in REQUIRED[kind])
        if score > best_score:
            best, best_score = _Header(kind, names), score
    return best


def _wrong_header(
    name: str, row: int, cells: list[str], header: _Header | None, below: Sequence[Numbered]
) -> Iterable[Problem]:
    """Yield what is wrong with a header: columns that are misspelt, without a name, there twice, or missing."""
    if header is None:
        yield _unknown_header(name, row, cells)
        return
    columns = header.columns
    for place, (cell, column) in enumerate(zip(cells, columns, strict=False)):
        if column:
            continue
        if not cell and any(line[place : place + 1] not in ([], [""]) for _, line in below):
            yield Problem(name, row, "", ProblemCode.HEADER_EMPTY)
        # A column of no use to us is passed over unread; one that is nearly ours was meant to be read.
        elif cell and (near := _nearest(cell, header.kind)) and near not in columns:
            yield Problem(name, row, clip(cell), ProblemCode.COLUMN_NEAR, {"nearest": near})
    for column in COLUMNS[header.kind]:
        if columns.count(column) > 1:
            yield Problem(name, row, column, ProblemCode.COLUMN_TWICE)
    needed = list(REQUIRED[header.kind])
    for pair in PAIRS.get(header.kind, ()):
        if set(pair) & set(columns):
            needed += pair
    for column in needed:
        if column not in columns:
            yield Problem(name, row, column, ProblemCode.COLUMN_MISSING)


def _unknown_header(name: str, row: int, cells: list[str]) -> Problem:
    """Say what stands in a header of no kind of ours, and which kind it is nearest to."""
    named = [cell for cell in trimmed(cells) if cell]
    near = {kind: sum(bool(_nearest(cell, kind)) for cell in named) for kind in COLUMNS}
    kind = max(near, key=lambda each: near[each])
    if not near[kind]:
        return Problem(name, row, "", ProblemCode.HEADER_UNKNOWN)
    found = tuple(clip(cell) for cell in named[:10])
    return Problem(name, row, "", ProblemCode.HEADER_NEAR, {"found": found, "kind": kind, "needed": REQUIRED[kind]})


def _nearest(cell: str, kind: str) -> str:
    """Return our column of a kind whose name, or Swedish name, ``cell`` is or nearly is; empty for none."""
    spellings = {alias: column for column, aliases in COLUMNS[kind].items() for alias in (*aliases, column)}
    found = get_close_matches(_word(cell), [_word(each) for each in spellings], n=1, cutoff=0.8)
    return next((column for alias, column in spellings.items() if found and _word(alias) == found[0]), "")


def _word(cell: str) -> str:
    """Return a header's cell without regard to case, spaces, hyphens and underscores."""
    return " ".join(re.sub(r"[_\-\u2010-\u2013.:*]", " ", cell).casefold().split())
