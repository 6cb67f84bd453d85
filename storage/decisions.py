"""The decision to put a provider under watch, and to end it."""

from datetime import date, datetime

from sqlalchemy import and_, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database import insert
from storage.tables import enrolment, provider, watch


class SupervisionError(Exception):
    """The decision cannot be taken; one sentence says why."""


async def put_under_watch(
    conn: AsyncConnection, ref: str, reason: str, figures: str, by: str, today: date, now: datetime
) -> None:
    """Ask the provider's customers more often from ``today`` on. Raises SupervisionError."""
    provider_id = await _provider_id(conn, ref)
    if await _current(conn, provider_id) is not None:
        raise SupervisionError(f"Anordnaren {ref} är redan under skärpt uppföljning.")
    row = {
        "provider_id": provider_id,
        "from_on": today,
        "reason": reason,
        "figures": figures,
        "decided_by": by,
        "decided_at": now,
        "lifted_reason": "",
        "lifted_by": "",
    }
    await insert(conn, watch, [row])
    await watch_provider(conn, ref, today, today)


async def lift(conn: AsyncConnection, ref: str, reason: str, by: str, today: date) -> None:
    """End the watch: from now on one check-in a month. Raises SupervisionError."""
    provider_id = await _provider_id(conn, ref)
    current = await _current(conn, provider_id)
    if current is None:
        raise SupervisionError(f"Anordnaren {ref} är inte under skärpt uppföljning.")
    ended = {"lifted_on": today, "lifted_reason": reason, "lifted_by": by}
    await conn.execute(update(watch).where(watch.c.id == current).values(**ended))
    await watch_provider(conn, ref, None, today)


async def watch_provider(conn: AsyncConnection, ref: str, watched_from: date | None, today: date) -> None:
    """Put a provider under watch from a day on, or (None) take it out; its enrolments are planned anew.

    From the beginning of a month: the month's own check-in may now fall due on a day that has passed, or that
    the planner, late itself, was going to skip.
    """
    provider_id = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar()
    await conn.execute(update(provider).where(provider.c.id == provider_id).values(watched_from=watched_from))
    first = min(watched_from or today, today).replace(day=1)
    await conn.execute(
        update(enrolment)
        .where(
            enrolment.c.provider_id == provider_id,
            or_(enrolment.c.plan_on.is_(None), enrolment.c.plan_on > first),
            or_(enrolment.c.ended_on.is_(None), enrolment.c.ended_on >= first),
        )
        .values(plan_on=first)
    )
    late = and_(enrolment.c.provider_id == provider_id, enrolment.c.plan_on < first)
    for day in list((await conn.execute(select(enrolment.c.plan_on).where(late).distinct())).scalars()):
        await conn.execute(
            update(enrolment).where(late, enrolment.c.plan_on == day).values(plan_on=day.replace(day=1))
        )


async def _provider_id(conn: AsyncConnection, ref: str) -> int:
    found = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar()
    if found is None:
        raise SupervisionError(f"Anordnaren {ref} finns inte i registret.")
    return int(found)


async def _current(conn: AsyncConnection, provider_id: int) -> int | None:
    found = await conn.execute(
        select(watch.c.id).where(watch.c.provider_id == provider_id, watch.c.lifted_on.is_(None))
    )
    return found.scalar()
