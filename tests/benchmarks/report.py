"""(f) The quality report of 2015 as an operator writes it: `followup report` in a process of its own.

The reference is the issue's budget: ten seconds for all six formats, of which two for the PDF.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from storage.database.engine import Database
from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate
from tests.support.year_2015 import fill

FOLLOWUP = str(Path(sys.executable).with_name("followup"))
ALL_MS, PDF_MS = 10_000, 2_000
FILES, RUNS = 6, 3
# As in the command, with nothing drawn before: the renderers are imported and the charts made within the time.
PDF_ALONE = """
import asyncio, time
from bot import database, reports, settings
from tests.support.year_2015 import NOW

async def quality():
    async with database.database(settings.load()) as db:
        return await reports.quality_report(db, 2015, NOW, unit=example())

report = asyncio.run(quality())
started = time.perf_counter()
assert reports.render(report, "pdf")
print((time.perf_counter() - started) * 1_000)
"""


def rows(directory: Path) -> list[Row]:
    path = directory / "year.db"
    asyncio.run(_build(path, directory))
    environment = {
        "PATH": os.environ["PATH"],
        "PYTHONPATH": os.getcwd(),
        "FOLLOWUP_DATABASE_URL": database.url(path),
    }

    def run(command: Sequence[str]) -> tuple[float, str]:
        started = time.perf_counter()
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120)
        if done.returncode:
            raise RuntimeError(f"exit {done.returncode}\n{done.stdout}{done.stderr[-2000:]}")
        return (time.perf_counter() - started) * 1_000, done.stdout

    def everything() -> float:
        taken, said = run([FOLLOWUP, "report", "--year", "2015", "--out", str(directory / "out")])
        if len(said.splitlines()) != FILES:
            raise RuntimeError(f"not {FILES} files:\n{said}")
        return taken

    def pdf() -> float:
        return float(run([sys.executable, "-c", PDF_ALONE])[1])

    whole, part = alternate([everything, pdf], RUNS)
    return [
        Row("(f) followup report, six formats of 2015; the budget", whole, ALL_MS, "ms", 1, "less"),
        Row("(f) of which the PDF with its charts; the budget", part, PDF_MS, "ms", 1, "less"),
    ]


async def _build(path: Path, folder: Path) -> None:
    db = Database.open(database.url(path))
    try:
        await fill(db, folder)
    finally:
        await db.close()
