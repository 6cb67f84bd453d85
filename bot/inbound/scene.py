"""One inbound event with its sender, and what became of it: what the modules of this folder hand to each other."""

from datetime import datetime, timedelta

from bot.inbound.batch import Batch
from bot.inbound.events import Edit, Inbound
from storage.conversation.sessions import Conversation
from storage.delivery import outbox
from storage.delivery.outbox import Asked
from storage.people.addresses import Address, Person
from survey.codes import Channel
from survey.conversation.model import Say
from survey.frozen import frozen

# An event that comes within this time of its writing counts as written when it comes: Telegram tells whole seconds,
# and its clock and ours differ. A webhook that works takes a second or two.
FRESH = timedelta(seconds=30)
# An older event is not answered outside the hours in which we may write: its author does not wait for the answer.
AT_ONCE = timedelta(minutes=10)
REPLY_LIFETIME = timedelta(hours=1)  # a reply that could not be sent by then has lost its meaning
SWEPT_LIFETIME = timedelta(days=3)  # of a reply that waits for the hours in which we may write
# Telegram keeps an update for 24 hours. What claims to be much older has no time that can be believed.
# Source: https://core.telegram.org/bots/api#getting-updates.
KEPT_BY_TELEGRAM = timedelta(days=7)


def queued_terms(since: datetime, now: datetime, *, swept: bool = False) -> tuple[str, datetime]:
    """Return how the key of a reply in the outbox begins, which says in which hours it may leave, and its end.

    Args:
        since: when its author began to wait for it.
        now: aware.
        swept: what it answers was fetched, because its webhook never came.
    """
    if swept or since <= now - AT_ONCE:
        return outbox.SWEPT, now + SWEPT_LIFETIME
    return outbox.REPLY, now + REPLY_LIFETIME


@frozen
class Scene:
    """One event of a batch and the address that it came from.

    Attributes:
        buttons: the messages that the batch's tapped buttons belong to, by reference.
        providers: those for whom the sender speaks as a contact person.
    """

    batch: Batch
    event: Inbound
    sender: Address
    buttons: dict[str, Asked]
    providers: tuple[int, ...] = ()

    @property
    def state(self) -> str:
        """The address's state now, also when an earlier event of the batch has changed it."""
        return self.batch.states[self.sender.id]

    @property
    def written_at(self) -> datetime:
        """When the event was written. Nothing was written later than now, whatever another clock says."""
        now, told = self.batch.now, self.event.written_at
        if told is None or told > now - FRESH:
            return now
        return now if self.event.channel == Channel.TELEGRAM and told < now - KEPT_BY_TELEGRAM else told

    @property
    def is_old(self) -> bool:
        """Whether the event was written some time before it came."""
        return self.written_at < self.batch.now

    @property
    def users(self) -> list[Person]:
        """The customers who are known to use the address."""
        return self.batch.people.get(self.sender.id, [])

    def sharing(self, conversation: Conversation | None) -> tuple[int, ...]:
        """Return the birth years of those who share the address, as TextReceived.sharing has them."""
        if len(self.users) < 2:
            return ()
        first = sorted(self.users, key=lambda user: conversation is None or user.id != conversation.customer_id)
        return tuple(user.birth_year for user in first)

    def born(self, year: int | None) -> int | None:
        """Return the id of the one customer at the address who was born in ``year``.

        Args:
            year: None for the only customer at the address.

        Returns:
            None where no customer, or more than one, is meant.
        """
        found = [user.id for user in self.users if year is None or user.birth_year == year]
        return found[0] if len(found) == 1 else None


@frozen
class Handled:
    """What an event led to.

    Attributes:
        outcome: what the inbox calls it.
        say: the answer; None for silence.
        conversation: the one that the event belonged to.
        edit: a message of ours that is to show the answer instead of its buttons.
        question: the one that the event answered, if any.
    """

    outcome: str
    say: Say | None = None
    conversation: Conversation | None = None
    edit: Edit | None = None
    question: str | None = None
