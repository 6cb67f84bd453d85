"""`followup init`: make a database, and move another one into it."""

from pathlib import Path

from click.testing import Result
from typer.testing import CliRunner

from bot.cli.main import app
from storage.errors import DatabaseError, DatabaseErrorCode


def _init(database: Path, *args: str) -> Result:
    env = {"FOLLOWUP_DATABASE_URL": f"sqlite:///{database}"}
    return CliRunner().invoke(app, ["init", *args], env=env)


def test_everything_is_moved_from_another_database(tmp_path: Path) -> None:
    old, new = tmp_path / "old.db", tmp_path / "new.db"
    assert _init(old).exit_code == 0
    register = tmp_path / "providers.csv"
    register.write_text("ref,name\nP1,Nya Steget\n", encoding="utf-8")
    env = {"FOLLOWUP_DATABASE_URL": f"sqlite:///{old}"}
    assert CliRunner().invoke(app, ["import", str(register)], env=env).exit_code == 0
    moved = _init(new, "--from", f"sqlite:///{old}")
    assert moved.exit_code == 0
    assert moved.output.startswith("1 rader är flyttade.")
    again = _init(new, "--from", f"sqlite:///{old}")
    assert isinstance(again.exception, DatabaseError)
    assert again.exception.values == {"table": "provider"}


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    refused = _init(tmp_path / "new.db", "--from", "gammal.db")
    assert str(refused.exception) == "--from ska vara en databas-URL som börjar med sqlite eller postgresql."
    missing = _init(tmp_path / "new.db", "--from", f"sqlite:///{tmp_path}/missing.db")
    assert isinstance(missing.exception, DatabaseError)
    assert missing.exception.code == DatabaseErrorCode.NO_SOURCE
    assert not (tmp_path / "missing.db").exists()
