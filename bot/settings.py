"""Read the settings from the environment or `.env`. No other module reads them: lower rooms receive plain values.

The names are a contract: README.md, "Configuration", lists them.
"""

import os
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import urlsplit
from zoneinfo import ZoneInfo

from dotenv import dotenv_values

from bot.errors import SettingsError
from survey.codes import Channel
from survey.unit import profile_file
from survey.unit.profile import UnitProfile

THIS_MACHINE = ("127.0.0.1", "localhost", "::1")
SECRET_LENGTH = 8  # characters of the secret of Telegram's webhook at least; what it may hold is Telegram's rule
_SECRET = re.compile(rf"[A-Za-z0-9_-]{{{SECRET_LENGTH},256}}")
# E.164, or a short code. A sender of letters, or a number in a local form, receives no answer.
_NUMBER = re.compile(r"\+[1-9][0-9]{6,14}|[1-9][0-9]{4,5}")


@dataclass(frozen=True, slots=True)
class Twilio:
    """The SMS channel. One of ``numbers`` and ``messaging_service_sid`` is there.

    Attributes:
        account_sid: the Twilio account.
        auth_token: its token, which also signs webhooks.
        numbers: our own, in E.164 or as a short code. The first one sends; answers to the others are taken, too.
        messaging_service_sid: a messaging service that chooses the number.
        api_url: another server that speaks Twilio's API; None for Twilio.
    """

    account_sid: str
    auth_token: str = field(repr=False)
    numbers: tuple[str, ...]
    messaging_service_sid: str | None
    api_url: str | None


@dataclass(frozen=True, slots=True)
class Telegram:
    """The Telegram channel.

    Attributes:
        token: the bot's token.
        webhook_secret: what Telegram sends in a header of each webhook.
        api_url: another server that speaks the Bot API; None for Telegram.
    """

    token: str = field(repr=False)
    webhook_secret: str | None = field(repr=False)
    api_url: str | None


@dataclass(frozen=True, slots=True)
class Rates:
    """How many messages a second all processes together may send; None for no limit of ours.

    Attributes:
        sms: by SMS.
        telegram: by Telegram.
        telegram_chat: to one chat.
    """

    sms: float | None = None
    telegram: float | None = None
    telegram_chat: float | None = None


@dataclass(frozen=True, slots=True)
class Settings:
    """What the environment says, checked.

    Attributes:
        database_url: the database.
        public_url: the service's own address in the world, without a slash at its end; None where it has none.
        zone: the unit's time zone.
        send_window: when messages may be sent; empty for what the rules say.
        twilio: None while SMS is off.
        telegram: None while Telegram is off.
        rates: how fast messages may be sent.
        lease_seconds: for how long a claimed message is one process's own.
        crash_at: the point at which a test kills the process (scheduler/crash_points.py); None for never.
        rules: a rules file; None for the rules that come with the program.
        texts: the folder of the unit's own texts; None where it has none.
        unit: the unit's profile; the bundled example where none is named.
    """

    database_url: str
    public_url: str | None
    zone: ZoneInfo
    send_window: str
    twilio: Twilio | None
    telegram: Telegram | None
    rates: Rates = Rates()
    lease_seconds: float = 60.0
    crash_at: str | None = None
    rules: Path | None = None
    texts: Path | None = None
    unit: UnitProfile = field(default_factory=profile_file.example)

    @property
    def channels(self) -> frozenset[str]:
        """The channels that are on."""
        on = {Channel.SMS: self.twilio, Channel.TELEGRAM: self.telegram}
        return frozenset(str(channel) for channel, settings in on.items() if settings is not None)


def load(environ: Mapping[str, str] | None = None, dotenv: Path = Path(".env")) -> Settings:
    """Return the settings of ``environ`` (the process's own by default), completed by the file ``dotenv``.

    Raises:
        SettingsError: a setting is missing or wrong; the sentence names it.
        UnitError: the unit's profile is wrong; the sentence names file and key.
    """
    environ = os.environ if environ is None else environ
    values = {name: value for name, value in dotenv_values(dotenv).items() if value} | {
        name: value for name, value in environ.items() if value
    }
    public_url = (values.get("FOLLOWUP_PUBLIC_URL") or "").rstrip("/") or None
    if public_url and not _is_safe(public_url):
        raise SettingsError(
            "FOLLOWUP_PUBLIC_URL must begin with https:// (or http:// and this machine's own address, for a trial)."
        )
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
        texts=Path(values["FOLLOWUP_TEXTS"]) if values.get("FOLLOWUP_TEXTS") else None,
        unit=profile_file.load(Path(values["FOLLOWUP_UNIT"]) if values.get("FOLLOWUP_UNIT") else None),
    )


def _is_safe(url: str) -> bool:
    """Return whether what is sent to a public address cannot be read or changed on its way."""
    parts = urlsplit(url)
    return bool(parts.hostname) and (
        parts.scheme == "https" or (parts.scheme == "http" and parts.hostname in THIS_MACHINE)
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
        _numbers(values.get("TWILIO_FROM", "")),
        values.get("TWILIO_MESSAGING_SERVICE_SID"),
        _url(values, "TWILIO_API_URL"),
    )


def _numbers(text: str) -> tuple[str, ...]:
    """Read our numbers, with commas between.

    Raises:
        SettingsError: one is no number that can receive.
    """
    numbers = tuple(dict.fromkeys(each.strip() for each in text.split(",") if each.strip()))
    for each in numbers:
        if not _NUMBER.fullmatch(each):
            raise SettingsError(
                f"TWILIO_FROM must be a number that can receive SMS, as +46701234567, and not {each!r}."
            )
    return numbers


def _telegram(values: Mapping[str, str], public_url: str | None) -> Telegram | None:
    token = values.get("TELEGRAM_BOT_TOKEN")
    if not token:
        return None
    secret = values.get("TELEGRAM_WEBHOOK_SECRET")
    if public_url and not secret:
        raise SettingsError(
            "TELEGRAM_WEBHOOK_SECRET is missing: Telegram's webhook needs it when FOLLOWUP_PUBLIC_URL is set."
        )
    if secret and not _SECRET.fullmatch(secret):
        raise SettingsError(
            f"TELEGRAM_WEBHOOK_SECRET must have {SECRET_LENGTH} to 256 letters, digits, _ and -, hard to guess."
        )
    return Telegram(token, secret, _url(values, "TELEGRAM_API_URL"))


def _url(values: Mapping[str, str], name: str) -> str | None:
    value = values.get(name)
    if value and not value.startswith(("http://", "https://")):
        raise SettingsError(f"{name} must begin with http:// or https://.")
    return value.rstrip("/") if value else None
