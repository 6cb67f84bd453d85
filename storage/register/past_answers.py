"""Answers of earlier years, taken in from a file: each gets a closed occasion, as if it had been asked then."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time, timedelta
from typing import Any

from sqlalchemy import Row, bindparam, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert_ignore, upsert
from storage.errors import Problem, ProblemCode, UncountedCode
from storage.figures.counted_answers import CountedAnswers, RatedPoint, counted_answers
from storage.figures.measurements import DAYS_TO_START, RATINGS, SATISFIED
from storage.followups.calendar import OPEN_DAYS, first_day, open_days
from storage.register import lookups
from storage.register.rows import AnswerRow, problem
from storage.tables import answer, enrolment, occasion
from survey.codes import EndReason, Outcome, Reason, SurveyId

OVERALL, HELD, REASON = RATINGS[0], "followup_held", "reason"  # questions
COUNTED = (*RATINGS, HELD, REASON, "change_reason", "comment")  # the report has a figure, or themes, of them


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an occasion is unique on."""

    enrolment_id: int
    survey: str
    period: str


_ANSWERED = (
    update(occasion)
    .where(
        occasion.c.enrolment_id == bindparam("enrolment_id_"),
        occasion.c.survey == bindparam("survey_"),
        occasion.c.period == bindparam("period_"),
        occasion.c.opened_at.is_(None),
    )
    .values(
        opened_at=bindparam("at_", type_=occasion.c.opened_at.type),
        closed_at=bindparam("at_", type_=occasion.c.opened_at.type),
        outcome=Outcome.COMPLETED,
        reason=Reason.IMPORTED,
    )
)


async def save(
    conn: AsyncConnection, rows: Sequence[AnswerRow], today: date, problems: list[Problem]
) -> dict[str, int]:
    """Save answers, and the occasions that they belong to.

    Args:
        conn: the caller's transaction, in which the files' enrolments are stored already.
        rows: the answers of the files.
        today: the unit's own day.
        problems: gets what is wrong with the rows. With any problem nothing is saved.

    Returns:
        The ids of the enrolments that the answers are about, by the unit's own numbers.
    """
    enrolments = await lookups.stored(conn, enrolment, (row.enrolment for row in rows))
    problems += [wrong for row in rows for wrong in _wrong(row, enrolments[row.enrolment], today)]
    if problems or not rows:
        return {}
    ids = {ref: each.id for ref, each in enrolments.items()}
    asked = {row: _Asked(ids[row.enrolment], row.survey, row.period) for row in rows}
    enrolment_ids = {each.enrolment_id for each in asked.values()}
    await _add_occasions(conn, {each: row.answered_on for row, each in asked.items()}, enrolment_ids)
    occasion_ids = await _occasions(conn, enrolment_ids)
    values = [
        {
            "occasion_id": occasion_ids[each],
            "question": row.question,
            "value": row.value,
            "text": row.text or None,
            "skipped": 0,
            "version": 0,
            "answered_at": _noon(row.answered_on),
            "mode": row.mode,
        }
        for row, each in asked.items()
    ]
    await upsert(conn, answer, ("occasion_id", "question"), values)
    return ids


def _wrong(row: AnswerRow, about: Row[Any], today: date) -> Iterable[Problem]:
    """Yield what is wrong with an answer about an enrolment: its day, or the point that it answers."""
    if row.answered_on > today:
        yield problem(row, "answered_on", ProblemCode.DAY_IN_FUTURE)
    if row.answered_on < about.started_on:
        values = {"day": row.answered_on, "other": "started_on", "first": about.started_on}
        yield problem(row, "answered_on", ProblemCode.DAY_BEFORE, **values)
    if row.survey == SurveyId.CHECKIN:
        if open_days(row.period, about.started_on, about.ended_on) == 0:
            yield problem(row, "period", ProblemCode.NOT_OPEN_IN_MONTH, month=row.period)
        elif about.started_on <= row.answered_on < first_day(row.period):
            values = {"day": row.answered_on, "other": "period", "first": first_day(row.period)}
            yield problem(row, "answered_on", ProblemCode.DAY_BEFORE, **values)
    elif row.survey == SurveyId.START:
        point_on = about.started_on + timedelta(days=DAYS_TO_START)
        if about.ended_on is not None and about.ended_on <= point_on:
            yield problem(row, "survey", ProblemCode.ENDED_BEFORE_START_POINT, day=about.ended_on)
        elif point_on > today:
            yield problem(row, "survey", ProblemCode.POINT_IN_FUTURE, day=point_on)
    elif about.ended_on is None:
        yield problem(row, "survey", ProblemCode.NOT_ENDED)
    elif about.end_reason == EndReason.DEATH:
        yield problem(row, "survey", ProblemCode.ENDED_BY_DEATH)
    elif about.ended_on > today:
        yield problem(row, "survey", ProblemCode.POINT_IN_FUTURE, day=about.ended_on)


async def uncounted(
    conn: AsyncConnection, rows: Sequence[AnswerRow], ids: Mapping[str, int]
) -> tuple[Problem, ...]:
    """Return the rows that are taken in and count in no figure, and why: the codes are of UncountedCode.

    Comments are left out: staff read them, and code their themes.

    Args:
        conn: the transaction in which the answers have been saved and the measurements refreshed.
        rows: the answers of the files.
        ids: their enrolments by the unit's own numbers.
    """
    months = [(ids[row.enrolment], row.period) for row in rows if row.question == HELD]
    known = await counted_answers(conn, ids.values(), months)
    return tuple(
        Problem(row.file, row.row, row.question, code)
        for row in rows
        for code in _why(row, ids[row.enrolment], known)
    )


def _why(row: AnswerRow, enrolment_id: int, known: CountedAnswers) -> Iterator[UncountedCode]:
    """Yield why an answer counts nowhere; nothing when it counts."""
    if row.question not in COUNTED:
        yield UncountedCode.NO_FIGURE
    elif row.survey == SurveyId.CHECKIN:
        month = (enrolment_id, row.period)
        if row.question == HELD and known.days.get(month, OPEN_DAYS) < OPEN_DAYS:
            yield UncountedCode.FEW_DAYS
        elif row.question == HELD and month in known.exempt:
            yield UncountedCode.EXEMPT
    elif row.question in RATINGS:
        if RatedPoint(enrolment_id, row.survey, row.question) not in known.anywhere:
            yield UncountedCode.LATER_ENROLMENT
    elif row.question == REASON:
        overall = known.overall.get((enrolment_id, row.survey))
        if overall is None:
            yield UncountedCode.NO_RATING
        elif overall >= SATISFIED:
            yield UncountedCode.SATISFIED
        elif RatedPoint(enrolment_id, row.survey, OVERALL) not in known.in_year:
            yield UncountedCode.LATER_ENROLMENT


async def _add_occasions(conn: AsyncConnection, asked: Mapping[_Asked, date], enrolment_ids: set[int]) -> None:
    """Add a closed occasion for each survey that was asked on a day.

    One that is there and was never opened, because staff were to ask, is answered with it. Others stay as they are.
    """
    customers = await _customers(conn, enrolment_ids)
    values = []
    for each, day in asked.items():
        at = _noon(day)
        values.append(
            {
                "enrolment_id": each.enrolment_id,
                "customer_id": customers[each.enrolment_id],
                "survey": each.survey,
                "period": each.period,
                "due_at": at,
                "expires_at": at,
                "look_at": at,
                "opened_at": at,
                "closed_at": at,
                "outcome": Outcome.COMPLETED,
                "reason": Reason.IMPORTED,
            }
        )
    await insert_ignore(conn, occasion, values)
    answered = [
        {
            "enrolment_id_": each["enrolment_id"],
            "survey_": each["survey"],
            "period_": each["period"],
            "at_": each["closed_at"],
        }
        for each in values
    ]
    if answered:
        await conn.execute(_ANSWERED, answered)


async def _customers(conn: AsyncConnection, enrolment_ids: set[int]) -> dict[int, int]:
    found: dict[int, int] = {}
    for chunk in chunks(sorted(enrolment_ids)):
        rows = await conn.execute(select(enrolment.c.id, enrolment.c.customer_id).where(enrolment.c.id.in_(chunk)))
        found |= {row.id: row.customer_id for row in rows}
    return found


async def _occasions(conn: AsyncConnection, enrolment_ids: set[int]) -> dict[_Asked, int]:
    """Return the ids of all occasions of these enrolments."""
    o = occasion.c
    found: dict[_Asked, int] = {}
    for chunk in chunks(sorted(enrolment_ids)):
        rows = await conn.execute(select(o.id, o.enrolment_id, o.survey, o.period).where(o.enrolment_id.in_(chunk)))
        found |= {_Asked(row.enrolment_id, row.survey, row.period): row.id for row in rows}
    return found


def _noon(day: date) -> datetime:
    """Return a moment of the day: a file says no more than the day on which somebody answered."""
    return datetime.combine(day, time(12), UTC)
