"""Providers that are proposed for watch: found in what is stored, and told to staff by a case."""

from datetime import date, datetime, timedelta

from reporting.watch import Proposal, propose
from storage import cases, enrolmentmonths, supervision
from storage.calendarmonths import month_of
from storage.database import Connection, Database

KIND = "watch"
DAYS = 365  # that are looked at
QUIET = timedelta(days=90)  # after a case the same provider opens no other


async def proposals(conn: Connection, today: date) -> list[Proposal]:
    """The providers that are proposed today: those that are not under watch already."""
    since = today - timedelta(days=DAYS)
    found = propose(
        await supervision.satisfaction(conn, since),
        await enrolmentmonths.denials(conn, month_of(since), month_of(today)),
        await supervision.broken_promises(conn, since),
    )
    watched = {each.provider for each in await supervision.watches(conn, today, today) if each.lifted_on is None}
    return [each for each in found if each.provider not in watched]


async def open_cases(db: Database, today: date, now: datetime) -> int:
    """Open a case for each provider that is proposed; how many."""
    async with db.begin() as conn:
        texts = {each.provider: " ".join(each.grounds) for each in await proposals(conn, today)}
        return await cases.add_patterns(conn, KIND, texts, QUIET, now)
