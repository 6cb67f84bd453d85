"""A month's follow-up, recorded. Page, chat, SMS and file all land in `record`, with one audit trail.

A month locks on the fifth of the next: what is to be in it must be recorded before that day, because it is the
basis for payment. After that only staff can correct it, with a reason.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any, Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert, upsert
from storage.errors import RecordingRefused, Refusal, RefusalCode, Value
from storage.followups import month_counts
from storage.followups.calendar import first_day, following
from storage.tables import enrolment, follow_up, follow_up_event, provider
from survey.codes import Activity, FollowUpForm

NEXT_STEP_LENGTH = 300  # characters
LOCK_DAY = 5  # of the next month

Source = Literal["page", "telegram", "sms", "file", "staff"]


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says of one month's follow-up. None: nothing is said, so what is stored stays."""

    enrolment: str  # the unit's own number
    month: str  # YYYY-MM
    held_on: date
    form: str | None = None
    from_plan: bool | None = None
    plan_changed: bool | None = None
    activities: tuple[str, ...] | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who says it: a contact of ``provider_id`` at ``address_id``, or staff (no provider), who may correct a
    locked month when ``who`` and ``reason`` are given."""

    source: Source
    provider_id: int | None = None
    address_id: int | None = None
    who: str = ""
    reason: str = ""


@dataclass(frozen=True, slots=True)
class Recorded:
    """How many entries were new, changed something, or said what was known already."""

    new: int = 0
    changed: int = 0
    same: int = 0


def locks_on(month: str) -> date:
    """The day from which the month is locked."""
    return first_day(following(month)).replace(day=LOCK_DAY)


def is_locked(month: str, today: date) -> bool:
    """Whether the month is the basis for payment already."""
    return today >= locks_on(month)


async def record(
    conn: AsyncConnection, entries: Sequence[Entry], author: Author, today: date, now: datetime
) -> Recorded:
    """Record ``entries`` in the caller's transaction, all of them or none. Raises RecordingRefused.

    The same entry twice changes nothing; another one for the same month replaces what was said, and both stand
    in the audit trail.
    """
    known = await _enrolments(conn, {entry.enrolment for entry in entries})
    providers = sorted({row.provider_id for row in known.values()})
    await _take_turns(conn, providers)
    refusals: list[Refusal] = []
    stored = await _stored(conn, {row.id for row in known.values()}, {entry.month for entry in entries})
    made: dict[tuple[int, str], dict[str, Any]] = {}
    same = 0
    for place, entry in enumerate(entries):
        row = known.get(entry.enrolment)
        if row is None or author.provider_id not in (None, row.provider_id):
            refusals.append(_unknown(place, entry.enrolment, author))
            continue
        key = (row.id, entry.month)
        before = stored.get(key)
        values = _values(entry, before)
        if before == values:
            same += 1
        elif key in made:
            refusals.append(Refusal(place, "enrolment", RefusalCode.TWICE, {"ref": entry.enrolment}))
        else:
            refusals += list(_wrong(place, entry, row, today)) or _too_late(place, entry, row, author, today)
            made[key] = values
    if refusals:
        raise RecordingRefused(refusals)
    await upsert(
        conn,
        follow_up,
        ("enrolment_id", "month"),
        [{"enrolment_id": id_, "month": month, "recorded_at": now, **row} for (id_, month), row in made.items()],
    )
    actions = {key: "changed" if key in stored else "recorded" for key in made}
    events = [_event(key, actions[key], values, author, now) for key, values in made.items()]
    await insert(conn, follow_up_event, events)
    if made:
        await month_counts.recount(conn, providers)
    new = sum(action == "recorded" for action in actions.values())
    return Recorded(new, len(made) - new, same)


async def withdraw(
    conn: AsyncConnection, enrolment_ref: str, month: str, author: Author, today: date, now: datetime
) -> None:
    """Take back a recorded follow-up that was not held. Raises RecordingRefused."""
    row = (await _enrolments(conn, {enrolment_ref})).get(enrolment_ref)
    await _take_turns(conn, [row.provider_id] if row else [])
    if row is None or author.provider_id not in (None, row.provider_id):
        raise RecordingRefused([_unknown(0, enrolment_ref, author)])
    entry = Entry(enrolment_ref, month, row.started_on)
    if late := list(_too_late(0, entry, row, author, today)):
        raise RecordingRefused(late)
    key = (row.id, month)
    if key not in await _stored(conn, {row.id}, {month}):
        values = {"ref": enrolment_ref, "month": month}
        raise RecordingRefused([Refusal(0, "month", RefusalCode.NOT_RECORDED, values)])
    await conn.execute(follow_up.delete().where(follow_up.c.enrolment_id == row.id, follow_up.c.month == month))
    await insert(conn, follow_up_event, [_event(key, "withdrawn", {}, author, now)])
    await month_counts.recount(conn, [row.provider_id])


def _wrong(place: int, entry: Entry, row: Any, today: date) -> Iterable[Refusal]:
    """Yield what is wrong with an entry, whoever records it and whenever."""
    held, ref = entry.held_on, entry.enrolment
    day: dict[str, Value] = {"day": held, "ref": ref}
    if held > today:
        yield Refusal(place, "held_on", RefusalCode.IN_FUTURE, day)
    elif held < row.started_on:
        yield Refusal(place, "held_on", RefusalCode.BEFORE_START, day | {"start": row.started_on})
    elif row.ended_on is not None and held > row.ended_on:
        yield Refusal(place, "held_on", RefusalCode.AFTER_END, day | {"end": row.ended_on})
    elif held < first_day(entry.month):
        yield Refusal(place, "held_on", RefusalCode.BEFORE_MONTH, day | {"month": entry.month})
    if entry.form is not None and entry.form not in tuple(FollowUpForm):
        yield Refusal(place, "form", RefusalCode.UNKNOWN_FORM, {"ref": ref})
    if not set(entry.activities or ()) <= set(Activity):
        yield Refusal(place, "activities", RefusalCode.UNKNOWN_ACTIVITY, {"ref": ref})
    if len(entry.next_step or "") > NEXT_STEP_LENGTH:
        yield Refusal(place, "next_step", RefusalCode.NEXT_STEP_TOO_LONG, {"ref": ref, "most": NEXT_STEP_LENGTH})


def _unknown(place: int, ref: str, author: Author) -> Refusal:
    """Refuse an enrolment that is not there, or is another provider's.

    A provider gets the same code for both, so that nobody learns whose an enrolment is by guessing numbers.
    """
    code = RefusalCode.NOT_IN_REGISTER if author.provider_id is None else RefusalCode.NOT_YOURS
    return Refusal(place, "enrolment", code, {"ref": ref})


def _too_late(place: int, entry: Entry, row: Any, author: Author, today: date) -> Iterable[Refusal]:
    """Yield what is wrong because the month is locked."""
    locked_on = locks_on(entry.month)
    if not is_locked(entry.month, today):
        return
    values: dict[str, Value] = {"month": entry.month, "day": locked_on}
    if author.provider_id is not None:
        yield Refusal(place, "month", RefusalCode.LOCKED, values)
    # An enrolment that was registered after the lock brings its history with it: for it the month was never locked.
    elif row.registered_on < locked_on and not (author.who and author.reason):
        yield Refusal(place, "month", RefusalCode.LOCKED_FOR_STAFF, values)


_FACTS = ("held_on", "form", "from_plan", "plan_changed", "activities", "next_step")


def _values(entry: Entry, before: Mapping[str, Any] | None) -> dict[str, Any]:
    """What is known of the month once the entry counts."""
    said = {
        "held_on": entry.held_on,
        "form": entry.form,
        "from_plan": None if entry.from_plan is None else int(entry.from_plan),
        "plan_changed": None if entry.plan_changed is None else int(entry.plan_changed),
        "activities": None if entry.activities is None else ",".join(sorted(set(entry.activities))),
        "next_step": entry.next_step,
    }
    return {name: (before or {}).get(name) if value is None else value for name, value in said.items()}


def _event(
    key: tuple[int, str], action: str, values: Mapping[str, Any], author: Author, now: datetime
) -> dict[str, Any]:
    return {
        "enrolment_id": key[0],
        "month": key[1],
        "at": now,
        "action": action,
        "source": author.source,
        "address_id": author.address_id,
        "who": author.who,
        "reason": author.reason,
        "facts": json.dumps({name: value for name, value in values.items() if value is not None}, default=str),
    }


async def _take_turns(conn: AsyncConnection, provider_ids: Sequence[int]) -> None:
    """PostgreSQL: two who record for a provider at once wait for each other. SQLite has one writer anyway."""
    for chunk in chunks(provider_ids):
        locked = select(provider.c.id).where(provider.c.id.in_(chunk)).order_by(provider.c.id)
        await conn.execute(locked.with_for_update(key_share=True))


async def _enrolments(conn: AsyncConnection, refs: Collection[str]) -> dict[str, Any]:
    e = enrolment.c
    columns = (e.id, e.ref, e.provider_id, e.started_on, e.ended_on, e.registered_on)
    found: dict[str, Any] = {}
    for chunk in chunks(sorted(refs)):
        found |= {row.ref: row for row in await conn.execute(select(*columns).where(e.ref.in_(chunk)))}
    return found


async def _stored(
    conn: AsyncConnection, ids: Collection[int], chosen: Collection[str]
) -> dict[tuple[int, str], dict[str, Any]]:
    f = follow_up.c
    found: dict[tuple[int, str], dict[str, Any]] = {}
    for chunk in chunks(sorted(ids)):
        rows = await conn.execute(
            select(f.enrolment_id, f.month, *(f[name] for name in _FACTS)).where(f.enrolment_id.in_(chunk))
        )
        for id_, month, *facts in rows:
            if month in chosen:
                found[id_, month] = dict(zip(_FACTS, facts, strict=True))
    return found
