"""docs/commands.md says what the program's own --help says."""

import subprocess
import sys
from pathlib import Path

from tests.support.documents import ROOT


def test_commands_page_is_current(tmp_path: Path) -> None:
    made = tmp_path / "commands.md"
    options = ["--name", "followup", "--title", "Commands", "--output", str(made)]
    subprocess.run(
        [sys.executable, "-m", "typer", "bot.cli.main", "utils", "docs", *options],
        cwd=ROOT,
        check=True,
        capture_output=True,
    )
    kept = (ROOT / "docs/commands.md").read_text(encoding="utf-8")
    assert kept == made.read_text(encoding="utf-8"), "run `make docs`"
