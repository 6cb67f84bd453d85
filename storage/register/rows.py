"""The kinds of rows that register files hold, and how a row of text becomes one. ``missing`` names the columns
that the file did not have: what is stored in them stays."""

from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import date
from typing import Any

from storage.errors import Problem, ProblemCode
from storage.followups.rows import ExemptionRow, FollowupRow, RowOfEnrolment
from storage.register import headers
from storage.register.cells import Line, clip, folded
from storage.supervision.values import ActionPlan

EXEMPTION_DAYS = 366  # a wrong year in a file must not exempt for ever


@dataclass(frozen=True, slots=True)
class ProviderRow:
    """A provider; ``phone`` in E.164."""

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
    """A customer; ``phone`` in E.164, ``gender`` K, M or empty."""

    file: str
    row: int
    ref: str
    phone: str | None
    language: str
    gender: str
    birth_year: int | None
    missing: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class EnrolmentRow:
    """A customer's time with a provider; ``end_reason`` is empty while it is open."""

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
    """An answer of an earlier year; ``period`` is YYYY-MM for ``checkin``, else empty."""

    survey: str
    period: str
    question: str
    value: int | None
    text: str
    answered_on: date


@dataclass(frozen=True, slots=True)
class ActionPlanRow(ActionPlan):
    """An action plan as a file has it."""

    file: str
    row: int
    missing: frozenset[str] = field(default=frozenset(), compare=False)


@dataclass(frozen=True, slots=True)
class TargetRow:
    """A goal of a year; ``target`` in per cent, 0-100."""

    file: str
    row: int
    indicator: str
    year: int
    target: float


@dataclass(frozen=True, slots=True)
class ContextRow:
    """A figure that we did not measure, with its source and the day on which it was read there."""

    file: str
    row: int
    name: str
    year: int
    value: float
    unit: str
    source: str
    date: date


@dataclass(frozen=True, slots=True)
class RegisterBatch:
    """All rows of a run. With ``problems`` it must not be saved: the refused rows are not in it."""

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


def _provider(line: Line) -> ProviderRow:
    first, last = line.day("authorised_from"), line.day("authorised_to")
    line.not_before("authorised_to", last, first, "authorised_from")
    ref, name = line.needed("ref"), line.needed("name")
    return ProviderRow(
        line.file,
        line.row,
        ref,
        name,
        line.phone("phone"),
        first,
        last,
        line.missing(headers.COLUMNS["providers"]),
    )


def _customer(line: Line) -> CustomerRow:
    return CustomerRow(
        line.file,
        line.row,
        line.needed("ref"),
        line.phone("phone"),
        line.one_of("language", headers.LANGUAGE_WORDS, headers.LANGUAGES, "sv"),
        line.one_of("gender", headers.GENDER_WORDS, tuple(headers.GENDERS), ""),
        line.number("birth_year", 1900, 2100),
        line.missing(headers.COLUMNS["customers"]),
    )


def _enrolment(line: Line) -> EnrolmentRow:
    made = EnrolmentRow(
        line.file,
        line.row,
        line.needed("ref"),
        line.needed("customer"),
        line.needed("provider"),
        line.needed_day("started_on"),
        line.day("planned_end_on"),
        line.day("ended_on"),
        line.one_of("end_reason", headers.END_REASON_WORDS, tuple(headers.END_REASONS), ""),
        line.one_of("difficulty", headers.DIFFICULTY_WORDS, tuple(headers.DIFFICULTIES), ""),
        line.missing(headers.COLUMNS["enrolments"]),
    )
    line.not_before("planned_end_on", made.planned_end_on, made.started_on, "started_on")
    line.not_before("ended_on", made.ended_on, made.started_on, "started_on")
    if line.get("ended_on") and not line.get("end_reason"):
        line.refuse("end_reason", ProblemCode.END_REASON_MISSING)
    if line.get("end_reason") and not line.get("ended_on"):
        line.refuse("ended_on", ProblemCode.END_MISSING)
    return made


def _followup(line: Line) -> FollowupRow:
    enrolment, month = line.needed("enrolment"), line.month("month")
    return FollowupRow(
        line.file,
        line.row,
        enrolment,
        month,
        line.needed_day("held_on"),
        line.one_of("form", headers.FORM_WORDS, tuple(headers.FORMS), None),
        _yes_no(line, "from_plan"),
        _yes_no(line, "plan_changed"),
        line.some_of("activities", headers.ACTIVITY_WORDS, tuple(headers.ACTIVITIES)),
        line.get("next_step") or None,
    )


def _yes_no(line: Line, column: str) -> bool | None:
    value = _one_or_zero(line, column, ProblemCode.NOT_YES_OR_NO)
    return None if value is None else bool(value)


def _one_or_zero(line: Line, column: str, code: ProblemCode) -> int | None:
    """Read a yes or no as 1 or 0; None where the cell is empty, or refused with ``code``."""
    value = line.get(column)
    found = headers.YES_NO.get(folded(value))
    if value and found is None:
        line.refuse(column, code, value=clip(value))
    return found


def _exemption(line: Line) -> ExemptionRow:
    enrolment, first, last = line.needed("enrolment"), line.needed_day("from"), line.needed_day("to")
    line.not_before("to", last, first, "from")
    line.needed("reason")
    reason = line.one_of("reason", headers.EXEMPTION_WORDS, tuple(headers.EXEMPTIONS), "")
    if first > date.min and (last - first).days > EXEMPTION_DAYS:
        line.refuse("to", ProblemCode.EXEMPTION_TOO_LONG, days=EXEMPTION_DAYS)
    withdrawn = bool(_yes_no(line, "withdrawn"))
    return ExemptionRow(line.file, line.row, enrolment, first, last, reason, line.needed("who"), withdrawn)


def _answer(line: Line) -> AnswerRow:
    line.needed("survey")
    line.needed("question")
    survey = line.one_of("survey", headers.SURVEY_WORDS, tuple(headers.SURVEYS), "")
    question = line.one_of("question", headers.QUESTION_WORDS, headers.QUESTIONS, "")
    period = line.month("period") if survey == "checkin" else line.get("period")
    if survey in ("start", "end") and period:
        line.refuse("period", ProblemCode.PERIOD_NOT_EMPTY, survey=survey)
    asked = headers.ASKED_AT_CHECKIN if survey == "checkin" else headers.ASKED_AT_START_AND_END
    if survey and question and question not in asked:
        line.refuse("question", ProblemCode.NOT_ASKED, question=question, survey=survey)
    value: int | None = None
    if question == "comment":
        line.needed("text")
        if line.get("value"):
            line.refuse("value", ProblemCode.COMMENT_WITH_VALUE)
    elif question:
        line.needed("value")
        if question == "followup_held":
            value = _one_or_zero(line, "value", ProblemCode.NOT_ONE_OR_ZERO)
        else:
            value = line.number("value", 1, 5)
    enrolment, answered_on = line.needed("enrolment"), line.needed_day("answered_on")
    text = line.get("text")
    return AnswerRow(line.file, line.row, enrolment, survey, period, question, value, text, answered_on)


def _action_plan(line: Line) -> ActionPlanRow:
    line.needed("indicator")
    due_on, decided_on, done_on = line.needed_day("due_on"), line.needed_day("decided_on"), line.day("done_on")
    line.not_before("due_on", due_on, decided_on, "decided_on")
    line.not_before("done_on", done_on, decided_on, "decided_on")
    return ActionPlanRow(
        line.needed("ref"),
        line.needed("provider"),
        line.needed("deficiency"),
        line.needed("measures"),
        due_on,
        line.needed("responsible"),
        line.one_of("indicator", headers.INDICATOR_WORDS, tuple(headers.INDICATORS), ""),
        decided_on,
        done_on,
        line.get("effect"),
        line.file,
        line.row,
        line.missing(headers.COLUMNS["actionplans"]),
    )


def _target(line: Line) -> TargetRow:
    line.needed("indicator")
    return TargetRow(
        line.file,
        line.row,
        line.one_of("indicator", headers.INDICATOR_WORDS, tuple(headers.INDICATORS), ""),
        line.year("year"),
        line.decimal("target", 0, 100),
    )


def _context(line: Line) -> ContextRow:
    return ContextRow(
        line.file,
        line.row,
        line.needed("name"),
        line.year("year"),
        line.decimal("value", -1e12, 1e12),
        line.needed("unit"),
        line.needed("source"),
        line.needed_day("date"),
    )


BUILD: Mapping[str, Callable[[Line], Any]] = {
    "providers": _provider,
    "customers": _customer,
    "enrolments": _enrolment,
    "followups": _followup,
    "exemptions": _exemption,
    "answers": _answer,
    "actionplans": _action_plan,
    "targets": _target,
    "context": _context,
}
