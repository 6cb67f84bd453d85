"""Alembic, driven from code on a connection that is already open: no ini file, no second way to connect."""

from pathlib import Path

from alembic import command
from alembic.autogenerate import produce_migrations, render_python_code
from alembic.config import Config
from alembic.runtime.migration import MigrationContext
from sqlalchemy import Connection

from storage.tables import complete


def upgrade(connection: Connection, to: str = "head") -> bool:
    """Bring the tables to a migration in the caller's transaction; whether older ones were there before."""
    before = MigrationContext.configure(connection).get_current_revision()
    config = Config()
    config.set_main_option("script_location", str(Path(__file__).parent))
    config.attributes["connection"] = connection
    command.upgrade(config, to)
    return before not in (None, MigrationContext.configure(connection).get_current_revision())


def missing(connection: Connection) -> str:
    """What a new migration must do to bring these tables to storage/tables, as Alembic code."""
    context = MigrationContext.configure(connection)
    script = produce_migrations(context, complete())
    assert script.upgrade_ops is not None
    return render_python_code(script.upgrade_ops, user_module_prefix="types.", migration_context=context)
