"""Everything is printed where it is made safe: bot/process/terminal.py, bot/cli/console.py, bot/logs.py."""

import ast
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("survey", "storage", "reporting", "scheduler", "bot")
DOORS = {
    "bot/process/terminal.py",
    "bot/cli/console.py",
    "bot/logs.py",
    "bot/cli/staff/register_columns.py",  # prints a page of our own words when a maker of documents runs it
    "storage/register/files/workbook_process.py",  # its output is a pipe
}
PRINTS = {"print", "echo", "secho", "rprint", "pprint", "Console", "print_exc", "print_exception", "StreamHandler"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


def goes_round(source: str) -> list[str]:
    """Return what in a module prints in a way of its own.

    A call of ``echo`` by that name alone is the door's; so is ``print`` of a console that the door has made.
    """
    found = []
    for node in ast.walk(ast.parse(source)):
        if isinstance(node, ast.Attribute) and node.attr in STREAMS and ast.unparse(node.value) == "sys":
            found.append(node.attr)
        elif isinstance(node, ast.ImportFrom) and node.module in ("sys", "builtins"):
            found += [each.name for each in node.names if each.name in STREAMS | {"print"}]
        elif isinstance(node, ast.ImportFrom) and node.module in ("typer", "click", "rich", "pprint"):
            found += [each.name for each in node.names if each.name in PRINTS]
        elif isinstance(node, ast.Call):
            function = node.func
            if isinstance(function, ast.Name) and function.id in PRINTS - {"echo"}:
                found.append(function.id)
            elif isinstance(function, ast.Attribute) and function.attr in PRINTS - {"print"}:
                found.append(function.attr)
    return found


def test_nothing_is_printed_round_the_door() -> None:
    paths = [path for room in ROOMS for path in sorted((ROOT / room).rglob("*.py"))]
    found = {str(path.relative_to(ROOT)): goes_round(path.read_text(encoding="utf-8")) for path in paths}
    assert {path: ways for path, ways in found.items() if ways and path not in DOORS} == {}


@pytest.mark.parametrize(
    "source",
    [
        "print('x')",
        "import typer\ntyper.echo('x')",
        "from typer import echo\necho('x')",
        "import sys\nsys.stderr.write('x')",
        "from sys import stdout\nstdout.write('x')",
        "from rich.console import Console\nConsole().print('x')",
        "import traceback\ntraceback.print_exc()",
    ],
)
def test_a_way_round_is_found(source: str) -> None:
    assert goes_round(source)


@pytest.mark.parametrize("source", ["echo('x')", "console().print('x')", "log.error('x')"])
def test_the_door_is_no_way_round(source: str) -> None:
    assert goes_round(source) == []
