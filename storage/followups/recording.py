"""A month's follow-up, recorded, changed or withdrawn.

What comes by page, chat, SMS and file is all recorded by `record`, by the same rules and with one audit trail. A
month locks on the fifth of the next month, because it is the basis for payment: what is to count must be recorded
before that day. After it only staff can correct the month, with a name and a reason.
"""

import json
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime
from enum import StrEnum
from typing import Literal

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert, upsert
from storage.errors import RecordingRefused, Refusal, RefusalCode, Value
from storage.followups import month_counts
from storage.followups.calendar import first_day, following
from storage.tables import enrolment, follow_up, follow_up_event, provider
from survey.codes import Activity, FollowUpForm
from survey.plain_text import plain

NEXT_STEP_LENGTH = 300  # characters
LOCK_DAY = 5  # of the next month

Source = Literal["page", "telegram", "sms", "file", "staff"]


class Action(StrEnum):
    """What an event of the audit trail did to a month's follow-up."""

    RECORDED = "recorded"
    CHANGED = "changed"
    WITHDRAWN = "withdrawn"


@dataclass(frozen=True, slots=True)
class Entry:
    """What somebody says of one month's follow-up. None: nothing is said, and what is stored stays.

    Attributes:
        enrolment: the unit's own number.
        month: YYYY-MM.
        form: a FollowUpForm.
        activities: of Activity.
    """

    enrolment: str
    month: str
    held_on: date
    form: str | None = None
    from_plan: bool | None = None
    plan_changed: bool | None = None
    activities: tuple[str, ...] | None = None
    next_step: str | None = None


@dataclass(frozen=True, slots=True)
class Author:
    """Who records: a provider's contact person, or staff.

    Attributes:
        source: how it came.
        provider_id: whose contact person; None for staff.
        address_id: the contact person's address.
        who: the staff member; staff may correct a locked month when this and ``reason`` are given.
        reason: why it is corrected.
    """

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


@dataclass(frozen=True, slots=True)
class _Enrolment:
    """What decides whether an entry may be recorded."""

    id: int
    ref: str
    provider_id: int
    started_on: date
    ended_on: date | None
    registered_on: date


# The columns of follow_up that an entry tells, in their stored form.
_FACTS = ("held_on", "form", "from_plan", "plan_changed", "activities", "next_step")
_Facts = Mapping[str, object]
_Key = tuple[int, str]  # enrolment id, month


@dataclass(slots=True)
class _Decided:
    """What is to be written, or what is wrong."""

    made: dict[_Key, _Facts] = field(default_factory=dict)
    same: int = 0
    refusals: list[Refusal] = field(default_factory=list)


def locks_on(month: str) -> date:
    """Return the day from which a month is locked."""
    return first_day(following(month)).replace(day=LOCK_DAY)


def is_locked(month: str, today: date) -> bool:
    """Whether a month is the basis for payment already; ``today`` is the unit's own day."""
    return today >= locks_on(month)


async def record(
    conn: AsyncConnection, entries: Sequence[Entry], author: Author, today: date, now: datetime
) -> Recorded:
    """Record follow-ups in the caller's transaction, all of them or none.

    The same entry twice changes nothing. Another entry for the same month replaces what was said; both stay in the
    audit trail.

    Args:
        conn: the caller's transaction.
        entries: what is said.
        author: who says it.
        today: the unit's own day.
        now: the time of the recording.

    Raises:
        RecordingRefused: something is wrong; it names everything that is.
    """
    known = await _enrolments(conn, {entry.enrolment for entry in entries})
    providers = sorted({each.provider_id for each in known.values()})
    await _take_turns(conn, providers)
    stored = await _stored(conn, {each.id for each in known.values()}, {entry.month for entry in entries})
    decided = _decide(entries, known, stored, author, today)
    if decided.refusals:
        raise RecordingRefused(decided.refusals)
    rows = [
        {"enrolment_id": id_, "month": month, "recorded_at": now, **facts}
        for (id_, month), facts in decided.made.items()
    ]
    await upsert(conn, follow_up, ("enrolment_id", "month"), rows)
    actions = {key: Action.CHANGED if key in stored else Action.RECORDED for key in decided.made}
    events = [_event(key, actions[key], facts, author, now) for key, facts in decided.made.items()]
    await insert(conn, follow_up_event, events)
    if decided.made:
        await month_counts.recount(conn, providers)
    new = sum(action is Action.RECORDED for action in actions.values())
    return Recorded(new=new, changed=len(actions) - new, same=decided.same)


def _decide(
    entries: Sequence[Entry],
    known: Mapping[str, _Enrolment],
    stored: Mapping[_Key, _Facts],
    author: Author,
    today: date,
) -> _Decided:
    """Decide what each entry does to what is stored."""
    decided = _Decided()
    for place, entry in enumerate(entries):
        row = known.get(entry.enrolment)
        if row is None or author.provider_id not in (None, row.provider_id):
            decided.refusals.append(_unknown(place, entry.enrolment, author))
            continue
        key = (row.id, entry.month)
        facts = _facts(entry, stored.get(key))
        if facts == stored.get(key):
            decided.same += 1
        elif key in decided.made:
            twice = Refusal(place, "enrolment", RefusalCode.TWICE, {"ref": entry.enrolment})
            decided.refusals.append(twice)
        else:
            wrong = list(_wrong(place, entry, row, today)) or list(_too_late(place, entry, row, author, today))
            decided.refusals += wrong
            decided.made[key] = facts
    return decided


async def withdraw(
    conn: AsyncConnection, enrolment_ref: str, month: str, author: Author, today: date, now: datetime
) -> None:
    """Take back a recorded follow-up that was not held.

    Args:
        conn: the caller's transaction.
        enrolment_ref: the unit's own number.
        month: YYYY-MM.
        author: who takes it back.
        today: the unit's own day.
        now: the time of the withdrawal.

    Raises:
        RecordingRefused: there is none, or the month is locked for the author.
    """
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
    await insert(conn, follow_up_event, [_event(key, Action.WITHDRAWN, {}, author, now)])
    await month_counts.recount(conn, [row.provider_id])


def _wrong(place: int, entry: Entry, row: _Enrolment, today: date) -> Iterable[Refusal]:
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


def _too_late(place: int, entry: Entry, row: _Enrolment, author: Author, today: date) -> Iterable[Refusal]:
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


def _facts(entry: Entry, before: _Facts | None) -> _Facts:
    """Return what is known of the month once the entry counts, in its stored form."""
    said = {
        "held_on": entry.held_on,
        "form": entry.form,
        "from_plan": None if entry.from_plan is None else int(entry.from_plan),
        "plan_changed": None if entry.plan_changed is None else int(entry.plan_changed),
        "activities": None if entry.activities is None else ",".join(sorted(set(entry.activities))),
        "next_step": None if entry.next_step is None else plain(entry.next_step),
    }
    return {name: (before or {}).get(name) if value is None else value for name, value in said.items()}


def _event(key: _Key, action: Action, facts: _Facts, author: Author, now: datetime) -> dict[str, object]:
    """Return the row of the audit trail."""
    enrolment_id, month = key
    return {
        "enrolment_id": enrolment_id,
        "month": month,
        "at": now,
        "action": action,
        "source": author.source,
        "address_id": author.address_id,
        "who": author.who,
        "reason": author.reason,
        "facts": json.dumps({name: value for name, value in facts.items() if value is not None}, default=str),
    }


async def _take_turns(conn: AsyncConnection, provider_ids: Sequence[int]) -> None:
    """Wait for others who record for these providers. On SQLite the one writer's turn has come already."""
    for chunk in chunks(provider_ids):
        locked = select(provider.c.id).where(provider.c.id.in_(chunk)).order_by(provider.c.id)
        await conn.execute(locked.with_for_update(key_share=True))


async def _enrolments(conn: AsyncConnection, refs: Collection[str]) -> dict[str, _Enrolment]:
    """Return the enrolments by the unit's own numbers; numbers that are not there are left out."""
    e = enrolment.c
    columns = (e.id, e.ref, e.provider_id, e.started_on, e.ended_on, e.registered_on)
    found: dict[str, _Enrolment] = {}
    for chunk in chunks(sorted(refs)):
        rows = await conn.execute(select(*columns).where(e.ref.in_(chunk)))
        found |= {row["ref"]: _Enrolment(**row) for row in rows.mappings()}
    return found


async def _stored(
    conn: AsyncConnection, enrolment_ids: Collection[int], months: Collection[str]
) -> dict[_Key, _Facts]:
    """Return what is stored of these months of these enrolments."""
    f = follow_up.c
    found: dict[_Key, _Facts] = {}
    for chunk in chunks(sorted(enrolment_ids)):
        columns = (f.enrolment_id, f.month, *(f[name] for name in _FACTS))
        rows = await conn.execute(select(*columns).where(f.enrolment_id.in_(chunk)))
        for row in rows.mappings():
            if row["month"] in months:
                found[row["enrolment_id"], row["month"]] = {name: row[name] for name in _FACTS}
    return found
