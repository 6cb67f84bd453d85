"""The migrations lead to the tables, on both databases."""

from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text

from storage import database, migrate
from storage.database import Database
from storage.tables import complete, month_count


async def test_the_migrations_lead_to_the_tables(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), complete())

    async with db.begin() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_second_upgrade_changes_nothing(db: Database) -> None:
    await db.create()
    assert await db.check() is None


async def test_an_older_database_gets_what_is_kept_made_again(tmp_path: Path) -> None:
    old = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
    async with old.begin() as conn:
        await conn.run_sync(migrate.upgrade, "0001")
        for statement in (
            "INSERT INTO provider (id, ref, name) VALUES (1, 'P1', 'Alfa')",
            "INSERT INTO customer (id, ref, language, gender) VALUES (1, 'K1', 'sv', '')",
            "INSERT INTO enrolment (id, ref, customer_id, provider_id, started_on, end_reason, difficulty, "
            "registered_on) VALUES (1, 'E1', 1, 1, '2025-01-07', '', '', '2025-01-07')",
        ):
            await conn.execute(text(statement))
    await old.create()
    async with old.read() as conn:
        rows = (await conn.execute(select(month_count.c.month, month_count.c.began))).all()
    assert [tuple(row) for row in rows] == [("2025-01", 1)]
    await old.close()


async def test_an_empty_database_is_told_what_to_do(tmp_path: Path, postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path / 'empty.db'}", postgres_url):
        empty = Database.open(url)
        assert await empty.check() == "The database has no tables yet: run `followup init`."
        await empty.close()


def test_head_is_the_newest_file() -> None:
    versions = sorted(Path(database.__file__).parent.glob("migrations/versions/[0-9]*.py"))
    assert versions[-1].name.startswith(database.HEAD)
