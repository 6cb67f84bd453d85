"""What storage keeps beside the facts, and the same made again from the facts."""

from typing import Any

from sqlalchemy import Table, select

from storage.database.engine import Database
from storage.figures import measurements
from storage.tables import ending_count, measurement, month_count

Rows = dict[str, set[tuple[Any, ...]]]


async def assert_kept(db: Database) -> Rows:
    """The kept rows, which are those that a recomputation from scratch gives."""
    async with db.begin() as conn:
        kept = {table.name: await _rows(conn, table) for table in (measurement, month_count, ending_count)}
        await measurements.refresh(conn, None)
        again = {table.name: await _rows(conn, table) for table in (measurement, month_count, ending_count)}
    assert kept == again
    return kept


async def _rows(conn: Any, table: Table) -> set[tuple[Any, ...]]:
    rows = [tuple(row) for row in await conn.execute(select(table))]
    if table is month_count:  # a month in which everything was taken back counts nothing
        rows = [row for row in rows if any(row[2:])]
    return set(rows)
