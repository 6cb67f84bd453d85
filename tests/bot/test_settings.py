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


@pytest.mark.parametrize(
    ("text", "numbers"),
    [
        ("+46700000000", ("+46700000000",)),
        ("+46700000000, +46700000001,", ("+46700000000", "+46700000001")),
        ("+46700000000,+46700000000", ("+46700000000",)),
        ("71700", ("71700",)),  # a short code
    ],
)
def test_several_own_numbers(text: str, numbers: tuple[str, ...]) -> None:
    twilio = load({**SMS, "TWILIO_FROM": text}, NOWHERE).twilio
    assert twilio is not None
    assert twilio.numbers == numbers


@pytest.mark.parametrize(
    "url", ["https://a.example", "http://127.0.0.1:8080", "http://localhost:1", "http://[::1]:1"]
)
def test_a_public_url_that_is_safe(url: str) -> None:
    assert load({"FOLLOWUP_PUBLIC_URL": url}, NOWHERE).public_url == url


def test_secrets_are_not_shown() -> None:
    settings = load({**SMS, "TELEGRAM_BOT_TOKEN": "12:secret-token"}, NOWHERE)
    assert "secret-token" not in repr(settings)
    assert "auth_token" not in repr(settings)


@pytest.mark.parametrize(
    ("given", "named"),
    [
        ({"FOLLOWUP_PUBLIC_URL": "followup.example"}, "FOLLOWUP_PUBLIC_URL"),
        ({"FOLLOWUP_PUBLIC_URL": "http://followup.example"}, "FOLLOWUP_PUBLIC_URL"),
        ({"FOLLOWUP_PUBLIC_URL": "https://"}, "FOLLOWUP_PUBLIC_URL"),
        ({**SMS, "TWILIO_FROM": "Nacka"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_FROM": "0701234567"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_FROM": "46701234567"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_FROM": "+46 70 123 45 67"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_FROM": "+٤٦٧٠١٢٣٤٥٦٧"}, "TWILIO_FROM"),
        ({**SMS, "TWILIO_FROM": "+46701234567,Nacka"}, "TWILIO_FROM"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_WEBHOOK_SECRET": "kort"}, "TELEGRAM_WEBHOOK_SECRET"),
        ({"TELEGRAM_BOT_TOKEN": "1:a", "TELEGRAM_WEBHOOK_SECRET": "åtta tecken"}, "TELEGRAM_WEBHOOK_SECRET"),
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
