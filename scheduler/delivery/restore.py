"""Settle a database that came back from a copy, before anything is sent: nothing that may have left is sent again.

Theory of operation and statements: storage/delivery/restoration.py.
"""

import logging
from dataclasses import dataclass
from datetime import datetime, timedelta

from scheduler.planning.hours import SendWindow
from scheduler.planning.planner import Planner
from scheduler.planning.rules import Rules
from storage.database.engine import Database
from storage.delivery import restoration
from survey.codes import Reason, because

log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Settled:
    """How many messages and contacts were ended, because they may have been sent after the copy was made."""

    messages: int
    contacts: int


async def settle(db: Database, planner: Planner, rules: Rules, window: SendWindow, now: datetime) -> Settled | None:
    """Deal with a restoration, once; return None when this database is no copy that came back.

    Lost are the hours from the copy until the old system stopped; until ``now`` where nobody has said when. Every
    message that waited when the copy was made may have left in them, and is ended. Every contact that was due in
    them may have been made, where the send window was open in them, and is ended too, and so is the reminder of a
    conversation: rather one question too few than the same one twice. Each has the reason ``restored``.
    """
    async with db.read() as conn:
        found = await restoration.unsettled(conn)
    if found is None:
        return None
    until = min(found.stopped_at or now, now)
    await planner.plan(until)  # what fell due by then, as the old system knew it
    reason = because(Reason.RESTORED, f"{found.copied_at.astimezone(window.zone):%Y-%m-%d %H:%M}")
    contacts = 0
    async with db.begin() as conn:
        if await restoration.unsettled(conn) is None:  # another process was quicker
            return None
        messages = await restoration.withdraw_messages(conn, reason, now)
        if window.next_open(found.copied_at) <= until:
            contacts = await restoration.withdraw_contacts(conn, until, reason, now)
            after = timedelta(days=rules.remind_after)
            await restoration.withdraw_reminders(conn, found.copied_at - after, until - after, reason, now)
        await restoration.settled(conn, now)
    log.warning("restored from a copy: %d messages and %d contacts are not sent again", messages, contacts)
    return Settled(messages, contacts)
