"""`followup check`: what must be right before the service is used, a line for each."""

from dataclasses import dataclass
from pathlib import Path

from bot import settings as settings_
from bot import wording
from bot.contact_rules import contact_rules
from bot.errors import SettingsError
from bot.process.terminal import echo
from bot.settings import Settings
from bot.web.webhooks import SMS_PATH, TELEGRAM_PATH
from bot.wording import channel_paused
from scheduler.errors import RulesError
from storage.conversation import inbox
from storage.database import disk
from storage.database.engine import Database
from storage.delivery import pacing
from survey.errors import PackError, UnitError
from survey.packs import budgets, own_texts, segments
from survey.packs.catalogue import Catalogue, load
from survey.packs.pack_files import PACKS
from survey.unit.profile import UnitProfile

FEW = 10  # up to so many texts without a review are named


@dataclass(frozen=True, slots=True)
class Finding:
    """One thing that was looked at.

    Attributes:
        ok: whether it is right.
        text: a sentence for the person.
        is_warning: whether somebody should see to it, though the service can be used.
    """

    ok: bool
    text: str
    is_warning: bool = False

    @property
    def mark(self) -> str:
        """What stands before the sentence."""
        return "FEL" if not self.ok else "OBS" if self.is_warning else "ok"


async def check() -> bool:
    """Print each finding; return whether all is right."""
    found = await findings()
    for finding in found:
        echo(f"  {finding.mark:<6}{finding.text}")
    return all(finding.ok for finding in found)


async def findings() -> list[Finding]:
    """Return what was found about settings, webhooks, surveys and database, in that order."""
    try:
        settings = settings_.load()
        _, window = contact_rules(settings)
    except (SettingsError, RulesError, UnitError) as error:
        return [Finding(False, line) for line in str(error).splitlines()]
    return [
        Finding(True, f"Skickar {window}."),
        *_channels(settings),
        *texts(unit=settings.unit, own=settings.texts),
        *await database_findings(settings),
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


def texts(packs: Path = PACKS, unit: UnitProfile | None = None, own: Path | None = None) -> list[Finding]:
    """Return per language whether each text is there, within its budget of parts, and read by a native speaker."""
    try:
        catalogue = load(packs, unit, own_texts.read_folder(own))
    except (PackError, UnitError) as error:
        return [Finding(False, line) for line in str(error).splitlines()]
    return [finding for language in catalogue.languages for finding in _language(catalogue, language)]


def _language(catalogue: Catalogue, language: str) -> list[Finding]:
    name = f"{language} ({catalogue.names[language]})"
    over = budgets.over_budget(catalogue, language)
    if over:
        return [Finding(False, f"{name}: {each.text} {budgets.reason(each)}") for each in over]
    alphabet, messages = catalogue.alphabet(language), len(dict(catalogue.messages(language)))
    most = _parts(segments.BUDGET[alphabet])
    found = [Finding(True, f"{name}: {messages} meddelanden i {alphabet}, högst {most} var.")]
    unread = catalogue.unread[language]
    if unread:
        named = f": {', '.join(unread)}" if len(unread) <= FEW else ""
        waits = "1 text är inte granskad" if len(unread) == 1 else f"{len(unread)} texter är inte granskade"
        found.append(Finding(True, f"{name}: {waits} av en modersmålstalare{named}.", is_warning=True))
    return found


def _parts(count: int) -> str:
    return f"{count} {'del' if count == 1 else 'delar'}"


async def database_findings(settings: Settings) -> list[Finding]:
    """Return what was found about the database, and what in it somebody must see to."""
    db = Database.open(settings.database_url)
    try:
        problem = await db.check() or await disk.problem(db)
        if problem:
            return [Finding(False, wording.sentence(problem))]
        async with db.read() as conn:
            held = await inbox.quarantined(conn)
            paused = await pacing.pauses(conn)
    finally:
        await db.close()
    return [
        Finding(True, "Databasen är nåbar och aktuell."),
        *(Finding(False, _paused(each, settings)) for each in paused),
        *(Finding(False, f"I karantän: {channel} {external_id} ({error})") for channel, external_id, error in held),
    ]


def _paused(pause: pacing.Pause, settings: Settings) -> str:
    since = pause.since.astimezone(settings.zone)
    return f"Kanalen {pause.channel} är pausad sedan {since:%Y-%m-%d %H:%M}. {channel_paused(pause.code)}"
