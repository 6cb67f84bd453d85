"""The enrolments that are open in a month, with what is recorded of it. Pages, payments and staff go by them."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Any

from sqlalchemy import Row, Select, and_, func, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.followups.calendar import OPEN_DAYS, first_day, last_day, open_days
from storage.tables import answer, enrolment, exempt_month, follow_up, occasion, provider
from survey.codes import SurveyId

QUESTION = "followup_held"  # of the check-in


@dataclass(frozen=True, slots=True)
class EnrolmentMonth:
    """One enrolment in one month.

    Attributes:
        provider: the provider's number.
        enrolment: the enrolment's number.
        month: YYYY-MM.
        due: whether the month asks for a follow-up.
        exempt: why a month that would have asked for one does not, as an ExemptionReason; else empty.
        held_on: the day of the recorded follow-up; None where none is recorded.
        form: a FollowUpForm; this and the facts after it are None or empty where nobody has told them.
        said: whether the follow-up was held, as the customer says. No provider may ever see it.
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
    said: bool | None = None


async def of_month(
    conn: AsyncConnection, month: str, provider_id: int | None = None, *, with_answers: bool = False
) -> list[EnrolmentMonth]:
    """Return the enrolments that are open on some day of a month, by provider and number.

    Args:
        conn: a transaction.
        month: YYYY-MM.
        provider_id: whose enrolments; None for every provider's.
        with_answers: add what customers say. For staff alone.
    """
    said = await _said(conn, month) if with_answers else {}
    return [_enrolment_month(row, month, said) for row in await conn.execute(_open_in(month, provider_id))]


def _open_in(month: str, provider_id: int | None) -> Select[Any]:
    e, f, p, x = enrolment.c, follow_up.c, provider.c, exempt_month.c
    statement = (
        select(
            p.ref.label("provider"),
            p.name.label("provider_name"),
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
    return statement if provider_id is None else statement.where(e.provider_id == provider_id)


def _enrolment_month(row: Row[Any], month: str, said: Mapping[int, bool]) -> EnrolmentMonth:
    return EnrolmentMonth(
        provider=row.provider,
        provider_name=row.provider_name,
        enrolment=row.ref,
        month=month,
        started_on=row.started_on,
        ended_on=row.ended_on,
        due=row.reason is None and open_days(month, row.started_on, row.ended_on) >= OPEN_DAYS,
        exempt=row.reason or "",
        held_on=row.held_on,
        form=row.form,
        from_plan=None if row.from_plan is None else bool(row.from_plan),
        plan_changed=None if row.plan_changed is None else bool(row.plan_changed),
        activities=tuple(row.activities.split(",")) if row.activities else (),
        next_step=row.next_step or "",
        said=said.get(row.id),
    )


async def _said(conn: AsyncConnection, month: str) -> dict[int, bool]:
    """Return what customers say of the month's follow-up, by the enrolment's id."""
    o, a = occasion.c, answer.c
    rows = await conn.execute(
        select(o.enrolment_id, a.value)
        .join(answer, and_(a.occasion_id == o.id, a.question == QUESTION))
        .where(o.survey == SurveyId.CHECKIN, o.period == month, a.value.is_not(None))
    )
    return {row.enrolment_id: bool(row.value) for row in rows}


async def denials(conn: AsyncConnection, first: str, last: str) -> dict[str, tuple[int, int]]:
    """Count the recorded follow-ups that customers denied, from the month ``first`` to ``last``.

    Returns:
        By the provider's number, how many were denied, and of how many a customer told. Exempt months are left out.
    """
    e, f, o, a, p, x = enrolment.c, follow_up.c, occasion.c, answer.c, provider.c, exempt_month.c
    rows = await conn.execute(
        select(p.ref, func.count().filter(a.value == 0).label("denied"), func.count().label("told"))
        .select_from(follow_up)
        .join(enrolment, e.id == f.enrolment_id)
        .join(provider, p.id == e.provider_id)
        .join(occasion, and_(o.enrolment_id == e.id, o.survey == SurveyId.CHECKIN, o.period == f.month))
        .join(answer, and_(a.occasion_id == o.id, a.question == QUESTION, a.value.is_not(None)))
        .outerjoin(exempt_month, and_(x.enrolment_id == e.id, x.month == f.month))
        .where(f.month.between(first, last), x.month.is_(None))
        .group_by(p.ref)
    )
    return {row.ref: (row.denied, row.told) for row in rows}
