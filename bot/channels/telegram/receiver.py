"""What a Telegram update leads to: an event of ours, taken in and committed, then the chat brought up to date."""

from __future__ import annotations

from collections.abc import Callable
from typing import Protocol

from bot.channels.telegram.updates import Parsed, parse_update
from bot.inbound.events import BotBlocked, Inbound, LinkRequested, Tapped
from bot.inbound.group_commit import Intake, fingerprint
from scheduler import crash_points
from survey.conversation.model import TextReceived, Unreadable


class Chats(Protocol):
    """What may be changed in a chat once an update is committed. Neither ever raises."""

    async def answer_callback(self, callback_id: str) -> None:
        """Stop the waiting mark on a tapped button."""
        ...

    async def edit(self, chat: str, message_id: str, text: str) -> None:
        """Change a message of ours."""
        ...


class Receiver:
    """Takes in updates, from the webhook and from long polling alike.

    Args:
        intake: the one way in.
        chats: None while Telegram is off.
        wake: called when a message may have been queued.
    """

    def __init__(self, intake: Intake, chats: Chats | None, wake: Callable[[], object]) -> None:
        self._intake = intake
        self._chats = chats
        self._wake = wake

    async def take(self, update: object) -> None:
        """Take in and commit one update; put one that cannot be read in quarantine.

        Raises:
            StorageFailure: the database cannot be reached; Telegram must send the update again.
        """
        try:
            parsed = parse_update(update)
        except ValueError as error:
            number = update.get("update_id") if isinstance(update, dict) else None
            await self._intake.quarantine("telegram", str(number) if number else fingerprint(update), error)
            return
        if parsed is None:
            return
        event = Inbound(
            "telegram",
            # After a week without updates Telegram counts on from another number, which may have been used before.
            f"{parsed.external_id}:{parsed.sender}",
            parsed.sender,
            event_of(parsed),
            written_at=parsed.written_at,
            message_id=parsed.message_id,
            reply_to=parsed.reply_to,
            is_edit=parsed.is_edit,
        )
        taken = await self._intake.submit(event)
        crash_points.point("polling.stored")
        self._wake()
        if self._chats is None:
            return
        if parsed.callback_id:
            await self._chats.answer_callback(parsed.callback_id)
        if taken.edit is not None:
            await self._chats.edit(parsed.sender, taken.edit.message_id, taken.edit.text)


def event_of(parsed: Parsed) -> TextReceived | Tapped | Unreadable | LinkRequested | BotBlocked:
    """Return the event that an update is."""
    match parsed.kind:
        case "start":
            return LinkRequested(parsed.data)
        case "tap":
            return _tapped(parsed.data, parsed.message_id)
        case "other" | "greeting":
            return Unreadable(parsed.kind == "greeting")
        case "blocked" | "unblocked":
            return BotBlocked(parsed.kind == "blocked")
        case _:
            return TextReceived(parsed.text)


def _tapped(data: str, message_id: str | None) -> Tapped:
    """Read a button's data, ``REFERENCE:VALUE`` (scheduler/delivery/sending.py); other data names no question."""
    reference, _, value = data.rpartition(":")
    known = value.isascii() and value.isdecimal() and len(value) < 4
    return Tapped(reference if known else "", int(value) if known else 0, message_id)
