"""A customer who changes provider: the enrolment that ended is tied to the one that took over, and the unit gets a
case to hand over. The surveys plan themselves: `end` for the old enrolment, `start` for the new."""

from collections.abc import Collection
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.cases import opening
from storage.database.statements import chunks, insert
from storage.figures.themes import ThemeCount
from storage.tables import answer, customer, enrolment, measurement, occasion, provider, provider_change
from survey.codes import CaseKind, CaseText, because

BEFORE = timedelta(days=14)  # the new enrolment may begin before the old one has ended
QUESTION = "change_reason"  # of the survey `end`, asked of who goes on to another provider
AFTER = timedelta(days=90)  # and after so long at the latest; later it is a new beginning
HANDOVER = timedelta(days=60)  # an end longer ago is history, and nothing is left to hand over


async def follow(conn: AsyncConnection, customers: Collection[str], today: date, now: datetime) -> None:
    """Look at the enrolments of these customers (the unit's own numbers) after they have changed."""
    for refs in chunks(sorted(customers)):
        await _follow(conn, refs, today, now)


async def _follow(conn: AsyncConnection, refs: Collection[str], today: date, now: datetime) -> None:
    e, c, p = enrolment.c, customer.c, provider.c
    changers = (
        select(e.customer_id)
        .join(customer, c.id == e.customer_id)
        .where(c.ref.in_(refs), e.end_reason == "changed_provider")
    )
    rows = await conn.execute(
        select(
            e.id,
            e.ref,
            e.customer_id,
            e.provider_id,
            e.started_on,
            e.ended_on,
            e.end_reason,
            p.name,
            provider_change.c.old_enrolment_id.is_not(None).label("known"),
            provider_change.c.new_enrolment_id,
        )
        .join(provider, p.id == e.provider_id)
        .outerjoin(provider_change, provider_change.c.old_enrolment_id == e.id)
        .where(e.customer_id.in_(changers))
        .order_by(e.started_on, e.id)
    )
    by_customer: dict[int, list[Any]] = {}
    for row in rows:
        by_customer.setdefault(row.customer_id, []).append(row)
    made, opened = [], []
    for enrolments in by_customer.values():
        taken = {row.new_enrolment_id for row in enrolments}
        for old in enrolments:
            if old.end_reason != "changed_provider" or old.new_enrolment_id is not None:
                continue
            new = _successor(old, [row for row in enrolments if row.id not in taken])
            if new is not None:
                taken.add(new.id)
            if old.known:
                if new is not None:
                    await _tie(conn, old.id, new.id)
                continue
            made.append(
                {"old_enrolment_id": old.id, "new_enrolment_id": new.id if new else None, "noticed_at": now}
            )
            if today - old.ended_on <= HANDOVER:
                text = _handover(old, new)
                whose = {"customer_id": old.customer_id, "provider_id": old.provider_id}
                opened.append(opening.opened(CaseKind.HANDOVER, text, now, today, **whose))
    await insert(conn, provider_change, made)
    await opening.add(conn, opened)


def _successor(old: Any, others: Collection[Any]) -> Any:
    """The enrolment that took over: with another provider, the first that begins near the end; None when there is
    none yet."""
    for row in others:
        near = old.ended_on - BEFORE <= row.started_on <= old.ended_on + AFTER
        if row.id != old.id and row.provider_id != old.provider_id and near:
            return row
    return None


async def _tie(conn: AsyncConnection, old_id: int, new_id: int) -> None:
    c = provider_change.c
    await conn.execute(update(provider_change).where(c.old_enrolment_id == old_id).values(new_enrolment_id=new_id))


def _handover(old: Any, new: Any) -> str:
    """Return what the case tells, as a CaseText with its values."""
    ended = (old.ref, old.name, old.ended_on)
    if new is None:
        return because(CaseText.NO_SUCCESSOR, *ended)
    return because(CaseText.HANDED_OVER, *ended, new.ref, new.name, new.started_on)


async def reasons(conn: AsyncConnection, year: int) -> dict[str, ThemeCount]:
    """Why customers changed provider in ``year``: by the answer's value, its customers and the providers they left.
    Not yet fit to be shown."""
    a, o, m = answer.c, occasion.c, measurement.c
    rows = await conn.execute(
        select(a.value, func.count(m.customer_id.distinct()), func.count(m.provider_id.distinct()))
        .join(occasion, and_(o.id == a.occasion_id, o.survey == "end"))
        .join(measurement, and_(m.enrolment_id == o.enrolment_id, m.point == "end"))
        .where(a.question == QUESTION, a.value.is_not(None), m.year == year)
        .group_by(a.value)
    )
    return {str(value): ThemeCount(customers, providers) for value, customers, providers in rows}
