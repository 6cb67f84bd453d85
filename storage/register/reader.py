"""Register files, CSV or XLSX, read into rows, or into the list of what is wrong with them.

Nothing here knows the database: storage/register/importer.py saves a batch, and refuses one with problems.
"""

from collections.abc import Iterable, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from storage.errors import Problem, ProblemCode
from storage.register.cells import Line, Numbered, Unreadable, clip, line_of, tables, trimmed
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
        try:
            for name, lines in tables(path):
                reading.read_table(name, lines)
        except Unreadable as error:
            reading.problems.append(Problem(path.name, error.row, "", error.code))
    return batch_of(reading.rows, reading.problems)


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
        seen: the file and row where each key was first read.
    """

    rows: list[RegisterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    seen: dict[tuple[str, ...], tuple[str, int]] = field(default_factory=dict)

    def read_table(self, name: str, lines: Iterable[Numbered]) -> None:
        """Read a table whose first line that is not empty is its header."""
        filled = ((row, cells) for row, cells in lines if any(cells))
        top = next(filled, None)
        if top is None:
            self.problems.append(Problem(name, 0, "", ProblemCode.FILE_EMPTY))
            return
        row, cells = top
        header = _header(cells)
        wrong = list(_wrong_header(name, row, cells, header))
        self.problems += wrong
        if header is None or wrong:
            return
        for row, cells in filled:
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
        if not line.problems:
            self.rows.append(made)


def _header(cells: list[str]) -> _Header | None:
    """Find the kind whose columns a header names best; None where it is of no kind of ours."""
    words = [" ".join(cell.replace("_", " ").casefold().split()) for cell in trimmed(cells)]
    best, best_score = None, LEAST_SCORE - 1
    for kind, columns in COLUMNS.items():
        known = {alias: column for column, aliases in columns.items() for alias in aliases}
        known |= {column.replace("_", " "): column for column in columns}
        names = [known.get(word, "") for word in words]
        score = 2 * len(set(names) - {""}) + all(column in names for column in REQUIRED[kind])
        if score > best_score:
            best, best_score = _Header(kind, names), score
    return best


def _wrong_header(name: str, row: int, cells: list[str], header: _Header | None) -> Iterable[Problem]:
    """Yield what is wrong with a header: columns that are unknown, there twice, or missing."""
    if header is None:
        yield Problem(name, row, "", ProblemCode.HEADER_UNKNOWN)
        return
    columns = header.columns
    for cell, column in zip(cells, columns, strict=False):
        if not column:
            code = ProblemCode.COLUMN_UNKNOWN if cell else ProblemCode.HEADER_EMPTY
            yield Problem(name, row, clip(cell), code)
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
