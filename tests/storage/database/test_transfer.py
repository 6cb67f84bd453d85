"""From SQLite to PostgreSQL in the middle of a conversation."""

from collections.abc import AsyncIterator
from pathlib import Path
from typing import Any

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.database.locks import sole_process
from storage.database.transfer import move
from storage.errors import DatabaseError, DatabaseErrorCode
from storage.tables import metadata
from survey.conversation.model import TextReceived
from tests.conftest import Template, fresh_postgres
from tests.support.journeys.talk import Talk, asked
from tests.support.migrated import new_database
from tests.support.story import MORNING


@pytest.fixture
async def old(tmp_path: Path) -> AsyncIterator[Database]:
    database = new_database(tmp_path / "old.db")
    yield database
    await database.close()


@pytest.fixture
async def new(postgres_url: str, template: Template) -> AsyncIterator[Database]:
    async with fresh_postgres(postgres_url, template) as url:
        database = Database.open(url)
        yield database
        await database.close()


async def _everything(db: Database) -> dict[str, list[tuple[Any, ...]]]:
    async with db.read() as conn:
        return {
            table.name: [tuple(row) for row in await conn.execute(select(table).order_by(*table.primary_key))]
            for table in metadata.sorted_tables
        }


async def test_a_conversation_goes_on_in_the_new_database(old: Database, new: Database) -> None:
    talk = await asked(old)
    question = await talk.says("5")
    before = await _everything(old)
    assert await move(old, new) == sum(len(rows) for rows in before.values())
    assert await _everything(new) == before == await _everything(old)

    moved = Talk(new)
    assert (await moved.takes(TextReceived("5"), MORNING, id_="m1")).reply == question  # a webhook that comes again
    await moved.second_customer()
    next(moved.ids)
    assert await moved.says("4") is not None
    assert await moved.answers() == {"overall": 5, "treatment": 4}
    await moved.run(MORNING)


async def test_nothing_is_moved_onto_something(old: Database, new: Database) -> None:
    await asked(old)
    await asked(new)
    before = await _everything(new)
    with pytest.raises(DatabaseError) as refused:
        await move(old, new)
    assert refused.value.code == DatabaseErrorCode.TARGET_NOT_EMPTY
    assert await _everything(new) == before


async def test_nothing_is_moved_from_a_database_in_use(old: Database, new: Database) -> None:
    async with sole_process(old):
        with pytest.raises(DatabaseError) as refused:
            await move(old, new)
    assert refused.value.code == DatabaseErrorCode.IN_USE


async def test_nothing_is_moved_between_two_migrations(tmp_path: Path, new: Database) -> None:
    bare = Database.open(f"sqlite:///{tmp_path / 'bare.db'}")
    with pytest.raises(DatabaseError) as refused:
        await move(bare, new)
    assert (refused.value.code, refused.value.values) == (
        DatabaseErrorCode.NO_SOURCE,
        {"path": str(tmp_path / "bare.db")},
    )
    (tmp_path / "bare.db").touch()
    with pytest.raises(DatabaseError) as refused:
        await move(bare, new)
    assert refused.value.code == DatabaseErrorCode.SOURCE_NOT_READY
    await bare.close()
