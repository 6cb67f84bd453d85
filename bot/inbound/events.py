"""What comes in from outside, and what became of it: the words that the channels and the intake share."""

from dataclasses import dataclass

from survey.conversation.model import TextReceived, Unreadable


@dataclass(frozen=True, slots=True)
class LinkRequested:
    """A Telegram ``/start TOKEN``: tie this chat to the customer whom the token was made for."""

    token: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button: the reference of the message it stood under, its value, and that message's id on the channel."""

    reference: str
    value: int
    message_id: str | None = None


@dataclass(frozen=True, slots=True)
class BotBlocked:
    """The receiver has shut us out of a chat (or, not ``blocked``, let us in again) without a word to us."""

    blocked: bool


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from outside. (channel, external_id) is its identity; ``sender`` an address value.

    ``swept``: an SMS whose webhook never came. There is no response to answer it in, so the reply is queued.
    """

    channel: str
    external_id: str
    sender: str
    event: TextReceived | Tapped | Unreadable | LinkRequested | BotBlocked
    swept: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.channel, self.external_id)


@dataclass(frozen=True, slots=True)
class Edit:
    """A question that has been answered: its message is to show the answer in the place of its buttons."""

    message_id: str
    text: str


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event. ``reply`` is the rendered answer, the same each time it is asked for."""

    outcome: str
    reply: str | None
    edit: Edit | None = None
