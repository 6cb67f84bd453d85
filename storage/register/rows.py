"""The rows that register files hold, as plain values, by kind.

``file`` and ``row`` say where a row stands, to name it when it is refused. ``missing`` names the columns that the
file does not have: what is stored in them stays as it is.
"""

from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import date
from typing import Protocol, TypeVar

from storage.errors import Problem, ProblemCode, Value
from storage.followups.rows import ExemptionRow, FollowupRow, RowOfEnrolment
from storage.supervision.values import ActionPlan

R = TypeVar("R")


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider. ``phone`` is in E.164."""

    file: str
    row: int
    ref: str
    name: str
    phone: str | None
    authorised_from: date | None
    authorised_to: date | None
    missing: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class CustomerRow:
    """A customer. ``phone`` is in E.164; ``gender`` is K, M or empty; ``contact`` a ContactWish or empty."""

    file: str
    row: int
    ref: str
    phone: str | None
    language: str
    gender: str
    birth_year: int | None
    missing: frozenset[str] = field(default=frozenset(), compare=False)
    contact: str = ""


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A customer's period with a provider. ``end_reason`` is empty while it is open."""

    file: str
    row: int
    ref: str
    customer: str
    provider: str
    started_on: date
    planned_end_on: date | None
    ended_on: date | None
    end_reason: str
    difficulty: str
    missing: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class AnswerRow(RowOfEnrolment):
    """An answer that staff have taken, or of an earlier year.

    ``period`` is YYYY-MM for ``checkin``, else empty; ``mode`` is an AnswerMode, or empty where nobody has said.
    """

    survey: str
    period: str
    question: str
    value: int | None
    text: str
    answered_on: date
    mode: str = ""


@dataclass(frozen=True, slots=True)
class ActionPlanRow(ActionPlan):
    """An action plan as a file has it."""

    file: str
    row: int
    missing: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A goal of a year. ``target`` is in per cent, 0-100."""

    file: str
    row: int
    indicator: str
    year: int
    target: float


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A figure that others measured, with its source and the day on which it was read there."""

    file: str
    row: int
    name: str
    year: int
    value: float
    unit: str
    source: str
    date: date


RegisterRow = (
    ProviderRow
    | CustomerRow
    | EnrolmentRow
    | FollowupRow
    | ExemptionRow
    | AnswerRow
    | ActionPlanRow
    | TargetRow
    | ContextRow
)


@dataclass(frozen=True, slots=True)
class RegisterBatch:
    """All rows of a run. A batch with ``problems`` must not be saved: the refused rows are not in it.

    Attributes:
        notes: what was guessed; their codes are of NoteCode.
        refused: (kind, reference) of rows that were refused. What names them is not wrong for that.
        unread: kinds of which a file was refused whole; an empty one where its kind is not known.
        as_written: kinds whose references have the zeros that they are written with, as a profile says.
    """

    providers: tuple[ProviderRow, ...] = ()
    customers: tuple[CustomerRow, ...] = ()
    enrolments: tuple[EnrolmentRow, ...] = ()
    followups: tuple[FollowupRow, ...] = ()
    exemptions: tuple[ExemptionRow, ...] = ()
    answers: tuple[AnswerRow, ...] = ()
    actionplans: tuple[ActionPlanRow, ...] = ()
    targets: tuple[TargetRow, ...] = ()
    context: tuple[ContextRow, ...] = ()
    problems: tuple[Problem, ...] = ()
    notes: tuple[Problem, ...] = field(default=(), compare=False)
    refused: frozenset[tuple[str, str]] = field(default=frozenset(), compare=False)
    unread: frozenset[str] = field(default=frozenset(), compare=False)
    as_written: frozenset[str] = field(default=frozenset(), compare=False)


def batch_of(rows: Iterable[RegisterRow], problems: Iterable[Problem]) -> RegisterBatch:
    """Sort rows by kind, each kind in the order in which they were read."""
    rows = list(rows)
    return RegisterBatch(
        providers=_only(ProviderRow, rows),
        customers=_only(CustomerRow, rows),
        enrolments=_only(EnrolmentRow, rows),
        followups=_only(FollowupRow, rows),
        exemptions=_only(ExemptionRow, rows),
        answers=_only(AnswerRow, rows),
        actionplans=_only(ActionPlanRow, rows),
        targets=_only(TargetRow, rows),
        context=_only(ContextRow, rows),
        problems=tuple(problems),
    )


def _only(kind: type[R], rows: Iterable[object]) -> tuple[R, ...]:
    return tuple(row for row in rows if isinstance(row, kind))


class InFile(Protocol):
    """What stands in a row of a file."""

    @property
    def file(self) -> str: ...
    @property
    def row(self) -> int: ...


def column_of(attribute: str) -> str:
    """Return the column that an attribute of a row is read from."""
    return {"from_on": "from", "to_on": "to"}.get(attribute, attribute)


def problem(row: InFile, column: str, code: ProblemCode, **values: Value) -> Problem:
    """Say what is wrong with a column of a row that has been read."""
    return Problem(row.file, row.row, column, code, values)
