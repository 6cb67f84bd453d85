"""`followup digest`: show exactly what a provider would be sent, and send it before its day."""

from datetime import datetime

from bot import settings as settings_
from bot.channels.sms.cost import parts_and_price, sms_cost
from bot.cli.arguments import check_month
from bot.database import database
from bot.errors import BadInput, SettingsError
from bot.settings import Settings
from reporting.document.swedish import month_and_year
from scheduler.provider_digests import Composed, Subject, Terms, compose, queue, report_to_tell
from storage.contacts import digests, links
from storage.database.engine import Database
from storage.followups import recording
from storage.followups.calendar import first_day, month_of, preceding
from survey.codes import Channel, swedish


async def digest(provider_ref: str, month: str | None, send: bool, now: datetime) -> str:
    """Return the digest of ``month`` as each contact address gets it; with ``send``, queue it.

    Raises:
        BadInput: the provider or the month cannot be used, or there is nothing to send.
        SettingsError: no channel is on.
    """
    settings = settings_.load()
    async with database(settings) as db:
        return await preview(db, settings, provider_ref, month, send, now)


async def preview(
    db: Database, settings: Settings, provider_ref: str, month: str | None, send: bool, now: datetime
) -> str:
    """Return what `digest` says. No ``month`` means the last one, or this one when the last is locked."""
    today = now.astimezone(settings.zone).date()
    if month is None:
        this, before = month_of(today), preceding(month_of(today))
        month = this if recording.is_locked(before, today) else before
    check_month(month)
    named = month_and_year(first_day(month))
    if month > month_of(today):
        raise BadInput(f"Månaden {month} har inte börjat än.")
    if send and not settings.channels:
        raise SettingsError("TWILIO_ACCOUNT_SID and TELEGRAM_BOT_TOKEN are missing: nothing can be sent.")
    async with db.begin() if send else db.read() as conn:
        found = await links.provider_named(conn, provider_ref)
        if found is None:
            raise BadInput(f"Anordnaren {provider_ref} finns inte i registret.")
        provider_id, name, _ = found
        sent = await digests.sent_at(conn, provider_id, month)
        subject = Subject(provider_id, provider_ref, month)
        terms = Terms(settings.channels or frozenset(Channel), settings.zone, settings.unit.short)
        composed = await compose(conn, subject, terms, await report_to_tell(conn, today), now)
        if send:
            if recording.is_locked(month, today):
                day = recording.locks_on(month)
                raise BadInput(f"Månaden {month} låstes {day}: då skickas inget månadsbrev.")
            _may_be_sent(name, named, sent, composed)
            await queue(conn, subject, composed, settings.zone, now)
    if sent is not None:
        state = f"Skickat {sent.astimezone(settings.zone):%Y-%m-%d %H:%M}; så här skulle det se ut i dag."
    elif send:
        state = "I kö: skickas när `followup run` är igång och sändningstiden är öppen."
    else:
        state = "Förhandsvisning: inget skickas."
    return f"{name}, {named}. {state}\n\n{_shown(composed)}"


def _may_be_sent(name: str, named: str, sent: datetime | None, composed: Composed) -> None:
    """Refuse a digest that was sent already, says nothing, or has no receiver."""
    if sent is not None:
        raise BadInput(f"{name} har redan fått månadsbrevet för {named} ({sent:%Y-%m-%d}).")
    if not composed.digest.says_something:
        raise BadInput(f"{name} hade inga insatser att följa upp i {named}: det finns inget att skicka.")
    if not composed.messages:
        raise BadInput(
            f"{name} har ingen kontakt att skicka till: ange anordnarens telefon i registret eller gör en länk "
            "med `followup link`."
        )


def _shown(composed: Composed) -> str:
    """Return each text with its channel, and how many get it."""
    texts: dict[tuple[str, str], int] = {}
    for message in composed.messages:
        texts[message.channel, message.text] = texts.get((message.channel, message.text), 0) + 1
    if not texts:
        return "Anordnaren har ingen kontakt som kan nås: ingen får brevet."
    parts = []
    for (channel, text), receivers in texts.items():
        size = ""
        if channel == "sms":
            cost = sms_cost(text)
            size = f", {cost.alphabet}, {parts_and_price(cost.parts)} per mottagare"
        parts.append(f"{swedish(Channel, channel)} till {receivers}{size}:\n{text}")
    return "\n\n".join(parts)
