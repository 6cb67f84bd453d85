"""Register files (CSV, XLSX) read into rows, or into the list of what is wrong with them.

Nothing here knows the database: storage/register/importer.py takes a batch in, and refuses one with problems.
"""

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from storage.errors import Problem, ProblemCode
from storage.register.cells import Numbered, Unreadable, clip, line_of, tables, trimmed
from storage.register.headers import COLUMNS, KEYS, PAIRS, REQUIRED
from storage.register.rows import BUILD, RegisterBatch


def read(paths: Sequence[Path]) -> RegisterBatch:
    """The rows of ``paths``, CSV or XLSX, each file's kind known by its header row.

    Never raises for what a file holds: every refused row is one or more of the batch's problems.
    """
    found: dict[str, list[Any]] = {kind: [] for kind in COLUMNS}
    problems: list[Problem] = []
    seen: dict[tuple[str, ...], tuple[str, int]] = {}
    for path in paths:
        try:
            for name, lines in tables(path):
                _read_table(name, lines, found, seen, problems)
        except Unreadable as error:
            problems.append(Problem(path.name, error.row, "", error.code))
    return RegisterBatch(**{kind: tuple(rows) for kind, rows in found.items()}, problems=tuple(problems))


def _read_table(
    name: str,
    lines: list[Numbered],
    found: Mapping[str, list[Any]],
    seen: dict[tuple[str, ...], tuple[str, int]],
    problems: list[Problem],
) -> None:
    filled = ((row, cells) for row, cells in lines if any(cells))
    top = next(filled, None)
    if top is None:
        problems.append(Problem(name, 0, "", ProblemCode.FILE_EMPTY))
        return
    header = _header(name, *top, problems)
    if header is None:
        return
    kind, columns = header
    for row, cells in filled:
        line = line_of(name, row, cells, columns, problems)
        if line is None:
            continue
        made = BUILD[kind](line)
        if not line.problems:
            key = (kind, *(str(getattr(made, column)) for column in KEYS[kind]))
            if key in seen:
                earlier = seen[key]
                line.refuse(KEYS[kind][-1], ProblemCode.REPEATED, file=earlier[0], row=earlier[1])
            else:
                seen[key] = (name, row)
        if line.problems:
            problems += line.problems
        else:
            found[kind].append(made)


def _header(name: str, row: int, cells: list[str], problems: list[Problem]) -> tuple[str, list[str]] | None:
    """The table's kind and its columns by our names; None, with problems, where the header will not do."""
    words = [" ".join(cell.replace("_", " ").casefold().split()) for cell in trimmed(cells)]
    best: tuple[int, str, list[str]] = (0, "", [])
    for kind, columns in COLUMNS.items():
        known = {alias: column for column, aliases in columns.items() for alias in aliases}
        known |= {column.replace("_", " "): column for column in columns}
        names = [known.get(word, "") for word in words]
        score = 2 * len(set(names) - {""}) + all(column in names for column in REQUIRED[kind])
        if score > best[0]:
            best = (score, kind, names)
    score, kind, names = best
    if score < 4:  # fewer than two columns are known
        problems.append(Problem(name, row, "", ProblemCode.HEADER_UNKNOWN))
        return None
    found = [
        Problem(name, row, clip(cell), ProblemCode.COLUMN_UNKNOWN if cell else ProblemCode.HEADER_EMPTY)
        for cell, column in zip(cells, names, strict=False)
        if not column
    ]
    found += [
        Problem(name, row, column, ProblemCode.COLUMN_TWICE) for column in COLUMNS[kind] if names.count(column) > 1
    ]
    found += [
        Problem(name, row, column, ProblemCode.COLUMN_MISSING) for column in REQUIRED[kind] if column not in names
    ]
    for pair in PAIRS.get(kind, ()):
        if 0 < len(set(pair) & set(names)) < len(pair):
            found += [
                Problem(name, row, column, ProblemCode.COLUMN_MISSING) for column in pair if column not in names
            ]
    problems += found
    return None if found else (kind, names)
