"""Follow-ups that come as a file: the rows go through storage/followups/recording.py, all of them or none."""

from collections.abc import Sequence
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import Problem, ProblemCode, RecordingRefused
from storage.followups import recording
from storage.followups.rows import FollowupRow
from storage.register.headers import COLUMNS
from storage.register.rows import RegisterBatch


async def record(
    conn: AsyncConnection, rows: Sequence[FollowupRow], author: recording.Author, today: date, now: datetime
) -> list[Problem]:
    """Record ``rows`` in the caller's transaction; with problems nothing is recorded."""
    entries = [
        recording.Entry(
            row.enrolment,
            row.month,
            row.held_on,
            row.form,
            row.from_plan,
            row.plan_changed,
            row.activities,
            row.next_step,
        )
        for row in rows
    ]
    try:
        await recording.record(conn, entries, author, today, now)
    except RecordingRefused as refused:
        return [
            Problem(
                rows[each.place].file,
                rows[each.place].row,
                each.field,
                each.code,
                each.values,
            )
            for each in refused.refusals
        ]
    return []


def unfit(batch: RegisterBatch, file: str) -> list[Problem]:
    """Return what is wrong with a provider's file, printed as ``file``, before its rows are looked at."""
    if batch.problems:
        return list(batch.problems)
    if any(getattr(batch, kind) for kind in COLUMNS if kind != "followups"):
        return [Problem(file, 0, "", ProblemCode.NOT_ONLY_FOLLOWUPS)]
    return [] if batch.followups else [Problem(file, 0, "", ProblemCode.NO_ROWS)]
