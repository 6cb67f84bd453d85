"""What is stored of the things that the rows of a run are about, by the columns of register files.

Each function returns, by the key that makes a row of its kind unique, the stored values by column. What is not
stored is left out.
"""

from collections.abc import Iterable, Mapping, Sequence
from typing import Any

from sqlalchemy import Row, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import chunks
from storage.people import addresses
from storage.register import lookups
from storage.register.rows import RegisterBatch
from storage.tables import (
    action_plan,
    answer,
    context_figure,
    customer,
    enrolment,
    exemption,
    follow_up,
    occasion,
    provider,
    target,
)
from survey.codes import Channel

Key = tuple[object, ...]
Stored = Mapping[Key, Mapping[str, object]]


async def providers(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored providers by reference."""
    rows = await lookups.stored(conn, provider, (row.ref for row in batch.providers))
    phones: dict[int, str] = {}
    for some in chunks([row.address_id for row in rows.values() if row.address_id]):
        phones |= {id_: value for id_, (_, value, _) in (await addresses.address_values(conn, some)).items()}
    return {(ref,): {**row._asdict(), "phone": phones.get(row.address_id, "")} for ref, row in rows.items()}


async def customers(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored customers by reference, each with the number that an SMS goes to."""
    rows = await lookups.stored(conn, customer, (row.ref for row in batch.customers))
    phones: dict[int, str] = {}
    for some in chunks([row.id for row in rows.values()]):
        for id_, own in (await addresses.addresses_of(conn, some)).items():
            phones[id_] = next((each.value for each in own if each.channel == Channel.SMS), "")
    return {(ref,): {**row._asdict(), "phone": phones.get(row.id, "")} for ref, row in rows.items()}


async def enrolments(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored enrolments by reference."""
    rows = await lookups.stored(conn, enrolment, (row.ref for row in batch.enrolments))
    return {(ref,): row._asdict() for ref, row in rows.items()}


async def followups(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the recorded follow-ups by enrolment and month."""
    f = follow_up.c
    found: dict[Key, Mapping[str, object]] = {}
    for some in _refs(row.enrolment for row in batch.followups):
        query = select(enrolment.c.ref, follow_up).join(enrolment, enrolment.c.id == f.enrolment_id)
        for row in await conn.execute(query.where(enrolment.c.ref.in_(some))):
            activities = tuple((row.activities or "").split(",")) if row.activities else None
            found[row.ref, row.month] = {**row._asdict(), "activities": activities}
    return found


async def exemptions(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored exemptions by enrolment and first day; none of them is withdrawn."""
    x = exemption.c
    found: dict[Key, Mapping[str, object]] = {}
    for some in _refs(row.enrolment for row in batch.exemptions):
        query = select(enrolment.c.ref, exemption).join(enrolment, enrolment.c.id == x.enrolment_id)
        for row in await conn.execute(query.where(enrolment.c.ref.in_(some))):
            found[row.ref, row.from_on] = {**row._asdict(), "who": row.decided_by, "withdrawn": False}
    return found


async def answers(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored answers by enrolment, survey, period and question."""
    o, a = occasion.c, answer.c
    found: dict[Key, Mapping[str, object]] = {}
    for some in _refs(row.enrolment for row in batch.answers):
        query = (
            select(enrolment.c.ref, o.survey, o.period, a.question, a.value, a.text, a.mode)
            .join(occasion, o.id == a.occasion_id)
            .join(enrolment, enrolment.c.id == o.enrolment_id)
        )
        for row in await conn.execute(query.where(enrolment.c.ref.in_(some))):
            found[row.ref, row.survey, row.period, row.question] = row._asdict()
    return found


async def actionplans(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored action plans by reference."""
    rows = await lookups.stored(conn, action_plan, (row.ref for row in batch.actionplans))
    return {(ref,): row._asdict() for ref, row in rows.items()}


async def targets(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored goals by indicator and year."""
    rows = await _of_years(conn, select(target), target.c.year, (row.year for row in batch.targets))
    return {(row.indicator, row.year): {"target": float(row.target)} for row in rows}


async def context(conn: AsyncConnection, batch: RegisterBatch) -> Stored:
    """Return the stored figures of others by name and year."""
    c = context_figure.c
    rows = await _of_years(conn, select(context_figure), c.year, (row.year for row in batch.context))
    return {(row.name, row.year): {**row._asdict(), "value": float(row.value), "date": row.read_on} for row in rows}


def _refs(refs: Iterable[str]) -> Iterable[Sequence[str]]:
    return chunks(sorted(set(refs)))


async def _of_years(conn: AsyncConnection, query: Any, column: Any, years: Iterable[int]) -> Sequence[Row[Any]]:
    wanted = sorted(set(years))
    return (await conn.execute(query.where(column.in_(wanted)))).all() if wanted else []
