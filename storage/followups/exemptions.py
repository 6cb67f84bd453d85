"""Months in which no follow-up is asked for: illness, parental leave, holiday agreed in the plan.

An exemption is a time with a reason and the one who decided. It is turned into exempt months, which every count
leaves out: a calendar month is exempt when fewer than 15 of the days on which the enrolment is open lie outside
its exemptions, so that two weeks of holiday leave a month as it was.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert, upsert
from storage.followups.calendar import OPEN_DAYS, month_of, open_days
from storage.followups.rows import ExemptionRow
from storage.tables import enrolment, exempt_month, exemption, occasion


@dataclass(frozen=True, slots=True)
class Replaced:
    """An exemption that was stored until ``to_on``, and the row that changed it or took it back."""

    row: ExemptionRow
    customer_id: int
    to_on: date


@dataclass(frozen=True, slots=True)
class Saved:
    """What became of the rows of a file.

    Attributes:
        unknown: rows that take back an exemption that is not there. With any of them nothing was stored.
        replaced: the exemptions that are no longer as they were, for the audit trail.
    """

    unknown: tuple[ExemptionRow, ...] = ()
    replaced: tuple[Replaced, ...] = ()


async def save(conn: AsyncConnection, rows: Sequence[ExemptionRow], ids: Mapping[str, int], now: datetime) -> Saved:
    """Store exemptions, in the caller's transaction.

    A row with the enrolment and first day of a stored exemption replaces it, or takes it back.

    Args:
        conn: the caller's transaction.
        rows: the rows of a register file.
        ids: the enrolments' ids by the unit's own numbers.
        now: the time of the registration.
    """
    stored = await _stored(conn, [ids[row.enrolment] for row in rows])
    before = {row: stored.get((ids[row.enrolment], row.from_on)) for row in rows}
    unknown = tuple(row for row in rows if row.withdrawn and before[row] is None)
    if unknown:
        return Saved(unknown=unknown)
    kept = [_values(row, ids[row.enrolment], now) for row in rows if not row.withdrawn]
    await upsert(conn, exemption, ("enrolment_id", "from_on"), kept)
    x = exemption.c
    for row in rows:
        if row.withdrawn:
            here = and_(x.enrolment_id == ids[row.enrolment], x.from_on == row.from_on)
            await conn.execute(exemption.delete().where(here))
    return Saved(
        replaced=tuple(
            Replaced(row, old.customer_id, old.to_on)
            for row, old in before.items()
            if old is not None and (row.withdrawn or old.to_on != row.to_on)
        )
    )


def _values(row: ExemptionRow, enrolment_id: int, now: datetime) -> dict[str, object]:
    return {
        "enrolment_id": enrolment_id,
        "from_on": row.from_on,
        "to_on": row.to_on,
        "reason": row.reason,
        "decided_by": row.who,
        "registered_at": now,
    }


async def _stored(conn: AsyncConnection, enrolment_ids: Collection[int]) -> dict[tuple[int, date], Any]:
    x = exemption.c
    found: dict[tuple[int, date], Any] = {}
    for chunk in chunks(sorted(set(enrolment_ids))):
        rows = await conn.execute(
            select(x.enrolment_id, x.from_on, x.to_on, enrolment.c.customer_id)
            .join(enrolment, enrolment.c.id == x.enrolment_id)
            .where(x.enrolment_id.in_(chunk))
        )
        found |= {(row.enrolment_id, row.from_on): row for row in rows}
    return found


async def refresh(conn: AsyncConnection, enrolment_ids: Sequence[int]) -> None:
    """Make the exempt months of these enrolments again: their dates or their exemptions have changed."""
    e, x = enrolment.c, exemption.c
    for chunk in chunks(sorted(enrolment_ids)):
        rows = await conn.execute(
            select(x.enrolment_id, e.started_on, e.ended_on, x.from_on, x.to_on, x.reason)
            .join(enrolment, e.id == x.enrolment_id)
            .where(x.enrolment_id.in_(chunk))
            .order_by(x.from_on)
        )
        times: dict[int, list[Any]] = {}
        for row in rows:
            times.setdefault(row.enrolment_id, []).append(row)
        await conn.execute(exempt_month.delete().where(exempt_month.c.enrolment_id.in_(chunk)))
        made = [
            {"enrolment_id": id_, "month": month, "reason": reason}
            for id_, found in times.items()
            for month, reason in exempt_months(
                found[0].started_on,
                found[0].ended_on,
                [(row.from_on, row.to_on, row.reason) for row in found],
            )
        ]
        await insert(conn, exempt_month, made)


def exempt_months(
    started_on: date, ended_on: date | None, times: Iterable[tuple[date, date, str]]
) -> list[tuple[str, str]]:
    """(month, reason) of each month that would ask for a follow-up but for its exemptions. The reason is that of
    most of its exempt days; a day that lies in two exemptions is that of the first."""
    days: dict[str, dict[date, str]] = {}
    for from_on, to_on, reason in times:
        first, last = max(from_on, started_on), min(to_on, ended_on or to_on)
        for number in range((last - first).days + 1):
            day = first + timedelta(days=number)
            days.setdefault(month_of(day), {}).setdefault(day, reason)
    found = []
    for month, exempt in sorted(days.items()):
        whole = open_days(month, started_on, ended_on)
        if whole >= OPEN_DAYS > whole - len(exempt):
            found.append((month, Counter(exempt.values()).most_common(1)[0][0]))
    return found


async def hindering(conn: AsyncConnection, occasions: Collection[int]) -> set[int]:
    """Those of these occasions that are check-ins about an exempt month."""
    o, x = occasion.c, exempt_month.c
    found: set[int] = set()
    for chunk in chunks(sorted(occasions)):
        rows = await conn.execute(
            select(o.id)
            .join(exempt_month, and_(x.enrolment_id == o.enrolment_id, x.month == func.substr(o.period, 1, 7)))
            .where(o.id.in_(chunk), o.survey == "checkin")
        )
        found |= set(rows.scalars())
    return found


async def counted(conn: AsyncConnection, first: str, last: str) -> dict[tuple[int, str], dict[str, int]]:
    """Exempt enrolment-months from ``first`` to ``last``: by provider id and month, how many for each reason."""
    e, x = enrolment.c, exempt_month.c
    rows = await conn.execute(
        select(e.provider_id, x.month, x.reason, func.count())
        .join(enrolment, e.id == x.enrolment_id)
        .where(x.month.between(first, last))
        .group_by(e.provider_id, x.month, x.reason)
    )
    found: dict[tuple[int, str], dict[str, int]] = {}
    for provider_id, month, reason, number in rows:
        found.setdefault((provider_id, month), {})[reason] = number
    return found
