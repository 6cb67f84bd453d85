"""`followup init`: create or upgrade the database, or move another one into it."""

from bot.errors import BadInput
from bot.settings import load as load_settings
from storage.database.engine import Database
from storage.errors import DatabaseError


async def init(source_url: str = "") -> str:
    """Bring the database to the newest migration; return a sentence for the person.

    Args:
        source_url: the URL of another database, all of which is moved here; empty for none.

    Raises:
        BadInput: ``source_url`` is not the URL of a database.
        DatabaseError: nothing could be moved.
    """
    from storage.migrations.upgrade import create_or_upgrade  # Alembic is needed by `init` alone

    db = Database.open(load_settings().database_url)
    try:
        await create_or_upgrade(db)
        return "Databasen är klar." if not source_url else await _move(source_url, db)
    finally:
        await db.close()


async def _move(url: str, db: Database) -> str:
    from storage.database.transfer import move

    try:
        source = Database.open(url)
    except DatabaseError as error:
        raise BadInput("--from ska vara en databas-URL som börjar med sqlite eller postgresql.") from error
    try:
        moved = await move(source, db)
    finally:
        await source.close()
    return f"{moved} rader är flyttade. Kör inte tjänsten på den gamla databasen mer: den skulle fråga igen."
