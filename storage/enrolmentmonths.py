"""The enrolments that are open in a month, with what is recorded of it: what pages, payments and staff go by."""

from dataclasses import dataclass
from datetime import date, timedelta

from sqlalchemy import and_, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followups import first_day, following
from storage.months import OPEN_DAYS
from storage.tables import enrolment, follow_up, provider


@dataclass(frozen=True, slots=True)
class EnrolmentMonth:
    """One enrolment in one month. ``due``: the month asks for a follow-up; ``held_on`` is empty when none is
    recorded, and the facts after it where nobody has told them."""

    provider: str
    provider_name: str
    enrolment: str
    month: str
    started_on: date
    ended_on: date | None
    due: bool
    held_on: date | None
    form: str | None
    from_plan: bool | None
    plan_changed: bool | None
    activities: tuple[str, ...]
    next_step: str


def last_day(month: str) -> date:
    """The last day of a month YYYY-MM."""
    return first_day(following(month)) - timedelta(days=1)


def open_days(month: str, started_on: date, ended_on: date | None) -> int:
    """How many days of the month an enrolment is open, the first and the last one counted (REPORT.md)."""
    last = last_day(month)
    return max(0, (min(last, ended_on or last) - max(first_day(month), started_on)).days + 1)


async def of_month(conn: AsyncConnection, month: str, provider_id: int | None = None) -> list[EnrolmentMonth]:
    """The enrolments that are open on some day of the month (a provider's own), by provider and number."""
    e, f, p = enrolment.c, follow_up.c, provider.c
    statement = (
        select(
            p.ref.label("provider"),
            p.name,
            e.ref,
            e.started_on,
            e.ended_on,
            f.held_on,
            f.form,
            f.from_plan,
            f.plan_changed,
            f.activities,
            f.next_step,
        )
        .join(provider, p.id == e.provider_id)
        .outerjoin(follow_up, and_(f.enrolment_id == e.id, f.month == month))
        .where(e.started_on <= last_day(month), e.ended_on.is_(None) | (e.ended_on >= first_day(month)))
        .order_by(p.ref, e.ref)
    )
    if provider_id is not None:
        statement = statement.where(e.provider_id == provider_id)
    return [
        EnrolmentMonth(
            row.provider,
            row.name,
            row.ref,
            month,
            row.started_on,
            row.ended_on,
            open_days(month, row.started_on, row.ended_on) >= OPEN_DAYS,
            row.held_on,
            row.form,
            None if row.from_plan is None else bool(row.from_plan),
            None if row.plan_changed is None else bool(row.plan_changed),
            tuple((row.activities or "").split(",")) if row.activities else (),
            row.next_step or "",
        )
        for row in await conn.execute(statement)
    ]
