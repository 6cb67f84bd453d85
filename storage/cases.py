"""Cases: what a person at the unit must look at, and by when."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from functools import cache
from typing import Any

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import insert
from storage.tables import case

# Working days until the customer is to hear from us, as the phrases promise (packs: complaint_received,
# contact_promised). A case of danger is for the same day.
DUE = {"complaint": 10, "contact": 5, "danger": 0, "unclear_stop": 1, "wrong_number": 5, "handover": 5, "list": 1}


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a customer. ``kind`` is a key of storage.casekinds.KINDS; ``status`` is open or closed."""

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
    *,
    urgent: bool,
    customer_id: int | None,
    address_id: int,
    occasion_id: int | None,
    channel: str,
    now: datetime,
) -> dict[str, Any]:
    """The row of a new case."""
    return {
        "customer_id": customer_id,
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


def about_provider(
    kind: str, text: str, provider_id: int, now: datetime, customer_id: int | None = None
) -> dict[str, Any]:
    """The row of a new case that the system itself opens about a provider."""
    return {
        "customer_id": customer_id,
        "provider_id": provider_id,
        "kind": kind,
        "text": text,
        "channel": "",
        "opened_at": now,
        "due_on": working_day(now.date(), DUE.get(kind, max(DUE.values()))),
        "urgent": 0,
        "status": "open",
    }


async def add(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new cases."""
    await insert(conn, case, rows)


async def opened_since(conn: AsyncConnection, kind: str, since: datetime) -> set[int]:
    """The providers about which a case of this kind was opened at or after ``since``."""
    c = case.c
    rows = await conn.execute(
        select(c.provider_id).where(c.kind == kind, c.opened_at >= since, c.provider_id.is_not(None))
    )
    return set(rows.scalars())


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
