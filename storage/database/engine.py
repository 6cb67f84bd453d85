"""The database: one engine, and short transactions on SQLite or PostgreSQL."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from functools import partial
from typing import Any, Self

from sqlalchemy import event, text
from sqlalchemy.engine import make_url
from sqlalchemy.exc import ArgumentError, DBAPIError, OperationalError
from sqlalchemy.ext.asyncio import AsyncConnection, AsyncEngine, create_async_engine
from sqlalchemy.pool import AsyncAdaptedQueuePool

from storage.database import aiosqlite_dialect
from storage.errors import DatabaseError, DatabaseErrorCode

DRIVERS = {
    "sqlite": aiosqlite_dialect.DRIVER,
    "sqlite+aiosqlite": aiosqlite_dialect.DRIVER,
    "postgresql": "postgresql+asyncpg",
    "postgres": "postgresql+asyncpg",
}
# The newest migration; a test holds it against storage/migrations.
HEAD = "0021"

# What a transaction hands out, for rooms that know no SQLAlchemy.
Connection = AsyncConnection


def is_passing(error: BaseException) -> bool:
    """Whether ``error`` is transient: the same may well work when it is tried again.

    A connection was lost, transactions deadlocked, or the server is starting, stopping or full: SQLSTATE classes
    08, 40, 53 and 57 (https://www.postgresql.org/docs/current/errcodes-appendix.html).
    """
    if isinstance(error, OSError | OperationalError | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")
    return error.connection_invalidated or code[:2] in ("08", "40", "53", "57")


class Database:
    """Short transactions on one engine: ``begin`` opens one that writes, ``read`` one that reads."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer. Waiting for it here is fair and cheap; inside SQLite a waiter polls.
        self._writer = asyncio.Lock()

    @classmethod
    def open(cls, url: str, *, durable: bool = True) -> Self:
        """Open the database at ``url``; it is connected to when a transaction needs it.

        Args:
            url: of a SQLite or PostgreSQL database.
            durable: wait for the disk at each commit. False is for a database that is thrown away, as the demo's.

        Raises:
            DatabaseError: the URL is of no database that we can use.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseError(DatabaseErrorCode.BAD_URL, why=str(error)) from error
        parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        if parsed.drivername == aiosqlite_dialect.DRIVER:
            # A queue pool keeps connections, and with them their prepared statements. Errors must not show the
            # values of a statement, which are personal data.
            engine = create_async_engine(parsed, poolclass=AsyncAdaptedQueuePool, pool_size=4, hide_parameters=True)
            prepare = partial(_prepare_sqlite, synchronous="FULL" if durable else "OFF")
            event.listen(engine.sync_engine, "connect", prepare)
            event.listen(engine.sync_engine, "begin", _begin_immediate)
        elif parsed.drivername == "postgresql+asyncpg":
            engine = create_async_engine(parsed, pool_size=8, hide_parameters=True)
        else:
            raise DatabaseError(DatabaseErrorCode.UNKNOWN_KIND)
        return cls(engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """Open a writing transaction: it commits when the block ends, and rolls back when the block raises."""
        if not self.is_sqlite:
            async with self.engine.begin() as conn:
                yield conn
            return
        async with self._writer, self.engine.begin() as conn:
            yield conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """Open a reading transaction, which sees one state of the database and never waits for a writer."""
        async with self.engine.connect() as conn:
            await conn.execution_options(followup_read=True)
            yield conn

    async def check(self) -> DatabaseError | None:
        """Return why the database cannot be used; None when it answers and is at the newest migration."""
        try:
            async with self.read() as conn:
                version = (await conn.execute(text("SELECT version_num FROM alembic_version"))).scalar()
        except (DBAPIError, OSError) as error:
            if isinstance(error, OperationalError | DBAPIError) and "alembic_version" in str(error):
                return DatabaseError(DatabaseErrorCode.NO_TABLES)
            return DatabaseError(DatabaseErrorCode.UNREACHABLE)
        if version != HEAD:
            return DatabaseError(DatabaseErrorCode.OTHER_MIGRATION, found=str(version), needed=HEAD)
        return None

    async def close(self) -> None:
        """Close every connection."""
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object, synchronous: str) -> None:
    """Set up a new connection to SQLite."""
    # The driver begins no transactions: _begin_immediate does.
    connection.isolation_level = None
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-65536",
        # A statement's temporary tables hold personal data, which must not go to /var/tmp.
        "temp_store=MEMORY",
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(conn: Any) -> None:
    """Take the write lock at once, so that a transaction never fails to upgrade from reading to writing."""
    reading = conn.get_execution_options().get("followup_read", False)
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
