"""The tables made, or brought to the newest migration.

Alembic is driven from code, on a connection that is already open: there is no ini file and no second way to
connect.
"""

from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage.database.engine import Database
from storage.figures import measurements
from storage.tables import complete


async def create_or_upgrade(db: Database) -> None:
    """Create the tables, or bring them to the newest migration, in one transaction.

    After an upgrade the facts that are kept beside what they are made of are made again, because a migration may
    have changed what they hold.
    """
    async with db.begin() as conn:
        if await conn.run_sync(upgrade):
            await measurements.refresh(conn, None)


def upgrade(connection: Connection, to: str = "head") -> bool:
    """Bring the tables to a migration, in the caller's transaction.

    Args:
        connection: one without any tables, or with those of an older migration.
        to: the migration's number, or ``head`` for the newest.

    Returns:
        Whether there were tables of an older migration before.
    """
    before = MigrationContext.configure(connection).get_current_revision()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    return before not in (None, MigrationContext.configure(connection).get_current_revision())


def missing(connection: Connection) -> str:
    """Write, as Alembic code, what a new migration must do to bring these tables to storage/tables."""
    context = MigrationContext.configure(connection)
    script = produce_migrations(context, complete())
    assert script.upgrade_ops is not None
    return render_python_code(script.upgrade_ops, user_module_prefix="types.", migration_context=context)
