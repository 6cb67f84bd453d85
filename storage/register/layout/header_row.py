"""Find the header row of a table, and what is wrong with it. Pure."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from storage.errors import Problem, ProblemCode, Value
from storage.register.cells import clip, trimmed
from storage.register.files.csv_files import HEADER_WITHIN
from storage.register.files.tables import Numbered
from storage.register.headers import COLUMNS, PAIRS, REQUIRED
from storage.register.layout.profile import Profile
from storage.register.layout.words import word

# Two for each column that is known, and one where all that are required are there. With fewer than two known
# columns a header is of no kind of ours.
LEAST_SCORE = 4
SUGGESTED = 3  # Swedish headers of a column that is missing
SHOWN = 10  # cells of an unknown header that are repeated


@dataclass(frozen=True, slots=True)
class Header:
    """A table's kind, and our names of its columns; a column that is not read has an empty name."""

    kind: str
    columns: list[str]


def header_of(cells: list[str], profile: Profile, kinds: Iterable[str] = COLUMNS) -> Header | None:
    """Find the kind whose columns a row of cells names best; None where it is a header of no kind of ours."""
    words = [word(cell) for cell in trimmed(cells)]
    best, best_score = None, LEAST_SCORE - 1
    for kind in kinds:
        known = _names(kind, profile)
        names = [known.get(each, "") for each in words]
        score = 2 * len(set(names) - {""}) + all(column in names for column in REQUIRED[kind])
        if score > best_score:
            best, best_score = Header(kind, names), score
    return best


def _names(kind: str, profile: Profile) -> dict[str, str]:
    """Return our columns of a kind by every header that names one."""
    own = profile.of(kind)
    known = {
        word(alias): column
        for column, aliases in COLUMNS[kind].items()
        if column not in own.columns
        for alias in (*aliases, column)
    }
    known |= {word(theirs): ours for ours, theirs in own.columns.items()}
    return {header: column for header, column in known.items() if not own.is_dropped(header)}


def find(filled: Sequence[Numbered], profile: Profile) -> tuple[int, Header] | None:
    """Return the place of the header among the lines that are not empty, and the header; None where there is none.

    A line that the profile names goes before the first line that can be a header.
    """
    for kind, own in profile.kinds.items():
        for place, (row, cells) in enumerate(filled):
            if own.header_row <= row:
                header = header_of(cells, profile, (kind,)) if own.header_row == row else None
                if header:
                    return place, header
                break
    for place, (_, cells) in enumerate(filled[:HEADER_WITHIN]):
        if header := header_of(cells, profile):
            return place, header
    return None


def wrong(name: str, filled: Sequence[Numbered], place: int, header: Header, profile: Profile) -> Iterator[Problem]:
    """Yield what is wrong with a header: columns that are misspelt, without a name, there twice, or missing."""
    (row, cells), below = filled[place], filled[place + 1 :]
    own, columns = profile.of(header.kind), header.columns
    if own.header_row and own.header_row != row:
        yield Problem(name, own.header_row, "", ProblemCode.PROFILE_HEADER_ROW, {"row": row})
    for at, (cell, column) in enumerate(zip(cells, columns, strict=False)):
        if column or own.is_dropped(cell):
            continue
        if not cell and any(line[at : at + 1] not in ([], [""]) for _, line in below):
            yield Problem(name, row, "", ProblemCode.HEADER_EMPTY)
        # A column of no use to us is passed over unread; one that is nearly ours was meant to be read.
        elif cell and (near := _nearest(cell, header.kind)) and near not in (*columns, *own.columns):
            yield Problem(name, row, clip(cell), ProblemCode.COLUMN_NEAR, {"nearest": near})
    for column in COLUMNS[header.kind]:
        if columns.count(column) > 1:
            both = tuple(clip(cell) for cell, each in zip(cells, columns, strict=False) if each == column)
            yield Problem(name, row, column, ProblemCode.COLUMN_TWICE, {"found": both})
    yield from _missing(name, row, cells, header, profile)


def _missing(name: str, row: int, cells: list[str], header: Header, profile: Profile) -> Iterator[Problem]:
    needed, named = list(REQUIRED[header.kind]), profile.of(header.kind).columns
    for pair in PAIRS.get(header.kind, ()):
        if set(pair) & set(header.columns):
            needed += pair
    for column in dict.fromkeys((*needed, *named)):
        if column in header.columns:
            continue
        if column in named:
            values: dict[str, Value] = {"theirs": clip(named[column]), "found": shown(cells)}
            yield Problem(name, row, column, ProblemCode.PROFILE_COLUMN, values)
        else:
            called = COLUMNS[header.kind][column][:SUGGESTED] or (column,)
            yield Problem(name, row, column, ProblemCode.COLUMN_MISSING, {"called": called, "found": shown(cells)})


def is_near(cells: list[str]) -> bool:
    """Return whether a row that is no header has a cell that nearly names a column of ours."""
    return any(_nearest(cell, kind) for cell in cells if cell for kind in COLUMNS)


def unknown(name: str, row: int, cells: list[str]) -> Problem:
    """Say what stands in a header of no kind of ours, and which kind it is nearest to."""
    named = [cell for cell in trimmed(cells) if cell]
    near = {kind: sum(bool(_nearest(cell, kind)) for cell in named) for kind in COLUMNS}
    kind = max(near, key=lambda each: near[each])
    if not near[kind]:
        return Problem(name, row, "", ProblemCode.HEADER_UNKNOWN, {"found": shown(cells)})
    values: dict[str, Value] = {"found": shown(cells), "kind": kind, "needed": REQUIRED[kind]}
    return Problem(name, row, "", ProblemCode.HEADER_NEAR, values)


def shown(cells: list[str]) -> tuple[str, ...]:
    """Return the cells of a row that may be no header at all: one with many digits may be a person's."""
    named = [cell for cell in trimmed(cells) if cell][:SHOWN]
    return tuple("…" if sum(char.isdigit() for char in cell) > 4 else clip(cell) for cell in named)


def _nearest(cell: str, kind: str) -> str:
    """Return our column of a kind whose name, or Swedish name, ``cell`` is or nearly is; empty for none."""
    spellings = {word(alias): column for column, aliases in COLUMNS[kind].items() for alias in (*aliases, column)}
    found = get_close_matches(word(cell), list(spellings), n=1, cutoff=0.8)
    return spellings[found[0]] if found else ""
