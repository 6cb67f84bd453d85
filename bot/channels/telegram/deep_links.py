"""Links that open a chat with our bot and hand it a token: https://core.telegram.org/bots/features#deep-linking."""

from bot.errors import SettingsError
from bot.settings import Telegram
from scheduler.delivery.gateway import GatewayError
from survey.errors import OperationError


async def deep_link(telegram: Telegram) -> str:
    """Ask Telegram for the bot's name, and return the link to it, complete but for the token at its end.

    Raises:
        SettingsError: the token is not that of a bot.
        OperationError: Telegram did not answer.
    """
    from bot.channels.telegram.gateway import TelegramGateway

    gateway = TelegramGateway(telegram.token, telegram.api_url)
    try:
        return f"https://t.me/{await gateway.username()}?start="
    except GatewayError as error:
        if error.kind == "account":
            raise SettingsError(f"TELEGRAM_BOT_TOKEN is refused by Telegram ({error.code}).") from error
        raise OperationError(f"Telegram svarar inte ({error.code}): försök igen om en stund.") from error
    finally:
        await gateway.close()
