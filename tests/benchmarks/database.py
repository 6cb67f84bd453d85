"""Databases of a given size, migrated by ours and filled by raw SQL."""

import asyncio
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from storage.database.engine import Database
from storage.migrations.upgrade import create_or_upgrade
from tests.benchmarks.load import phone

PRAGMAS = (
    "journal_mode=WAL",
    "synchronous=FULL",
    "foreign_keys=ON",
    "busy_timeout=10000",
    "cache_size=-65536",
    "temp_store=MEMORY",
)
NOW = "2026-03-12T09:00:00.000000Z"
LATER = "2026-03-19T09:00:00.000000Z"  # when what is open at NOW ends


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


@contextmanager
def filled(path: Path) -> Iterator[sqlite3.Connection]:
    """A new database of ours, filled by the block in one transaction."""
    create(path)
    connection = connect(path)
    connection.execute("BEGIN")
    yield connection
    connection.execute("COMMIT")
    settle(connection)
    connection.close()


def people(connection: sqlite3.Connection, count: int) -> None:
    """So many customers, each with a phone and one enrolment of four weeks; all have the id 1, 2, 3 ..."""
    numbers = range(1, count + 1)
    fill(connection, "provider", "id, ref, name", [(1, "P1", "Anordnare 1")])
    fill(connection, "customer", "id, ref, language, gender", ((n, f"C{n}", "sv", "K") for n in numbers))
    fill(
        connection,
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, end_reason, difficulty, registered_on",
        ((n, f"E{n}", n, 1, "2026-02-12", "", "low", "2026-02-12") for n in numbers),
    )
    fill(
        connection,
        "address",
        "id, channel, value, state, state_at",
        ((n, "sms", phone(n), "active", NOW) for n in numbers),
    )
    fill(connection, "customer_address", "customer_id, address_id, linked_at", ((n, n, NOW) for n in numbers))


def occasions(connection: sqlite3.Connection, count: int, opened_at: str | None) -> None:
    """The survey four weeks after the start, due now for each customer."""
    fill(
        connection,
        "occasion",
        "id, enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, opened_at, outcome, reason",
        ((n, n, n, "start", "", NOW, LATER, NOW, opened_at, "", "") for n in range(1, count + 1)),
    )


def sessions(connection: sqlite3.Connection, count: int, state: str) -> None:
    """An open conversation of each customer."""
    fill(
        connection,
        "session",
        "occasion_id, customer_id, address_id, state, language, is_open, opened_at, expires_at",
        ((n, n, n, state, "sv", 1, NOW, LATER) for n in range(1, count + 1)),
    )


def measurements(connection: sqlite3.Connection, count: int) -> None:
    """The measurement of each customer, still without an answer."""
    fill(
        connection,
        "measurement",
        "enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender, difficulty, started_on, "
        "repeated",
        ((n, "start", "2026-03-12", 2026, 1, 1, n, "K", "low", "2026-02-12", 0) for n in range(1, count + 1)),
    )
