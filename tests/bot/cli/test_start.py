"""A short command starts quickly because it imports only what it uses (tests/benchmarks/start.py)."""

import subprocess
import sys

SLOW = ("aiogram", "twilio", "apscheduler", "alembic", "holidays", "phonenumbers", "typst", "docx")


def _imported(program: str) -> set[str]:
    """Return the packages that a new process has imported after ``program``."""
    told = f"import sys\n{program}\nprint(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", told], capture_output=True, text=True, timeout=60, check=True)
    return set(done.stdout.split())


def test_the_export_loads_no_vendor_library() -> None:
    used = ("bot.cli.figures.report", "reporting.publishing.publish", "storage.figures.aggregates")
    loaded = _imported(f"import {', '.join(used)}, reporting.render.csv")
    assert loaded.isdisjoint(SLOW)
    assert "sqlalchemy.dialects.postgresql" not in loaded
    assert "survey.packs.catalogue" not in loaded


def test_help_loads_no_room() -> None:
    loaded = _imported("import bot.cli.main")
    assert loaded.isdisjoint(("sqlalchemy", "storage", "reporting", "scheduler", "survey", *SLOW))
