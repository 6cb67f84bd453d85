"""Answers of earlier years, taken in from a file: each gets a closed occasion, as if it had been asked then."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, time

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert_ignore, upsert
from storage.errors import Problem, ProblemCode
from storage.register.rows import AnswerRow, problem
from storage.tables import answer, enrolment, occasion
from survey.codes import Outcome, Reason


@dataclass(frozen=True, slots=True)
class _Asked:
    """What an occasion is unique on."""

    enrolment_id: int
    survey: str
    period: str


async def save(
    conn: AsyncConnection, rows: Sequence[AnswerRow], ids: Mapping[str, int], problems: list[Problem]
) -> set[int]:
    """Save answers, and the occasions that they belong to.

    Args:
        conn: the caller's transaction.
        rows: the answers of the files.
        ids: the enrolments' ids by the unit's own numbers.
        problems: gets what is wrong with the rows. With any problem nothing is saved.

    Returns:
        The ids of the enrolments that the answers are about.
    """
    problems += [
        problem(row, "enrolment", ProblemCode.UNKNOWN_ENROLMENT, ref=row.enrolment)
        for row in rows
        if row.enrolment not in ids
    ]
    if problems or not rows:
        return set()
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
        }
        for row, each in asked.items()
    ]
    await upsert(conn, answer, ("occasion_id", "question"), values)
    return enrolment_ids


async def _add_occasions(conn: AsyncConnection, asked: Mapping[_Asked, date], enrolment_ids: set[int]) -> None:
    """Add a closed occasion for each survey that was asked on a day; one that is there stays as it is."""
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
