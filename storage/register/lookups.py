"""What the register has already of the things that rows name by the unit's own numbers."""

from collections.abc import Iterable, Mapping
from typing import Any

from sqlalchemy import Row, Table, select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import among
from storage.tables import customer, enrolment


async def ids(conn: AsyncConnection, table: Table, refs: Iterable[str]) -> dict[str, int]:
    """Return the ids of rows by the unit's own numbers; numbers that are not there are left out."""
    rows = await conn.execute(select(table.c.ref, table.c.id).where(among(conn, table.c.ref, refs)))
    return {row.ref: row.id for row in rows}


async def stored(conn: AsyncConnection, table: Table, refs: Iterable[str]) -> dict[str, Row[Any]]:
    """Return the rows that are already there, by the unit's own numbers."""
    return {row.ref: row for row in await conn.execute(select(table).where(among(conn, table.c.ref, refs)))}


async def enrolments_of(conn: AsyncConnection, customers: Iterable[str]) -> set[int]:
    """Return the ids of all enrolments of these customers."""
    found = (
        select(enrolment.c.id)
        .join(customer, customer.c.id == enrolment.c.customer_id)
        .where(among(conn, customer.c.ref, customers))
    )
    return set((await conn.execute(found)).scalars())


def with_stored(
    before: Row[Any] | None, columns: Iterable[str], values: Mapping[str, object]
) -> Mapping[str, object]:
    """Return ``values``, with what is stored in ``columns`` where the file says nothing about them."""
    if before is None:
        return values
    return {**values, **{column: getattr(before, column) for column in columns}}
