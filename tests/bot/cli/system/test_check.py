"""`followup check` on settings, channels and the database; on the texts, see test_check_texts.py."""

import sqlite3
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

from bot.cli.main import app
from tests.support.migrated import new_file

TWILIO = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "hemlig", "TWILIO_FROM": "+46700000001"}


def _check(folder: Path, **env: str) -> Result:
    return CliRunner().invoke(app, ["check"], env={**_database(folder), **env})


def _database(folder: Path) -> dict[str, str]:
    return {"FOLLOWUP_DATABASE_URL": f"sqlite+aiosqlite:///{folder / 'check.db'}"}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Make a folder with a new database."""
    new_file(tmp_path / "check.db")
    return tmp_path


def test_a_new_system_without_accounts_is_in_order(folder: Path) -> None:
    result = _check(folder)
    assert result.exit_code == 0
    assert "  ok    SMS är avstängt: TWILIO_ACCOUNT_SID saknas." in result.output
    assert "  ok    Telegram är avstängt: TELEGRAM_BOT_TOKEN saknas." in result.output
    assert "  ok    Databasen är nåbar och aktuell." in result.output
    assert "FEL" not in result.output


def test_webhooks_are_named_and_no_secret(folder: Path) -> None:
    telegram = {"TELEGRAM_BOT_TOKEN": "1:hemlig", "TELEGRAM_WEBHOOK_SECRET": "hemligare"}
    result = _check(folder, **TWILIO, **telegram, FOLLOWUP_PUBLIC_URL="https://svar.example.se/")
    assert result.exit_code == 0
    assert "https://svar.example.se/webhooks/twilio/sms" in result.output
    assert "https://svar.example.se/webhooks/telegram" in result.output
    assert "hemlig" not in result.output


@pytest.mark.parametrize(
    ("env", "told"),
    [
        (TWILIO, "  FEL   FOLLOWUP_PUBLIC_URL saknas: Twilio kan inte nå tjänsten."),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN is missing"),
        ({"FOLLOWUP_PUBLIC_URL": "http://svar.example.se"}, "FOLLOWUP_PUBLIC_URL must begin with https://"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_WEBHOOK_SECRET": "kort"}, "TELEGRAM_WEBHOOK_SECRET must have 8"),
        ({**TWILIO, "TWILIO_FROM": "Kommunen"}, "TWILIO_FROM must be a number that can receive SMS"),
        ({"FOLLOWUP_TIMEZONE": "Europe/Nacka"}, "FOLLOWUP_TIMEZONE is not a time zone"),
        ({"FOLLOWUP_SEND_WINDOW": "19-9"}, "FOLLOWUP_SEND_WINDOW"),
    ],
)
def test_a_setting_that_is_wrong_is_named(env: dict[str, str], told: str, folder: Path) -> None:
    result = _check(folder, **env)
    assert result.exit_code == 1
    assert told in result.output


def test_a_database_without_tables_says_what_to_do(tmp_path: Path) -> None:
    result = _check(tmp_path)
    assert result.exit_code == 1
    assert "  FEL   The database has no tables yet: run `followup init`." in result.output


def test_what_is_in_quarantine_is_told(folder: Path) -> None:
    connection = sqlite3.connect(folder / "check.db")
    with connection:
        connection.execute(
            "INSERT INTO quarantine (channel, external_id, at, error) "
            "VALUES ('sms', 'SM1', '2026-03-30T08:00:00.000000Z', 'ValueError')"
        )
    connection.close()
    result = _check(folder)
    assert result.exit_code == 1
    assert "  FEL   I karantän: sms SM1 (ValueError)" in result.output
