"""A database that came back from a copy: what is known of the copy, and what it must not send again.

Theory of operation. `followup backup` writes a row into the copy's ``restoration`` table; for a copy made with
another tool, `followup restored --copied-at` writes it with `announce`. While a row is not settled nothing may be
sent, because a message that waits in the copy may have been sent after the copy was made.
scheduler/delivery/restore.py decides what to withdraw, withdraws it with the statements below, and settles the
rows, all in one transaction. After a crash before the commit the rows are still unsettled, and the next start does
the same again.
"""

from dataclasses import dataclass
from datetime import datetime

from sqlalchemy import insert, select, update

from storage.database.engine import Connection
from storage.database.statements import insert_ignore
from storage.delivery.outbox import REMINDER, new_reference
from storage.tables import address, occasion, outbox, restoration, session


@dataclass(frozen=True, slots=True)
class Restoration:
    """A database that came back from a copy.

    Attributes:
        copied_at: when the copy was made.
        stopped_at: when the system that was copied sent its last message; None where nobody has said.
    """

    copied_at: datetime
    stopped_at: datetime | None


async def unsettled(conn: Connection) -> Restoration | None:
    """Return the restoration that has not been dealt with, the oldest copy's where there are several."""
    row = (
        await conn.execute(
            select(restoration.c.copied_at, restoration.c.stopped_at)
            .where(restoration.c.settled_at.is_(None))
            .order_by(restoration.c.copied_at)
            .limit(1)
            .with_for_update()
        )
    ).first()
    return None if row is None else Restoration(row.copied_at, row.stopped_at)


async def lost_times(conn: Connection) -> list[tuple[datetime, datetime]]:
    """Return the times of which this database knows nothing: from each copy until the system went on with it."""
    r = restoration.c
    rows = await conn.execute(select(r.copied_at, r.settled_at).where(r.settled_at.is_not(None)))
    return [(row.copied_at, row.settled_at) for row in rows]


async def announce(conn: Connection, copied_at: datetime) -> None:
    """Note that this database is a copy made at ``copied_at``; for copies that other tools have made."""
    await conn.execute(insert(restoration).values(copied_at=copied_at))


async def set_stopped(conn: Connection, stopped_at: datetime) -> None:
    """Note when the system that was copied sent its last message."""
    await conn.execute(update(restoration).where(restoration.c.settled_at.is_(None)).values(stopped_at=stopped_at))


async def withdraw_messages(conn: Connection, reason: str, now: datetime) -> int:
    """End every message that waits or may have been sent, and return how many.

    Their conversations stay open, because the customer may have the question and answer it.
    """
    done = await conn.execute(
        update(outbox)
        .where(outbox.c.settled_at.is_(None), outbox.c.state.in_(("queued", "sending", "unknown")))
        .values(state="expired", reason=reason, lease_until=None, settled_at=now)
    )
    return int(done.rowcount)


async def withdraw_contacts(conn: Connection, until: datetime, reason: str, now: datetime) -> int:
    """End every occasion that may have been opened by ``until``, and return how many."""
    done = await conn.execute(
        update(occasion)
        .where(occasion.c.opened_at.is_(None), occasion.c.outcome == "", occasion.c.look_at <= until)
        .values(outcome="expired", reason=reason, closed_at=now)
    )
    return int(done.rowcount)


async def withdraw_reminders(
    conn: Connection, opened_after: datetime, opened_by: datetime, reason: str, now: datetime
) -> None:
    """Take the place of the one reminder of each open conversation that was opened between the two times.

    The reminder's key is unique in the outbox, so that an ended message with that key keeps it from being sent.
    """
    rows = await conn.execute(
        select(session.c.occasion_id, session.c.address_id, address.c.channel)
        .join(address, address.c.id == session.c.address_id)
        .where(session.c.is_open == 1, session.c.opened_at > opened_after, session.c.opened_at <= opened_by)
    )
    ended = {"say": "{}", "state": "expired", "reason": reason, "attempts": 0, "status": "", "settled_at": now}
    times = {"created_at": now, "not_before": now, "expires_at": now}
    reminders = [
        {
            "key": f"{row.occasion_id}{REMINDER}",
            "reference": new_reference(),
            "occasion_id": row.occasion_id,
            "address_id": row.address_id,
            "channel": row.channel,
            **ended,
            **times,
        }
        for row in rows
    ]
    await insert_ignore(conn, outbox, reminders)


async def settled(conn: Connection, now: datetime) -> None:
    """Note that every restoration has been dealt with."""
    await conn.execute(update(restoration).where(restoration.c.settled_at.is_(None)).values(settled_at=now))
