"""Cases that are opened: what a person at the unit must look at, and by when. Others are in handling.py."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.cases import deadlines
from storage.database.statements import insert
from storage.tables import case, provider
from survey.codes import CaseKind, CaseOutcome
from survey.plain_text import plain

SERVICE = "service"  # who closes a case that has mended itself


@dataclass(frozen=True, slots=True)
class Case:
    """One case of a customer. ``kind`` is a CaseKind; ``status`` is open or closed."""

    id: int
    kind: str
    channel: str
    opened_at: datetime
    due_on: date | None
    urgent: bool
    status: str


def opened(
    kind: CaseKind,
    text: str,
    now: datetime,
    today: date,
    *,
    urgent: bool = False,
    customer_id: int | None = None,
    provider_id: int | None = None,
    address_id: int | None = None,
    occasion_id: int | None = None,
    channel: str = "",
    promised: int | None = None,
) -> dict[str, Any]:
    """Return the row of a new case: of whom or what it is about, and who wrote, as far as that is known.

    Args:
        kind: what it is about; it decides the deadline.
        text: what the customer wrote, or what was found. Of a paused channel, the provider's code alone.
        now: when it is opened (aware).
        today: the unit's own day at ``now``, from which the deadline counts.
        urgent: whether it comes before all others.
        customer_id: the customer, where it is known which one.
        provider_id: the provider, where the case is about one.
        address_id: the address that the message came from.
        occasion_id: the conversation in which it was written.
        channel: how it came, or the channel that the case is about.
        promised: the working days in which the customer was promised an answer; None where nothing was promised.
    """
    return {
        "customer_id": customer_id,
        "provider_id": provider_id,
        "address_id": address_id,
        "occasion_id": occasion_id,
        "kind": kind,
        "text": plain(text, lines=True),
        "channel": channel,
        "opened_at": now,
        "due_on": deadlines.due_on(kind, today, promised),
        "urgent": int(urgent),
        "status": "open",
    }


async def add(conn: AsyncConnection, rows: Sequence[dict[str, Any]]) -> None:
    """Store new cases."""
    await insert(conn, case, rows)


async def add_patterns(
    conn: AsyncConnection, kind: CaseKind, texts: Mapping[str, str], quiet: timedelta, now: datetime, today: date
) -> int:
    """Open a case about each provider that had none of this kind for a while; return how many were opened.

    Args:
        conn: the caller's transaction.
        kind: what the cases are about.
        texts: what was found, by the provider's number. The provider's name is put before it.
        quiet: for how long after a case no other is opened.
        now: when the cases are opened (aware).
        today: the unit's own day at ``now``.
    """
    c, p = case.c, provider.c
    recent = select(c.provider_id).where(c.kind == kind, c.opened_at >= now - quiet, c.provider_id.is_not(None))
    rows = await conn.execute(
        select(p.id, p.ref, p.name).where(p.ref.in_(list(texts)), p.id.not_in(recent)).order_by(p.ref)
    )
    made = [opened(kind, f"{row.name}: {texts[row.ref]}", now, today, provider_id=row.id) for row in rows]
    await add(conn, made)
    return len(made)


async def put_right(conn: AsyncConnection, kind: CaseKind, channel: str, now: datetime) -> None:
    """Close the open cases of this kind about a channel: what they are about has mended itself."""
    ended = {"status": "closed", "outcome": CaseOutcome.PUT_RIGHT, "closed_at": now, "closed_by": SERVICE}
    of_it = and_(case.c.kind == kind, case.c.channel == channel, case.c.status == "open")
    await conn.execute(update(case).where(of_it).values(**ended))


async def of_customer(conn: AsyncConnection, customer_id: int) -> list[Case]:
    """Return the cases of a customer, oldest first."""
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
