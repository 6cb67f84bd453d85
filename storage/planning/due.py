"""What falls due: the enrolments that the planner must look at, and the contacts that it plans for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Text, and_, bindparam, cast, delete, func, literal, or_, select, update

from storage.database.engine import Connection
from storage.database.statements import insert_from
from storage.planning.facts import EnrolmentFacts
from storage.tables import enrolment, next_look, occasion, provider


@dataclass(frozen=True, slots=True)
class Planned:
    """One contact, planned for all enrolments for which it falls due at the same time.

    Attributes:
        expires_at: when it loses its meaning.
        is_wanted: False when it fell due, and by now there is a reason not to make it.
    """

    survey: str
    period: str
    due_at: datetime
    expires_at: datetime
    is_wanted: bool = True


# The columns of EnrolmentFacts, each under its field's name: :func:`facts_of` reads them.
FACTS = (
    enrolment.c.started_on,
    enrolment.c.ended_on,
    enrolment.c.end_reason,
    enrolment.c.registered_on,
    next_look.c.plan_on.label("unseen_from"),
    provider.c.watched_from,
)


def facts_of(row: Any) -> EnrolmentFacts:
    """Return the facts of a row that has the columns FACTS."""
    return EnrolmentFacts(
        started_on=row.started_on,
        ended_on=row.ended_on,
        end_reason=row.end_reason,
        registered_on=row.registered_on,
        unseen_from=row.unseen_from,
        watched_from=row.watched_from,
    )


async def due_enrolments(conn: Connection, today: date, limit: int) -> list[tuple[EnrolmentFacts, list[int]]]:
    """Return the enrolments that the planner must look at by ``today``, the longest waiting first.

    They come in groups: those with the same facts, and their ids. The database groups them, because few facts are
    different on any one day: one value is made per group, not one per enrolment.

    The rows of ``next_look`` are locked until the caller's transaction ends. An import or a decision that sets the
    next look of one of these enrolments waits for it; an enrolment that is being set now is left for the next time.
    """
    due = (
        select(next_look.c.enrolment_id, *FACTS)
        .join(enrolment, enrolment.c.id == next_look.c.enrolment_id)
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .where(next_look.c.plan_on <= today)
        .order_by(next_look.c.plan_on, next_look.c.enrolment_id)
        .limit(limit)
        .with_for_update(of=next_look, skip_locked=True)
        .subquery()
    )
    id_, *facts = due.c
    ids = func.aggregate_strings(cast(id_, Text), ",").label("ids")
    rows = await conn.execute(select(*facts, ids).group_by(*facts).order_by(func.min(id_)))
    return [(facts_of(row), [int(each) for each in row.ids.split(",")]) for row in rows]


_IDS: BindParameter[int] = bindparam("ids", expanding=True)
_LOOK_ON = update(next_look).where(next_look.c.enrolment_id.in_(_IDS)).values(plan_on=bindparam("plan_on_"))
_LOOK_NO_MORE = delete(next_look).where(next_look.c.enrolment_id.in_(_IDS))
_PLANNED = select(
    enrolment.c.id,
    enrolment.c.customer_id,
    bindparam("survey_", type_=occasion.c.survey.type),
    bindparam("period_", type_=occasion.c.period.type),
    bindparam("due_at_", type_=occasion.c.due_at.type),
    bindparam("expires_at_", type_=occasion.c.expires_at.type),
    bindparam("look_at_", type_=occasion.c.look_at.type),
    literal("", occasion.c.outcome.type),
    literal("", occasion.c.reason.type),
).where(enrolment.c.id.in_(_IDS))
_COLUMNS = (
    "enrolment_id",
    "customer_id",
    "survey",
    "period",
    "due_at",
    "expires_at",
    "look_at",
    "outcome",
    "reason",
)


_KEY = ("enrolment_id", "survey", "period")


def _renewed(new: Any) -> tuple[dict[str, Any], Any]:
    """Return what changes where the contact is known already, and the condition for it."""
    values = {name: new[name] for name in ("due_at", "expires_at", "look_at", "outcome", "reason")}
    was_called_off = or_(occasion.c.outcome == "cancelled", occasion.c.due_at != new.due_at)
    return {**values, "closed_at": None}, and_(occasion.c.opened_at.is_(None), was_called_off)


async def save_plan(
    conn: Connection,
    planned: Mapping[Planned, Sequence[int]],
    plan_on: Mapping[date | None, Sequence[int]],
) -> None:
    """Insert the contacts that are new, and set each enrolment's next look.

    A contact that was never made is planned anew where the register was corrected: it falls due on another day, or
    was called off and is wanted again. There is one statement for all enrolments that share a contact or a day,
    because few are different on any one day.

    Args:
        conn: the caller's transaction.
        planned: by contact, the ids of the enrolments that it is planned for.
        plan_on: by day of the next look, the ids of the enrolments; None: nothing more can fall due.
    """
    for each, ids in planned.items():
        values = {
            "survey_": each.survey,
            "period_": each.period,
            "due_at_": each.due_at,
            "expires_at_": each.expires_at,
            "look_at_": each.due_at,
            "ids": ids,
        }
        renewed = _renewed if each.is_wanted else None
        await insert_from(conn, occasion, _COLUMNS, _PLANNED, values, key=_KEY, renewed=renewed)
    for day, ids in plan_on.items():
        if day is None:
            await conn.execute(_LOOK_NO_MORE, {"ids": ids})
        else:
            await conn.execute(_LOOK_ON, {"plan_on_": day, "ids": ids})
