"""Cases: what a person at the unit must look at, and by when."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.tables import case, provider

# Working days until the customer is to hear from us, as the phrases promise (packs: complaint_received,
# contact_promised). A case of danger, or of a channel that is paused, is for the same day.
DUE = {
    "complaint": 10,
    "contact": 5,
    "danger": 0,
    "unclear_stop": 1,
    "wrong_number": 5,
    "handover": 5,
    "list": 1,
    "channel": 0,
}


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a customer. ``kind`` is a key of storage.cases.kinds.KINDS; ``status`` is open or closed."""

    id: int
    kind: str
    channel: str
    opened_at: datetime
    due_on: date | None
    urgent: bool
    status: str


def opened(
    kind: str,
    text: str,
    now: datetime,
    *,
    urgent: bool = False,
    customer_id: int | None = None,
    provider_id: int | None = None,
    address_id: int | None = None,
    occasion_id: int | None = None,
    channel: str = "",
) -> dict[str, Any]:
    """The row of a new case: of whom or what it is about, and who wrote, as far as that is known."""
    return {
        "customer_id": customer_id,
        "provider_id": provider_id,
        "address_id": address_id,
        "occasion_id": occasion_id,
        "kind": kind,
        "text": text,
        "channel": channel,
        "opened_at": now,
        "due_on": working_day(now.date(), DUE.get(kind, max(DUE.values()))),
        "urgent": int(urgent),
        "status": "open",
    }


async def add(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new cases."""
    await insert(conn, case, rows)


async def add_patterns(
    conn: AsyncConnection, kind: str, texts: Mapping[str, str], quiet: timedelta, now: datetime
) -> int:
    """Open a case about each provider in ``texts`` (by reference) that had none of this kind for the time
    ``quiet``; how many. The provider's name is put before the text."""
    c, p = case.c, provider.c
    recent = select(c.provider_id).where(c.kind == kind, c.opened_at >= now - quiet, c.provider_id.is_not(None))
    rows = await conn.execute(
        select(p.id, p.ref, p.name).where(p.ref.in_(list(texts)), p.id.not_in(recent)).order_by(p.ref)
    )
    made = [opened(kind, f"{row.name}: {texts[row.ref]}", now, provider_id=row.id) for row in rows]
    await add(conn, made)
    return len(made)


async def put_right(conn: AsyncConnection, kind: str, channel: str, now: datetime) -> None:
    """Close the open cases of this kind about a channel: what they are about has mended itself."""
    ended = {"status": "closed", "outcome": "put_right", "closed_at": now, "closed_by": "tjänsten"}
    of_it = and_(case.c.kind == kind, case.c.channel == channel, case.c.status == "open")
    await conn.execute(update(case).where(of_it).values(**ended))


def working_day(day: date, days: int) -> date:
    """The working day that comes ``days`` working days after ``day``, Swedish public holidays aside."""
    while days:
        day += timedelta(days=1)
        days -= day.weekday() < 5 and day not in _holidays(day.year)
    return day


@cache
def _holidays(year: int) -> frozenset[date]:
    from holidays.countries.sweden import Sweden  # a quarter of a second: only where a case is opened

    return frozenset(Sweden(years=year, include_sundays=False, categories=("public", "de_facto")))


async def of_customer(conn: AsyncConnection, customer_id: int) -> list[Case]:
    """The cases of a customer, oldest first."""
    rows = await conn.execute(
        select(
            case.c.id,
            case.c.kind,
            case.c.channel,
            case.c.opened_at,
            case.c.due_on,
            case.c.urgent,
            case.c.status,
        )
        .where(case.c.customer_id == customer_id)
        .order_by(case.c.opened_at, case.c.id)
    )
    return [
        Case(row.id, row.kind, row.channel, row.opened_at, row.due_on, bool(row.urgent), row.status) for row in rows
    ]
