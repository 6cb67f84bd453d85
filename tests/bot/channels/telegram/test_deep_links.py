"""The link that opens a chat with the bot, or a sentence for the person who asked for it."""

import pytest

from bot.channels.telegram.deep_links import deep_link
from bot.errors import SettingsError
from bot.settings import Telegram
from bot.simulator.emulator.server import Emulator
from scheduler.delivery.gateway import GatewayError
from survey.errors import OperationError


async def test_it_leads_to_the_bot_by_name() -> None:
    async with Emulator(bot_name="nacka_bot") as emulator:
        link = await deep_link(Telegram(emulator.bot_token, None, emulator.url))
    assert link == "https://t.me/nacka_bot?start="


async def test_a_refused_token_is_a_wrong_setting() -> None:
    async with Emulator() as emulator:
        with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN"):
            await deep_link(Telegram("1:another", None, emulator.url))


async def test_an_unreachable_telegram_is_one_sentence() -> None:
    async with Emulator() as emulator:
        gone = emulator.url
    with pytest.raises(OperationError, match="Telegram svarar inte") as caught:
        await deep_link(Telegram("1:emulated", None, gone))
    assert not isinstance(caught.value, GatewayError)
