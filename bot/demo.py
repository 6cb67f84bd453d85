"""`followup demo`: the simulated year on the screen, and its report."""

import asyncio
import socket
from collections.abc import Callable
from datetime import datetime
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING

from aiohttp import web
from rich.console import Console
from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeElapsedColumn
from rich.table import Table

from bot import commands
from bot.simulatedyear import FIRST_DAY, LAST_DAY, YEAR, SimulatedYear, simulated_year

if TYPE_CHECKING:
    from reporting.report import QualityReport

FORMATS = ("html", "xlsx", "csv", "json")


async def run_demo(out: Path, seed: int, serve: bool, now: Callable[[], datetime]) -> None:
    """Simulate the year, write its report to ``out`` and show where it is."""
    console = Console()
    console.print(f"[bold]Ett simulerat år, {YEAR}[/bold]: påhittade kunder, riktig kod, inga konton.")
    with TemporaryDirectory(prefix="followup-demo-") as folder:
        async with simulated_year(Path(folder), seed) as year:
            await _live(console, year)
            quality = await commands.quality_report(year.app.db, YEAR, year.clock())
            paths = commands.write_report(quality, out, FORMATS)
            _show(console, quality, paths)
            if serve:
                await _serve(console, paths[0])


async def _live(console: Console, year: SimulatedYear) -> None:
    with Progress(
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[figures]}"),
        TimeElapsedColumn(),
        console=console,
    ) as progress:
        task = progress.add_task("Simulerar", total=(LAST_DAY - FIRST_DAY).days + 1, figures="")
        async for _ in year.days():
            figures = f"{year.population.received} skickade, {year.population.answered} svar"
            progress.update(task, advance=1, figures=figures)


def _show(console: Console, quality: "QualityReport", paths: list[Path]) -> None:
    table = Table("Anordnare", "Berättigade", "Svar", "Nöjda", "95 %-intervall", title=f"Nöjdhet {YEAR}")
    for row in quality.provider_rows:
        table.add_row(row.name, str(row.eligible), str(row.answered), row.share_text, row.interval_text)
    console.print(table)
    for path in paths:
        console.print(f"  {path}", highlight=False)


async def _serve(console: Console, page: Path) -> None:
    """Leave the report on a local address until Ctrl+C."""
    site = web.Application()

    content = page.read_bytes()  # noqa: ASYNC240  # once, before anything is served

    async def report(_request: web.Request) -> web.Response:
        return web.Response(body=content, content_type="text/html", charset="utf-8")

    site.router.add_get("/", report)
    runner = web.AppRunner(site, access_log=None)
    await runner.setup()
    listener = socket.create_server(("127.0.0.1", 0))
    await web.SockSite(runner, listener).start()
    console.print(f"Rapporten finns på http://127.0.0.1:{listener.getsockname()[1]} . Avsluta med Ctrl+C.")
    try:
        await asyncio.Event().wait()
    finally:
        await runner.cleanup()
