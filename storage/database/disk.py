"""Say whether the database can still be written: its disk has room, and takes a file.

A full disk loses nothing, but nothing more comes in: whoever watches the service must hear of it before it is full.
"""

import asyncio
import os
from pathlib import Path

from sqlalchemy import text
from sqlalchemy.exc import DBAPIError

from storage.database.engine import Database
from storage.errors import DatabaseError, DatabaseErrorCode

# Bytes. A commit of 256 messages is some 1 MB of write-ahead log, and the log is folded in only when readers pause.
LEAST_FREE = 128 * 2**20
PROBE = b"\0" * 16 * 1024  # what is written and removed again: SQLite's own pages are 4 KiB


async def problem(db: Database, least_free: int = LEAST_FREE) -> DatabaseError | None:
    """Return why the database cannot be written, or soon cannot; None where nothing stands in the way.

    A PostgreSQL server watches its own disk: it is asked only whether it takes what we write.

    Args:
        db: the database, which is there and current.
        least_free: bytes that must be free on a SQLite database's disk.
    """
    if not db.is_sqlite:
        asked = "SELECT pg_is_in_recovery() OR current_setting('transaction_read_only') = 'on'"
        try:
            async with db.read() as conn:
                refuses = (await conn.execute(text(asked))).scalar()
        except (DBAPIError, OSError):
            return DatabaseError(DatabaseErrorCode.UNREACHABLE)
        return DatabaseError(DatabaseErrorCode.READ_ONLY) if refuses else None
    path = db.engine.url.database
    if path is None or path in ("", ":memory:"):
        return None
    return await asyncio.to_thread(problem_of_folder, Path(path).parent, least_free)


def problem_of_folder(folder: Path, least_free: int) -> DatabaseError | None:
    """Return why a database in ``folder`` cannot be written, or soon cannot."""
    probe = folder / f".followup-probe-{os.getpid()}"
    try:
        found = os.statvfs(folder)
        free = found.f_bavail * found.f_frsize
        if free < least_free:
            return DatabaseError(DatabaseErrorCode.DISK_FULL, free=free // 2**20, least=least_free // 2**20)
        try:
            with probe.open("wb") as file:
                file.write(PROBE)
                file.flush()
                os.fsync(file.fileno())
        finally:
            probe.unlink(missing_ok=True)
    except OSError:
        return DatabaseError(DatabaseErrorCode.READ_ONLY)
    return None
