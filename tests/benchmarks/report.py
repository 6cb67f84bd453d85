"""(f) The quality report of 2015 as an operator writes it: `followup report` in a process of its own.

The reference is the issue's budget: ten seconds for all six formats, two for the PDF alone.
"""

import asyncio
import os
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

from storage.database import Database
from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate
from tests.year2015 import fill

FOLLOWUP = str(Path(sys.executable).with_name("followup"))
ALL_MS, PDF_MS = 10_000, 2_000
RUNS = 3


def rows(directory: Path) -> list[Row]:
    path = directory / "year.db"
    asyncio.run(_build(path, directory))
    environment = {"PATH": os.environ["PATH"], "FOLLOWUP_DATABASE_URL": database.url(path)}

    def side(formats: str, files: int) -> Callable[[], float]:
        command = [FOLLOWUP, "report", "--year", "2015", "--format", formats, "--out", str(directory / "out")]

        def run() -> float:
            started = time.perf_counter()
            done = subprocess.run(
                command, cwd=directory, env=environment, capture_output=True, text=True, timeout=120
            )
            if done.returncode or len(done.stdout.splitlines()) != files:
                raise RuntimeError(f"exit {done.returncode}\n{done.stdout}{done.stderr[-2000:]}")
            return (time.perf_counter() - started) * 1_000

        return run

    everything, pdf = alternate([side("pdf,docx,html,xlsx,csv,json", 6), side("pdf", 1)], RUNS)
    return [
        Row("(f) followup report, six formats of 2015; the budget", everything, ALL_MS, "ms", 1, "less"),
        Row("(f) followup report, the PDF alone; the budget", pdf, PDF_MS, "ms", 1, "less"),
    ]


async def _build(path: Path, folder: Path) -> None:
    db = Database.open(database.url(path))
    try:
        await fill(db, folder)
    finally:
        await db.close()
