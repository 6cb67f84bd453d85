"""The database: one engine, short transactions, the same statements over SQLite and PostgreSQL."""

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
HEAD = "0014"  # the newest migration; a test holds it against storage/migrations

Connection = AsyncConnection  # what a transaction hands out, for rooms that know no SQLAlchemy


def is_passing(error: BaseException) -> bool:
    """Whether ``error`` is the database's own trouble of the moment, so that the same again may well work.

    A lost connection, a deadlock, a server that starts or is full: nothing that the event itself has caused.
    """
    if isinstance(error, OSError | OperationalError | TimeoutError):
        return True
    if not isinstance(error, DBAPIError):
        return False
    code = str(getattr(error.orig, "sqlstate", None) or getattr(error.orig, "pgcode", None) or "")
    return error.connection_invalidated or code[:2] in ("08", "40", "53", "57")


class Database:
    """Short transactions over one engine. ``begin`` writes, ``read`` reads; both end when their block ends."""

    def __init__(self, engine: AsyncEngine) -> None:
        self.engine = engine
        self.is_sqlite = engine.dialect.name == "sqlite"
        # SQLite has one writer: queueing for it here is fair and cheap, queueing inside SQLite polls.
        self._writer = asyncio.Lock()

    @classmethod
    def open(cls, url: str, *, durable: bool = True) -> Self:
        """Connect lazily to ``url``. Raises DatabaseError when the URL is not one that we can use.

        ``durable=False``: SQLite does not wait for the disk. For a database that is thrown away, as the demo's.
        """
        try:
            parsed = make_url(url)
        except ArgumentError as error:
            raise DatabaseError(DatabaseErrorCode.BAD_URL, why=str(error)) from error
        parsed = parsed.set(drivername=DRIVERS.get(parsed.drivername, parsed.drivername))
        if parsed.drivername == aiosqlite_dialect.DRIVER:
            # A queue pool keeps connections (and their prepared statements) warm.
            engine = create_async_engine(parsed, poolclass=AsyncAdaptedQueuePool, pool_size=4, hide_parameters=True)
            prepare = partial(_prepare_sqlite, synchronous="FULL" if durable else "OFF")
            event.listen(engine.sync_engine, "connect", prepare)
            event.listen(engine.sync_engine, "begin", _begin_immediate)
        elif parsed.drivername == "postgresql+asyncpg":
            engine = create_async_engine(parsed, pool_size=8, hide_parameters=True)  # they are personal
        else:
            raise DatabaseError(DatabaseErrorCode.UNKNOWN_KIND)
        return cls(engine)

    @asynccontextmanager
    async def begin(self) -> AsyncIterator[AsyncConnection]:
        """A writing transaction: committed when the block ends, rolled back whole when it raises."""
        if not self.is_sqlite:
            async with self.engine.begin() as conn:
                yield conn
            return
        async with self._writer, self.engine.begin() as conn:
            yield conn

    @asynccontextmanager
    async def read(self) -> AsyncIterator[AsyncConnection]:
        """A consistent reading transaction; never waits for a writer."""
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
        await self.engine.dispose()


def _prepare_sqlite(connection: Any, _record: object, synchronous: str) -> None:
    connection.isolation_level = None  # transactions are begun below, not by the driver
    cursor = connection.cursor()
    for pragma in (
        "journal_mode=WAL",
        f"synchronous={synchronous}",
        "foreign_keys=ON",
        "busy_timeout=10000",
        "cache_size=-65536",
        "temp_store=MEMORY",  # what a statement puts aside is personal data too: not into the machine's /var/tmp
    ):
        cursor.execute(f"PRAGMA {pragma}")
    cursor.close()


def _begin_immediate(conn: Any) -> None:
    reading = conn.get_execution_options().get("followup_read", False)
    conn.exec_driver_sql("BEGIN" if reading else "BEGIN IMMEDIATE")
