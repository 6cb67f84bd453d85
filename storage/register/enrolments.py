"""The enrolments of a register file, taken in.

An enrolment that is known keeps its customer, its provider and its difficulty class: its answers would otherwise
change owner or class. A provider change is a new enrolment.
"""

from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.cases import opening
from storage.database.statements import chunks, upsert
from storage.errors import Problem, ProblemCode
from storage.planning import ends, occasions
from storage.register import lookups
from storage.register.rows import EnrolmentRow, problem
from storage.tables import customer, enrolment, next_look, provider
from survey.codes import CaseKind, CaseText, because

# What decides when a customer is asked.
PLANNED_BY = ("started_on", "ended_on", "end_reason")


@dataclass(frozen=True, slots=True)
class _Known:
    """What the register has already, by the unit's own numbers."""

    customers: Mapping[str, int]
    providers: Mapping[str, int]
    enrolments: Mapping[str, Row[Any]]


async def save(
    conn: AsyncConnection, rows: Sequence[EnrolmentRow], today: date, now: datetime, problems: list[Problem]
) -> set[int]:
    """Save enrolments, and have those that are new or corrected planned from their start.

    Args:
        conn: the caller's transaction.
        rows: the enrolments of the files.
        today: the unit's own day.
        now: from when on the planner looks at waiting occasions of corrected enrolments again.
        problems: gets what is wrong with the rows. With any problem nothing is saved.

    Returns:
        The ids of the enrolments.
    """
    known = _Known(
        await lookups.ids(conn, customer, (row.customer for row in rows)),
        await lookups.ids(conn, provider, (row.provider for row in rows)),
        await lookups.stored(conn, enrolment, (row.ref for row in rows)),
    )
    problems += [wrong for row in rows for wrong in _wrong(row, known)]
    if problems:
        return set()
    changed = [row for row in rows if _is_planned_anew(row, known, today)]
    await upsert(conn, enrolment, ("ref",), (_values(row, known, today) for row in rows))
    ids = await lookups.ids(conn, enrolment, (row.ref for row in rows))
    looks = ({"enrolment_id": ids[row.ref], "plan_on": min(row.started_on, today)} for row in changed)
    await upsert(conn, next_look, ("enrolment_id",), looks)
    for chunk in chunks([ids[row.ref] for row in changed if row.ref in known.enrolments]):
        await occasions.look_again(conn, chunk, now)
    ended = [
        _Ended(ids[row.ref], known.enrolments[row.ref], _values(row, known, today))
        for row in changed
        if row.ref in known.enrolments
    ]
    await _follow_ends(conn, ended, today, now)
    return set(ids.values())


@dataclass(frozen=True, slots=True)
class _Ended:
    """An enrolment that was corrected: as it was, and as it is from now on."""

    id: int
    before: Row[Any]
    values: Mapping[str, Any]

    def is_over(self, today: date) -> bool:
        ended_on = self.values["ended_on"]
        return ended_on is not None and ended_on <= today

    def case(self, text: CaseText, today: date, now: datetime, *days: date) -> dict[str, Any]:
        told = because(text, self.values["ref"], *days)
        ours = {name: self.values[name] for name in ("customer_id", "provider_id")}
        return opening.opened(CaseKind.MISTAKEN_END, told, now, today, **ours)


async def _follow_ends(conn: AsyncConnection, corrected: Collection[_Ended], today: date, now: datetime) -> None:
    """Tell staff of ends that were asked about by mistake, and of those that come true later."""
    back = {each.id: each.before.ended_on for each in corrected if each.before.ended_on and not each.is_over(today)}
    asked = set(await ends.set_aside(conn, back, now))
    true = [each for each in corrected if each.is_over(today) and each.before.ended_on != each.values["ended_on"]]
    mistaken = await ends.mistaken(conn, [each.id for each in true])
    await opening.add(
        conn,
        [
            *(
                each.case(CaseText.END_TAKEN_BACK, today, now, each.before.ended_on)
                for each in corrected
                if each.id in asked
            ),
            *(
                each.case(CaseText.END_CAME_TRUE, today, now, each.values["ended_on"])
                for each in true
                if each.id in mistaken
            ),
        ],
    )


def _wrong(row: EnrolmentRow, known: _Known) -> Iterable[Problem]:
    """Yield what may not change."""
    before = known.enrolments.get(row.ref)
    if before is None:
        return
    if before.customer_id != known.customers[row.customer]:
        yield problem(row, "customer", ProblemCode.OTHER_CUSTOMER)
    if before.provider_id != known.providers[row.provider]:
        yield problem(row, "provider", ProblemCode.OTHER_PROVIDER)
    if row.difficulty and before.difficulty and row.difficulty != before.difficulty:
        yield problem(row, "difficulty", ProblemCode.DIFFICULTY_LOCKED, difficulty=before.difficulty)
    if "ended_on" in row.missing and before.ended_on and before.ended_on < row.started_on:
        yield problem(row, "started_on", ProblemCode.ENDED_BEFORE, day=before.ended_on)


def _values(row: EnrolmentRow, known: _Known, today: date) -> Mapping[str, object]:
    """Return what the enrolment is from now on."""
    before = known.enrolments.get(row.ref)
    values: dict[str, object] = {
        "ref": row.ref,
        "customer_id": known.customers[row.customer],
        "provider_id": known.providers[row.provider],
        "started_on": row.started_on,
        "planned_end_on": row.planned_end_on,
        "ended_on": row.ended_on,
        "end_reason": row.end_reason,
        "difficulty": row.difficulty or (before.difficulty if before else ""),
        "registered_on": before.registered_on if before else today,
    }
    return lookups.with_stored(before, row.missing, values)


def _is_planned_anew(row: EnrolmentRow, known: _Known, today: date) -> bool:
    """Whether the planner must look at an enrolment from its start again, because it is new or corrected."""
    before = known.enrolments.get(row.ref)
    if before is None:
        return True
    values = _values(row, known, today)
    return any(values[name] != getattr(before, name) for name in PLANNED_BY)
