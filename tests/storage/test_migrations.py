"""The migrations lead to the tables, on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage import database
from storage.database import Database
from storage.tables import metadata


async def test_the_migrations_lead_to_the_tables(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), metadata)

    async with db.begin() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_second_upgrade_changes_nothing(db: Database) -> None:
    await db.create()
    assert await db.check() is None


async def test_an_empty_database_is_told_what_to_do(tmp_path: Path, postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path / 'empty.db'}", postgres_url):
        empty = Database.open(url)
        assert await empty.check() == "The database has no tables yet: run `followup init`."
        await empty.close()


def test_head_is_the_newest_file() -> None:
    versions = sorted(Path(database.__file__).parent.glob("migrations/versions/[0-9]*.py"))
    assert versions[-1].name.startswith(database.HEAD)
