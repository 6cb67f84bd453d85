"""The example register of 2015 with what its customers answer, put into a database by the import."""

import csv
from datetime import UTC, date, datetime
from pathlib import Path

from bot.simulator import register as example
from bot.simulator import register_files
from storage.database.engine import Database
from storage.migrations.upgrade import create_or_upgrade
from storage.register import importer, reader

NOW = datetime(2016, 1, 31, 12, tzinfo=UTC)
ANSWERED_ON = date(2015, 12, 31)
HEADER = ("enrolment", "survey", "period", "question", "value", "text", "answered_on")


async def fill(db: Database, folder: Path) -> None:
    """Import the register and the overall answers, as files written into ``folder``."""
    made = example.build(2015)
    files = [*register_files.write_csv(made, folder), _write_answers(made, folder / "answers.csv")]
    await create_or_upgrade(db)
    async with db.begin() as conn:
        await importer.apply(conn, reader.read(files), NOW.date(), NOW)


def _write_answers(made: example.Example, path: Path) -> Path:
    with path.open("w", encoding="utf-8", newline="") as file:
        out = csv.writer(file)
        out.writerow(HEADER)
        for (ref, survey, period), script in made.scripts.items():
            if survey in ("start", "end") and not script.stop:
                out.writerow([ref, survey, period, "overall", script.answers["overall"][0], "", ANSWERED_ON])
    return path
