"""(d) Cold start of the command line against a bare Typer program, each in a process of its own."""

import os
import subprocess
import sys
import time
from collections.abc import Callable, Sequence
from pathlib import Path

from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate

FOLLOWUP = str(Path(sys.executable).with_name("followup"))
BARE = """
import typer

app = typer.Typer(add_completion=False)


@app.command()
def hello() -> None:
    typer.echo("hello")


app()
"""
TIMES = 3  # starts in one run


def rows(directory: Path) -> list[Row]:
    path = directory / "small.db"
    _build(path)
    bare = directory / "bare.py"
    bare.write_text(BARE, encoding="utf-8")
    environment = {"PATH": os.environ["PATH"], "FOLLOWUP_DATABASE_URL": database.url(path)}
    publish = [FOLLOWUP, "report", "--year", "2025", "--publish", "--format", "json", "--out", str(directory)]
    subprocess.run(publish, cwd=directory, env=environment, check=True, capture_output=True, timeout=60)
    export = [FOLLOWUP, "export", "indicators", "--year", "2025"]

    def side(command: Sequence[str], said: str) -> Callable[[], float]:
        return lambda: _start(command, said, directory, environment)

    bare_help, ours_help, bare_run, ours_export = alternate(
        [
            side([sys.executable, str(bare), "--help"], "Usage"),
            side([FOLLOWUP, "--help"], "Usage"),
            side([sys.executable, str(bare)], "hello"),
            side(export, "satisfaction.overall"),
        ]
    )
    return [
        Row("(d) followup --help, bare Typer --help", ours_help, bare_help, "ms", 2, "less"),
        Row("(d) followup export indicators, bare Typer command", ours_export, bare_run, "ms", 4, "less"),
    ]


def _start(command: Sequence[str], said: str, directory: Path, environment: dict[str, str]) -> float:
    started = time.perf_counter()
    for _ in range(TIMES):
        done = subprocess.run(command, cwd=directory, env=environment, capture_output=True, text=True, timeout=60)
        if done.returncode or said not in done.stdout:
            raise RuntimeError(f"{command}: exit {done.returncode}\n{done.stdout[-500:]}{done.stderr[-2000:]}")
    return (time.perf_counter() - started) / TIMES * 1_000


def _build(path: Path) -> None:
    """Ten providers, 200 enrolments, each with a rated start."""
    database.create(path)
    connection = database.connect(path)
    connection.execute("BEGIN")
    fill = database.fill
    fill(connection, "provider", "id, ref, name", ((n, f"P{n}", f"Anordnare {n}") for n in range(1, 11)))
    numbers = range(1, 201)
    fill(
        connection,
        "customer",
        "id, ref, language, gender",
        ((n, f"C{n}", "sv", "KM"[n % 2]) for n in numbers),
    )
    fill(
        connection,
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, end_reason, difficulty, registered_on",
        ((n, f"E{n}", n, n % 10 + 1, "2025-02-12", "", "low", "2025-02-12") for n in numbers),
    )
    fill(
        connection,
        "measurement",
        "enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender, "
        "difficulty, started_on, repeated, overall, treatment, usefulness",
        (
            (
                n,
                "start",
                "2025-03-12",
                2025,
                1,
                n % 10 + 1,
                n,
                "KM"[n % 2],
                "low",
                "2025-02-12",
                0,
                n % 5 + 1,
                4,
                3,
            )
            for n in numbers
        ),
    )
    connection.execute("COMMIT")
    database.settle(connection)
    connection.close()
