"""Mend what a clock has left behind that was ahead for a while and is right again.

Everything is stored with times. A clock that was a day ahead leaves messages that may not leave before tomorrow,
and leases that end tomorrow. What lies so far ahead that a right clock would not have written it is due now.
"""

from datetime import datetime, timedelta

from sqlalchemy import and_, or_, update

from storage.database.engine import Connection
from storage.tables import outbox
from survey.codes import Reason

TOLERATED = timedelta(minutes=1)  # by which the clocks of several machines may differ
LONGEST_RETRY = timedelta(hours=1)  # a message that is tried again waits for some minutes


async def mend(conn: Connection, lease: timedelta, now: datetime) -> int:
    """Let messages leave, and leases end, that a clock that was ahead holds back; return how many.

    Args:
        conn: the caller's transaction.
        lease: how long a claimed message is a process's own.
        now: aware.
    """
    o = outbox.c
    ahead = and_(o.created_at > now + TOLERATED, o.not_before > now)
    retried = and_(o.reason.like(f"{Reason.RETRY.value}:%"), o.not_before > now + LONGEST_RETRY)
    waiting = update(outbox).where(o.state == "queued", or_(ahead, retried)).values(not_before=now)
    leased = update(outbox).where(o.state.in_(("sending", "unknown")), o.lease_until > now + lease + TOLERATED)
    asked = update(outbox).where(o.state == "unknown", o.settled_at.is_(None), o.not_before > now + LONGEST_RETRY)
    mended = 0
    for statement in (waiting, leased.values(lease_until=now), asked.values(not_before=now)):
        mended += (await conn.execute(statement)).rowcount
    return mended
