"""An emulated Telegram: the methods of the Bot API that we use, and the updates that people cause.

Source: https://core.telegram.org/bots/api.
"""

from __future__ import annotations

import asyncio
import itertools
import json
from collections import deque
from collections.abc import Awaitable, Callable, Mapping
from dataclasses import dataclass, field
from typing import Literal

from aiohttp import web

from bot.simulator.emulator.vendor import Vendor, dropped

OnTelegram = Callable[[int, str, list[list[dict[str, str]]]], Awaitable[object] | object]


@dataclass(slots=True)
class Chat:
    """One message of a chat.

    Attributes:
        message_id: Telegram's id of the message.
        chat_id: the chat.
        text: the text.
        keyboard: rows of buttons, each with ``text`` and ``callback_data``.
        tapped: the data of the button that the person tapped last.
        author: ``bot``; ``person``; ``notice`` for the line that Telegram shows after a tap and then takes away.
    """

    message_id: int
    chat_id: int
    text: str
    keyboard: list[list[dict[str, str]]] = field(default_factory=list)
    tapped: str = ""
    author: Literal["bot", "person", "notice"] = "bot"


class EmulatedTelegram(Vendor):
    """One bot and the private chats with it."""

    def _open_telegram(self, token: str, name: str) -> None:
        self.bot_token, self.bot_name = token, name
        self.chats: list[Chat] = []
        self.threads: dict[int, list[Chat]] = {}
        self._taps: dict[str, int] = {}  # callback id -> chat, while the tap is unanswered
        self.answered: list[str] = []
        self.blocked: set[int] = set()
        self.on_telegram: OnTelegram | None = None
        self._webhook: tuple[str, str] | None = None
        self._updates: deque[tuple[int, dict[str, object]]] = deque()  # (update id, update)
        self._arrived = asyncio.Event()

    def _telegram_routes(self, app: web.Application) -> None:
        app.router.add_route("*", "/bot{token}/{method}", self._telegram)

    async def _telegram(self, request: web.Request) -> web.StreamResponse:
        if request.match_info["token"] != self.bot_token:
            return _telegram_error(401, "Unauthorized")
        form: dict[str, object] = dict(request.query)
        if request.content_type == "application/json":
            form |= await request.json()
        else:
            form |= await request.post()
        method = request.match_info["method"]
        if method == "sendMessage":
            return self._send_message(request, form)
        if method == "getUpdates":
            return await self._get_updates(form)
        if method == "setWebhook":
            url = str(form.get("url", ""))
            self._webhook = (url, str(form.get("secret_token", ""))) if url else None
        elif method == "deleteWebhook":
            self._webhook = None
        elif method == "answerCallbackQuery":
            self._answer_tap(str(form.get("callback_query_id", "")), str(form.get("text", "")))
        elif method == "editMessageText":
            number = str(form.get("message_id"))
            chat = next((chat for chat in self.chats if str(chat.message_id) == number), None)
            if chat is None:
                return _telegram_error(400, "Bad Request: message to edit not found")
            chat.text, chat.keyboard = str(form.get("text", "")), _keyboard(form)
            self._changed()
            return _telegram_result(self._message(chat))
        elif method == "getMe":
            return _telegram_result(self._bot())
        elif method == "getWebhookInfo":
            url = self._webhook[0] if self._webhook else ""
            waiting = len(self._updates)
            return _telegram_result({"url": url, "has_custom_certificate": False, "pending_update_count": waiting})
        else:
            return _telegram_error(404, "Not Found")
        return _telegram_result(True)

    def _send_message(self, request: web.Request, form: Mapping[str, object]) -> web.Response:
        failure = self._failure("telegram")
        if failure is not None and failure.status >= 0:
            if failure.status == 0:
                return dropped(request)
            if failure.text.startswith("<"):
                return web.Response(status=failure.status, text=failure.text, content_type="text/html")
            return _telegram_error(failure.status, failure.text, failure.retry_after)
        try:
            chat_id = int(str(form.get("chat_id", "")))
        except ValueError:
            return _telegram_error(400, "Bad Request: chat not found")
        text = str(form.get("text", ""))
        if not text:
            return _telegram_error(400, "Bad Request: message text is empty")
        if len(text) > 4096:
            return _telegram_error(400, "Bad Request: message is too long")
        keyboard = _keyboard(form)
        if any(len(button.get("callback_data", "").encode()) > 64 for row in keyboard for button in row):
            return _telegram_error(400, "Bad Request: BUTTON_DATA_INVALID")
        if chat_id in self.blocked:
            return _telegram_error(403, "Forbidden: bot was blocked by the user")
        chat = Chat(self._next(), chat_id, text, keyboard)
        self.chats.append(chat)
        self._show(chat)
        if self.on_telegram is not None:
            self._call(self.on_telegram(chat_id, text, keyboard))
        return dropped(request) if failure is not None else _telegram_result(self._message(chat))

    def _show(self, chat: Chat) -> None:
        self.threads.setdefault(chat.chat_id, []).append(chat)
        self._changed()

    def _answer_tap(self, callback_id: str, text: str) -> None:
        self.answered.append(callback_id)
        chat_id = self._taps.pop(callback_id, None)
        if chat_id is not None and text:
            self._show(Chat(self._next(), chat_id, text, author="notice"))

    async def _get_updates(self, form: Mapping[str, object]) -> web.Response:
        if self._webhook is not None:
            return _telegram_error(409, "Conflict: can't use getUpdates method while webhook is active")
        offset = int(str(form.get("offset", "0")))
        while self._updates and self._updates[0][0] < offset:
            self._updates.popleft()
        if not self._updates and (seconds := min(float(str(form.get("timeout", "0"))), 1.0)) > 0:
            self._arrived.clear()
            try:
                async with asyncio.timeout(seconds):
                    await self._arrived.wait()
            except TimeoutError:
                pass
        limit = int(str(form.get("limit", "100")))
        return _telegram_result([update for _, update in itertools.islice(self._updates, limit)])

    def _bot(self) -> dict[str, object]:
        number = int(self.bot_token.partition(":")[0])
        return {"id": number, "is_bot": True, "first_name": self.bot_name, "username": self.bot_name}

    def _message(self, chat: Chat) -> dict[str, object]:
        return {
            "message_id": chat.message_id,
            "date": self._date(),
            "from": self._bot(),
            "chat": {"id": chat.chat_id, "type": "private"},
            "text": chat.text,
        }

    def _date(self) -> int:
        """Return the date of what happens now; an emulator without a clock writes 1970."""
        return 0

    async def telegram_from(self, chat_id: int, text: str, *, update_id: int | None = None) -> None:
        """Let a person write to the bot: by webhook when one is set, else into the queue of getUpdates.

        Args:
            chat_id: the private chat.
            text: what is written; ``/start TOKEN`` for a deep link.
            update_id: the id of an earlier update, to deliver it again.

        Raises:
            EmulatorError: the webhook's answer was not 2xx.
        """
        await self.message_from(chat_id, {"text": text}, text, update_id=update_id)

    async def message_from(
        self, chat_id: int, content: Mapping[str, object], seen: str, *, update_id: int | None = None
    ) -> None:
        """Let a person send any kind of message: a picture, a voice message. Otherwise as ``telegram_from``.

        Args:
            chat_id: the private chat.
            content: the message's own fields, such as ``{"sticker": {...}}``.
            seen: what the person sees of it in the chat.
            update_id: the id of an earlier update, to deliver it again.
        """
        message_id = self._next()
        message = {
            "message_id": message_id,
            "date": self._date(),
            "from": {"id": chat_id, "is_bot": False, "first_name": "N"},
            "chat": {"id": chat_id, "type": "private", "first_name": "N"},
            **content,
        }
        if update_id is None:  # what is delivered again was seen the first time
            self._show(Chat(message_id, chat_id, seen, author="person"))
        await self.deliver({"message": message}, update_id=update_id)

    async def tap(self, chat_id: int, data: str, *, message_id: int = 0, update_id: int | None = None) -> None:
        """Let a person tap a button with this data. Otherwise as ``telegram_from``."""
        callback_id = str(self._next())
        self._taps[callback_id] = chat_id
        shown = (chat for chat in self.threads.get(chat_id, ()) if chat.message_id == message_id)
        if (chat := next(shown, None)) is not None:
            chat.tapped = data
            self._changed()
        query = {
            "id": callback_id,
            "from": {"id": chat_id, "is_bot": False, "first_name": "N"},
            "chat_instance": str(chat_id),
            "message": {"message_id": message_id, "date": self._date(), "chat": {"id": chat_id, "type": "private"}},
            "data": data,
        }
        await self.deliver({"callback_query": query}, update_id=update_id)

    async def deliver(self, content: Mapping[str, object], *, update_id: int | None = None) -> None:
        """Deliver any update, for those that the other methods cannot make."""
        number = self._next() if update_id is None else update_id
        update = {"update_id": number, **content}
        if self._webhook is None:
            self._updates.append((number, update))
            self._arrived.set()
            return
        url, secret = self._webhook
        headers = {"X-Telegram-Bot-Api-Secret-Token": secret} if secret else {}
        await self._post(url, headers, json=update)


def _keyboard(form: Mapping[str, object]) -> list[list[dict[str, str]]]:
    markup = form.get("reply_markup")
    if isinstance(markup, str):
        markup = json.loads(markup)
    return list(markup.get("inline_keyboard", [])) if isinstance(markup, dict) else []


def _telegram_result(result: object) -> web.Response:
    return web.json_response({"ok": True, "result": result})


def _telegram_error(status: int, text: str, retry_after: int | None = None) -> web.Response:
    body: dict[str, object] = {"ok": False, "error_code": status, "description": text}
    if retry_after is not None:
        body["parameters"] = {"retry_after": retry_after}
    return web.json_response(body, status=status)
