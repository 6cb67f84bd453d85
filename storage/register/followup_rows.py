"""Follow-ups that come as a file: recorded by storage/followups/recording.py, all of them or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import Problem, ProblemCode, RecordingRefused
from storage.followups import recording
from storage.followups.rows import FollowupRow
from storage.register.rows import RegisterBatch


async def record(
    conn: AsyncConnection, rows: Sequence[FollowupRow], author: recording.Author, today: date, now: datetime
) -> list[Problem]:
    """Record follow-ups in the caller's transaction.

    Returns:
        What is wrong with the rows; with any problem nothing was recorded.
    """
    try:
        await recording.record(conn, [_entry(row) for row in rows], author, today, now)
    except RecordingRefused as refused:
        return [
            Problem(rows[each.place].file, rows[each.place].row, each.field, each.code, each.values)
            for each in refused.refusals
        ]
    return []


def _entry(row: FollowupRow) -> recording.Entry:
    return recording.Entry(
        enrolment=row.enrolment,
        month=row.month,
        held_on=row.held_on,
        form=row.form,
        from_plan=row.from_plan,
        plan_changed=row.plan_changed,
        activities=row.activities,
        next_step=row.next_step,
    )


def unfit(batch: RegisterBatch, file: str) -> list[Problem]:
    """Return what is wrong with a provider's file, printed as ``file``, before its rows are looked at."""
    if batch.problems:
        return list(batch.problems)
    if replace(batch, followups=()) != RegisterBatch():
        return [Problem(file, 0, "", ProblemCode.NOT_ONLY_FOLLOWUPS)]
    return [] if batch.followups else [Problem(file, 0, "", ProblemCode.NO_ROWS)]
