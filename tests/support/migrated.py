"""SQLite databases at the newest migration. They are copies: the migrations take longer than most stories."""

import shutil
import tempfile
from functools import cache
from pathlib import Path

from sqlalchemy import create_engine

from storage.database.engine import Database
from storage.migrations.upgrade import upgrade


@cache
def _folder() -> tempfile.TemporaryDirectory[str]:
    """Return the folder of this process's own original, migrated once."""
    folder = tempfile.TemporaryDirectory(prefix="followup-template-")
    engine = create_engine(f"sqlite:///{folder.name}/followup.db")
    with engine.begin() as conn:
        upgrade(conn)
    engine.dispose()
    return folder


def new_file(path: Path) -> str:
    """Make a database at ``path``, and return its URL."""
    shutil.copyfile(Path(_folder().name) / "followup.db", path)
    return f"sqlite+aiosqlite:///{path}"


def new_database(path: Path) -> Database:
    """Make a database at ``path``, and open it."""
    return Database.open(new_file(path))
