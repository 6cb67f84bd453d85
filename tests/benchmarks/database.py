"""Databases of a given size, migrated by ours and filled by raw SQL."""

import asyncio
import sqlite3
from collections.abc import Iterable, Sequence
from pathlib import Path
from typing import Any

from storage.database.engine import Database
from storage.migrations.upgrade import create_or_upgrade

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "temp_store=MEMORY",
)
NOW = "2026-03-12T09:00:00.000000Z"


def url(path: Path) -> str:
    return f"sqlite+aiosqlite:///{path}"


def create(path: Path) -> None:
    """Our newest schema, in an event loop of its own."""

    async def migrate() -> None:
        db = Database.open(url(path))
        await create_or_upgrade(db)
        await db.close()

    asyncio.run(migrate())


def connect(path: Path) -> sqlite3.Connection:
    """A plain connection with our pragmas; transactions are begun by hand."""
    connection = sqlite3.connect(path, isolation_level=None, check_same_thread=False)
    for pragma in PRAGMAS:
        connection.execute(f"PRAGMA {pragma}")
    return connection


def fill(connection: sqlite3.Connection, table: str, columns: str, rows: Iterable[Sequence[Any]]) -> None:
    """Insert ``rows``; ``columns`` are separated by commas."""
    marks = ", ".join("?" for _ in columns.split(","))
    connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({marks})", rows)


def settle(connection: sqlite3.Connection) -> None:
    """The log emptied: both sides start from the same file."""
    connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
