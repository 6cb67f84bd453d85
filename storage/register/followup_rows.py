"""Follow-ups that come as a file: the rows go through storage/followups/recording.py, all of them or none."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import date, datetime

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followups import recording
from storage.followups.rows import FollowupRow
from storage.register.cells import Problem
from storage.register.headers import COLUMNS
from storage.register.rows import RegisterBatch

OTHER = "den ska bara ha uppföljningar: kolumnerna insats, månad och datum"


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
    except recording.Refused as refused:
        return [
            Problem(
                rows[each.place].file,
                rows[each.place].row,
                each.field,
                each.sentence[:1].lower() + each.sentence[1:].rstrip("."),
            )
            for each in refused.refusals
        ]
    return []


def unfit(batch: RegisterBatch) -> list[Problem]:
    """What is wrong with a file that a provider hands in, before its rows are looked at."""
    if batch.problems:
        return list(batch.problems)
    if any(getattr(batch, kind) for kind in COLUMNS if kind != "followups"):
        return [Problem("filen", 0, "", OTHER)]
    return [] if batch.followups else [Problem("filen", 0, "", "den har inga rader")]


def in_swedish(problem: Problem) -> Problem:
    """The problem with its column as a Swedish file calls it."""
    aliases = COLUMNS["followups"].get(problem.column, ())
    return replace(problem, column=aliases[0]) if aliases else problem
