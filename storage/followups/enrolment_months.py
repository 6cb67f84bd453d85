"""The enrolments that are open in a month, with what is recorded of it: what pages, payments and staff go by."""

from dataclasses import dataclass
from datetime import date

from sqlalchemy import and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followups.calendar import OPEN_DAYS, first_day, last_day, open_days
from storage.tables import answer, enrolment, exempt_month, follow_up, occasion, provider

QUESTION = "followup_held"  # of the check-in


@dataclass(frozen=True, slots=True)
class EnrolmentMonth:
    """One enrolment in one month.

    ``due``: the month asks for a follow-up; ``exempt``: it would, but for this reason, else empty. ``held_on`` is
    None when none is recorded, and the facts after it are empty where nobody has told them.
    """

    provider: str
    provider_name: str
    enrolment: str
    month: str
    started_on: date
    ended_on: date | None
    due: bool
    exempt: str
    held_on: date | None
    form: str | None
    from_plan: bool | None
    plan_changed: bool | None
    activities: tuple[str, ...]
    next_step: str
    said: bool | None = None  # whether it was held, as the customer says; never for a provider's eyes


async def of_month(
    conn: AsyncConnection, month: str, provider_id: int | None = None, *, with_answers: bool = False
) -> list[EnrolmentMonth]:
    """The enrolments that are open on some day of the month (a provider's own), by provider and number.

    ``with_answers``: with what customers say, for staff alone.
    """
    e, f, p, x = enrolment.c, follow_up.c, provider.c, exempt_month.c
    statement = (
        select(
            p.ref.label("provider"),
            p.name,
            e.id,
            e.ref,
            e.started_on,
            e.ended_on,
            f.held_on,
            f.form,
            f.from_plan,
            f.plan_changed,
            f.activities,
            f.next_step,
            x.reason,
        )
        .join(provider, p.id == e.provider_id)
        .outerjoin(follow_up, and_(f.enrolment_id == e.id, f.month == month))
        .outerjoin(exempt_month, and_(x.enrolment_id == e.id, x.month == month))
        .where(e.started_on <= last_day(month), e.ended_on.is_(None) | (e.ended_on >= first_day(month)))
        .order_by(p.ref, e.ref)
    )
    if provider_id is not None:
        statement = statement.where(e.provider_id == provider_id)
    said = await _said(conn, month) if with_answers else {}
    return [
        EnrolmentMonth(
            row.provider,
            row.name,
            row.ref,
            month,
            row.started_on,
            row.ended_on,
            row.reason is None and open_days(month, row.started_on, row.ended_on) >= OPEN_DAYS,
            row.reason or "",
            row.held_on,
            row.form,
            None if row.from_plan is None else bool(row.from_plan),
            None if row.plan_changed is None else bool(row.plan_changed),
            tuple((row.activities or "").split(",")) if row.activities else (),
            row.next_step or "",
            said.get(row.id),
        )
        for row in await conn.execute(statement)
    ]


async def _said(conn: AsyncConnection, month: str) -> dict[int, bool]:
    o, a = occasion.c, answer.c
    rows = await conn.execute(
        select(o.enrolment_id, a.value)
        .join(answer, and_(a.occasion_id == o.id, a.question == QUESTION))
        .where(o.survey == "checkin", o.period == month, a.value.is_not(None))
    )
    return {id_: bool(value) for id_, value in rows}


async def denials(conn: AsyncConnection, first: str, last: str) -> dict[str, tuple[int, int]]:
    """From the month ``first`` to ``last``, by provider: how many recorded follow-ups customers denied, and of how
    many they told. Exempt months are left out."""
    e, f, o, a, p, x = enrolment.c, follow_up.c, occasion.c, answer.c, provider.c, exempt_month.c
    rows = await conn.execute(
        select(p.ref, func.count().filter(a.value == 0), func.count())
        .select_from(follow_up)
        .join(enrolment, e.id == f.enrolment_id)
        .join(provider, p.id == e.provider_id)
        .join(occasion, and_(o.enrolment_id == e.id, o.survey == "checkin", o.period == f.month))
        .join(answer, and_(a.occasion_id == o.id, a.question == QUESTION, a.value.is_not(None)))
        .outerjoin(exempt_month, and_(x.enrolment_id == e.id, x.month == f.month))
        .where(f.month.between(first, last), x.month.is_(None))
        .group_by(p.ref)
    )
    return {ref: (denied, told) for ref, denied, told in rows}
