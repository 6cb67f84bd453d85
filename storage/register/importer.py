"""The unit's register, taken in: all rows of a run, or none.

storage/register/reader.py reads the files; here the rows meet the database. What they name must be there, and what
is locked must stay as it is.
"""

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import Row
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import upsert
from storage.delivery import conversations
from storage.errors import Problem, ProblemCode, RegisterError
from storage.figures import measurements, targets
from storage.followups import exemptions
from storage.followups.recording import Author
from storage.followups.rows import ExemptionRow
from storage.people import addresses
from storage.planning import occasions
from storage.privacy import audit
from storage.register import enrolments, followup_rows, lookups, past_answers, provider_changes
from storage.register.checks import batches
from storage.register.rows import ActionPlanRow, CustomerRow, ProviderRow, RegisterBatch, problem
from storage.tables import action_plan, customer, enrolment, provider
from survey.codes import Channel, ContactWish, Outcome, Reason

# Why nothing more is written to a customer whose register row says so.
NOT_WRITTEN_TO = {
    ContactWish.NONE: Reason.NO_CONTACT,
    ContactWish.PROTECTED: Reason.PROTECTED,
    ContactWish.PHONE: Reason.BY_STAFF,
    ContactWish.LETTER: Reason.BY_STAFF,
}


@dataclass(frozen=True, slots=True)
class Imported:
    """How many rows of each kind a run holds, and what is left to do.

    Attributes:
        uncounted: the answers that count in no figure; the codes are of UncountedCode.
        given_up: (customer id, address id) of each number that is no longer the customer's. The caller must hand it
            to scheduler.delivery.fallback.give_up in the same transaction.
        notes: what is odd in the rows and was taken in all the same; the codes are of NoteCode.
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
    uncounted: tuple[Problem, ...] = ()
    given_up: tuple[tuple[int, int], ...] = ()
    notes: tuple[Problem, ...] = ()


async def apply(
    conn: AsyncConnection, batch: RegisterBatch, today: date, now: datetime, by: str = "", reason: str = ""
) -> Imported:
    """Save the rows of ``batch`` in the caller's transaction, which must be rolled back when this raises.

    Args:
        conn: the caller's transaction.
        batch: what was read from the files.
        today: the unit's own day.
        now: the time of the import.
        by: the staff member who corrects follow-ups of a month that is locked.
        reason: why they are corrected.

    Raises:
        RegisterError: rows were refused; it names every problem that was found.
    """
    checked = await batches.check(conn, batch, today)
    if checked.problems:
        raise RegisterError(checked.problems)
    await _save_providers(conn, batch.providers, now)
    given_up = await _save_customers(conn, batch.customers, now)
    problems: list[Problem] = []
    changed = await enrolments.save(conn, batch.enrolments, today, now, problems)
    ids = await lookups.ids(conn, enrolment, (row.enrolment for row in batch.exemptions))
    author = Author("file", who=by, reason=reason)
    problems += await followup_rows.record(conn, batch.followups, author, today, now)
    answered = await past_answers.save(conn, batch.answers, today, problems)
    changed |= set(answered.values())
    changed |= await _save_exemptions(conn, batch.exemptions, ids, now, problems)
    await _save_action_plans(conn, batch.actionplans, today, problems)
    if problems:
        raise RegisterError(problems)
    await targets.save_targets(conn, batch.targets)
    await targets.save_context(conn, batch.context)
    await exemptions.refresh(conn, sorted(changed))
    await provider_changes.follow(conn, {row.customer for row in batch.enrolments}, today, now)
    # A customer's gender may have been corrected, which the measurements copy.
    changed |= await lookups.enrolments_of(conn, (row.ref for row in batch.customers))
    await measurements.refresh(conn, sorted(changed))
    return Imported(
        providers=len(batch.providers),
        customers=len(batch.customers),
        enrolments=len(batch.enrolments),
        followups=len(batch.followups),
        exemptions=len(batch.exemptions),
        answers=len(batch.answers),
        actionplans=len(batch.actionplans),
        targets=len(batch.targets),
        context=len(batch.context),
        uncounted=await past_answers.uncounted(conn, batch.answers, answered),
        given_up=tuple(given_up),
        notes=checked.notes,
    )


async def _save_providers(conn: AsyncConnection, rows: Sequence[ProviderRow], now: datetime) -> None:
    phones = await addresses.find_or_add(conn, Channel.SMS, [row.phone for row in rows if row.phone], now)
    stored = await lookups.stored(conn, provider, (row.ref for row in rows if row.missing))
    values: list[Mapping[str, object]] = []
    for row in rows:
        kept = {"address_id" if column == "phone" else column for column in row.missing}
        new = {
            "ref": row.ref,
            "name": row.name,
            "address_id": phones[row.phone].id if row.phone else None,
            "authorised_from": row.authorised_from,
            "authorised_to": row.authorised_to,
        }
        values.append(lookups.with_stored(stored.get(row.ref), kept, new))
    await upsert(conn, provider, ("ref",), values)


async def _save_customers(
    conn: AsyncConnection, rows: Sequence[CustomerRow], now: datetime
) -> list[tuple[int, int]]:
    """Save customers and their phones; return the numbers that are given up, as replace_phones does."""
    stored = await lookups.stored(conn, customer, (row.ref for row in rows if row.missing))

    def values(row: CustomerRow) -> Mapping[str, object]:
        new = {
            "ref": row.ref,
            "language": row.language,
            "gender": row.gender,
            "birth_year": row.birth_year,
            "contact": row.contact,
        }
        return lookups.with_stored(stored.get(row.ref), row.missing, new)

    await upsert(conn, customer, ("ref",), map(values, rows))
    ids = await lookups.ids(conn, customer, (row.ref for row in rows))
    given_up = await addresses.replace_phones(conn, {ids[row.ref]: row.phone or "" for row in rows}, now)
    await occasions.look_again_at(conn, set(ids.values()), now)
    for wish, reason in NOT_WRITTEN_TO.items():
        wishing = {ids[row.ref] for row in rows if row.contact == wish}
        await conversations.end(conn, await conversations.open_of(conn, wishing), Outcome.HELD_BACK, reason, now)
    return given_up


async def _save_exemptions(
    conn: AsyncConnection,
    rows: Sequence[ExemptionRow],
    ids: Mapping[str, int],
    now: datetime,
    problems: list[Problem],
) -> set[int]:
    """Save exemptions, with an audit row for each that is no longer as it was; return their enrolments' ids.

    ``problems`` gets what is wrong with the rows. With any problem nothing is saved.
    """
    if problems:
        return set()
    saved = await exemptions.save(conn, rows, ids, now)
    problems += [
        problem(row, "withdrawn", ProblemCode.NO_EXEMPTION, ref=row.enrolment, day=row.from_on)
        for row in saved.unknown
    ]
    await audit.write(conn, [_replaced(each, now) for each in saved.replaced])
    return {ids[row.enrolment] for row in rows}


def _replaced(each: exemptions.Replaced, now: datetime) -> audit.Entry:
    row = each.row
    action = audit.Action.EXEMPTION_WITHDRAWN if row.withdrawn else audit.Action.EXEMPTION_CHANGED
    was = {"enrolment": row.enrolment, "from": row.from_on.isoformat(), "to": each.to_on.isoformat()}
    return audit.Entry(now, row.who, action, each.customer_id, was)


async def _save_action_plans(
    conn: AsyncConnection, rows: Sequence[ActionPlanRow], today: date, problems: list[Problem]
) -> None:
    """Save action plans; ``problems`` gets what is wrong with the rows, which are left out."""
    providers = await lookups.ids(conn, provider, (row.provider for row in rows))
    stored = await lookups.stored(conn, action_plan, (row.ref for row in rows))
    values = []
    for row in rows:
        before, provider_id = stored.get(row.ref), providers[row.provider]
        found = list(_wrong_plan(row, before, provider_id, today))
        problems += found
        if not found:
            new = {
                "ref": row.ref,
                "provider_id": provider_id,
                "deficiency": row.deficiency,
                "measures": row.measures,
                "due_on": row.due_on,
                "responsible": row.responsible,
                "indicator": row.indicator,
                "decided_on": row.decided_on,
                "done_on": row.done_on,
                "effect": row.effect,
            }
            values.append(lookups.with_stored(before, row.missing, new))
    await upsert(conn, action_plan, ("ref",), values)


def _wrong_plan(row: ActionPlanRow, before: Row[Any] | None, provider_id: int, today: date) -> Iterable[Problem]:
    """Yield the first thing that is wrong with an action plan."""
    if before is not None and before.provider_id != provider_id:
        yield problem(row, "provider", ProblemCode.PLAN_OF_OTHER_PROVIDER)
    elif row.done_on is not None and row.done_on > today:
        yield problem(row, "done_on", ProblemCode.DAY_IN_FUTURE)
