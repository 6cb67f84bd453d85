"""Each contract of import-linter holds something: the import that it forbids, added to a copy, breaks it.

The forbidden import stands in a new file, so that the test also proves that a contract covers files that it does
not name.
"""

import re
import shutil
import subprocess
import sys
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
ROOMS = ("survey", "storage", "reporting", "scheduler", "bot")
# By contract: a new file, and the import in it that the contract forbids.
FORBIDDEN = {
    "Rooms import one way": ("storage/people/new.py", "import scheduler.planning.rules"),
    "No import goes round in a circle": ("scheduler/delivery/gateway.py", "import scheduler.delivery.sending"),
    "Folders of survey import one way": ("survey/understanding/new.py", "import survey.packs.catalogue"),
    "Folders of storage import one way": ("storage/people/new.py", "import storage.register.importer"),
    "Folders of reporting import one way": ("reporting/figures/new.py", "import reporting.report.build"),
    "Folders of bot import one way": ("bot/inbound/new.py", "import bot.app"),
    "Folders of bot/cli import one way": ("bot/cli/system/new.py", "import bot.cli.staff.register"),
    "Folders of the scheduler import one way": ("scheduler/planning/new.py", "import scheduler.delivery.retry"),
    "survey is pure": ("survey/understanding/new.py", "import asyncio"),
    "What the scheduler decides is pure": ("scheduler/planning/rules.py", "import storage.tables"),
    "Figures, disclosure control and the report are made of values": ("reporting/figures/new.py", "import sqlite3"),
    "aiogram is Telegram's": ("bot/inbound/new.py", "import aiogram"),
    "twilio is the SMS channel's": ("bot/channels/telegram/new.py", "import twilio"),
    "APScheduler only ticks": ("scheduler/new.py", "import apscheduler"),
    "The database is storage's": ("bot/web/new.py", "import sqlalchemy"),
    "Jinja draws pages and documents": ("bot/cli/new.py", "import jinja2"),
    "Documents are drawn in render": ("reporting/report/new.py", "import typst"),
    "Elimination and the solver are disclosure control's": ("reporting/render/new.py", "import numpy"),
    "Typer and Rich are the command line's": ("bot/web/new.py", "import rich"),
    "HTTP is spoken in bot": ("scheduler/new.py", "import aiohttp"),
    "Every workbook comes through one door": ("reporting/comments/new.py", "import python_calamine"),
    "Phone numbers are read where they come in": ("storage/people/new.py", "import phonenumbers"),
}


@pytest.fixture(scope="module")
def broken(tmp_path_factory: pytest.TempPathFactory) -> str:
    """What the linter prints of a copy with every forbidden import in it."""
    copy = tmp_path_factory.mktemp("copy")
    shutil.copyfile(ROOT / "pyproject.toml", copy / "pyproject.toml")
    for room in ROOMS:
        shutil.copytree(ROOT / room, copy / room, ignore=shutil.ignore_patterns("__pycache__", "versions"))
    for number, (path, line) in enumerate(FORBIDDEN.values()):
        new = copy / path if (copy / path).exists() else (copy / path).with_stem(f"new{number}")
        with new.open("a", encoding="utf-8") as file:
            file.write(f"{line}\n")
    return _lint(copy)


def _lint(folder: Path) -> str:
    command = [str(Path(sys.executable).with_name("lint-imports")), "--no-cache"]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    return " ".join(done.stdout.split())  # the linter breaks lines at 80 columns


def test_every_contract_has_its_forbidden_import() -> None:
    settings = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    assert {each["name"] for each in settings["tool"]["importlinter"]["contracts"]} == set(FORBIDDEN)


@pytest.mark.parametrize("contract", FORBIDDEN)
def test_a_forbidden_import_breaks_its_contract(broken: str, contract: str) -> None:
    assert re.search(rf"{re.escape(contract)} BROKEN", broken)


@pytest.mark.parametrize(
    ("line", "rule"),
    [
        ("import os\n\nHERE = os.environ['HOME']\n", "TID251"),
        ("import os\n\nHERE = os.getenv('HOME')\n", "TID251"),
        ("from datetime import UTC, datetime\n\nHERE = datetime.now(UTC)\n", "TID251"),
        ("import time\n\nHERE = time.time()\n", "TID251"),
    ],
)
def test_environment_and_clock_have_their_places(tmp_path: Path, line: str, rule: str) -> None:
    """The environment is read in bot/settings.py, the clock in the composition root."""
    command = [str(Path(sys.executable).with_name("ruff")), "check", "--config", str(ROOT / "pyproject.toml")]
    new = tmp_path / "scheduler" / "new.py"
    new.parent.mkdir()
    new.write_text(line, encoding="utf-8")
    done = subprocess.run([*command, str(new)], capture_output=True, text=True, timeout=60, check=False)
    assert rule in done.stdout
