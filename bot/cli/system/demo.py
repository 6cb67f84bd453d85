"""`followup demo`: live the simulated year on the screen, and write its report."""

import asyncio
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot.app import App
from bot.cli.console import console as make_console
from bot.process.stopping import stopped_by_signal
from bot.reports import AskedBy, quality_report, write_report
from bot.service import run_until
from bot.settings import load as load_settings
from bot.simulator.emulator.server import Emulator
from bot.simulator.phones.web import Phones
from bot.simulator.service import PAGE
from bot.simulator.year import FIRST_DAY, LAST_DAY, YEAR, ZONE, SimulatedYear, simulated_year
from reporting.document.blocks import cell_text
from survey.unit.profile import UnitProfile

if TYPE_CHECKING:
    from reporting.report.model import QualityReport

SERVED_FROM = datetime(2016, 2, 1, 10, tzinfo=ZONE).astimezone(UTC)  # `--serve` begins on this working day
REPORT = "/report"
FORMATS = ("html", "pdf", "docx", "xlsx", "csv", "json")


async def run_demo(
    out: Path,
    seed: int,
    serve: bool,
    now: Callable[[], datetime],
    last: date = LAST_DAY,
    stop: asyncio.Event | None = None,
    *,
    unit: UnitProfile | None = None,
) -> None:
    """Simulate the year, write its report and show where it is.

    Args:
        out: the folder of the report.
        seed: the same seed gives the same figures.
        serve: go on afterwards, with phones and report on a local address.
        now: the real clock, which the simulated one follows while the demo is served.
        last: the last simulated day.
        stop: ends the serving when it is set; None for a signal to the process.
        unit: whose demo it is; None for the one that the settings name.
    """
    unit = unit or load_settings().unit
    console = make_console(markup=True)
    console.print(f"[bold]Ett simulerat år, {YEAR}[/bold]: påhittade kunder, riktig kod, inga konton.")
    served: list[Phones] = []

    def extend(app: App, emulator: Emulator) -> None:
        phones = Phones(app, emulator, links=(("Kvalitetsrapporten", REPORT),))
        app.web.add_subapp(PAGE, phones.site())
        app.web.router.add_get(REPORT, _report(out / f"kvalitetsrapport-{YEAR}.html"))
        served.append(phones)

    with TemporaryDirectory(prefix="followup-demo-") as folder:
        async with simulated_year(Path(folder), seed, extend if serve else None, unit) as year:
            await _live(console, year, last)
            asked_by = AskedBy(year.app.rules, ZONE)
            quality = await quality_report(year.app.db, YEAR, year.clock(), unit=unit, asked_by=asked_by)
            paths = write_report(quality, out, FORMATS)
            _show(console, quality, paths)
            for phones in served:
                year.clock.advance(SERVED_FROM)
                year.clock.go_on(now)
                phones.plug_in()
                await _serve(console, year.app, stop or stopped_by_signal())


async def _live(console: Console, year: SimulatedYear, last: date) -> None:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("Simulerar", total=(last - FIRST_DAY).days + 1, figures="")
        async for _ in year.days(last):
            figures = f"{year.population.received} skickade, {year.population.answered} svar"
            progress.update(task, advance=1, figures=figures)


def _show(console: Console, quality: "QualityReport", paths: list[Path]) -> None:
    table = Table("Anordnare", "Berättigade", "Svar", "Nöjda", "95 %-intervall", title=f"Nöjdhet {YEAR}")
    for row in quality.provider_rows:
        table.add_row(row.name, str(row.eligible), str(row.answered), cell_text(row.share_cell), row.interval_text)
    console.print(table)
    for path in paths:
        console.print(f"  {path}", highlight=False)


def _report(page: Path) -> Callable[[web.Request], Awaitable[web.StreamResponse]]:
    async def handle(_request: web.Request) -> web.StreamResponse:
        return web.FileResponse(page)

    return handle


async def _serve(console: Console, app: App, stop: asyncio.Event) -> None:
    """Let the system go on, with phones and report on a local address, until ``stop`` is set."""
    base_url = app.settings.public_url
    console.print("[bold]Simulering:[/bold] inget riktigt skickas. Allt sker på den här datorn.")
    console.print(f"Telefonerna finns på {base_url}{PAGE}", highlight=False)
    console.print(f"Rapporten finns på   {base_url}{REPORT}", highlight=False)
    console.print(f"Klockan i simuleringen är {app.now().astimezone(ZONE):%Y-%m-%d %H:%M}. Avsluta med Ctrl+C.")
    await run_until(app, stop)
