"""Register files given as text, by what they are called."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from pathlib import Path

import pytest

from storage.database.engine import Database
from storage.errors import Problem, RegisterError
from storage.register import importer, reader
from storage.register.layout.profile import Profile


def write(folder: Path, files: Mapping[str, str]) -> list[Path]:
    """Write CSV files, and return their paths in this order."""
    paths = []
    for name, text in files.items():
        paths.append(folder / f"{name}.csv")
        paths[-1].write_text(text, encoding="utf-8")
    return paths


async def take_in(
    db: Database, folder: Path, now: datetime, files: Mapping[str, str], profile: Profile | None = None
) -> importer.Imported:
    """Import files on the day of ``now``. Raises RegisterError."""
    batch = reader.read(write(folder, files), profile)
    async with db.begin() as conn:
        return await importer.apply(conn, batch, now.date(), now)


async def refused(db: Database, folder: Path, now: datetime, files: Mapping[str, str]) -> tuple[Problem, ...]:
    """Import files that must be refused, and return everything that is wrong with them."""
    with pytest.raises(RegisterError) as error:
        await take_in(db, folder, now, files)
    return error.value.problems


def places(problems: Iterable[Problem]) -> list[tuple[str, int, str, str]]:
    """Return where each problem is, and its code."""
    return [(each.file, each.row, each.column, each.code) for each in problems]
