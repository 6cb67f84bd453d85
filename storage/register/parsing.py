"""How a row of text becomes a row of its kind. What is wrong with it is noted on the line; nothing is raised."""

from collections.abc import Callable, Mapping
from datetime import date

from storage.errors import NoteCode, ProblemCode
from storage.followups.rows import ExemptionRow, FollowupRow
from storage.register import headers
from storage.register.cells import Line, clip, folded
from storage.register.rows import (
    ActionPlanRow,
    AnswerRow,
    ContextRow,
    CustomerRow,
    EnrolmentRow,
    ProviderRow,
    RegisterRow,
    TargetRow,
)
from survey.codes import SurveyId

# Days. A wrong year in a file must not exempt an enrolment for ever.
EXEMPTION_DAYS = 366


def _provider(line: Line) -> ProviderRow:
    first, last = line.day("authorised_from"), line.day("authorised_to")
    line.not_before("authorised_to", last, first, "authorised_from")
    return ProviderRow(
        file=line.file,
        row=line.row,
        ref=line.reference("ref"),
        name=line.needed("name"),
        phone=line.phone("phone"),
        authorised_from=first,
        authorised_to=last,
        missing=line.missing(headers.COLUMNS["providers"]),
    )


def _customer(line: Line) -> CustomerRow:
    return CustomerRow(
        file=line.file,
        row=line.row,
        ref=line.reference("ref"),
        phone=line.phone("phone"),
        language=_language(line),
        gender=line.one_of("gender", headers.GENDER_WORDS, tuple(headers.GENDERS), ""),
        birth_year=line.birth_year("birth_year"),
        contact=line.one_of("contact", headers.CONTACT_WORDS, tuple(headers.CONTACTS), ""),
        missing=line.missing(headers.COLUMNS["customers"]),
    )


def _language(line: Line) -> str:
    """Return the customer's language; Swedish, with a note, for one that there are no texts in."""
    value = line.get("language")
    found = headers.LANGUAGE_WORDS.get(folded(value), "")
    if value and not found:
        line.note("language", NoteCode.LANGUAGE_UNKNOWN, value=clip(value))
    return found or "sv"


def _enrolment(line: Line) -> EnrolmentRow:
    made = EnrolmentRow(
        file=line.file,
        row=line.row,
        ref=line.reference("ref"),
        customer=line.reference("customer"),
        provider=line.reference("provider"),
        started_on=line.needed_day("started_on"),
        planned_end_on=line.day("planned_end_on"),
        ended_on=line.day("ended_on"),
        end_reason=line.one_of("end_reason", headers.END_REASON_WORDS, tuple(headers.END_REASONS), ""),
        difficulty=line.one_of("difficulty", headers.DIFFICULTY_WORDS, tuple(headers.DIFFICULTIES), ""),
        missing=line.missing(headers.COLUMNS["enrolments"]),
    )
    line.not_before("planned_end_on", made.planned_end_on, made.started_on, "started_on")
    line.not_before("ended_on", made.ended_on, made.started_on, "started_on")
    if line.get("ended_on") and not line.get("end_reason"):
        line.refuse("end_reason", ProblemCode.END_REASON_MISSING)
    if line.get("end_reason") and not line.get("ended_on"):
        line.refuse("ended_on", ProblemCode.END_MISSING)
    return made


def _followup(line: Line) -> FollowupRow:
    return FollowupRow(
        file=line.file,
        row=line.row,
        enrolment=line.reference("enrolment"),
        month=line.month("month"),
        held_on=line.needed_day("held_on"),
        form=line.one_of("form", headers.FORM_WORDS, tuple(headers.FORMS), None),
        from_plan=_yes_or_no(line, "from_plan"),
        plan_changed=_yes_or_no(line, "plan_changed"),
        activities=line.some_of("activities", headers.ACTIVITY_WORDS, tuple(headers.ACTIVITIES)),
        next_step=line.get("next_step") or None,
    )


def _yes_or_no(line: Line, column: str) -> bool | None:
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
    enrolment, first, last = line.reference("enrolment"), line.needed_day("from"), line.needed_day("to")
    line.not_before("to", last, first, "from")
    line.needed("reason")
    reason = line.one_of("reason", headers.EXEMPTION_WORDS, tuple(headers.EXEMPTIONS), "")
    if first > date.min and (last - first).days > EXEMPTION_DAYS:
        line.refuse("to", ProblemCode.EXEMPTION_TOO_LONG, days=EXEMPTION_DAYS)
    return ExemptionRow(
        file=line.file,
        row=line.row,
        enrolment=enrolment,
        from_on=first,
        to_on=last,
        reason=reason,
        withdrawn=bool(_yes_or_no(line, "withdrawn")),
        who=line.needed("who"),
    )


def _answer(line: Line) -> AnswerRow:
    line.needed("survey")
    line.needed("question")
    survey = line.one_of("survey", headers.SURVEY_WORDS, tuple(headers.SURVEYS), "")
    question = line.one_of("question", headers.QUESTION_WORDS, headers.QUESTIONS, "")
    is_checkin = survey == SurveyId.CHECKIN
    period = line.month("period") if is_checkin else line.get("period")
    if survey and not is_checkin and period:
        line.refuse("period", ProblemCode.PERIOD_NOT_EMPTY, survey=survey)
    if survey and question and question not in headers.ASKED[SurveyId(survey)]:
        line.refuse("question", ProblemCode.NOT_ASKED, question=question, survey=survey)
    return AnswerRow(
        file=line.file,
        row=line.row,
        survey=survey,
        period=period,
        question=question,
        value=_value(line, question),
        enrolment=line.reference("enrolment"),
        text=line.get("text"),
        answered_on=line.needed_day("answered_on"),
        mode=line.one_of("mode", headers.MODE_WORDS, tuple(headers.MODES), ""),
    )


def is_blank(kind: str, line: Line) -> bool:
    """Return whether a row was left to be filled in and is not: an answer that nobody has got (a call list)."""
    return kind == "answers" and not any(line.get(column) for column in ("value", "text", "answered_on"))


def _value(line: Line, question: str) -> int | None:
    """Read the value that answers a question; a comment has a text and no value."""
    if question == "comment":
        line.needed("text")
        if line.get("value"):
            line.refuse("value", ProblemCode.COMMENT_WITH_VALUE)
        return None
    if not question:
        return None
    line.needed("value")
    if question == "followup_held":
        return _one_or_zero(line, "value", ProblemCode.NOT_ONE_OR_ZERO)
    return line.number("value", 1, 5)


def _action_plan(line: Line) -> ActionPlanRow:
    line.needed("indicator")
    due_on, decided_on, done_on = line.needed_day("due_on"), line.needed_day("decided_on"), line.day("done_on")
    line.not_before("due_on", due_on, decided_on, "decided_on")
    line.not_before("done_on", done_on, decided_on, "decided_on")
    return ActionPlanRow(
        ref=line.reference("ref"),
        provider=line.reference("provider"),
        deficiency=line.needed("deficiency"),
        measures=line.needed("measures"),
        due_on=due_on,
        responsible=line.needed("responsible"),
        indicator=line.one_of("indicator", headers.INDICATOR_WORDS, tuple(headers.INDICATORS), ""),
        decided_on=decided_on,
        done_on=done_on,
        effect=line.get("effect"),
        file=line.file,
        row=line.row,
        missing=line.missing(headers.COLUMNS["actionplans"]),
    )


def _target(line: Line) -> TargetRow:
    line.needed("indicator")
    return TargetRow(
        file=line.file,
        row=line.row,
        indicator=line.one_of("indicator", headers.INDICATOR_WORDS, tuple(headers.INDICATORS), ""),
        year=line.year("year"),
        target=line.decimal("target", 0, 100),
    )


def _context(line: Line) -> ContextRow:
    return ContextRow(
        file=line.file,
        row=line.row,
        name=line.needed("name"),
        year=line.year("year"),
        value=line.decimal("value", -1e12, 1e12),
        unit=line.needed("unit"),
        source=line.needed("source"),
        date=line.needed_day("date"),
    )


BUILD: Mapping[str, Callable[[Line], RegisterRow]] = {
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
