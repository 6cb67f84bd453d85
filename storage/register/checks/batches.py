"""Everything about a run of rows that is checked against the register before a row is saved, told in one go."""

from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import among
from storage.errors import NoteCode, Problem
from storage.people import addresses
from storage.register import lookups
from storage.register.checks import reasonable_days, references
from storage.register.rows import RegisterBatch
from storage.tables import customer, provider


@dataclass(frozen=True, slots=True)
class Checked:
    """What was found: ``problems`` refuse the run, ``notes`` (of NoteCode) are told."""

    problems: tuple[Problem, ...]
    notes: tuple[Problem, ...]


async def check(conn: AsyncConnection, batch: RegisterBatch, today: date) -> Checked:
    """Check the rows of a run; change nothing.

    Args:
        conn: the caller's transaction.
        batch: the rows, and what was wrong with the files that they are from.
        today: the unit's own day.
    """
    known = await _known(conn, batch)
    problems = [
        *batch.problems,
        *await references.wrong(conn, batch),
        *reasonable_days.wrong(batch, known, today),
    ]
    users = await addresses.users_by_phone(conn, [row.phone for row in batch.customers if row.phone])
    return Checked(
        tuple(problems),
        (*reasonable_days.odd(batch, known, today), *_shared(batch, users)),
    )


async def _known(conn: AsyncConnection, batch: RegisterBatch) -> reasonable_days.Known:
    """Read what the enrolments' days are compared with, and take the run's own rows before it."""
    born = {row.ref: row.birth_year for row in batch.customers if "birth_year" not in row.missing}
    others = {row.customer for row in batch.enrolments} - born.keys()
    if others:
        c = customer.c
        rows = await conn.execute(select(c.ref, c.birth_year).where(among(conn, c.ref, others)))
        born |= {row.ref: row.birth_year for row in rows}
    providers = await lookups.stored(conn, provider, (row.provider for row in batch.enrolments))
    authorised = {ref: (row.authorised_from, row.authorised_to) for ref, row in providers.items()}
    for each in batch.providers:
        first, last = authorised.get(each.ref, (None, None))
        first = first if "authorised_from" in each.missing else each.authorised_from
        last = last if "authorised_to" in each.missing else each.authorised_to
        authorised[each.ref] = (first, last)
    return reasonable_days.Known({ref: year for ref, year in born.items() if year}, authorised)


def _shared(batch: RegisterBatch, users: Mapping[str, frozenset[str]]) -> Iterator[Problem]:
    """Yield the customers whose new phone is another customer's, too; the number itself is not repeated."""
    own = {row.ref for row in batch.customers}
    first: dict[str, str] = {}
    for row in batch.customers:
        if not row.phone:
            continue
        stored = users.get(row.phone, frozenset())
        others = [*sorted(stored - own), *([first[row.phone]] if row.phone in first else [])]
        first.setdefault(row.phone, row.ref)
        if others and not {row.ref, others[0]} <= stored:
            yield Problem(row.file, row.row, "phone", NoteCode.PHONE_SHARED, {"ref": others[0]})
