"""(f) The quality report of 2015 as an operator writes it: `followup report` in a process of its own.

The references are the issue's budget, ten seconds for all six formats, of which two for the PDF, and the tools
alone: typst on the same finished document, and vl-convert on the same finished charts.
"""

import asyncio
import json
import os
import subprocess
import sys
import time
from collections.abc import Sequence
from pathlib import Path

from bot import reports
from reporting.document.blocks import Bars, Funnel
from reporting.render import charts
from reporting.render import pdf as pdf_
from reporting.report.sections import document
from storage.database.engine import Database
from survey.unit.profile_file import example
from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate
from tests.support.year_2015 import NOW, fill

FOLLOWUP = str(Path(sys.executable).with_name("followup"))
ALL_MS, PDF_MS = 10_000, 2_000
FILES, RUNS = 6, 3
# As in the command, with nothing drawn before: the renderers are imported and the charts made within the time.
PDF_ALONE = """
import asyncio, time
from bot import database, reports, settings
from survey.unit.profile_file import example
from tests.support.year_2015 import NOW

async def quality():
    async with database.database(settings.load()) as db:
        return await reports.quality_report(db, 2015, NOW, unit=example())

report = asyncio.run(quality())
started = time.perf_counter()
assert reports.render(report, "pdf")
print((time.perf_counter() - started) * 1_000)
"""
# The same document, with what typst and vl-convert need already made: nothing of ours runs within the time.
TOOLS = """
import json, sys, time
from importlib import resources
source = resources.files("reporting.render").joinpath("document.typ").read_bytes()
made = json.load(open(sys.argv[1]))
started = time.perf_counter()
import typst, vl_convert
vl_convert.register_font_directory(made["folders"][0])
for chart in made["charts"]:
    assert vl_convert.vegalite_to_svg(chart)
fonts = typst.Fonts(include_system_fonts=False, include_embedded_fonts=False, font_paths=made["folders"])
compiler = typst.Compiler(font_paths=fonts, ignore_system_fonts=True)
assert compiler.compile(
    input=source, sys_inputs={"document": made["text"]}, format="pdf", pdf_standards=["a-2a", "ua-1"], timestamp=0
)
print((time.perf_counter() - started) * 1_000)
"""
RATIO = 1.5


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

    ready = directory / "ready.json"
    ready.write_text(json.dumps(asyncio.run(_tools_input(path))))

    def tools() -> float:
        return float(run([sys.executable, "-c", TOOLS, str(ready)])[1])

    whole, part, alone = alternate([everything, pdf, tools], RUNS)
    return [
        Row("(f) followup report, six formats of 2015; the budget", whole, ALL_MS, "ms", 1, "less"),
        Row("(f) of which the PDF with its charts; the budget", part, PDF_MS, "ms", 1, "less"),
        Row("(f) the PDF; typst and vl-convert on the same document alone", part, alone, "ms", RATIO, "less"),
    ]


async def _tools_input(path: Path) -> dict[str, object]:
    """Return what typst and vl-convert are given for the report, so that they can be measured alone."""
    db = Database.open(database.url(path))
    try:
        report = await reports.quality_report(db, 2015, NOW, unit=example())
    finally:
        await db.close()
    made = document(report)
    drawn = [block for section in made.sections for block in section.blocks if isinstance(block, Bars | Funnel)]
    faces, text = pdf_.source(made)
    return {
        "charts": [charts.specification(each) for each in drawn],
        "folders": [str(folder) for folder in faces.folders],
        "text": text,
    }


async def _build(path: Path, folder: Path) -> None:
    db = Database.open(database.url(path))
    try:
        await fill(db, folder)
    finally:
        await db.close()
