"""Inbound events and what became of them: the values that the channels and the intake hand to each other."""

from dataclasses import dataclass
from datetime import datetime

from survey.conversation.model import TextReceived, Unreadable
from survey.frozen import frozen


@dataclass(frozen=True, slots=True)
class LinkRequested:
    """A Telegram ``/start TOKEN``: this chat wants to be tied to the person whom the token was made for.

    Attributes:
        token: empty for ``/start`` alone, as when somebody has found the bot without a link.
    """

    token: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button was tapped.

    Attributes:
        reference: of the message that it stood under.
        value: of the button.
        message_id: that message's id on the channel.
    """

    reference: str
    value: int
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class BotBlocked:
    """The receiver has blocked our bot in a chat, or unblocked it where not ``blocked``."""

    blocked: bool


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from outside.

    Attributes:
        channel, external_id: together its identity: the same event may come several times.
        sender: the value of an address: a phone number in E.164, or a chat id.
        swept: an SMS whose webhook never came. There is no response to answer it in, so the reply is queued.
        written_at: when it was written, as the channel tells (aware); None where it comes as it is written.
        message_id: the message's own id on the channel, by which a later edit names it; None where it has none.
        reply_to: the id of our message that it replies to, where it does.
        is_edit: whether it is an earlier message of the sender, changed.
        answered_at: when a system whose database was lost has answered it already, so that no reply is due.
    """

    channel: str
    external_id: str
    sender: str
    event: TextReceived | Tapped | Unreadable | LinkRequested | BotBlocked
    swept: bool = False
    written_at: datetime | None = None
    message_id: str | None = None
    reply_to: str | None = None
    is_edit: bool = False
    answered_at: datetime | None = None

    @property
    def key(self) -> tuple[str, str]:
        """The event's identity."""
        return (self.channel, self.external_id)


@dataclass(frozen=True, slots=True)
class Edit:
    """A message whose question has been answered: it is to show this text instead of its buttons."""

    message_id: str
    text: str


@frozen
class Taken:
    """What became of an event.

    Attributes:
        outcome: what the inbox calls it.
        reply: the rendered answer, the same each time the event comes; None for silence.
    """

    outcome: str
    reply: str | None
    edit: Edit | None = None
