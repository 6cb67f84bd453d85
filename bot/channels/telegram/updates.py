"""What Telegram sends us: one update read into plain values, without I/O and without aiogram.

Source: https://core.telegram.org/bots/api#update. An update comes from outside and is never trusted: each field is
checked for its type before it is used.
"""

import re
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from typing import Literal

Object = dict[str, object]

_COMMAND = re.compile(r"/([A-Za-z]{1,32})(?:@\w{1,64})?(?:\s+(.*))?", re.DOTALL)
_TOKEN = re.compile(r"[A-Za-z0-9_-]{1,64}")
# What people send beside text. All other messages tell of the chat itself ("pinned a message", "joined") and are
# nobody's words.
CONTENT = frozenset(
    {
        *("animation", "audio", "checklist", "contact", "dice", "document", "game", "live_photo", "location"),
        *("paid_media", "photo", "poll", "sticker", "story", "venue", "video", "video_note", "voice"),
    }
)
GREETINGS = frozenset({"animation", "dice", "sticker"})
# Bots take these words as "leave off what we are doing". They are no STOP: who asks, and how to stop, is told.
LEAVE_OFF = frozenset({"cancel", "end", "exit", "quit"})
HELP = "help"


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a private chat sent.

    Attributes:
        external_id: the update's id. Telegram may start again from another number after a week without updates.
        sender: the chat's id.
        kind: ``text``; ``tap`` on one of our buttons; ``start`` from a deep link; ``other`` for what we cannot read
            (a picture, a voice message), which is answered with what we can; ``greeting`` for a sticker;
            ``blocked`` and ``unblocked`` when the person blocks the bot or lets it in again.
        text: what was written, also under a picture; empty for ``tap``, ``other`` and ``greeting``.
        data: the button's data, or the token of a deep link; empty for ``text``, or for a link without a token.
        callback_id: what ``TelegramGateway.answer_callback`` answers; only for ``tap``.
        message_id: the message itself, or that under which a button was tapped; None where Telegram has it no more.
        reply_to: our message that it replies to.
        is_edit: whether an earlier message was changed.
        written_at: when it was written, in whole seconds of Telegram's clock; None where Telegram does not tell, as
            for a tap.
    """

    external_id: str
    sender: str
    kind: Literal["text", "tap", "start", "other", "greeting", "blocked", "unblocked"]
    text: str = ""
    data: str = ""
    callback_id: str | None = None
    message_id: str | None = None
    written_at: datetime | None = None
    reply_to: str | None = None
    is_edit: bool = False


def parse_update(raw: object) -> Parsed | None:
    """Read one update; return None for what is not ours to answer: groups, channels, other kinds of update.

    A command such as ``/stop`` becomes the word ``stop``, which the engine knows; ``/start TOKEN`` is a deep link.
    Messages that tell of the chat and hold nobody's words are not ours either.

    Raises:
        ValueError: it is not an update as Telegram describes it; a sentence says why.
    """
    update = _object(raw, "The update")
    external_id = str(_integer(update.get("update_id"), "update_id"))
    if "callback_query" in update:
        return _tap(external_id, _object(update["callback_query"], "callback_query"))
    if "my_chat_member" in update:
        return _membership(external_id, _object(update["my_chat_member"], "my_chat_member"))
    if "edited_message" in update:
        return _edit(external_id, _object(update["edited_message"], "edited_message"))
    if "message" in update:
        return _message(external_id, _object(update["message"], "message"))
    return None


def _tap(external_id: str, query: Object) -> Parsed | None:
    """Read a tap on a button."""
    message = query.get("message")
    chat = _object(message, "message").get("chat") if message is not None else None
    if chat is not None and _object(chat, "chat").get("type") != "private":
        return None
    # A private chat has the person's own id, which serves where the message is too old to be there.
    person = _object(chat if chat is not None else query.get("from"), "from")
    data = _text(query.get("data", ""), "data")
    return Parsed(
        external_id,
        str(_integer(person.get("id"), "id")),
        "tap",
        data=data,
        callback_id=_text(query.get("id"), "callback_query.id"),
        message_id=_message_id(message),
    )


def _membership(external_id: str, change: Object) -> Parsed | None:
    """Read that a person has blocked the bot, or let it in again."""
    chat, member = change.get("chat"), change.get("new_chat_member")
    if not isinstance(chat, dict) or chat.get("type") != "private" or not isinstance(member, dict):
        return None
    sender = str(_integer(chat.get("id"), "chat.id"))
    kind: Literal["blocked", "unblocked"] = "blocked" if member.get("status") == "kicked" else "unblocked"
    return Parsed(external_id, sender, kind, written_at=_time(change.get("date")))


def _edit(external_id: str, edited: Object) -> Parsed | None:
    """Read that a person has changed a message. What is not text is changed without a word, as a place is."""
    chat = edited.get("chat")
    if chat is None or _object(chat, "chat").get("type") != "private":
        return None
    text = edited.get("text", edited.get("caption"))
    if text is None:
        return None
    sender = str(_integer(_object(chat, "chat").get("id"), "chat.id"))
    return Parsed(
        external_id,
        sender,
        "text",
        text=_text(text, "text"),
        message_id=_message_id(edited),
        written_at=_time(edited.get("edit_date")),
        is_edit=True,
    )


def _message(external_id: str, message: Object) -> Parsed | None:
    """Read a new message: text, a command, words under a picture, or anything else that a person sends."""
    chat = _object(message.get("chat"), "chat")
    sender = str(_integer(chat.get("id"), "chat.id"))
    if chat.get("type") != "private":
        return None
    read = Parsed(
        external_id, sender, "other", written_at=_time(message.get("date")), message_id=_message_id(message)
    )
    if "text" not in message and "caption" not in message:
        found = CONTENT & message.keys()
        if not found:
            return None
        return replace(read, kind="greeting" if found & GREETINGS else "other")
    text = _text(message.get("text", message.get("caption")), "text")
    replied = message.get("reply_to_message")
    read = replace(read, kind="text", text=text, reply_to=_message_id(replied))
    command = _COMMAND.fullmatch(text)
    if command is None:
        return read
    word, rest = command[1].lower(), (command[2] or "").strip()
    if word == "start":
        return replace(read, kind="start", data=rest if _TOKEN.fullmatch(rest) else "")
    return replace(read, text=HELP if word in LEAVE_OFF else f"{word} {rest}".strip())


def _time(seconds: object) -> datetime | None:
    """Read a time in Unix seconds; one that is missing or that no calendar has tells nothing."""
    if not isinstance(seconds, int) or isinstance(seconds, bool):
        return None
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (ValueError, OverflowError, OSError):
        return None


def _message_id(message: object) -> str | None:
    """Return a message's id; Telegram writes 0 for one that it no longer has."""
    number = message.get("message_id") if isinstance(message, dict) else None
    return str(_integer(number, "message_id")) if number else None


def _object(value: object, name: str) -> Object:
    if not isinstance(value, dict):
        raise ValueError(f"{name} is not an object.")
    return value


def _integer(value: object, name: str) -> int:
    if not isinstance(value, int) or isinstance(value, bool) or abs(value) >= 1 << 63:
        raise ValueError(f"{name} is not a whole number of 64 bits.")
    return value


def _text(value: object, name: str) -> str:
    if not isinstance(value, str):
        raise ValueError(f"{name} is not text.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} is not valid Unicode text.") from None
    return value.replace("\0", "")
