"""What delivery needs of a channel: it sends one message, and returns one result or raises one classified error.

The vendors' codes stay in the channel's own folder (bot/channels/sms, bot/channels/telegram); here are the kinds
that they are classified as.
"""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import Literal, Protocol, runtime_checkable

from survey.codes import Channel
from survey.errors import OperationError

Kind = Literal["permanent", "message", "opted_out", "throttled", "transient", "account", "filtered", "unknown"]


@dataclass(frozen=True, slots=True)
class OutboundMessage:
    """One message ready to leave.

    Attributes:
        reference: our own name for it, unique.
        channel: how it leaves.
        to: E.164 phone number or Telegram chat id.
        text: the text as the receiver reads it.
        choices: buttons as ``(callback_data, label)``; empty for none. Ignored by SMS.
        status_url: where the provider reports delivery, or None.
    """

    reference: str
    channel: Channel
    to: str
    text: str
    choices: tuple[tuple[str, str], ...] = ()
    status_url: str | None = None


@dataclass(frozen=True, slots=True)
class Sent:
    """The provider has taken the message.

    Attributes:
        external_id: its name there.
        segments: how many SMS it is; None where that is not told.
        price: as the provider writes it; None where it is not told.
    """

    external_id: str
    segments: int | None = None
    price: str | None = None


class GatewayError(OperationError):
    """A message that was not certainly sent.

    Attributes:
        kind: ``permanent`` this receiver can never be reached; ``message`` this message can never be sent,
            another one might; ``opted_out`` the receiver has said stop;
            ``throttled`` not processed, wait; ``transient`` not processed, try again; ``account`` our own
            account or settings are at fault, so every message would fail; ``filtered`` the carriers stop what we
            send, whatever it says; ``unknown`` it may have been sent.
        code: the provider's code, or a word of ours, for the record.
        retry_after: seconds the provider asked us to wait, or None.
    """

    def __init__(self, kind: Kind, code: str, retry_after: float | None = None) -> None:
        super().__init__(f"{kind} ({code})")
        self.kind: Kind = kind
        self.code = code
        self.retry_after = retry_after


class Gateway(Protocol):
    """One channel's way out."""

    channel: str

    async def send(self, message: OutboundMessage) -> Sent:
        """Send one message.

        Raises:
            GatewayError: it was not, or not certainly, sent.
        """
        ...

    async def close(self) -> None:
        """Close the connections."""
        ...


@runtime_checkable
class Pingable(Protocol):
    """A channel whose provider can be asked whether it works, without sending anything."""

    async def ping(self) -> None:
        """Ask the provider for something that costs nothing.

        Raises:
            GatewayError: it did not answer, or refused.
        """
        ...


@runtime_checkable
class Searchable(Protocol):
    """A channel whose provider can tell what it was given."""

    async def find(self, message: OutboundMessage, since: datetime | None, known: Collection[str]) -> Sent | None:
        """Return the provider's own record of a message whose sending ended in doubt; None when it has none.

        Args:
            message: what was being sent.
            since: no record before this (aware) can be it.
            known: the provider's ids of other messages to the same receiver.

        Raises:
            GatewayError: the provider could not be asked.
        """
        ...
