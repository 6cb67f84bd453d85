"""Prints one table of every benchmark, or of those named: see NAMES."""

import importlib
import sys
import tempfile
from pathlib import Path

from rich.console import Console
from rich.table import Table

from tests.benchmarks.measure import RUNS, Row

NAMES = [
    "webhook",
    "engine",
    "parsing",
    "planning",
    "start",
    "aggregate",
    "delivery",
    "exchange",
    "report",
    "register",
]


def main(chosen: list[str]) -> int:
    unknown = set(chosen) - set(NAMES)
    if unknown:
        print(f"No benchmark is called {', '.join(sorted(unknown))}: choose among {', '.join(NAMES)}.")
        return 2
    console = Console(width=None if sys.stdout.isatty() else 132)
    table = Table("name", title=f"Ours against the references, medians of {RUNS} alternating runs")
    for column in ("ours", "reference", "ratio", "goal"):
        table.add_column(column, justify="right", no_wrap=True)
    table.add_column("met?")
    missed = 0
    for name in NAMES:
        if chosen and name not in chosen:
            continue
        print(f"measuring: {name}", file=sys.stderr, flush=True)
        module = importlib.import_module(f"tests.benchmarks.{name}")
        with tempfile.TemporaryDirectory(prefix=f"followup-bench-{name}-") as directory:
            for row in module.rows(Path(directory)):
                missed += row.met is False
                table.add_row(*_cells(row))
        table.add_section()
    console.print(table)
    return 1 if missed else 0


def _cells(row: Row) -> tuple[str, ...]:
    sign = "≥" if row.better == "more" else "≤"
    goal = "" if row.goal is None else f"{sign} {row.goal:g}"
    met = {True: "yes", False: "NO", None: ""}[row.met]
    ratio = f"{row.ratio:.3f}" if row.ratio < 1 else f"{row.ratio:,.2f}"
    return (row.name, _number(row.ours, row.unit), _number(row.reference, row.unit), ratio, goal, met)


def _number(value: float, unit: str) -> str:
    return f"{value:,.0f} {unit}" if value >= 100 else f"{value:.3g} {unit}"


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
