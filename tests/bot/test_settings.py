"""The settings of the contract (DESIGN §5): defaults, files, and one clear sentence for each mistake."""

from pathlib import Path

import pytest

from bot.errors import SettingsError
from bot.settings import load

NOWHERE = Path("there-is-no-such-file")
SMS = {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+46700000000"}


def test_without_settings_both_channels_are_off() -> None:
    settings = load({}, NOWHERE)
    assert settings.database_url == "sqlite+aiosqlite:///followup.db"
    assert (settings.twilio, settings.telegram, settings.public_url) == (None, None, None)
    assert settings.zone.key == "Europe/Stockholm"
    assert (settings.send_window, settings.rules) == ("", None)  # the hours are the rules' own


def test_the_environment_wins_over_the_file(tmp_path: Path) -> None:
    file = tmp_path / ".env"
    file.write_text("FOLLOWUP_SEND_WINDOW=always\nFOLLOWUP_PUBLIC_URL=https://a.example\n", encoding="utf-8")
    settings = load({"FOLLOWUP_PUBLIC_URL": "https://b.example/"}, file)
    assert (settings.send_window, settings.public_url) == ("always", "https://b.example")


def test_an_empty_value_is_no_value() -> None:
    assert load({"TELEGRAM_BOT_TOKEN": "", "TWILIO_FROM": ""}, NOWHERE).telegram is None


def test_secrets_are_not_shown() -> None:
    settings = load({**SMS, "TELEGRAM_BOT_TOKEN": "12:secret-token"}, NOWHERE)
    assert "secret-token" not in repr(settings)
    assert "auth_token" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"FOLLOWUP_PUBLIC_URL": "followup.example"}, "FOLLOWUP_PUBLIC_URL"),
        ({"FOLLOWUP_TIMEZONE": "Europe/Nacka"}, "FOLLOWUP_TIMEZONE"),
        ({"FOLLOWUP_TIMEZONE": "../../etc/passwd"}, "FOLLOWUP_TIMEZONE"),
        ({"TWILIO_ACCOUNT_SID": "AC1"}, "TWILIO_AUTH_TOKEN"),
        ({"TWILIO_FROM": "+46700000000"}, "TWILIO_ACCOUNT_SID"),
        ({"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_API_URL": "localhost:8080"}, "TWILIO_API_URL"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_API_URL": "localhost"}, "TELEGRAM_API_URL"),
        (
            {"TELEGRAM_BOT_TOKEN": "1:a", "FOLLOWUP_PUBLIC_URL": "https://a.example"},
            "TELEGRAM_WEBHOOK_SECRET",
        ),
    ],
)
def test_a_mistake_names_its_setting(given: dict[str, str], named: str) -> None:
    with pytest.raises(SettingsError, match=named) as refused:
        load(given, NOWHERE)
    assert str(refused.value).rstrip(".").count(". ") == 0
