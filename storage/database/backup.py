"""Copies of the running SQLite database.

A message that waits in the copy may have been sent after the copy was made. A copy therefore holds a row in its
``restoration`` table: storage/delivery/restoration.py says what must happen before a restored copy sends anything.
Source: https://sqlite.org/lang_vacuum.html#vacuuminto
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from datetime import datetime
from pathlib import Path

from storage.database.engine import Database
from storage.errors import BackupError, BackupErrorCode, BackupRefused
from storage.tables.types import UtcDateTime


async def backup(db: Database, target: Path, now: datetime) -> int:
    """Copy a SQLite database to the new file ``target`` while it is in use, and return the copy's size in bytes.

    The copy is of one moment, and is checked before it gets its name.

    Raises:
        BackupRefused: the database is no SQLite file, or ``target`` is there or cannot be written.
        BackupError: the copy could not be made, or is not whole; nothing is left of it.
    """
    source = db.engine.url.database
    if not db.is_sqlite:
        raise BackupRefused(BackupErrorCode.POSTGRESQL)
    if not source or source == ":memory:":
        raise BackupRefused(BackupErrorCode.IN_MEMORY)
    return await asyncio.to_thread(_copy, source, target, now)


def _copy(source: str, target: Path, now: datetime) -> int:
    part = target.with_name(target.name + ".part")
    try:
        # No other user may read the copy, and no file that is there may be written over.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise BackupRefused(BackupErrorCode.EXISTS, path=str(target)) from None
    except OSError as error:
        raise BackupRefused(BackupErrorCode.NOT_WRITABLE, path=str(target), why=str(error.strerror)) from error
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(f"{Path(source).resolve().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout=10000")
            connection.execute("VACUUM INTO ?", (str(part),))
        _check(part, now)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        raise BackupError(BackupErrorCode.FAILED, why=str(error)) from error
    except BackupError:
        target.unlink(missing_ok=True)
        raise
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def _check(part: Path, now: datetime) -> None:
    """Check the whole copy, and write into it that it is one."""
    with closing(sqlite3.connect(part)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise BackupError(BackupErrorCode.NOT_WHOLE)
        copied_at = UtcDateTime().process_bind_param(now, _Sqlite())  # type: ignore[arg-type]  # its name is all
        connection.execute("INSERT INTO restoration (copied_at) VALUES (?)", (copied_at,))
        connection.commit()


class _Sqlite:
    """What UtcDateTime asks of a dialect."""

    name = "sqlite"
