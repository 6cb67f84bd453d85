"""Open the database for one command or one service, and refuse one that is missing or out of date."""

from collections.abc import AsyncIterator
from contextlib import asynccontextmanager

from bot import wording
from bot.errors import SettingsError
from bot.process.stopping import DATABASE_SECONDS, within
from bot.settings import Settings
from storage.database.engine import Database


@asynccontextmanager
async def database(settings: Settings) -> AsyncIterator[Database]:
    """Open the database that the settings name, and close it when the block ends.

    Raises:
        SettingsError: the database cannot be reached, or is not at the newest migration.
        DatabaseError: the URL is not one of a database that we can use.
    """
    db = Database.open(settings.database_url)
    try:
        problem = await db.check()
        if problem:
            raise SettingsError(wording.sentence(problem))
        yield db
    finally:
        await within(DATABASE_SECONDS, "the database", db.close())
