"""Moves everything to another database: to PostgreSQL, when one process is no longer enough."""

from pathlib import Path
from typing import Any

from sqlalchemy import Table, func, select, text

from storage.database.engine import Connection, Database
from storage.database.locks import sole_process
from storage.database.statements import CHUNK, insert
from storage.errors import DatabaseError, DatabaseErrorCode
from storage.tables import complete


async def move(source: Database, target: Database) -> int:
    """Copy every row of ``source`` to ``target``, all or none, and return how many; ``source`` stays as it is.

    Raises:
        DatabaseError: one of them is not there or not at the newest migration, a `followup run` uses ``source``, or
            ``target`` has rows.
    """
    _must_exist(source)
    for code, db in ((DatabaseErrorCode.SOURCE_NOT_READY, source), (DatabaseErrorCode.TARGET_NOT_READY, target)):
        problem = await db.check()
        if problem is not None:
            raise DatabaseError(code) from problem
    tables = complete().sorted_tables
    async with sole_process(source), source.read() as old, target.begin() as new:
        for each in tables:
            if (await new.execute(select(each).limit(1))).first() is not None:
                raise DatabaseError(DatabaseErrorCode.TARGET_NOT_EMPTY, table=each.name)
        moved = 0
        for each in tables:
            moved += await _copy(old, new, each)
        if not target.is_sqlite:
            for each in tables:
                await _number_on(new, each)
    return moved


def _must_exist(source: Database) -> None:
    """Refuse a SQLite file that is not there, because SQLite would make an empty one of a misspelt name."""
    path = source.engine.url.database
    if source.is_sqlite and not (path and Path(path).is_file()):
        raise DatabaseError(DatabaseErrorCode.NO_SOURCE, path=str(path))


async def _copy(old: Connection, new: Connection, table: Table) -> int:
    """Copy a table in runs of CHUNK rows, and return how many there were."""
    in_order = select(table).order_by(*table.primary_key)
    done = 0
    while rows := (await old.execute(in_order.limit(CHUNK).offset(done))).mappings().all():
        await insert(new, table, [dict(row) for row in rows])
        done += len(rows)
    return done


async def _number_on(new: Connection, table: Table) -> None:
    """Have PostgreSQL number new rows of a table after those that were copied."""
    column: Any = table.autoincrement_column
    if column is None:
        return
    last = (await new.execute(select(func.max(column)))).scalar()
    if last is not None:
        sequence = text("SELECT setval(pg_get_serial_sequence(:table, :column), :last)")
        await new.execute(sequence, {"table": table.name, "column": column.name, "last": last})
