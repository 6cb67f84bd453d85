"""Copies of a SQLite database that is in use."""

import sqlite3
from collections.abc import AsyncIterator
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest
from sqlalchemy import insert, select, update

from storage.database.backup import backup
from storage.database.engine import Database
from storage.errors import BackupError, BackupErrorCode, BackupRefused
from storage.tables import customer, restoration
from tests.support.migrated import new_database

COPIED = datetime(2026, 3, 30, 7, 30, tzinfo=UTC)


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Database]:
    """A database with one customer."""
    database = new_database(tmp_path / "followup.db")
    async with database.begin() as conn:
        await conn.execute(insert(customer).values(ref="K1", language="sv", gender=""))
    yield database
    await database.close()


async def test_a_copy_in_use_is_whole(source: Database, tmp_path: Path) -> None:
    target = tmp_path / "copy.db"
    async with source.begin() as conn:  # somebody is in the middle of something
        await conn.execute(update(customer).values(language="en"))
        size = await backup(source, target, COPIED)
    assert size == target.stat().st_size > 0
    assert target.stat().st_mode & 0o777 == 0o600
    with closing(sqlite3.connect(target)) as connection:
        assert connection.execute("PRAGMA integrity_check").fetchall() == [("ok",)]
        assert set(connection.execute("SELECT language FROM customer")) == {("sv",)}
        assert connection.execute("SELECT copied_at FROM restoration").fetchall() == [
            ("2026-03-30T07:30:00.000000Z",)
        ]
    before = target.read_bytes()
    with pytest.raises(BackupRefused) as refused:
        await backup(source, target, COPIED)
    assert (refused.value.code, refused.value.values) == (BackupErrorCode.EXISTS, {"path": str(target)})
    assert target.read_bytes() == before
    assert not (tmp_path / "copy.db.part").exists()
    async with source.read() as conn:
        assert (await conn.execute(select(restoration.c.id))).all() == []  # the source itself is no copy


async def test_a_damaged_copy_is_not_kept(source: Database, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "followup.db")) as connection:
        connection.execute("PRAGMA foreign_keys=OFF")
        connection.execute("INSERT INTO customer_address VALUES (7, 7, '2026-01-01T00:00:00.000000Z')")
        connection.commit()
    with pytest.raises(BackupError) as failed:
        await backup(source, tmp_path / "copy.db", COPIED)
    assert failed.value.code == BackupErrorCode.NOT_WHOLE
    assert not (tmp_path / "copy.db").exists()
    with pytest.raises(BackupRefused) as refused:
        await backup(source, tmp_path / "nowhere" / "copy.db", COPIED)
    assert refused.value.code == BackupErrorCode.NOT_WRITABLE


async def test_what_is_no_file_is_refused(postgres_url: str) -> None:
    for url, code in (
        ("sqlite://", BackupErrorCode.IN_MEMORY),
        (postgres_url, BackupErrorCode.POSTGRESQL),
    ):
        database = Database.open(url)
        with pytest.raises(BackupRefused) as refused:
            await backup(database, Path("copy.db"), COPIED)
        assert refused.value.code == code
        await database.close()
