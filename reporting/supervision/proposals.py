"""Propose providers for watch from what is stored, and open a case for each, so that staff decide."""

from datetime import date, datetime, timedelta

from reporting.supervision.watch import Proposal, propose
from storage.cases import opening
from storage.database.engine import Connection, Database
from storage.followups import enrolment_months
from storage.followups.calendar import month_of
from storage.supervision import evidence
from survey.codes import CaseKind

DAYS = 365  # looked at, until today
QUIET = timedelta(days=90)  # after a case, in which the same provider opens no other


async def proposals(conn: Connection, today: date) -> list[Proposal]:
    """Return the providers that are proposed ``today``, without those that are under watch already."""
    since = today - timedelta(days=DAYS)
    found = propose(
        await evidence.satisfaction(conn, since),
        await enrolment_months.denials(conn, month_of(since), month_of(today)),
        await evidence.broken_promises(conn, since),
    )
    watched = {each.provider for each in await evidence.watches(conn, today, today) if each.lifted_on is None}
    return [each for each in found if each.provider not in watched]


async def open_cases(db: Database, today: date, now: datetime) -> int:
    """Open a case for each provider that is proposed, and return how many.

    Args:
        today: the unit's own day.
    """
    async with db.begin() as conn:
        texts = {each.provider: " ".join(each.grounds) for each in await proposals(conn, today)}
        return await opening.add_patterns(conn, CaseKind.WATCH, texts, QUIET, now, today)
