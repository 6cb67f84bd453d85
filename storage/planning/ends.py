"""Ends that were entered by mistake: their question is set aside, so that the true end is asked about.

An end is asked about once, in the occasion (enrolment, ``end``, no period). When the register takes an end back
whose question has been asked, that occasion gets the mistaken day as its period: it stays on record with what was
answered, stands for no measurement point, and leaves the place free for the end that comes true.
"""

from collections.abc import Collection, Mapping
from datetime import date, datetime

from sqlalchemy import func, select, update

from storage.database.engine import Connection
from storage.database.statements import chunks
from storage.planning import occasions, open_sessions
from storage.tables import occasion, session
from survey.codes import Outcome, Reason, SurveyId
from survey.conversation import flow
from survey.conversation.model import Session


async def set_aside(conn: Connection, taken_back: Mapping[int, date], now: datetime) -> list[int]:
    """Set the asked questions of mistaken ends aside; return the ids of the enrolments that had one.

    Args:
        conn: the caller's transaction.
        taken_back: by enrolment id, the end that is no longer in the register.
        now: when it was taken back (aware).
    """
    o = occasion.c
    found = []
    for some in chunks(sorted(taken_back)):
        earlier = await mistaken(conn, some)
        rows = await conn.execute(
            select(o.id, o.enrolment_id, session.c.state, session.c.is_open)
            .outerjoin(session, session.c.occasion_id == o.id)
            .where(o.enrolment_id.in_(some), o.survey == SurveyId.END, o.period == "", o.opened_at.is_not(None))
        )
        for row in rows.all():
            number = earlier.get(row.enrolment_id, 0) + 1
            day = taken_back[row.enrolment_id].isoformat()
            period = day if number == 1 else f"{day}/{number}"  # the same mistake may be made again
            await conn.execute(update(occasion).where(o.id == row.id).values(period=period))
            if row.is_open:
                await _end(conn, row.id, Session.from_json(row.state), now)
            found.append(row.enrolment_id)
    return found


async def _end(conn: Connection, occasion_id: int, kept: Session, now: datetime) -> None:
    """End the conversation about a mistaken end. What was answered in it is no more than on record."""
    outcome = Outcome.PARTIAL if flow.given(kept.values) else Outcome.CANCELLED
    await open_sessions.close(conn, {occasion_id: flow.close(kept, outcome, now).to_json()})
    await occasions.close(conn, [(occasion_id, outcome, Reason.NOT_ENDED)], now)


async def mistaken(conn: Connection, enrolments: Collection[int]) -> dict[int, int]:
    """Return by enrolment id how many mistaken ends have been asked about, where there are any."""
    o = occasion.c
    found: dict[int, int] = {}
    for some in chunks(sorted(enrolments)):
        rows = await conn.execute(
            select(o.enrolment_id, func.count())
            .where(o.enrolment_id.in_(some), o.survey == SurveyId.END, o.period != "")
            .group_by(o.enrolment_id)
        )
        found |= {row[0]: row[1] for row in rows}
    return found
