"""Sending and receiving through aiogram. The only module that imports it.

Importing aiogram takes seconds and 170 MB: import this module only where Telegram is called. Updates stay plain
dictionaries, which bot/channels/telegram/updates.py reads: aiogram's own models refuse what they do not know.
"""

from __future__ import annotations

import asyncio
import logging
import re
from collections.abc import AsyncGenerator, Awaitable, Callable
from typing import Any, cast

from aiogram import Bot
from aiogram.client.session.base import BaseSession
from aiogram.client.telegram import PRODUCTION, TelegramAPIServer
from aiogram.exceptions import (
    AiogramError,
    ClientDecodeError,
    TelegramAPIError,
    TelegramBadRequest,
    TelegramConflictError,
    TelegramEntityTooLarge,
    TelegramForbiddenError,
    TelegramMigrateToChat,
    TelegramNetworkError,
    TelegramNotFound,
    TelegramRetryAfter,
    TelegramServerError,
    TelegramUnauthorizedError,
)
from aiogram.methods import TelegramMethod
from aiogram.methods.base import TelegramType
from aiogram.types import InlineKeyboardButton, InlineKeyboardMarkup, InputFile
from aiogram.utils.token import TokenValidationError
from aiohttp import ClientError, ClientSession, ClientTimeout

from bot.channels.http_client import NEVER_CONNECTED, client, seconds_of
from bot.errors import SettingsError
from scheduler.delivery.gateway import GatewayError, Kind, OutboundMessage, Sent

UPDATES = ["message", "edited_message", "callback_query", "my_chat_member"]  # the kinds of update we ask for
REQUEST_SECONDS = 15.0
POLL_SECONDS = 25  # that Telegram may hold a request for updates
PAUSES = (1.0, 2.0, 5.0, 15.0, 30.0)  # seconds between failed polls

_log = logging.getLogger(__name__)

# aiogram's errors, as (class, kind, code). The first class that fits counts.
ERRORS: tuple[tuple[type[AiogramError], Kind, str], ...] = (
    (TelegramRetryAfter, "throttled", "429"),
    (TelegramForbiddenError, "permanent", "403"),  # blocked by the user, or never started
    (TelegramMigrateToChat, "permanent", "migrated"),
    (TelegramEntityTooLarge, "message", "413"),
    (TelegramBadRequest, "message", "400"),  # but for the texts in NOBODY
    (TelegramUnauthorizedError, "account", "401"),  # the token is not valid
    (TelegramNotFound, "account", "404"),  # the token is not valid, or the address is wrong
    (TelegramConflictError, "transient", "409"),
    (TelegramServerError, "unknown", "5xx"),  # it may have been sent before the answer failed
)

# A 400 is about the message, unless its text says that nobody is there.
NOBODY = ("chat not found", "user not found", "user is deactivated", "peer_id_invalid", "chat_id is empty")


def classify(error: Exception) -> GatewayError:
    """Return an error of aiogram as one of ours; one that may hide a message that was sent is ``unknown``."""
    if isinstance(error, GatewayError):
        return error
    said = str(error.message).lower() if isinstance(error, TelegramAPIError) else ""
    if isinstance(error, TelegramBadRequest) and any(word in said for word in NOBODY):
        return GatewayError("permanent", "400")
    for kind_of, kind, code in ERRORS:
        if isinstance(error, kind_of):
            wait = seconds_of(error.retry_after) if isinstance(error, TelegramRetryAfter) else None
            return GatewayError(kind, code, wait)
    if isinstance(error, TelegramNetworkError):
        if isinstance(error.__cause__, NEVER_CONNECTED):
            return GatewayError("transient", "connect")
        return GatewayError("unknown", "connection-lost")
    if isinstance(error, ClientDecodeError):
        return GatewayError("unknown", "unreadable")  # a proxy's page, or JSON that may say that it was sent
    if isinstance(error, TelegramAPIError):
        if "too many requests" in said:  # a 429 with retry_after 0 has no class of its own
            return GatewayError("throttled", "429")
        return GatewayError("transient", "refused")  # in no class that is about the receiver or the message
    _log.warning("Telegram's answer cannot be read: %s", type(error).__name__)
    return GatewayError("unknown", "unreadable")


class _Session(BaseSession):
    """What aiogram speaks HTTP through. Its own follows redirects, holds endless answers, and sends slow forms."""

    def __init__(self, api: TelegramAPIServer, timeout: float) -> None:
        super().__init__(api=api, timeout=timeout)
        self._http: ClientSession | None = None

    def _client(self) -> ClientSession:
        if self._http is None:  # not in __init__: it must be made inside the running loop
            self._http = client()
        return self._http

    async def close(self) -> None:
        if self._http is not None:
            await self._http.close()
        self._http = None

    def stream_content(self, *_: Any, **__: Any) -> AsyncGenerator[bytes, None]:
        """Never called: we fetch no files."""
        raise NotImplementedError

    async def make_request(
        self,
        bot: Bot,
        method: TelegramMethod[TelegramType],
        timeout: int | None = None,  # noqa: ASYNC109  # the signature is aiogram's
    ) -> TelegramType:
        """Call one method of the Bot API.

        Raises:
            GatewayError: what stands between answered, and not Telegram: nothing was sent.
            AiogramError: Telegram refused, or no answer could be read.
        """
        url = self.api.api_url(token=bot.token, method=method.__api_method__)
        limit = ClientTimeout(total=self.timeout if timeout is None else timeout)
        files: dict[str, InputFile] = {}  # none: we send no files
        values = method.model_dump(warnings=False).items()
        form = {key: text for key, value in values if (text := self.prepare_value(value, bot, files))}
        try:
            async with self._client().post(url, data=form, timeout=limit, allow_redirects=False) as answer:
                text = await answer.text(errors="replace")
        except TimeoutError as error:
            raise TelegramNetworkError(method, "no answer in time") from error
        except ClientError as error:
            raise TelegramNetworkError(method, type(error).__name__) from error
        try:
            return cast(TelegramType, self.check_response(bot, method, answer.status, text).result)
        except ClientDecodeError as error:
            if 300 <= answer.status < 500:
                raise GatewayError("transient", str(answer.status)) from error
            raise


class _RawUpdates(TelegramMethod[list[dict[str, Any]]]):
    """getUpdates without aiogram's models: one update that they refuse must not stop the others."""

    __returning__ = list[dict[str, Any]]
    __api_method__ = "getUpdates"

    offset: int | None = None
    timeout: int | None = None
    allowed_updates: list[str] | None = None


class TelegramGateway:
    """Sends and receives through one bot.

    Args:
        token: the bot's token.
        api_url: another server that speaks the Bot API (an emulator); None for Telegram.
        timeout: seconds until an unanswered request is given up; its message is then ``unknown``.

    Raises:
        SettingsError: the token is not formed as one, or the address is no http address.
    """

    channel = "telegram"

    def __init__(self, token: str, api_url: str | None = None, timeout: float = REQUEST_SECONDS) -> None:
        if api_url is not None and not re.match(r"https?://[^/\s]+", api_url):
            raise SettingsError(f"TELEGRAM_API_URL is not an http or https address: {api_url}")
        server = TelegramAPIServer.from_base(api_url.rstrip("/")) if api_url else PRODUCTION
        try:
            self._bot = Bot(token, session=_Session(server, timeout))
        except TokenValidationError:
            raise SettingsError("TELEGRAM_BOT_TOKEN is not a bot token (123456:letters).") from None

    async def send(self, message: OutboundMessage) -> Sent:
        """Send one message, its choices as buttons, one to a row.

        Raises:
            GatewayError: of the kind that ``classify`` gives. Telegram cannot be asked afterwards what was sent.
        """
        keyboard = None
        if message.choices:
            keyboard = InlineKeyboardMarkup(
                inline_keyboard=[
                    [InlineKeyboardButton(text=label, callback_data=data)] for data, label in message.choices
                ]
            )
        try:
            chat = int(message.to)
        except ValueError:
            raise GatewayError("permanent", "chat-id") from None
        try:
            made = await self._bot.send_message(chat, message.text, reply_markup=keyboard)
        except Exception as error:
            raise classify(error) from error
        if made is None:  # "ok", with nothing that was made: aiogram allows that
            raise GatewayError("unknown", "unreadable")
        return Sent(external_id=str(made.message_id), segments=None, price=None)

    async def answer_callback(self, callback_id: str, text: str | None = None) -> None:
        """Stop the waiting mark on a tapped button. Never raise: the answer itself is already stored."""
        try:
            await self._bot.answer_callback_query(callback_id, text=text)
        except Exception as error:
            _log.info("A tap could not be answered: %s", classify(error))

    async def edit(self, chat: str, message_id: str, text: str) -> None:
        """Change a message of ours and take its buttons away. Never raise: what it shows is already stored."""
        try:
            await self._bot.edit_message_text(text, chat_id=int(chat), message_id=int(message_id))
        except Exception as error:
            _log.info("A message could not be edited: %s", classify(error))

    async def ping(self) -> None:
        """Ask Telegram who the bot is.

        Raises:
            GatewayError: Telegram could not be asked, or the token is not valid.
        """
        try:
            me = await self._bot.get_me()
        except Exception as error:
            raise classify(error) from error
        if me is None:
            raise GatewayError("unknown", "unreadable")

    async def username(self) -> str:
        """Return the bot's name, which deep links need.

        Raises:
            GatewayError: Telegram could not be asked, or the token is not valid (kind ``account``).
        """
        try:
            return (await self._bot.me()).username or ""
        except Exception as error:
            raise classify(error) from error

    async def set_webhook(self, url: str, secret: str) -> None:
        """Ask Telegram to post updates to ``url`` with ``secret`` in a header.

        Raises:
            GatewayError: Telegram refused, or could not be reached.
        """
        try:
            await self._bot.set_webhook(url, secret_token=secret, allowed_updates=UPDATES)
        except Exception as error:
            raise classify(error) from error

    async def delete_webhook(self) -> None:
        """Ask Telegram to stop posting; it keeps the updates that wait.

        Raises:
            GatewayError: Telegram refused, or could not be reached.
        """
        try:
            await self._bot.delete_webhook(drop_pending_updates=False)
        except Exception as error:
            raise classify(error) from error

    async def poll(
        self,
        handle: Callable[[dict[str, Any]], Awaitable[object]],
        *,
        seconds: int = POLL_SECONDS,
        pause: Callable[[float], Awaitable[object]] = asyncio.sleep,
    ) -> None:
        """Poll for updates until cancelled, and hand over one at a time, in order.

        An update is confirmed to Telegram only after ``handle`` has returned: then it is stored. When ``handle``
        raises, that update and those after it are asked for again after a pause. A ValueError means that it can
        never be read, so it is confirmed and skipped.

        Args:
            handle: stores one raw update.
            seconds: how long Telegram may hold a request while there is no update.
            pause: waits the given seconds.

        Raises:
            GatewayError: of kind ``account``: the token is not valid, so it is no use to poll again.
        """
        failures = 0
        offset: int | None = None
        webhook = True
        while True:
            wait: float | None = None
            try:
                if webhook:
                    await self.delete_webhook()
                    webhook = False
                offset, whole = await self._round(handle, offset, seconds)
                if whole:
                    failures = 0
                    continue
            except GatewayError as error:
                if error.kind == "account":
                    raise
                webhook = webhook or error.code == "409"  # another process has set a webhook meanwhile
                wait = error.retry_after
                _log.warning("Telegram could not be polled: %s", error)
            await pause(wait or PAUSES[min(failures, len(PAUSES) - 1)])
            failures += 1

    async def _round(
        self, handle: Callable[[dict[str, Any]], Awaitable[object]], offset: int | None, seconds: int
    ) -> tuple[int | None, bool]:
        """Ask once; return the offset that confirms what was handled, and whether everything was."""
        call = _RawUpdates(offset=offset, timeout=seconds, allowed_updates=UPDATES)
        try:
            updates = await self._bot(call, request_timeout=seconds + int(REQUEST_SECONDS))
        except Exception as error:
            raise classify(error) from error
        for update in updates:
            number = update.get("update_id")
            try:
                await handle(update)
            except ValueError as error:
                _log.warning("Telegram update %s cannot be read: %s", number, type(error).__name__)
            except Exception as error:
                cause = type(error).__name__  # its message may hold personal data
                _log.error("Telegram update %s could not be stored (%s); it is asked for again", number, cause)
                return offset, False
            if isinstance(number, int):
                offset = number + 1
        return offset, True

    async def close(self) -> None:
        """Close the connections."""
        await self._bot.session.close()
