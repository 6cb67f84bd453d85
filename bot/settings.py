"""The settings, read from the environment or `.env` in this one place. Lower rooms receive plain values."""

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bot.errors import SettingsError


@dataclass(frozen=True, slots=True)
class Twilio:
    account_sid: str
    auth_token: str = field(repr=False)
    sender: str | None
    messaging_service_sid: str | None
    api_url: str | None


@dataclass(frozen=True, slots=True)
class Telegram:
    token: str = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    api_url: str | None


@dataclass(frozen=True, slots=True)
class Rates:
    """Messages per second, for all processes together; None: as fast as the far end takes them."""

    sms: float | None = None
    telegram: float | None = None
    telegram_chat: float | None = None  # to one chat


@dataclass(frozen=True, slots=True)
class Settings:
    """A channel without its settings is off (None).

    ``send_window`` empty: as the rules say; ``rules`` None: the rules that come with the program.
    """

    database_url: str
    public_url: str | None
    zone: ZoneInfo
    send_window: str
    twilio: Twilio | None
    telegram: Telegram | None
    rates: Rates = Rates()
    lease_seconds: float = 60.0
    crash_at: str | None = None  # for tests: see scheduler/crash_points.py
    rules: Path | None = None


def load(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """The settings of ``environ`` (the process's own by default), completed by the file ``dotenv``.

    Raises SettingsError.
    """
    environ = os.environ if environ is None else environ
    values = {name: value for name, value in dotenv_values(dotenv).items() if value} | {
        name: value for name, value in environ.items() if value
    }
    public_url = (values.get("FOLLOWUP_PUBLIC_URL") or "").rstrip("/") or None
    if public_url and not public_url.startswith(("http://", "https://")):
        raise SettingsError("FOLLOWUP_PUBLIC_URL must begin with https:// (or http:// for a trial).")
    return Settings(
        database_url=values.get("FOLLOWUP_DATABASE_URL", "sqlite+aiosqlite:///followup.db"),
        public_url=public_url,
        zone=_zone(values.get("FOLLOWUP_TIMEZONE", "Europe/Stockholm")),
        send_window=values.get("FOLLOWUP_SEND_WINDOW", ""),
        twilio=_twilio(values),
        telegram=_telegram(values, public_url),
        rates=Rates(
            sms=_number(values, "FOLLOWUP_SMS_PER_SECOND", 10),
            telegram=_number(values, "FOLLOWUP_TELEGRAM_PER_SECOND", 30),
            telegram_chat=_number(values, "FOLLOWUP_TELEGRAM_PER_CHAT", 1),
        ),
        lease_seconds=_number(values, "FOLLOWUP_LEASE_SECONDS", 60),
        crash_at=values.get("FOLLOWUP_CRASH_AT"),
        rules=Path(values["FOLLOWUP_RULES"]) if values.get("FOLLOWUP_RULES") else None,
    )


def _number(values: Mapping[str, str], name: str, default: float) -> float:
    try:
        value = float(values.get(name, default))
    except ValueError:
        value = 0.0
    if not 0 < value <= 100_000:
        raise SettingsError(f"{name} must be a number above 0, for example {default}.")
    return value


def _zone(name: str) -> ZoneInfo:
    try:
        return ZoneInfo(name)
    except (KeyError, ValueError, OSError) as error:
        raise SettingsError(f"FOLLOWUP_TIMEZONE is not a time zone: {name!r}.") from error


def _twilio(values: Mapping[str, str]) -> Twilio | None:
    names = ("TWILIO_ACCOUNT_SID", "TWILIO_AUTH_TOKEN")
    senders = ("TWILIO_FROM", "TWILIO_MESSAGING_SERVICE_SID")
    if not any(values.get(name) for name in names + senders):
        return None
    for name in names:
        if not values.get(name):
            raise SettingsError(f"{name} is missing: SMS needs it beside the other TWILIO_ settings.")
    if not any(values.get(name) for name in senders):
        raise SettingsError("TWILIO_FROM is missing: SMS needs it or TWILIO_MESSAGING_SERVICE_SID.")
    return Twilio(
        values["TWILIO_ACCOUNT_SID"],
        values["TWILIO_AUTH_TOKEN"],
        values.get("TWILIO_FROM"),
        values.get("TWILIO_MESSAGING_SERVICE_SID"),
        _url(values, "TWILIO_API_URL"),
    )


def _telegram(values: Mapping[str, str], public_url: str | None) -> Telegram | None:
    token = values.get("TELEGRAM_BOT_TOKEN")
    if not token:
        return None
    secret = values.get("TELEGRAM_WEBHOOK_SECRET")
    if public_url and not secret:
        raise SettingsError(
            "TELEGRAM_WEBHOOK_SECRET is missing: Telegram's webhook needs it when FOLLOWUP_PUBLIC_URL is set."
        )
    return Telegram(token, secret, _url(values, "TELEGRAM_API_URL"))


def _url(values: Mapping[str, str], name: str) -> str | None:
    value = values.get(name)
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(f"{name} must begin with http:// or https://.")
    return value.rstrip("/") if value else None
