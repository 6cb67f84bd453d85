"""One inbound event with its sender, and what became of it: what the modules of this folder hand to each other."""

from bot.inbound.batch import Batch
from bot.inbound.events import Edit, Inbound
from storage.conversation.sessions import Conversation
from storage.delivery.outbox import Asked
from storage.people.addresses import Address, Person
from survey.conversation.model import Say
from survey.frozen import frozen


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
    """

    outcome: str
    say: Say | None = None
    conversation: Conversation | None = None
    edit: Edit | None = None
