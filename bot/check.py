"""`followup check`: what must be right before going live, a line for each."""

from dataclasses import dataclass

from bot import settings as settings_
from bot.app import send_window
from bot.settings import Settings, SettingsError
from bot.webhooks import SMS_PATH, TELEGRAM_PATH
from storage import quarantined
from storage.database import Database
from survey import segments
from survey.catalogue import load

BUDGET = {"GSM-7": 1, "UCS-2": 2}  # segments that one message may cost


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at."""

    ok: bool
    text: str


async def findings() -> list[Finding]:
    """Settings, webhooks, surveys and database, in that order."""
    try:
        settings = settings_.load()
        window = send_window(settings)
    except SettingsError as error:
        return [Finding(False, str(error))]
    return [
        Finding(True, f"Skickar {window}."),
        *_channels(settings),
        *_packs(),
        *await _database(settings),
    ]


def _channels(settings: Settings) -> list[Finding]:
    found = []
    if settings.twilio is None:
        found.append(Finding(True, "SMS är avstängt: TWILIO_ACCOUNT_SID saknas."))
    elif settings.public_url is None:
        found.append(Finding(False, "FOLLOWUP_PUBLIC_URL saknas: Twilio kan inte nå tjänsten."))
    else:
        found.append(Finding(True, f"SMS: ställ in webhooken i Twilio på {settings.public_url}{SMS_PATH}"))
    if settings.telegram is None:
        found.append(Finding(True, "Telegram är avstängt: TELEGRAM_BOT_TOKEN saknas."))
    elif settings.public_url is None:
        found.append(Finding(True, "Telegram hämtas med long polling: FOLLOWUP_PUBLIC_URL saknas."))
    else:
        found.append(Finding(True, f"Telegram: webhook {settings.public_url}{TELEGRAM_PATH}"))
    return found


def _packs() -> list[Finding]:
    """Every text that can be sent, in each language, against its budget of segments."""
    catalogue = load()
    found = []
    for language in catalogue.languages:
        texts = list(catalogue.messages(language))
        dear = [(name, segments.count(text)) for name, text in texts]
        over = [(name, cost) for name, cost in dear if cost.parts > BUDGET[cost.alphabet]]
        found += [
            Finding(False, f"{language}: {name} blir {cost.parts} delar ({cost.offender or 'för lång'})")
            for name, cost in over
        ]
        if not over:
            found.append(Finding(True, f"{language}: {len(texts)} meddelanden, högst en del var."))
    return found


async def _database(settings: Settings) -> list[Finding]:
    db = Database.open(settings.database_url)
    try:
        problem = await db.check()
        if problem:
            return [Finding(False, problem)]
        async with db.read() as conn:
            held = await quarantined.listing(conn)
    finally:
        await db.close()
    return [Finding(True, "Databasen är nåbar och aktuell.")] + [
        Finding(False, f"I karantän: {channel} {external_id} ({error})") for channel, external_id, error in held
    ]
