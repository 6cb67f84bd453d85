"""What the unit has decided about providers, and the counts on which a decision may rest; read, never written.

Watches are decided in storage/supervision/watch.py, and action plans come with a register file.
"""

from collections.abc import Collection
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.figures.measurements import SATISFIED
from storage.supervision.values import ActionPlan, Watch
from storage.tables import action_plan, measurement, provider, watch

# The value of the reason "what was promised did not happen" in survey/packs.
PROMISES = 4


async def watches(conn: AsyncConnection, first: date, last: date) -> list[Watch]:
    """Return every watch that was on at some time from ``first`` to ``last``, by provider."""
    rows = await conn.execute(
        select(
            provider.c.ref.label("provider"),
            watch.c.from_on,
            watch.c.reason,
            watch.c.figures,
            watch.c.decided_by,
            watch.c.lifted_on,
            watch.c.lifted_reason,
        )
        .join(provider, provider.c.id == watch.c.provider_id)
        .where(watch.c.from_on <= last, (watch.c.lifted_on.is_(None)) | (watch.c.lifted_on >= first))
        .order_by(provider.c.ref, watch.c.from_on)
    )
    return [Watch(**row) for row in rows.mappings()]


async def plans(conn: AsyncConnection, first: date, last: date) -> list[ActionPlan]:
    """Return the action plans decided by ``last`` and not done before ``first``, by provider and due day."""
    a = action_plan.c
    rows = await conn.execute(
        select(
            a.ref,
            provider.c.ref.label("provider"),
            a.deficiency,
            a.measures,
            a.due_on,
            a.responsible,
            a.indicator,
            a.decided_on,
            a.done_on,
            a.effect,
        )
        .join(provider, provider.c.id == a.provider_id)
        .where(a.decided_on <= last, a.done_on.is_(None) | (a.done_on >= first))
        .order_by(provider.c.ref, a.due_on, a.ref)
    )
    return [ActionPlan(**row) for row in rows.mappings()]


async def satisfaction(conn: AsyncConnection, since: date) -> dict[str, tuple[int, int]]:
    """Count the customers who are satisfied with each provider, at the measurement points from ``since`` on.

    As in the report a customer counts once for a provider and a point, by the latest enrolment with an answer.

    Returns:
        By the provider's number, (satisfied, answered).
    """
    m = measurement.c
    latest = (
        func.row_number()
        .over(
            partition_by=(m.provider_id, m.customer_id, m.point),
            order_by=(m.started_on.desc(), m.enrolment_id.desc()),
        )
        .label("place")
    )
    said = and_(m.point_on >= since, m.overall.is_not(None))
    answered = select(m.provider_id, m.overall, latest).where(said).subquery()
    rows = await conn.execute(
        select(
            provider.c.ref,
            func.count().filter(answered.c.overall >= SATISFIED).label("satisfied"),
            func.count().label("answered"),
        )
        .join(provider, provider.c.id == answered.c.provider_id)
        .where(answered.c.place == 1)
        .group_by(provider.c.ref)
    )
    return {row.ref: (row.satisfied, row.answered) for row in rows}


async def broken_promises(conn: AsyncConnection, since: date) -> dict[str, int]:
    """Count by provider the customers who were not satisfied because what was promised did not happen."""
    m = measurement.c
    rows = await conn.execute(
        select(provider.c.ref, func.count(m.customer_id.distinct()).label("customers"))
        .join(provider, provider.c.id == m.provider_id)
        .where(m.reason == PROMISES, m.overall < SATISFIED, m.point_on >= since)
        .group_by(provider.c.ref)
    )
    return {row.ref: row.customers for row in rows}


async def names(conn: AsyncConnection, refs: Collection[str]) -> dict[str, str]:
    """Return the providers' names by the unit's own numbers."""
    rows = await conn.execute(select(provider.c.ref, provider.c.name).where(provider.c.ref.in_(list(refs))))
    return {row.ref: row.name for row in rows}
