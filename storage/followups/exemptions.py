"""Months in which no follow-up is asked for, because of illness, parental leave or a holiday agreed in the plan.

An exemption has a first and a last day, a reason, and the name of who decided it. It is turned into exempt months,
which every count leaves out. A month that asks for a follow-up is exempt when fewer than 15 of the enrolment's open
days in it lie outside its exemptions, so that two weeks of holiday leave a month as it was.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert, upsert
from storage.followups.calendar import OPEN_DAYS, month_of, open_days
from storage.followups.rows import ExemptionRow
from storage.tables import enrolment, exempt_month, exemption, occasion
from survey.codes import SurveyId


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


@dataclass(frozen=True, slots=True)
class _Stored:
    """What is stored of an exemption: whose it is, and its last day."""

    customer_id: int
    to_on: date


async def _stored(conn: AsyncConnection, enrolment_ids: Collection[int]) -> dict[tuple[int, date], _Stored]:
    """Return what is stored, by the enrolment's id and the first day."""
    x = exemption.c
    found: dict[tuple[int, date], _Stored] = {}
    for chunk in chunks(sorted(set(enrolment_ids))):
        rows = await conn.execute(
            select(x.enrolment_id, x.from_on, x.to_on, enrolment.c.customer_id)
            .join(enrolment, enrolment.c.id == x.enrolment_id)
            .where(x.enrolment_id.in_(chunk))
        )
        found |= {(row.enrolment_id, row.from_on): _Stored(row.customer_id, row.to_on) for row in rows}
    return found


async def refresh(conn: AsyncConnection, enrolment_ids: Sequence[int]) -> None:
    """Make the exempt months of these enrolments again, after their dates or their exemptions have changed."""
    e, x = enrolment.c, exemption.c
    for chunk in chunks(sorted(enrolment_ids)):
        rows = await conn.execute(
            select(x.enrolment_id, e.started_on, e.ended_on, x.from_on, x.to_on, x.reason)
            .join(enrolment, e.id == x.enrolment_id)
            .where(x.enrolment_id.in_(chunk))
            .order_by(x.from_on)
        )
        times: dict[tuple[int, date, date | None], list[tuple[date, date, str]]] = {}
        for row in rows:
            period = (row.enrolment_id, row.started_on, row.ended_on)
            times.setdefault(period, []).append((row.from_on, row.to_on, row.reason))
        await conn.execute(exempt_month.delete().where(exempt_month.c.enrolment_id.in_(chunk)))
        made = [
            {"enrolment_id": enrolment_id, "month": month, "reason": reason}
            for (enrolment_id, started_on, ended_on), found in times.items()
            for month, reason in exempt_months(started_on, ended_on, found)
        ]
        await insert(conn, exempt_month, made)


def exempt_months(
    started_on: date, ended_on: date | None, times: Iterable[tuple[date, date, str]]
) -> list[tuple[str, str]]:
    """Find the months that would ask for a follow-up but for their exemptions.

    Args:
        started_on: the enrolment's first day.
        ended_on: its last day; None while it is open.
        times: the first day, last day and reason of each exemption.

    Returns:
        Each month with its reason, which is that of most of its exempt days. A day that lies in two exemptions
        counts for the first of them.
    """
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
    """Return those of these occasions that are check-ins about an exempt month."""
    o, x = occasion.c, exempt_month.c
    found: set[int] = set()
    for chunk in chunks(sorted(occasions)):
        rows = await conn.execute(
            select(o.id)
            .join(exempt_month, and_(x.enrolment_id == o.enrolment_id, x.month == func.substr(o.period, 1, 7)))
            .where(o.id.in_(chunk), o.survey == SurveyId.CHECKIN)
        )
        found |= set(rows.scalars())
    return found


async def counted(conn: AsyncConnection, first: str, last: str) -> dict[tuple[int, str], dict[str, int]]:
    """Count the exempt enrolment-months from the month ``first`` to ``last``.

    Returns:
        By (provider id, month), how many months are exempt for each reason.
    """
    e, x = enrolment.c, exempt_month.c
    rows = await conn.execute(
        select(e.provider_id, x.month, x.reason, func.count().label("number"))
        .join(enrolment, e.id == x.enrolment_id)
        .where(x.month.between(first, last))
        .group_by(e.provider_id, x.month, x.reason)
    )
    found: dict[tuple[int, str], dict[str, int]] = {}
    for row in rows:
        found.setdefault((row.provider_id, row.month), {})[row.reason] = row.number
    return found
