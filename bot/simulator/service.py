"""`followup run --simulate`: the whole system with phones on a page instead of Twilio and Telegram.

The real clients talk to an emulator on this machine, which signs its webhooks as Twilio and Telegram do.
"""

import asyncio
from collections.abc import Callable
from dataclasses import replace
from datetime import datetime
from itertools import count

from bot.app import App
from bot.errors import SettingsError
from bot.process.terminal import echo
from bot.service import Listener, serve
from bot.settings import Settings, Telegram, Twilio
from bot.simulator.emulator.server import SID_PREFIX, Emulator
from bot.simulator.phones.web import THIS_MACHINE, Phones
from storage import simulator
from storage.database.engine import Database

PAGE = "/phones/"


def pointed_at(settings: Settings, emulator: Emulator, base_url: str) -> Settings:
    """Return ``settings`` with both channels on, and both leading to the emulator."""
    return replace(
        settings,
        public_url=base_url,
        twilio=Twilio(emulator.account_sid, emulator.auth_token, (emulator.number,), None, emulator.url),
        telegram=Telegram(emulator.bot_token, emulator.secret, emulator.url),
    )


async def serve_simulated(
    settings: Settings, now: Callable[[], datetime], listener: Listener, stop: asyncio.Event
) -> None:
    """Serve until ``stop`` is set, with phones on a page.

    Raises:
        SettingsError: anything real could be reached or has been, or others could reach the page, which has no
            login and shows what customers have answered.
    """
    if listener.host not in THIS_MACHINE:
        raise SettingsError(
            f"--simulate lyssnar bara på den här datorn, inte på {listener.host}: sidan har ingen inloggning. "
            "Utelämna --host; från en annan dator går det med `ssh -L`."
        )
    await _refuse_the_real(settings)
    # Ids go on from run to run: storage would take a repeated one for a second delivery of the same message.
    ids = count(int(now().timestamp() * 1_000))
    async with Emulator(public_url=listener.url, ids=ids) as emulator:

        def extend(app: App) -> None:
            phones = Phones(app, emulator)
            phones.plug_in()
            app.web.add_subapp(PAGE, phones.site())

        every_language = replace(settings.unit, unread_languages="allow")  # nobody real reads them here
        simulated = replace(pointed_at(settings, emulator, listener.url), send_window="always", unit=every_language)
        await serve(simulated, now, listener, stop, _announce, extend)


async def _refuse_the_real(settings: Settings) -> None:
    for name, channel in (("TWILIO_ACCOUNT_SID", settings.twilio), ("TELEGRAM_BOT_TOKEN", settings.telegram)):
        if channel is not None:
            raise SettingsError(
                f"--simulate startar inte när {name} är satt: ta bort den ur miljön och .env, "
                "så att inget riktigt kan skickas."
            )
    db = Database.open(settings.database_url)
    try:
        if await db.check() is None:  # else `serve` tells what is wrong
            async with db.read() as conn:
                real = await simulator.really_sent(conn, SID_PREFIX)
    finally:
        await db.close()
    if real:
        raise SettingsError(
            "--simulate startar inte mot en databas som har skickat riktiga SMS: "
            "ange en annan i FOLLOWUP_DATABASE_URL."
        )


def _announce(url: str) -> None:
    echo("Simulering: inget riktigt skickas. Varken SMS eller Telegram lämnar den här datorn.")
    echo(f"Telefonerna finns på {url}{PAGE} . Avsluta med Ctrl+C.")
