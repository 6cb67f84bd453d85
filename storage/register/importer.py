"""The unit's register taken in: all rows of a run, or none.

The files are read in storage/register/reader.py; here the rows meet the database: references must lead
somewhere, and what is locked must stay as it is.
"""

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime, time
from typing import Any

from sqlalchemy import Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks, insert_ignore, upsert
from storage.errors import Problem, ProblemCode, RegisterError, Value
from storage.figures import measurements, targets
from storage.followups import exemptions
from storage.followups import recording as followups
from storage.people import addresses
from storage.planning import occasions
from storage.privacy import audit
from storage.register import followup_rows, provider_changes
from storage.register.rows import EnrolmentRow, RegisterBatch
from storage.tables import action_plan, answer, customer, enrolment, next_look, occasion, provider
from survey.codes import Reason

PLANNED_BY = ("started_on", "ended_on", "end_reason")  # what decides when a customer is asked


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each kind a run holds, and what is left to do.

    Attributes:
        given_up: (customer id, address id) of each number that is no longer the customer's. The caller must hand it
            to scheduler.fallback.give_up in the same transaction.
    """

    providers: int
    customers: int
    enrolments: int
    followups: int
    exemptions: int
    answers: int
    actionplans: int
    targets: int
    context: int
    given_up: tuple[tuple[int, int], ...] = ()


async def apply(
    conn: AsyncConnection, batch: RegisterBatch, today: date, now: datetime, by: str = "", reason: str = ""
) -> Imported:
    """Save ``batch`` in the caller's transaction. Raises RegisterError, with every problem found.

    ``by`` and ``reason``: who of the staff corrects months that are locked, and why.
    """
    if batch.problems:
        raise RegisterError(batch.problems)
    await _providers(conn, batch, now)
    given_up = await _customers(conn, batch, now)
    problems: list[Problem] = []
    changed = await _enrolments(conn, batch, today, now, problems)
    ids = await _ids(conn, enrolment, {row.enrolment for row in (*batch.exemptions, *batch.answers)})
    author = followups.Author("file", who=by, reason=reason)
    problems += await followup_rows.record(conn, batch.followups, author, today, now)
    changed |= await _answers(conn, batch, ids, problems)
    changed |= await _exemptions(conn, batch, ids, now, problems)
    await _action_plans(conn, batch, today, problems)
    if problems:
        raise RegisterError(problems)
    await targets.save_targets(conn, batch.targets)
    await targets.save_context(conn, batch.context)
    await exemptions.refresh(conn, sorted(changed))
    await provider_changes.follow(conn, {row.customer for row in batch.enrolments}, today, now)
    changed |= await _enrolments_of(conn, {row.ref for row in batch.customers})  # a gender may be corrected
    await measurements.refresh(conn, sorted(changed))
    return Imported(
        len(batch.providers),
        len(batch.customers),
        len(batch.enrolments),
        len(batch.followups),
        len(batch.exemptions),
        len(batch.answers),
        len(batch.actionplans),
        len(batch.targets),
        len(batch.context),
        tuple(given_up),
    )


async def _providers(conn: AsyncConnection, batch: RegisterBatch, now: datetime) -> None:
    phones = await addresses.find_or_add(conn, "sms", [row.phone for row in batch.providers if row.phone], now)
    stored = await _stored(conn, provider, (row.ref for row in batch.providers if row.missing))
    await upsert(
        conn,
        provider,
        ("ref",),
        [
            _kept(
                stored.get(row.ref),
                {"address_id" if column == "phone" else column for column in row.missing},
                {
                    "ref": row.ref,
                    "name": row.name,
                    "address_id": phones[row.phone].id if row.phone else None,
                    "authorised_from": row.authorised_from,
                    "authorised_to": row.authorised_to,
                },
            )
            for row in batch.providers
        ],
    )


def _kept(before: Any, columns: Iterable[str], values: dict[str, Any]) -> dict[str, Any]:
    """``values``, but what is stored in ``columns``: the file said nothing about them."""
    return values if before is None else values | {column: getattr(before, column) for column in columns}


async def _customers(conn: AsyncConnection, batch: RegisterBatch, now: datetime) -> list[tuple[int, int]]:
    """Save customers and their phones; return the numbers that are given up, as replace_phones does."""
    stored = await _stored(conn, customer, (row.ref for row in batch.customers if row.missing))
    await upsert(
        conn,
        customer,
        ("ref",),
        [
            _kept(
                stored.get(row.ref),
                row.missing,
                {"ref": row.ref, "language": row.language, "gender": row.gender, "birth_year": row.birth_year},
            )
            for row in batch.customers
        ],
    )
    ids = await _ids(conn, customer, {row.ref for row in batch.customers})
    phones = {ids[row.ref]: row.phone or "" for row in batch.customers}
    return await addresses.replace_phones(conn, phones, now)


async def _enrolments(
    conn: AsyncConnection, batch: RegisterBatch, today: date, now: datetime, problems: list[Problem]
) -> set[int]:
    """Save the enrolments; the ids of those that are in the files."""
    rows = batch.enrolments
    customers = await _ids(conn, customer, {row.customer for row in rows})
    providers = await _ids(conn, provider, {row.provider for row in rows})
    stored = await _stored(conn, enrolment, (row.ref for row in rows))
    values = []
    plan_on: dict[str, date] = {}
    corrected: list[int] = []
    for row in rows:
        found = len(problems)
        if row.customer not in customers:
            problems.append(_problem(row, "customer", ProblemCode.UNKNOWN_CUSTOMER, ref=row.customer))
        if row.provider not in providers:
            problems.append(_problem(row, "provider", ProblemCode.UNKNOWN_PROVIDER, ref=row.provider))
        if len(problems) > found:
            continue
        before = stored.get(row.ref)
        if before is not None:
            problems += _locked(row, before, customers[row.customer], providers[row.provider])
        new = _kept(
            before,
            row.missing,
            {
                "ref": row.ref,
                "customer_id": customers[row.customer],
                "provider_id": providers[row.provider],
                "started_on": row.started_on,
                "planned_end_on": row.planned_end_on,
                "ended_on": row.ended_on,
                "end_reason": row.end_reason,
                "difficulty": row.difficulty or (before.difficulty if before else ""),
                "registered_on": before.registered_on if before else today,
            },
        )
        values.append(new)
        # What is new or corrected is planned from its very start; the rest when it would have been.
        if before is None or any(new[name] != getattr(before, name) for name in PLANNED_BY):
            plan_on[row.ref] = min(row.started_on, today)
            corrected += [before.id] if before is not None else []
    if problems:
        return set()
    await upsert(conn, enrolment, ("ref",), values)
    ids = await _ids(conn, enrolment, {row.ref for row in rows})
    looks = [{"enrolment_id": ids[ref], "plan_on": day} for ref, day in plan_on.items()]
    await upsert(conn, next_look, ("enrolment_id",), looks)
    for chunk in chunks(corrected):
        await occasions.look_again(conn, chunk, now)
    return set(ids.values())


def _locked(row: EnrolmentRow, before: Any, customer_id: int, provider_id: int) -> list[Problem]:
    """What an enrolment that is already known may not change: its answers would change owner or class."""
    problems = []
    if before.customer_id != customer_id:
        problems.append(_problem(row, "customer", ProblemCode.OTHER_CUSTOMER))
    if before.provider_id != provider_id:
        problems.append(_problem(row, "provider", ProblemCode.OTHER_PROVIDER))
    if row.difficulty and before.difficulty and row.difficulty != before.difficulty:
        problems.append(_problem(row, "difficulty", ProblemCode.DIFFICULTY_LOCKED, difficulty=before.difficulty))
    if "ended_on" in row.missing and before.ended_on and before.ended_on < row.started_on:
        problems.append(_problem(row, "started_on", ProblemCode.ENDED_BEFORE, day=before.ended_on))
    return problems


async def _exemptions(
    conn: AsyncConnection,
    batch: RegisterBatch,
    ids: Mapping[str, int],
    now: datetime,
    problems: list[Problem],
) -> set[int]:
    """Save the exemptions; the ids of their enrolments."""
    unknown = [row for row in batch.exemptions if row.enrolment not in ids]
    problems += [_problem(row, "enrolment", ProblemCode.UNKNOWN_ENROLMENT, ref=row.enrolment) for row in unknown]
    if problems:
        return set()
    saved = await exemptions.save(conn, batch.exemptions, ids, now)
    problems += [
        _problem(row, "withdrawn", ProblemCode.NO_EXEMPTION, ref=row.enrolment, day=row.from_on)
        for row in saved.unknown
    ]
    await audit.write(conn, [_replaced(each, now) for each in saved.replaced])
    return {ids[row.enrolment] for row in batch.exemptions}


def _replaced(each: exemptions.Replaced, now: datetime) -> audit.Entry:
    row = each.row
    action = audit.Action.EXEMPTION_WITHDRAWN if row.withdrawn else audit.Action.EXEMPTION_CHANGED
    was = {"enrolment": row.enrolment, "from": row.from_on.isoformat(), "to": each.to_on.isoformat()}
    return audit.Entry(now, row.who, action, each.customer_id, was)


async def _action_plans(conn: AsyncConnection, batch: RegisterBatch, today: date, problems: list[Problem]) -> None:
    providers = await _ids(conn, provider, {row.provider for row in batch.actionplans})
    stored = await _stored(conn, action_plan, (row.ref for row in batch.actionplans))
    known = []
    for row in batch.actionplans:
        before = stored.get(row.ref)
        if row.provider not in providers:
            problems.append(_problem(row, "provider", ProblemCode.UNKNOWN_PROVIDER, ref=row.provider))
        elif before is not None and before.provider_id != providers[row.provider]:
            problems.append(_problem(row, "provider", ProblemCode.PLAN_OF_OTHER_PROVIDER))
        elif row.done_on is not None and row.done_on > today:
            problems.append(_problem(row, "done_on", ProblemCode.DAY_IN_FUTURE))
        else:
            known.append(
                _kept(
                    before,
                    row.missing,
                    {
                        "ref": row.ref,
                        "provider_id": providers[row.provider],
                        "deficiency": row.deficiency,
                        "measures": row.measures,
                        "due_on": row.due_on,
                        "responsible": row.responsible,
                        "indicator": row.indicator,
                        "decided_on": row.decided_on,
                        "done_on": row.done_on,
                        "effect": row.effect,
                    },
                )
            )
    await upsert(conn, action_plan, ("ref",), known)


async def _answers(
    conn: AsyncConnection, batch: RegisterBatch, ids: Mapping[str, int], problems: list[Problem]
) -> set[int]:
    """Answers of earlier years: each gets a closed occasion, as if it had been asked then."""
    problems += [
        _problem(row, "enrolment", ProblemCode.UNKNOWN_ENROLMENT, ref=row.enrolment)
        for row in batch.answers
        if row.enrolment not in ids
    ]
    known = [row for row in batch.answers if row.enrolment in ids]
    if problems or not known:
        return set()
    touched = {ids[row.enrolment] for row in known}
    customers: dict[int, int] = {}
    for chunk in chunks(sorted(touched)):
        rows = await conn.execute(select(enrolment.c.id, enrolment.c.customer_id).where(enrolment.c.id.in_(chunk)))
        customers |= {row.id: row.customer_id for row in rows}
    answered = {(ids[row.enrolment], row.survey, row.period): _noon(row.answered_on) for row in known}
    await insert_ignore(
        conn,
        occasion,
        [
            {
                "enrolment_id": enrolment_id,
                "customer_id": customers[enrolment_id],
                "survey": survey,
                "period": period,
                "due_at": at,
                "expires_at": at,
                "look_at": at,
                "opened_at": at,
                "closed_at": at,
                "outcome": "completed",
                "reason": Reason.IMPORTED,
            }
            for (enrolment_id, survey, period), at in answered.items()
        ],
    )
    found: dict[tuple[int, str, str], int] = {}
    for chunk in chunks(sorted(touched)):
        rows = await conn.execute(
            select(occasion.c.id, occasion.c.enrolment_id, occasion.c.survey, occasion.c.period).where(
                occasion.c.enrolment_id.in_(chunk)
            )
        )
        found |= {(row.enrolment_id, row.survey, row.period): row.id for row in rows}
    await upsert(
        conn,
        answer,
        ("occasion_id", "question"),
        [
            {
                "occasion_id": found[ids[row.enrolment], row.survey, row.period],
                "question": row.question,
                "value": row.value,
                "text": row.text or None,
                "skipped": 0,
                "version": 0,
                "answered_at": _noon(row.answered_on),
            }
            for row in known
        ],
    )
    return touched


def _noon(day: date) -> datetime:
    return datetime.combine(day, time(12), UTC)


def _problem(row: Any, column: str, code: ProblemCode, **values: Value) -> Problem:
    return Problem(row.file, row.row, column, code, values)


async def _ids(conn: AsyncConnection, table: Table, refs: Iterable[str]) -> dict[str, int]:
    """Row ids by the unit's own numbers; unknown ones are left out."""
    found: dict[str, int] = {}
    for chunk in chunks(sorted(refs)):
        rows = await conn.execute(select(table.c.ref, table.c.id).where(table.c.ref.in_(chunk)))
        found |= {row.ref: row.id for row in rows}
    return found


async def _stored(conn: AsyncConnection, table: Table, refs: Iterable[str]) -> dict[str, Any]:
    """The rows that are already there, by the unit's own numbers."""
    found: dict[str, Any] = {}
    for chunk in chunks(sorted(set(refs))):
        found |= {row.ref: row for row in await conn.execute(select(table).where(table.c.ref.in_(chunk)))}
    return found


async def _enrolments_of(conn: AsyncConnection, refs: Iterable[str]) -> set[int]:
    found: set[int] = set()
    for chunk in chunks(sorted(refs)):
        rows = await conn.execute(
            select(enrolment.c.id)
            .join(customer, customer.c.id == enrolment.c.customer_id)
            .where(customer.c.ref.in_(chunk))
        )
        found |= {id_ for (id_,) in rows}
    return found
