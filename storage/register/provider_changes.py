"""Customers who change provider: the enrolment that ended is tied to the one that took over.

The unit gets a case to hand the customer over. The surveys need nothing from here: the planner plans `end` for the
old enrolment and `start` for the new one.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from sqlalchemy import and_, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.cases import opening
from storage.database.statements import among, insert
from storage.figures.release_values import Response
from storage.figures.themes import ThemeCount
from storage.tables import answer, customer, enrolment, measurement, occasion, provider, provider_change
from survey.codes import CaseKind, CaseText, EndReason, Point, SurveyId, because

# Of the survey `end`, asked of a customer who goes on to another provider.
QUESTION = "change_reason"
# The new enrolment may begin so long before the old one has ended.
BEFORE = timedelta(days=14)
# And so long after it; an enrolment that begins later is a new beginning.
AFTER = timedelta(days=90)
# After an end that was longer ago nothing is left to hand over, and no case is opened.
HANDOVER = timedelta(days=60)


@dataclass(frozen=True, slots=True)
class Enrolment:
    """An enrolment of a customer who has changed provider.

    Attributes:
        is_noticed: whether the change that ended it has been noticed before.
        successor_id: the enrolment that took over; None where it did not end so, or there is none yet.
    """

    id: int
    ref: str
    customer_id: int
    provider_id: int
    provider_name: str
    started_on: date
    ended_on: date | None
    end_reason: str
    is_noticed: bool
    successor_id: int | None


@dataclass(frozen=True, slots=True)
class Change:
    """A change of provider: the enrolment that ended, on ``ended_on``, and the one that took over, if any."""

    old: Enrolment
    ended_on: date
    new: Enrolment | None


async def follow(conn: AsyncConnection, customers: Collection[str], today: date, now: datetime) -> None:
    """Notice the changes of provider of these customers, after their enrolments have changed.

    Args:
        conn: the caller's transaction.
        customers: the unit's own numbers.
        today: the unit's own day.
        now: when the changes are noticed.
    """
    by_customer = await _enrolments(conn, customers)
    found = [change for enrolments in by_customer.values() for change in changes(enrolments)]
    await _tie(conn, [change for change in found if change.old.is_noticed])
    await _add(conn, [change for change in found if not change.old.is_noticed], today, now)


async def _enrolments(conn: AsyncConnection, refs: Collection[str]) -> Mapping[int, Sequence[Enrolment]]:
    """Return all enrolments of those of these customers who have changed provider, in order of their start."""
    e, c, p, x = enrolment.c, customer.c, provider.c, provider_change.c
    changers = (
        select(e.customer_id)
        .join(customer, c.id == e.customer_id)
        .where(among(conn, c.ref, refs), e.end_reason == EndReason.CHANGED_PROVIDER)
    )
    rows = await conn.execute(
        select(
            e.id,
            e.ref,
            e.customer_id,
            e.provider_id,
            p.name.label("provider_name"),
            e.started_on,
            e.ended_on,
            e.end_reason,
            x.old_enrolment_id.is_not(None).label("is_noticed"),
            x.new_enrolment_id.label("successor_id"),
        )
        .join(provider, p.id == e.provider_id)
        .outerjoin(provider_change, x.old_enrolment_id == e.id)
        .where(e.customer_id.in_(changers))
        .order_by(e.started_on, e.id)
    )
    found: dict[int, list[Enrolment]] = {}
    for row in rows.mappings():
        found.setdefault(row["customer_id"], []).append(Enrolment(**row))
    return found


def changes(enrolments: Sequence[Enrolment]) -> list[Change]:
    """Find the changes of one customer that are new, or that have a successor now.

    Args:
        enrolments: all of the customer's, in order of their start.
    """
    taken = {each.successor_id for each in enrolments}
    found = []
    for old in enrolments:
        if old.end_reason != EndReason.CHANGED_PROVIDER or old.ended_on is None or old.successor_id is not None:
            continue
        new = _successor(old, old.ended_on, [each for each in enrolments if each.id not in taken])
        if new is not None:
            taken.add(new.id)
        if new is not None or not old.is_noticed:
            found.append(Change(old, old.ended_on, new))
    return found


def _successor(old: Enrolment, ended_on: date, others: Iterable[Enrolment]) -> Enrolment | None:
    """Return the first enrolment with another provider that begins near the end of ``old``."""
    for each in others:
        is_near = ended_on - BEFORE <= each.started_on <= ended_on + AFTER
        if each.id != old.id and each.provider_id != old.provider_id and is_near:
            return each
    return None


async def _tie(conn: AsyncConnection, noticed: Sequence[Change]) -> None:
    """Give changes that were noticed before their successor."""
    x = provider_change.c
    for change in noticed:
        new_id = change.new.id if change.new else None
        tied = update(provider_change).where(x.old_enrolment_id == change.old.id)
        await conn.execute(tied.values(new_enrolment_id=new_id))


async def _add(conn: AsyncConnection, new: Sequence[Change], today: date, now: datetime) -> None:
    """Store new changes, and open a case for each that is not history."""
    rows = [
        {
            "old_enrolment_id": change.old.id,
            "new_enrolment_id": change.new.id if change.new else None,
            "noticed_at": now,
        }
        for change in new
    ]
    await insert(conn, provider_change, rows)
    cases = [
        opening.opened(
            CaseKind.HANDOVER,
            _handover(change),
            now,
            today,
            customer_id=change.old.customer_id,
            provider_id=change.old.provider_id,
        )
        for change in new
        if today - change.ended_on <= HANDOVER
    ]
    await opening.add(conn, cases)


def _handover(change: Change) -> str:
    """Return what the case tells, as a CaseText with its values."""
    ended = (change.old.ref, change.old.provider_name, change.ended_on)
    if change.new is None:
        return because(CaseText.NO_SUCCESSOR, *ended)
    return because(CaseText.HANDED_OVER, *ended, change.new.ref, change.new.provider_name, change.new.started_on)


async def given(conn: AsyncConnection, year: int) -> list[Response]:
    """Return who said in ``year`` why they changed provider, and what."""
    a, o, m = answer.c, occasion.c, measurement.c
    rows = await conn.execute(
        select(m.enrolment_id, m.customer_id, provider.c.ref, a.value)
        .join(occasion, and_(o.id == a.occasion_id, o.survey == "end", o.period == ""))
        .join(measurement, and_(m.enrolment_id == o.enrolment_id, m.point == "end"))
        .join(provider, provider.c.id == m.provider_id)
        .where(a.question == QUESTION, a.value.is_not(None), m.year == year)
        .order_by(m.enrolment_id)
    )
    return [Response(str(row.enrolment_id), row.customer_id, str(row.value), row.ref, year) for row in rows]


async def reasons(conn: AsyncConnection, year: int) -> dict[str, ThemeCount]:
    """Count why customers changed provider in ``year``.

    Returns:
        By the answer's value, its customers and the providers that they left; disclosure control has not been
        applied.
    """
    a, o, m = answer.c, occasion.c, measurement.c
    rows = await conn.execute(
        select(a.value, func.count(m.customer_id.distinct()), func.count(m.provider_id.distinct()))
        .join(occasion, and_(o.id == a.occasion_id, o.survey == SurveyId.END, o.period == ""))
        .join(measurement, and_(m.enrolment_id == o.enrolment_id, m.point == Point.END))
        .where(a.question == QUESTION, a.value.is_not(None), m.year == year)
        .group_by(a.value)
    )
    return {str(value): ThemeCount(customers, providers) for value, customers, providers in rows}
