"""What an import would change of what is stored: new, changed, unchanged and emptied, of every kind.

A file from another system often lacks what the register has. What an empty cell would remove is therefore listed
before anything is saved.
"""

from collections.abc import Awaitable, Callable, Iterator, Sequence
from dataclasses import dataclass

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import Problem, ProblemCode
from storage.register.comparison import stored_values
from storage.register.comparison.stored_values import Stored
from storage.register.headers import KEYS
from storage.register.rows import InFile, RegisterBatch, column_of

# By kind: how what is stored is found, and the columns that are compared: what makes a row unique is not.
_Find = Callable[[AsyncConnection, RegisterBatch], Awaitable[Stored]]
_KINDS: dict[str, tuple[_Find, tuple[str, ...]]] = {
    "providers": (stored_values.providers, ("name", "phone", "authorised_from", "authorised_to")),
    "customers": (stored_values.customers, ("phone", "language", "gender", "birth_year", "contact")),
    "enrolments": (
        stored_values.enrolments,
        ("started_on", "planned_end_on", "ended_on", "end_reason", "difficulty"),
    ),
    "followups": (
        stored_values.followups,
        ("held_on", "form", "from_plan", "plan_changed", "activities", "next_step"),
    ),
    "exemptions": (stored_values.exemptions, ("to_on", "reason", "who", "withdrawn")),
    "answers": (stored_values.answers, ("value", "text", "mode")),
    "actionplans": (
        stored_values.actionplans,
        ("deficiency", "measures", "due_on", "responsible", "indicator", "decided_on", "done_on", "effect"),
    ),
    "targets": (stored_values.targets, ("target",)),
    "context": (stored_values.context, ("value", "unit", "source", "date")),
}
# What an empty cell leaves as it is: a follow-up is recorded step by step, and a difficulty is locked.
_KEPT = {"followups": frozenset(_KINDS["followups"][1]), "enrolments": frozenset({"difficulty"})}


@dataclass(frozen=True, slots=True)
class Change:
    """A cell that differs from what is stored. Of a phone only that it differs is told.

    Attributes:
        before: what is stored, as text; empty for nothing.
        after: what the file says.
    """

    file: str
    row: int
    column: str
    before: str
    after: str


@dataclass(frozen=True, slots=True)
class Changes:
    """What a run would change.

    Attributes:
        new, changed, unchanged: how many rows.
        cells: every cell that differs, of rows that are not new.
    """

    new: int
    changed: int
    unchanged: int
    cells: tuple[Change, ...]

    @property
    def emptied(self) -> tuple[Problem, ...]:
        """The stored values that an empty cell would remove."""
        return tuple(
            Problem(each.file, each.row, each.column, ProblemCode.WOULD_EMPTY)
            for each in self.cells
            if each.before and not each.after
        )


async def of_batch(conn: AsyncConnection, batch: RegisterBatch) -> Changes:
    """Compare the rows of a batch with what is stored; change nothing."""
    new, cells = 0, []
    known: list[int] = []  # of each row that is not new: how many of its cells differ
    for kind, (find, columns) in _KINDS.items():
        rows: Sequence[InFile] = getattr(batch, kind)
        stored = await find(conn, batch) if rows else {}
        for row in rows:
            before = stored.get(tuple(getattr(row, column) for column in KEYS[kind]))
            if before is None:
                new += 1
                continue
            pairs = [
                (column, _compared(before[column]), _compared(getattr(row, column)))
                for column in _said(kind, row, columns)
            ]
            found = [_change(row, column, old, new) for column, old, new in pairs if old != new]
            known.append(len(found))
            cells += found
    changed = sum(map(bool, known))
    return Changes(new, changed, len(known) - changed, tuple(cells))


def _said(kind: str, row: InFile, columns: Sequence[str]) -> Iterator[str]:
    """Yield the columns of which a row says something."""
    missing: frozenset[str] = getattr(row, "missing", frozenset())
    kept = _KEPT.get(kind, frozenset())
    for column in columns:
        if column not in missing and not (column in kept and getattr(row, column) in (None, "")):
            yield column


def _compared(value: object) -> object:
    """Return a value as it is compared: nothing is nothing, however it is stored, and a list has no order."""
    return tuple(sorted(set(value))) if isinstance(value, tuple) else value or None


def _change(row: InFile, column: str, old: object, new: object) -> Change:
    before, after = _text(old), _text(new)
    if column == "phone":  # a person's number is not for a terminal
        before, after = before and "…", after and "…"
    return Change(row.file, row.row, column_of(column), before, after)


def _text(value: object) -> str:
    """Return a value as it is told; empty for nothing."""
    if value is None or value == "":
        return ""
    if isinstance(value, tuple):
        return ", ".join(map(str, value))
    if isinstance(value, float):
        return f"{value:g}"
    return str(int(value) if isinstance(value, bool) else value)
