"""`followup run`: the service in this process, with what is missing told at the start."""

from collections.abc import Callable, Sequence
from datetime import datetime

from bot import logs, texts
from bot.errors import SettingsError
from bot.process.stopping import stopped_by_signal
from bot.process.terminal import echo
from bot.service import Listener, serve
from bot.settings import Settings
from bot.settings import load as load_settings
from scheduler import crash_points
from survey.unit import profile_file


async def run(host: str, port: int, now: Callable[[], datetime], simulate: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; with ``simulate`` against phones on a page.

    Raises:
        SettingsError: a setting is missing or wrong.
    """
    settings = load_settings()
    if settings.crash_at:
        try:
            crash_points.arm(settings.crash_at)
        except ValueError as error:
            raise SettingsError(f"FOLLOWUP_CRASH_AT: {error}") from error
    if settings.unit.is_example and not simulate:
        raise SettingsError(
            "FOLLOWUP_UNIT saknas: tjänsten skulle fråga riktiga kunder i exempelkommunens namn. Kopiera "
            f"{profile_file.EXAMPLE}, skriv er egen enhet i kopian och ange den i FOLLOWUP_UNIT (se README)."
        )
    logs.configure()
    listener, stop = Listener(host, port), stopped_by_signal()
    if simulate:
        from bot.simulator.service import serve_simulated

        await serve_simulated(settings, now, listener, stop)
        return
    without = texts.check_read(settings)
    await serve(settings, now, listener, stop, started=lambda url: _announce(settings, without, url))


def _announce(settings: Settings, without: Sequence[str], url: str) -> None:
    echo(f"Igång på {url}. Avsluta med Ctrl+C.")
    if without:
        echo(
            f"Språk som inte används, för att texterna inte är granskade: {', '.join(without)}. "
            f"De kunderna får svenska. {texts.READ_THEM}",
        )
    if settings.twilio is None:
        echo("SMS är avstängt: TWILIO_ACCOUNT_SID saknas.")
    elif settings.public_url is None:
        echo(
            "FOLLOWUP_PUBLIC_URL saknas: svar tas emot på adressen ovan och leveranskvitton hämtas inte.",
        )
    if settings.telegram is None:
        echo("Telegram är avstängt: TELEGRAM_BOT_TOKEN saknas.")
