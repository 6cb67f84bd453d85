"""The decisions to put a provider under watch, and to end the watch."""

from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert, insert_from
from storage.errors import SupervisionError, SupervisionErrorCode
from storage.tables import enrolment, next_look, provider, watch
from survey.plain_text import plain


async def put_under_watch(
    conn: AsyncConnection, ref: str, *, reason: str, figures: str, by: str, today: date, now: datetime
) -> None:
    """Have the provider's customers asked more often from ``today`` on, the unit's own day.

    Args:
        conn: the caller's transaction.
        ref: the provider's number.
        reason: why, as the report tells it.
        figures: the figures on which the decision rests, for staff.
        by: the staff member who decides.
        today: the first day of the watch.
        now: the time of the decision.

    Raises:
        SupervisionError: there is no such provider, or it is under watch already.
    """
    provider_id = await _provider_id(conn, ref)
    if await _current(conn, provider_id) is not None:
        raise SupervisionError(SupervisionErrorCode.WATCHED_ALREADY, ref=ref)
    row = {
        "provider_id": provider_id,
        "from_on": today,
        "reason": plain(reason),
        "figures": figures,
        "decided_by": by,
        "decided_at": now,
        "lifted_reason": "",
        "lifted_by": "",
    }
    await insert(conn, watch, [row])
    await watch_provider(conn, ref, today, today)


async def lift(conn: AsyncConnection, ref: str, reason: str, by: str, today: date) -> None:
    """End a provider's watch: from ``today`` on its customers get one check-in a month again.

    Raises:
        SupervisionError: there is no such provider, or it is not under watch.
    """
    provider_id = await _provider_id(conn, ref)
    current = await _current(conn, provider_id)
    if current is None:
        raise SupervisionError(SupervisionErrorCode.NOT_WATCHED, ref=ref)
    ended = {"lifted_on": today, "lifted_reason": plain(reason), "lifted_by": by}
    await conn.execute(update(watch).where(watch.c.id == current).values(**ended))
    await watch_provider(conn, ref, None, today)


_FIRST = bindparam("first_", type_=next_look.c.plan_on.type)
_LOOKS = select(enrolment.c.id, _FIRST).where(
    enrolment.c.provider_id == bindparam("provider_"),
    or_(enrolment.c.ended_on.is_(None), enrolment.c.ended_on >= _FIRST),
)


def _sooner(new: Any) -> tuple[dict[str, Any], Any]:
    """Replace the day of a next look where the new day is earlier."""
    return {"plan_on": new.plan_on}, next_look.c.plan_on > new.plan_on


async def watch_provider(conn: AsyncConnection, ref: str, watched_from: date | None, today: date) -> None:
    """Set the day from which a provider is under watch (None: it is not), and have its enrolments planned again.

    They are planned from the beginning of a month, because the month's own check-in may now fall due on a day that
    has passed, or that a late planner was going to skip.
    """
    provider_id = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar()
    await conn.execute(update(provider).where(provider.c.id == provider_id).values(watched_from=watched_from))
    first = min(watched_from or today, today).replace(day=1)
    values = {"provider_": provider_id, "first_": first}
    await insert_from(
        conn, next_look, ("enrolment_id", "plan_on"), _LOOKS, values, key=("enrolment_id",), renewed=_sooner
    )
    theirs = next_look.c.enrolment_id.in_(select(enrolment.c.id).where(enrolment.c.provider_id == provider_id))
    late = select(next_look.c.plan_on).where(theirs, next_look.c.plan_on < first).distinct()
    for day in list((await conn.execute(late)).scalars()):
        await conn.execute(
            update(next_look).where(theirs, next_look.c.plan_on == day).values(plan_on=day.replace(day=1))
        )


async def _provider_id(conn: AsyncConnection, ref: str) -> int:
    found = (await conn.execute(select(provider.c.id).where(provider.c.ref == ref))).scalar()
    if found is None:
        raise SupervisionError(SupervisionErrorCode.UNKNOWN_PROVIDER, ref=ref)
    return int(found)


async def _current(conn: AsyncConnection, provider_id: int) -> int | None:
    found = await conn.execute(
        select(watch.c.id).where(watch.c.provider_id == provider_id, watch.c.lifted_on.is_(None))
    )
    return found.scalar()
