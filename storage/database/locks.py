"""Locks that let one process alone do something: serve a SQLite file, or be the scheduler on PostgreSQL."""

import asyncio
import fcntl
import logging
import os
from collections.abc import AsyncIterator, Awaitable, Callable
from contextlib import asynccontextmanager, suppress
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.pool import NullPool

from storage.database.engine import Database
from storage.errors import DatabaseError, DatabaseErrorCode

log = logging.getLogger(__name__)

# The number of the advisory lock, the same for all processes of one database.
SCHEDULER = 4_201_512
# Seconds between two attempts to take the lock, and between two checks that we still have it.
LOOK = 1.0


@asynccontextmanager
async def sole_process(db: Database) -> AsyncIterator[None]:
    """Be the only `followup run` on a SQLite file until the block ends; on PostgreSQL do nothing.

    The operating system releases the lock when the process ends, however it ends.

    Raises:
        DatabaseError: another process serves this file.
    """
    path = db.engine.url.database
    if not db.is_sqlite or path in (None, "", ":memory:"):
        yield
        return
    with Path(f"{path}.lock").open("w") as file:  # noqa: ASYNC230  # once, at the start
        try:
            fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError as error:
            raise DatabaseError(DatabaseErrorCode.IN_USE, path=str(path)) from error
        yield


async def as_scheduler(db: Database, work: Callable[[], Awaitable[None]]) -> None:
    """Do ``work`` while this process is the scheduler, for ever; other processes wait to take over.

    On PostgreSQL the scheduler holds an advisory lock on a connection of its own, which ends with the process. When
    the lock is lost the work is cancelled. Should two schedulers overlap for a moment, unique keys keep their work
    from being done twice.
    """
    if db.is_sqlite:
        await work()
        return
    while True:
        try:
            await _while_locked(db, work)
        except OSError as error:
            log.warning("the scheduler's lock cannot be asked for: %s", type(error).__name__)
        await asyncio.sleep(LOOK)


async def _while_locked(db: Database, work: Callable[[], Awaitable[None]]) -> None:
    """Wait for the lock, and do ``work`` until it ends or the lock is lost."""
    from sqlalchemy.exc import DBAPIError
    from sqlalchemy.ext.asyncio import create_async_engine

    # The server notices within 6 seconds (3 + 3 x 1) that a peer has vanished, and releases its lock.
    alive = {"tcp_keepalives_idle": "3", "tcp_keepalives_interval": "1", "tcp_keepalives_count": "3"}
    alive["application_name"] = f"followup-scheduler-{os.getpid()}"
    engine = create_async_engine(
        db.engine.url, poolclass=NullPool, connect_args={"server_settings": alive}, isolation_level="AUTOCOMMIT"
    )
    task: asyncio.Future[None] | None = None
    try:
        async with engine.connect() as conn:
            while True:
                locked = await conn.execute(text("SELECT pg_try_advisory_lock(:lock)"), {"lock": SCHEDULER})
                if locked.scalar():
                    break
                await asyncio.sleep(LOOK)
            task = asyncio.ensure_future(work())
            while not task.done():
                await asyncio.wait([task], timeout=LOOK)
                await conn.execute(text("SELECT 1"))
            await task
    except DBAPIError as error:
        log.warning("the scheduler's lock was lost: %s", type(error).__name__)
    finally:
        if task is not None and not task.done():
            task.cancel()
            with suppress(asyncio.CancelledError):
                await task
        await engine.dispose()
