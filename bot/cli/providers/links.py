"""`followup link`: send a personal link to a provider's contact person, or withdraw links."""

from datetime import datetime, timedelta

from bot.database import database
from bot.errors import BadInput, SettingsError
from bot.settings import Settings
from bot.settings import load as load_settings
from bot.web.provider.link_messages import PATH, NewLink, send
from storage.contacts import links
from storage.contacts.links import Kind
from storage.database.engine import Connection
from storage.people import addresses
from storage.register.checks.phones import e164
from survey.codes import AddressState


async def link(provider_ref: str, phone: str | None, days: int, telegram: bool, revoke: bool, now: datetime) -> str:
    """Send a link to the provider's contact, or withdraw links; return a sentence for the person.

    Args:
        provider_ref: the provider's number in the register.
        phone: the contact's phone; None for the one in the register.
        days: how long the link works.
        telegram: the link opens a chat with our bot instead of the page.
        revoke: withdraw the provider's links (with ``phone``: of that phone alone) instead.
        now: aware.

    Raises:
        BadInput: the provider or the phone cannot be used.
        SettingsError: a setting that the link needs is missing or wrong.
        OperationError: Telegram did not answer.
    """
    settings = load_settings()
    base = None if revoke else await _base(settings, telegram)
    async with database(settings) as db, db.begin() as conn:
        found = await links.provider_named(conn, provider_ref)
        if found is None:
            raise BadInput(f"Anordnaren {provider_ref} finns inte i registret.")
        provider_id, name, registered = found
        address_id = registered if phone is None else await _address(conn, phone, now)
        if revoke:
            return await _revoke(conn, provider_id, name, address_id if phone else None, now)
        if address_id is None or base is None:
            raise BadInput(f"{name} har inget telefonnummer i registret: ange kontaktens med --phone.")
        _, value, state = (await addresses.address_values(conn, [address_id]))[address_id]
        if state != AddressState.ACTIVE:
            raise BadInput(f"{_masked(value)} har sagt stopp eller går inte att nå: ange en annan med --phone.")
        if address_id != registered:
            await links.add_contact(conn, provider_id, address_id, now)
        expires_at = now + timedelta(days=days)
        last_day = expires_at.astimezone(settings.zone).date()
        kind: Kind = "telegram" if telegram else "page"
        new = NewLink(provider_id, address_id, base, last_day, expires_at, settings.unit.short, kind)
        await send(conn, new, now)
    return (
        f"En länk för {name} skickas till {_masked(value)} när `followup run` är igång. Den gäller till "
        f"{last_day}, och en tidigare länk till samma telefon gäller inte längre."
    )


async def _base(settings: Settings, telegram: bool) -> str:
    """Return the link up to its token."""
    if settings.twilio is None:
        raise SettingsError("TWILIO_ACCOUNT_SID is missing: the link is sent by SMS.")
    if not telegram:
        if settings.public_url is None:
            raise SettingsError("FOLLOWUP_PUBLIC_URL is missing: the link leads there.")
        return settings.public_url + PATH
    if settings.telegram is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is missing: the link leads to that bot.")
    from bot.channels.telegram.deep_links import deep_link

    return await deep_link(settings.telegram)


async def _address(conn: Connection, phone: str, now: datetime) -> int:
    """Return the id of the address with this phone, made if there was none."""
    number = e164(phone)
    if number is None:
        raise BadInput("Telefonnumret är inte giltigt: skriv det som 070-123 45 67.")
    return (await addresses.find_or_add(conn, "sms", [number], now))[number].id


async def _revoke(conn: Connection, provider_id: int, name: str, address_id: int | None, now: datetime) -> str:
    if address_id is None:
        number = await links.revoke(conn, provider_id, now)
    else:
        number = await links.remove_contact(conn, provider_id, address_id, now)
    return f"Indragna länkar för {name}: {number}."


def _masked(value: str) -> str:
    """Return a phone number of which a passer-by learns little."""
    return f"{value[:3]}…{value[-3:]}"
