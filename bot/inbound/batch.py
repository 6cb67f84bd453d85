"""What a batch of inbound events is about, and what it will write.

It is read once; what the events lead to is gathered here, and saved in few statements.
"""

from collections.abc import Collection, Iterable
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from storage.cases import opening
from storage.conversation import answers, inbox, sessions
from storage.conversation.answers import Answer
from storage.conversation.inbox import Entry
from storage.conversation.sessions import Conversation
from storage.database.engine import Connection
from storage.delivery import outbox, responses
from storage.delivery.responses import Given
from storage.people import addresses as people
from storage.people.addresses import Address, Person
from storage.planning import occasions
from survey.codes import CONVERSATION_REASONS, AddressState, Channel, Outcome
from survey.packs.catalogue import Catalogue

# How far back the latest conversation of an address is looked for. It stays open for WAITS and may be opened again
# within survey.conversation.after_close.REOPEN_WITHIN; the rest is margin.
LOOK_BACK = timedelta(days=60)

WAITS = timedelta(days=7)  # how long a conversation stays open after the customer was last heard


@dataclass(frozen=True, slots=True)
class Moment:
    """What is the same for a whole batch.

    Attributes:
        today: the unit's own day.
        waits: how long a conversation stays open after its customer was last heard.
        channels: those that can send: a conversation whose chat is closed to us may go on at one of them.
    """

    catalogue: Catalogue
    now: datetime
    today: date
    waits: timedelta = WAITS
    channels: Collection[str] = tuple(Channel)


@dataclass(slots=True)
class Batch:
    """What a batch of events is about, and what it has gathered to write.

    Attributes:
        open: the open conversation, by address id.
        ended: each customer's latest ended conversation, the latest first; by address id, where none is open.
        people: the customers who use an address, by its id: where no conversation is open, or several share it.
        states: the address's state by its id, as the batch changes it.
        awaiting: what the address's next message is about, by its id, as the batch changes it (Awaiting as JSON).
        touched: the conversations to save, by occasion id.
        answers: those to save, by occasion id and question.
        responses: the replies that are given in a webhook's response.
        finished: the outcome of each conversation that is over, by occasion id.
        greeted: the addresses of strangers who have now been answered once.
    """

    conn: Connection
    at: Moment
    open: dict[int, Conversation]
    ended: dict[int, list[Conversation]]
    people: dict[int, list[Person]]
    states: dict[int, str]
    awaiting: dict[int, str]
    inbox: list[Entry] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    replies: list[dict[str, Any]] = field(default_factory=list)
    responses: list[Given] = field(default_factory=list)
    touched: dict[int, Conversation] = field(default_factory=dict)
    answers: dict[tuple[int, str], Answer] = field(default_factory=dict)
    finished: dict[int, Outcome] = field(default_factory=dict)
    greeted: set[int] = field(default_factory=set)

    @property
    def now(self) -> datetime:
        """When the batch is taken in."""
        return self.at.now

    def settle(self, address_id: int, conversation: Conversation) -> None:
        """Put a conversation where the next event of the batch will look for it."""
        if conversation.session.state == "open":
            self.open[address_id] = conversation
            self.ended.pop(address_id, None)
            return
        self.open.pop(address_id, None)
        self.ended[address_id] = sessions.latest(conversation, self.ended.get(address_id, ()))
        # The address's customers were not read while the conversation was open.
        if address_id not in self.people and self.states[address_id] != AddressState.UNLINKED:
            self.people[address_id] = [Person(conversation.customer_id, conversation.session.language, 0)]

    async def reload(self, address_id: int) -> None:
        """Read an address anew, after its open conversation has moved or ended otherwise than by a step."""
        self.open.pop(address_id, None)
        self.people |= await people.users_of(self.conn, [address_id])
        self.ended |= await sessions.ended_at(self.conn, [address_id], self.now - LOOK_BACK)

    async def reload_states(self) -> None:
        """Read the addresses' states anew, after somebody has said stop or start."""
        self.states |= await people.states_of(self.conn, self.states)

    def forget(self, customer_id: int, but: Conversation | None) -> None:
        """Drop the conversations of a customer whose answers are erased, apart from the one that is going on."""

        def stays(each: Conversation) -> bool:
            return each.customer_id != customer_id or (but is not None and each.occasion_id == but.occasion_id)

        self.open = {id_: each for id_, each in self.open.items() if stays(each)}
        self.ended = {id_: list(filter(stays, ended)) for id_, ended in self.ended.items()}

    async def save(self) -> None:
        """Write what has been gathered so far."""
        conn, now = self.conn, self.now
        await inbox.add(conn, self.inbox, now)
        await opening.add(conn, self.cases)
        await outbox.enqueue(conn, self.replies, now)
        await responses.add(conn, self.responses, now)
        if self.greeted:
            await people.mark_greeted(conn, self.greeted, now)
        await sessions.save(conn, self.touched.values(), now, now + self.at.waits)
        await self.save_answers()
        finished = [(id_, outcome, CONVERSATION_REASONS[outcome]) for id_, outcome in self.finished.items()]
        await occasions.close(conn, finished, now)
        for written in (
            self.inbox,
            self.cases,
            self.replies,
            self.responses,
            self.touched,
            self.finished,
            self.greeted,
        ):
            written.clear()

    async def save_answers(self) -> None:
        """Write the answers gathered so far, for what must see them."""
        await answers.save(self.conn, list(self.answers.values()), self.now)
        self.answers.clear()


async def load(conn: Connection, at: Moment, addresses: Collection[Address]) -> Batch:
    """Read what is known of these addresses. An unlinked one belongs to nobody."""
    states = {each.id: each.state for each in addresses}
    found = await sessions.open_at(conn, states)
    quiet = [id_ for id_, state in states.items() if id_ not in found and state != AddressState.UNLINKED]
    ended = await sessions.ended_at(conn, quiet, at.now - LOOK_BACK) if quiet else {}
    named = [*quiet, *_shared(found.items())]
    users = await people.users_of(conn, named) if named else {}
    awaiting = {each.id: each.awaiting for each in addresses}
    return Batch(conn, at, found, ended, users, states, awaiting)


def _shared(found: Iterable[tuple[int, Conversation]]) -> list[int]:
    return [address_id for address_id, conversation in found if conversation.shared]
