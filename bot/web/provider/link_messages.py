"""`followup link`: a personal link to a provider's contact person, sent to that person's own phone."""

import secrets
from datetime import date, datetime, timedelta

from bot import settings as settings_
from bot.cli.common import database
from bot.errors import BadInput, SettingsError
from bot.settings import Settings
from reporting.providers.digest import UNIT
from storage.contacts import links
from storage.contacts.links import Kind
from storage.database.engine import Connection
from storage.delivery import outbox
from storage.people import addresses
from storage.register.cells import e164
from survey.conversation.model import Say

PATH = "/u/"
MESSAGE_LIFETIME = timedelta(days=4)  # over a long weekend, when nothing is sent


def page_message(url: str, last_day: date) -> str:
    """One SMS of one segment, for a public address of up to 60 characters."""
    return f"{UNIT}: registrera uppföljningar till {last_day.day}/{last_day.month}: {url} Länken är bara din."


def chat_message(url: str) -> str:
    return f"{UNIT}: registrera uppföljningar i Telegram: {url} Länken är bara din och gäller en gång."


def code_message(code: str) -> str:
    return f"{UNIT}: din kod är {code}. Har du inte bett om den: någon annan har din länk, säg till oss."


async def queue(conn: Connection, key: str, address_id: int, text: str, now: datetime, lifetime: timedelta) -> None:
    """Queue an SMS to a contact person."""
    message = {
        "key": key,
        "occasion_id": None,
        "address_id": address_id,
        "channel": "sms",
        "say": Say(text=text).to_json(),
        "expires_at": now + lifetime,
    }
    await outbox.enqueue(conn, [message], now)


async def send(
    conn: Connection,
    provider_id: int,
    address_id: int,
    base: str,
    last_day: date,
    expires_at: datetime,
    now: datetime,
    kind: Kind = "page",
) -> None:
    """Make a link and queue its message. ``base`` is what the token follows in the address."""
    token = secrets.token_urlsafe(links.TOKEN_BYTES)
    key = await links.issue(conn, provider_id, address_id, token, now, expires_at, kind)
    text = page_message(base + token, last_day) if kind == "page" else chat_message(base + token)
    await queue(conn, key, address_id, text, now, MESSAGE_LIFETIME)


async def link(provider_ref: str, phone: str | None, days: int, telegram: bool, revoke: bool, now: datetime) -> str:
    """Send a link to the provider's contact, or withdraw links; a sentence for the person who asked.

    Raises BadInput and SettingsError.
    """
    settings = settings_.load()
    base = None if revoke else await _base(settings, telegram)
    async with database(settings) as db, db.begin() as conn:
        found = await links.provider_named(conn, provider_ref)
        if found is None:
            raise BadInput(f"Anordnaren {provider_ref} finns inte i registret.")
        provider_id, name, registered = found
        address_id = registered
        if phone is not None:
            number = e164(phone)
            if number is None:
                raise BadInput("Telefonnumret är inte giltigt: skriv det som 070-123 45 67.")
            address_id = (await addresses.find_or_add(conn, "sms", [number], now))[number].id
        if revoke:
            return await _revoke(conn, provider_id, name, address_id if phone else None, now)
        if address_id is None or base is None:
            raise BadInput(f"{name} har inget telefonnummer i registret: ange kontaktens med --phone.")
        _, value, state = (await addresses.address_values(conn, [address_id]))[address_id]
        if state != "active":
            raise BadInput(f"{_masked(value)} har sagt stopp eller går inte att nå: ange en annan med --phone.")
        if address_id != registered:
            await links.add_contact(conn, provider_id, address_id, now)
        expires_at = now + timedelta(days=days)
        last_day = expires_at.astimezone(settings.zone).date()
        kind: Kind = "telegram" if telegram else "page"
        await send(conn, provider_id, address_id, base, last_day, expires_at, now, kind)
    return (
        f"En länk för {name} skickas till {_masked(value)} när `followup run` är igång. Den gäller till "
        f"{last_day}, och en tidigare länk till samma telefon gäller inte längre."
    )


async def _base(settings: Settings, telegram: bool) -> str:
    if settings.twilio is None:
        raise SettingsError("TWILIO_ACCOUNT_SID is missing: the link is sent by SMS.")
    if not telegram:
        if settings.public_url is None:
            raise SettingsError("FOLLOWUP_PUBLIC_URL is missing: the link leads there.")
        return settings.public_url + PATH
    if settings.telegram is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is missing: the link leads to that bot.")
    from bot.channels.telegram.gateway import TelegramGateway

    gateway = TelegramGateway(settings.telegram.token, settings.telegram.api_url)
    try:
        return f"https://t.me/{await gateway.username()}?start="
    finally:
        await gateway.close()


async def _revoke(conn: Connection, provider_id: int, name: str, address_id: int | None, now: datetime) -> str:
    if address_id is None:
        number = await links.revoke(conn, provider_id, now)
    else:
        number = await links.remove_contact(conn, provider_id, address_id, now)
    return f"Indragna länkar för {name}: {number}."


def _masked(value: str) -> str:
    return f"{value[:3]}…{value[-3:]}"
