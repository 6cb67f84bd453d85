"""The command `followup`, as a process of its own or inside the test's."""

import asyncio
import sys
from collections.abc import Mapping
from datetime import UTC, datetime
from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from bot.cli.main import app
from tests.support.migrated import new_file

FOLLOWUP = str(Path(sys.executable).parent / "followup")
TODAY = datetime.now(UTC).date()  # a register is taken in today, and the rules count from then


async def run_command(*args: str, folder: Path, env: Mapping[str, str]) -> tuple[int, str, str]:
    """Run a command to its end in ``folder``; return its exit code, output and errors."""
    process = await asyncio.create_subprocess_exec(
        FOLLOWUP,
        *args,
        cwd=folder,
        env=env,
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )
    out, err = await asyncio.wait_for(process.communicate(), 60)
    assert process.returncode is not None
    return process.returncode, out.decode(), err.decode()


class Command:
    """`followup` in this process, on a new database of its own; wide enough for a table's rows to stay whole."""

    def __init__(self, folder: Path) -> None:
        self.env = {"FOLLOWUP_DATABASE_URL": new_file(folder / "plan.db"), "COLUMNS": "250"}

    def __call__(self, *args: str, **env: str) -> Result:
        return CliRunner().invoke(app, list(args), env={**self.env, **env})
