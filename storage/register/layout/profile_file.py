"""Read profile.toml, which tells how another system lays its register files out. All faults are told at once.

Its shape is of DESIGN.md section 5. What is wrong is a Problem; its column is the key: ``customers.columns.ref``.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from storage.errors import Problem, ProblemCode, RegisterError, Value
from storage.register.cells import clip, folded
from storage.register.headers import CHOICES, COLUMNS
from storage.register.layout.profile import KindProfile, Profile
from storage.register.layout.words import is_personal, word
from survey.plain_text import plain

KEYS = ("sheet", "header_row", "encoding", "delimiter", "digits", "drop", "columns", "values")
MOST_ROWS = 1_000  # a header further down is a mistake
MOST_DIGITS = 20
_AT_LINE = re.compile(r"at line ([0-9]+)")
_NO_DELIMITER = re.compile(r"[\w\"'\r\n]")
Fault = tuple[str, ProblemCode, dict[str, Value]]  # the key, what is wrong with it, and the values


def read_profile(path: Path) -> Profile:
    """Read a profile.

    Raises:
        RegisterError: the file cannot be read, or is wrong.
    """
    try:
        tables = tomllib.loads(path.read_text(encoding="utf-8-sig"))
    except OSError as error:
        raise RegisterError([Problem(path.name, 0, "", ProblemCode.FILE_UNREADABLE)]) from error
    except UnicodeDecodeError as error:
        raise RegisterError([Problem(path.name, 0, "", ProblemCode.NOT_UTF8)]) from error
    except tomllib.TOMLDecodeError as error:
        at = _AT_LINE.search(str(error))
        raise RegisterError([Problem(path.name, int(at[1]) if at else 0, "", ProblemCode.NOT_TOML)]) from error
    faults = [fault for kind, table in tables.items() for fault in _faults(kind, table)]
    if faults:
        raise RegisterError([Problem(path.name, 0, key, code, values) for key, code, values in faults])
    return Profile({kind: _kind(table) for kind, table in tables.items()})


def _kind(table: Mapping[str, Any]) -> KindProfile:
    values = {
        column: {folded(plain(theirs)): ours for theirs, ours in each.items()}
        for column, each in table.get("values", {}).items()
    }
    said = {key: table[key] for key in ("sheet", "header_row", "encoding", "delimiter", "digits") if key in table}
    return KindProfile(
        **said, drop=tuple(table.get("drop", ())), columns=dict(table.get("columns", {})), values=values
    )


def _faults(kind: str, table: object) -> Iterator[Fault]:
    """Yield what is wrong with what a profile says of a kind."""
    if kind not in COLUMNS:
        yield kind, ProblemCode.PROFILE_UNKNOWN, _nearest(kind, tuple(COLUMNS))
        return
    if not isinstance(table, dict):
        yield kind, ProblemCode.PROFILE_NOT_TABLE, {}
        return
    for key, value in table.items():
        where = f"{kind}.{key}"
        if key not in KEYS:
            yield where, ProblemCode.PROFILE_UNKNOWN, _nearest(key, KEYS)
        elif key in ("columns", "values"):
            if not isinstance(value, dict):
                yield where, ProblemCode.PROFILE_NOT_TABLE, {}
                continue
            found = _column_faults(kind, value, table) if key == "columns" else _value_faults(kind, value)
            yield from found
        else:
            yield from _simple_faults(where, key, value)


def _simple_faults(where: str, key: str, value: object) -> Iterator[Fault]:
    if key in ("header_row", "digits"):
        low, high = (1, MOST_ROWS) if key == "header_row" else (0, MOST_DIGITS)
        if type(value) is not int or not low <= value <= high:  # true and false are integers to Python
            yield where, ProblemCode.PROFILE_NOT_NUMBER, {"low": low, "high": high}
    elif key == "drop":
        if not isinstance(value, list) or not all(isinstance(each, str) and each.strip() for each in value):
            yield where, ProblemCode.PROFILE_NOT_LIST, {}
    elif not isinstance(value, str) or not value:
        yield where, ProblemCode.PROFILE_NOT_TEXT, {}
    elif key == "encoding" and not _is_encoding(value):
        yield where, ProblemCode.PROFILE_ENCODING, {"value": clip(value)}
    elif key == "delimiter" and (len(value) != 1 or _NO_DELIMITER.match(value)):
        yield where, ProblemCode.PROFILE_DELIMITER, {"value": clip(value)}


def _is_encoding(name: str) -> bool:
    """Return whether Python knows a text encoding of this name."""
    try:
        return isinstance("".encode(name), bytes) and b"".decode(name) == ""
    except (LookupError, UnicodeError, ValueError):
        return False


def _column_faults(kind: str, columns: Mapping[str, object], table: Mapping[str, Any]) -> Iterator[Fault]:
    drop = table.get("drop")
    dropped = {word(each) for each in drop if isinstance(each, str)} if isinstance(drop, list) else set()
    seen: dict[str, str] = {}
    for ours, theirs in columns.items():
        where = f"{kind}.columns.{ours}"
        if ours not in COLUMNS[kind]:
            yield where, ProblemCode.PROFILE_UNKNOWN, _nearest(ours, tuple(COLUMNS[kind]))
        elif not isinstance(theirs, str) or not word(theirs):
            yield where, ProblemCode.PROFILE_NOT_TEXT, {}
        elif is_personal(theirs):
            yield where, ProblemCode.PROFILE_PERSONAL, {"value": clip(theirs)}
        elif word(theirs) in dropped:
            yield where, ProblemCode.PROFILE_DROPPED, {"value": clip(theirs)}
        elif first := seen.setdefault(word(theirs), ours) if word(theirs) in seen else "":
            yield where, ProblemCode.PROFILE_COLUMN_TWICE, {"value": clip(theirs), "other": first}
        else:
            seen[word(theirs)] = ours


def _value_faults(kind: str, values: Mapping[str, object]) -> Iterator[Fault]:
    for column, each in values.items():
        where = f"{kind}.values.{column}"
        if column not in COLUMNS[kind]:
            yield where, ProblemCode.PROFILE_UNKNOWN, _nearest(column, tuple(COLUMNS[kind]))
            continue
        if not isinstance(each, dict):
            yield where, ProblemCode.PROFILE_NOT_TABLE, {}
            continue
        choices = CHOICES.get(kind, {}).get(column)
        for theirs, ours in each.items():
            key = f'{where}."{clip(theirs)}"'
            if not isinstance(ours, str):
                yield key, ProblemCode.PROFILE_NOT_TEXT, {}
            elif choices is not None and ours and folded(ours) not in choices:
                yield (
                    key,
                    ProblemCode.NOT_ONE_OF,
                    {"value": clip(ours), "allowed": tuple(dict.fromkeys(map(str, choices.values())))},
                )


def _nearest(name: str, known: tuple[str, ...]) -> dict[str, Value]:
    """Return what may be meant, or all that may be written."""
    near = get_close_matches(name, known, n=1)
    return {"allowed": (near[0],) if near else known}
