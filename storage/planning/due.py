"""What falls due: the enrolments that the planner must look at, and the contacts that it plans for them."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import BindParameter, Text, and_, bindparam, cast, delete, func, literal, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert_from
from storage.tables import enrolment, next_look, occasion, provider


@dataclass(frozen=True, slots=True)
class Planned:
    """One contact, as it is planned for every enrolment for which it falls due together.

    ``is_wanted`` False: it fell due, and by now there is a reason not to make it.
    """

    survey: str
    period: str
    due_at: datetime
    expires_at: datetime
    is_wanted: bool = True


# What the rules need to know, in the order of scheduler.rules.EnrolmentFacts.
FACTS = (
    enrolment.c.started_on,
    enrolment.c.ended_on,
    enrolment.c.end_reason,
    enrolment.c.registered_on,
    next_look.c.plan_on,
    provider.c.watched_from,
)


async def due_enrolments(conn: AsyncConnection, today: date, limit: int) -> list[tuple[tuple[Any, ...], list[int]]]:
    """The enrolments that the planner must look at by ``today``, the longest waiting first: those with the same
    facts together, as these and the ids. The database puts them together: most of a day's are alike.

    Until the transaction ends a next look that an import or a decision sets for one of them waits for it, and then
    stands; what they are about to set is left for the next time."""
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
    ids = func.aggregate_strings(cast(id_, Text), ",")
    rows = await conn.execute(select(*facts, ids).group_by(*facts).order_by(func.min(id_)))
    return [(tuple(values), [int(each) for each in joined.split(",")]) for *values, joined in rows]


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
    """What changes where the contact is known already, and when."""
    values = {name: new[name] for name in ("due_at", "expires_at", "look_at", "outcome", "reason")}
    was_called_off = or_(occasion.c.outcome == "cancelled", occasion.c.due_at != new.due_at)
    return {**values, "closed_at": None}, and_(occasion.c.opened_at.is_(None), was_called_off)


async def save_plan(
    conn: AsyncConnection,
    planned: Mapping[Planned, Sequence[int]],
    plan_on: Mapping[date | None, Sequence[int]],
) -> None:
    """Insert what is new, and move each enrolment's next look (None: to never); both by the ids of the enrolments.

    A contact that was never made is planned anew where the register was corrected: it falls due on another day,
    or was called off and is wanted again. One statement for all enrolments that share a contact or a day: few
    are different on any one day.
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
