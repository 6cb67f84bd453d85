"""Register files, CSV or workbooks, read into rows, or into the list of what is wrong with them.

Nothing here knows the database: storage/register/importer.py saves a batch, and refuses one with problems.
"""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass, field, replace
from pathlib import Path

from storage.errors import NoteCode, Problem, ProblemCode, Value
from storage.register.cells import Line, clip, line_of, tables_of
from storage.register.files.csv_files import Way
from storage.register.files.tables import Table, Unreadable
from storage.register.files.workbooks import IMPORT, UPLOAD, Limits
from storage.register.headers import KEYS, REFERENCES
from storage.register.layout import header_row
from storage.register.layout.header_row import Header
from storage.register.layout.profile import Profile
from storage.register.parsing import BUILD, is_blank
from storage.register.rows import RegisterBatch, RegisterRow, batch_of, column_of

TOLD = 1_000  # rows after which is told how many there are
NOTED = 10  # rows of a file that are named for one guess; the rest are counted


def read(
    paths: Sequence[Path], profile: Profile | None = None, told: Callable[[int], None] = lambda _: None
) -> RegisterBatch:
    """Read the rows of files; the kind of each file, or of each sheet, is known by its header row.

    Nothing that a file holds raises: every refused row is one or more of the batch's problems.

    Args:
        paths: the files.
        profile: how another system lays them out; what it does not say is guessed.
        told: is called from time to time with how many rows are right so far.
    """
    reading = _Reading(profile or Profile(), told)
    for path in paths:
        try:
            content = path.read_bytes()
        except OSError:
            reading.refuse_whole(Problem(path.name, 0, "", ProblemCode.FILE_UNREADABLE))
        else:
            reading.read_file(path.name, content, IMPORT)
    return reading.batch()


def read_content(name: str, content: bytes) -> RegisterBatch:
    """Read the rows of a file that came by HTTP, as :func:`read` does. It is never written to a disk.

    Args:
        name: the file's; it tells a workbook from a CSV file, and problems name it.
        content: the file.
    """
    reading = _Reading(Profile(), lambda _: None)
    reading.read_file(name, content, UPLOAD)
    return reading.batch()


@dataclass(slots=True)
class _Reading:
    """What has been read so far.

    Attributes:
        profile: how the files are laid out.
        told: is called from time to time with the number of rows.
        rows: the rows that are right.
        problems: what is wrong, in the order of the files.
        notes: what was guessed.
        seen: by kind, the row in which each key was first read.
        refused: (kind, reference) of rows that are wrong.
        unread: kinds of which a table is wrong as a whole; an empty one where the kind is not known.
        noted: how often each guess was made, by file, column and code.
    """

    profile: Profile
    told: Callable[[int], None]
    rows: list[RegisterRow] = field(default_factory=list)
    problems: list[Problem] = field(default_factory=list)
    notes: list[Problem] = field(default_factory=list)
    seen: dict[str, dict[object, RegisterRow]] = field(default_factory=dict)
    refused: set[tuple[str, str]] = field(default_factory=set)
    unread: set[str] = field(default_factory=set)
    noted: Counter[tuple[str, str, NoteCode]] = field(default_factory=Counter)

    def batch(self) -> RegisterBatch:
        """Return everything that has been read."""
        more = [
            Problem(file, 0, column, NoteCode.AND_MORE, {"number": number - NOTED, "like": code})
            for (file, column, code), number in self.noted.items()
            if number > NOTED
        ]
        return replace(
            batch_of(self.rows, self.problems),
            notes=(*self.notes, *more),
            refused=frozenset(self.refused),
            unread=frozenset(self.unread),
            as_written=frozenset(kind for kind, own in self.profile.kinds.items() if own.digits == 0),
        )

    def read_file(self, name: str, content: bytes, limits: Limits) -> None:
        """Read a file's tables. A sheet of a workbook with nothing of ours in it is passed over."""
        try:
            found = tables_of(name, content, limits, self._ways())
        except Unreadable as error:
            self.refuse_whole(Problem(name, error.row, "", error.code, error.values))
            return
        for table in found:
            table.lines[:] = [line for line in table.lines if any(line[1])]
        headers = [(table, header_row.find(table.lines, self.profile)) for table in found]
        named = {own.sheet: kind for kind, own in self.profile.kinds.items() if own.sheet}
        sheets = {table.sheet for table in found}
        for table, header in headers:
            lines = table.lines
            if not lines:
                self.refuse_whole(Problem(table.name, 0, "", ProblemCode.FILE_EMPTY))
            elif self._is_passed(table, header, named, sheets) or (
                header is None and any(each for _, each in headers) and not header_row.is_near(lines[0][1])
            ):
                self.notes.append(Problem(table.name, 0, "", NoteCode.SHEET_PASSED))
            elif header is None:
                self.refuse_whole(header_row.unknown(table.name, *lines[0]))
            elif table.sheet and (own := self.profile.of(header[1].kind).sheet) and own != table.sheet:
                values: dict[str, Value] = {"sheet": clip(own), "found": tuple(map(clip, sorted(sheets)))}
                self.refuse_whole(Problem(table.name, 0, "", ProblemCode.PROFILE_SHEET, values), header[1].kind)
            else:
                self._read_table(table, *header)

    def _ways(self) -> list[Way]:
        """Return how a CSV file may be read: as the profile says of each kind, else by guessing."""

        def way(kind: str) -> Way:
            own = self.profile.of(kind)
            return Way(
                lambda cells: header_row.header_of(cells, self.profile, (kind,)) is not None,
                own.encoding,
                own.delimiter,
                own.header_row,
            )

        told = [kind for kind, own in self.profile.kinds.items() if own.encoding or own.delimiter]
        return [*map(way, told), Way(lambda cells: header_row.header_of(cells, self.profile) is not None)]

    def _is_passed(
        self, table: Table, header: tuple[int, Header] | None, named: dict[str, str], sheets: set[str]
    ) -> bool:
        """Return whether the profile names other sheets of the workbook, and this one is of no use beside them."""
        if not named.keys() & sheets or table.sheet in named:
            return False
        return header is None or bool(self.profile.of(header[1].kind).sheet)

    def refuse_whole(self, problem: Problem, kind: str = "") -> None:
        """Note that a file, or a table of it, cannot be read at all."""
        self.problems.append(problem)
        self.unread.add(kind)

    def _read_table(self, table: Table, top: int, header: Header) -> None:
        """Read a table, whose lines are let go as they are read. Above its header may be titles."""
        name, own, lines = table.name, self.profile.of(header.kind), table.lines
        wrong = list(header_row.wrong(name, lines, top, header, self.profile))
        if wrong:
            self.problems += wrong
            self.unread.add(header.kind)
            return
        row, cells = lines[top]
        self.notes += [Problem(name, 0, "", code, values) for code, values in table.notes]
        if top and not own.header_row:
            self.notes.append(Problem(name, row, "", NoteCode.TITLE_ROWS))
        for cell, column in zip(cells, header.columns, strict=False):
            if cell and not column and not own.is_dropped(cell):
                self.notes.append(Problem(name, row, clip(cell), NoteCode.COLUMN_DROPPED))
        digits = {
            column: self.profile.of(named).digits or 0 for column, named in REFERENCES.get(header.kind, {}).items()
        }
        faults = [
            Problem(name, each.row, header.columns[each.column - 1], each.code, each.values)
            for each in table.faults
            if each.row > row and header.columns[each.column - 1 : each.column] not in ([], [""])
        ]
        self.problems += faults
        faulty = {each.row for each in faults}
        if len(lines) == top + 1:  # or a quotation mark in the header has swallowed them
            self.notes.append(Problem(name, row, "", NoteCode.ONLY_HEADER))
        del lines[: top + 1]
        lines.reverse()
        while lines:
            row, cells = lines.pop()
            if row in faulty:
                self._miss(header, cells)
                continue
            line = line_of(name, row, cells, header.columns, self.problems)
            if line is None:
                self._miss(header, cells)
            else:
                line.cells, line.digits = own.read_as(line.cells), digits
                self._read_line(header.kind, line)

    def _miss(self, header: Header, cells: list[str]) -> None:
        """Remember which number a row defined that could not be taken apart."""
        if "ref" in header.columns and header.columns.index("ref") < len(cells):
            self.refused.add((header.kind, cells[header.columns.index("ref")].strip()))

    def _read_line(self, kind: str, line: Line) -> None:
        if is_blank(kind, line):
            return
        made = BUILD[kind](line)
        if not line.problems:
            keys = KEYS[kind]
            key = getattr(made, keys[0]) if len(keys) == 1 else tuple(getattr(made, column) for column in keys)
            first = self.seen.setdefault(kind, {}).setdefault(key, made)
            if first is not made:
                line.refuse(column_of(keys[-1]), ProblemCode.REPEATED, file=first.file, row=first.row)
        if line.notes:
            self._note(line.notes)
        if not line.problems:
            self.rows.append(made)
            if len(self.rows) % TOLD == 0:
                self.told(len(self.rows))
            return
        self.problems += line.problems
        if "ref" in line.cells:
            self.refused.add((kind, getattr(made, "ref", "")))

    def _note(self, notes: Iterable[Problem]) -> None:
        for each in notes:
            key = (each.file, each.column, NoteCode(each.code))
            self.noted[key] += 1
            if self.noted[key] <= NOTED:
                self.notes.append(each)
