"""The migrations lead to the tables, on both databases."""

from datetime import date
from pathlib import Path

from alembic.autogenerate import compare_metadata
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection, select, text

from storage.database import engine
from storage.database.engine import Database
from storage.errors import DatabaseErrorCode
from storage.migrations import upgrade
from storage.migrations.upgrade import create_or_upgrade
from storage.tables import complete, enrolment, follow_up, month_count, next_look
from tests.conftest import fresh_postgres

PEOPLE = (
    "INSERT INTO provider (id, ref, name) VALUES (1, 'P1', 'Alfa')",
    "INSERT INTO customer (id, ref, language, gender) VALUES (1, 'K1', 'sv', '')",
)


async def test_the_migrations_lead_to_the_tables(db: Database) -> None:
    def differences(connection: Connection) -> list[object]:
        return compare_metadata(MigrationContext.configure(connection), complete())

    async with db.begin() as conn:
        assert await conn.run_sync(differences) == []


async def test_a_second_upgrade_changes_nothing(db: Database) -> None:
    await create_or_upgrade(db)
    assert await db.check() is None


async def test_an_older_database_gets_its_counts(tmp_path: Path) -> None:
    old = Database.open(f"sqlite:///{tmp_path / 'old.db'}")
    async with old.begin() as conn:
        await conn.run_sync(upgrade.upgrade, "0001")
        for statement in (
            *PEOPLE,
            "INSERT INTO enrolment (id, ref, customer_id, provider_id, started_on, end_reason, difficulty, "
            "registered_on) VALUES (1, 'E1', 1, 1, '2025-01-07', '', '', '2025-01-07')",
        ):
            await conn.execute(text(statement))
    await create_or_upgrade(old)
    async with old.read() as conn:
        rows = (await conn.execute(select(month_count.c.month, month_count.c.began))).all()
    assert [tuple(row) for row in rows] == [("2025-01", 1)]
    await old.close()


async def test_an_older_database_keeps_its_next_looks(tmp_path: Path, postgres_url: str) -> None:
    async with fresh_postgres(postgres_url) as server:
        for url in (f"sqlite:///{tmp_path / 'old.db'}", server):
            old = Database.open(url)
            async with old.begin() as conn:
                await conn.run_sync(upgrade.upgrade, "0011")
                for statement in (
                    *PEOPLE,
                    "INSERT INTO enrolment (id, ref, customer_id, provider_id, started_on, end_reason, difficulty, "
                    "registered_on, plan_on) VALUES "
                    "(1, 'E1', 1, 1, '2025-01-07', '', 'low', '2025-01-07', '2025-03-24'), "
                    "(2, 'E2', 1, 1, '2025-01-08', '', 'low', '2025-01-08', NULL), "  # nothing is left to plan
                    "(3, 'E3', 1, 1, '2025-01-09', '', 'low', '2025-01-09', '2025-02-04')",
                    "INSERT INTO follow_up (enrolment_id, month, held_on, recorded_at) "
                    "VALUES (2, '2025-01', '2025-01-20', '2025-01-20T10:00:00.000000Z')",
                ):
                    await conn.execute(text(statement))
            await create_or_upgrade(old)
            async with old.read() as conn:
                looks = (await conn.execute(select(next_look).order_by(next_look.c.enrolment_id))).all()
                kept = (await conn.execute(select(enrolment.c.ref, enrolment.c.started_on).order_by("ref"))).all()
                followed = (await conn.execute(select(follow_up.c.enrolment_id))).all()
            assert looks == [(1, date(2025, 3, 24)), (3, date(2025, 2, 4))]
            assert kept == [("E1", date(2025, 1, 7)), ("E2", date(2025, 1, 8)), ("E3", date(2025, 1, 9))]
            assert followed == [(2,)]
            await old.close()


async def test_an_empty_database_is_told_what_to_do(tmp_path: Path, postgres_url: str) -> None:
    for url in (f"sqlite:///{tmp_path / 'empty.db'}", postgres_url):
        empty = Database.open(url)
        problem = await empty.check()
        assert problem is not None
        assert problem.code == DatabaseErrorCode.NO_TABLES
        await empty.close()


def test_head_is_the_newest_file() -> None:
    versions = sorted(Path(engine.__file__).parents[1].glob("migrations/versions/[0-9]*.py"))
    assert versions[-1].name.startswith(engine.HEAD)
