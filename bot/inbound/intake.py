"""Take in a batch of inbound events: each is deduplicated, handled and saved, all in the caller's transaction.

Theory of operation

A batch goes through four stages, and only the second differs from event to event:

    identify    find the events that are stored already; find or add the senders' addresses and lock their rows,
                in one order for all processes; read the conversations, people and buttons that the batch is about
    step        each event in turn, as a Scene: a contact person's word (contact_messages), a link, a block, or a
                customer's word (customer_messages, which steps survey.conversation.engine)
    gather      effects become rows of the Batch; the few that must be seen by what follows (a correction, a stop,
                an erasure) are written at once (effects)
    commit      Batch.save writes the gathered rows in a few statements, and the caller commits

States. An event is new, stored (its identity is in the inbox with what it led to) or in quarantine (it could not
be stored at all). Within a batch the events of one address are taken in order, and each sees what the one before
it left behind: Batch holds the conversations, people and address states as they change.

Transitions. new -> stored in the batch's commit; new -> quarantine by group_commit, after the event has failed
alone with an error of its own. A stored event that comes again changes nothing and gets the stored reply.

What a crash leaves. All that an event led to is in one transaction: answers, session, reply and inbox row are all
there or none is. Before the commit nothing is stored, the sender gets no success, and its retry is a new event.
After the commit the retry finds the stored reply. A Telegram reply waits in the outbox; an SMS is answered in the
webhook's response, and where that response is lost, Twilio's retry gets the same one. Where none comes, the reply
goes by the outbox (bot/channels/sms/responses.py).

The batch is the unit because the commit is what costs: events that arrive while one commit runs are saved together
by the next (group_commit).
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from bot.inbound import batch as batches
from bot.inbound import contact_messages, customer_messages
from bot.inbound.batch import Batch, Moment
from bot.inbound.events import BotBlocked, Inbound, LinkRequested, Taken, Tapped
from bot.inbound.scene import Handled, Scene, queued_terms
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.contacts import links
from storage.conversation import inbox
from storage.conversation.sessions import Conversation
from storage.database.engine import Connection
from storage.delivery import outbox, reachability, responses
from storage.delivery.outbox import Asked
from storage.delivery.responses import Given
from storage.people import addresses as people
from storage.people import opt_outs
from storage.people.addresses import Address
from storage.planning import occasions
from survey.codes import AddressState, Channel
from survey.conversation.model import Say, TextReceived
from survey.packs.catalogue import FALLBACK

START = "start"  # the word that /start stands for


async def take_in(conn: Connection, events: Sequence[Inbound], at: Moment) -> list[Taken]:
    """Save ``events`` in the caller's transaction and return what became of each, in order."""
    stored = await inbox.stored(conn, [event.key for event in events])
    known = {key: Taken(outcome, reply) for key, (outcome, reply) in stored.items()}
    again = [key[1] for key, taken in known.items() if key[0] == Channel.SMS and taken.reply]
    if again:
        await responses.given_again(conn, again, at.now)
    new = [event for event in events if event.key not in known]
    if new:
        addresses = await _addresses(conn, new, at.now)
        batch = await batches.load(conn, at, addresses.values())
        tapped = {event.event.reference for event in new if isinstance(event.event, Tapped)}
        buttons = await outbox.asked_by(conn, tapped) if tapped else {}
        contacts = await _contacts(batch, new, addresses, buttons)
        for event in new:
            if event.key not in known:  # not repeated within the batch
                sender = addresses[event.channel, event.sender]
                known[event.key] = await _take(Scene(batch, event, sender, buttons, contacts.get(sender.id, ())))
        await batch.save()
    return [known[event.key] for event in events]


Senders = dict[tuple[str, str], Address]  # by channel and value


async def _addresses(conn: Connection, events: Collection[Inbound], now: datetime) -> Senders:
    found: Senders = {}
    for channel in sorted({event.channel for event in events}):
        values = [event.sender for event in events if event.channel == channel]
        for value, row in (await people.find_or_add(conn, channel, values, now)).items():
            found[channel, value] = row
    return found


async def _contacts(
    batch: Batch, events: Collection[Inbound], addresses: Senders, buttons: dict[str, Asked]
) -> dict[int, tuple[int, ...]]:
    """Return by address the providers for whom a sender may speak as a contact person.

    Where a customer's conversation is open, they are read only for what looks like a contact person's word: nearly
    every event is a customer's answer, and costs no statement here.
    """
    asking: set[int] = set()
    for event in events:
        sender = addresses[event.channel, event.sender].id
        if sender not in batch.open or contact_messages.may_be_contacts(event.event, buttons):
            asking.add(sender)
    return await links.providers_of(batch.conn, asking) if asking else {}


async def _take(scene: Scene) -> Taken:
    """Handle one event and gather its reply and its inbox row."""
    batch, event = scene.batch, scene.event
    handled = await _handle(scene)
    reply = _reply(scene, handled.conversation, handled.say) if handled.say is not None else None
    what = event.event
    batch.inbox.append(
        inbox.Entry(
            event.channel,
            event.external_id,
            scene.sender.id,
            handled.conversation.occasion_id if handled.conversation else None,
            # A link token opens a customer's conversation: not even a used one is kept in clear.
            what.text if isinstance(what, TextReceived) else type(what).__name__,
            handled.outcome,
            # A queued reply is not the response of a webhook that comes after all: it would be said twice.
            reply if event.channel != Channel.SMS or not event.swept else None,
            scene.written_at,
            event.message_id,
            handled.question,
        )
    )
    return Taken(handled.outcome, reply, handled.edit)


async def _handle(scene: Scene) -> Handled:
    event = scene.event.event
    if scene.state == AddressState.UNREACHABLE and not isinstance(event, BotBlocked):
        await _regained(scene)
        scene.batch.states[scene.sender.id] = AddressState.ACTIVE
    if scene.providers or (isinstance(event, LinkRequested) and event.token):
        handled = await contact_messages.handle(scene)
        if handled is not None:
            return handled
    match event:
        case LinkRequested(token) if token:
            return await _link(scene, token)
        case LinkRequested():
            return await _started(scene)
        case BotBlocked(blocked):
            return await _blocked(scene, blocked)
        case said:
            return await customer_messages.handle(scene, said)


async def _regained(scene: Scene) -> None:
    """Note that the sender can be reached again; what waits for an address is asked at once."""
    conn, now = scene.batch.conn, scene.batch.now
    await reachability.regained(conn, scene.sender.id, now)
    users = (await people.users_of(conn, [scene.sender.id])).get(scene.sender.id, [])
    await occasions.look_again_at(conn, [user.id for user in users], now)


async def _link(scene: Scene, token: str) -> Handled:
    """Tie a chat to the customer whom the token was made for.

    Who presses an invitation wants to be asked: it undoes an earlier stop, and what is due is asked at once. One's
    own link does no harm when it is pressed again.
    """
    batch, sender = scene.batch, scene.sender
    customer_id = await people.redeem_token(batch.conn, token, batch.now)
    if customer_id is None:
        if await people.was_linked_by(batch.conn, token, sender.id):
            return Handled("linked_again", Say(("linked",)))
        return Handled("link_refused", Say(("link_invalid",)))
    had_stopped = scene.state == AddressState.OPTED_OUT
    await people.link(batch.conn, customer_id, sender.id, batch.now)
    await reachability.regained(batch.conn, sender.id, batch.now, AddressState.UNLINKED)
    had_stopped |= await opt_outs.opt_in(batch.conn, customer_id, batch.now)
    await batch.reload_states()
    await occasions.look_again_at(batch.conn, [customer_id], batch.now)
    users = (await people.users_of(batch.conn, [sender.id]))[sender.id]
    batch.people[sender.id] = sorted(users, key=lambda user: user.id != customer_id)  # answered in their language
    return Handled("linked", Say(("linked_after_stop" if had_stopped else "linked",)))


async def _started(scene: Scene) -> Handled:
    """Answer ``/start`` alone: it is START of somebody whom we know, and a stranger needs a link."""
    if scene.users or scene.sender.id in scene.batch.open or scene.providers:
        if scene.users and scene.state == AddressState.ACTIVE and scene.sender.id not in scene.batch.open:
            return Handled("linked_again", Say(("linked",)))
        return await customer_messages.handle(scene, TextReceived(START))
    return Handled("link_missing", Say(("link_missing",)))


async def _blocked(scene: Scene, blocked: bool) -> Handled:
    """Note that a chat is closed to us, or open again.

    What becomes of the conversation that was open there is decided in scheduler/delivery/fallback.py.
    """
    batch, sender = scene.batch, scene.sender
    if not blocked:
        await _regained(scene)
        return Handled("unblocked")
    await batch.save()
    fate = await fallback.blocked(batch.conn, sender.id, Context(batch.at.channels, batch.now, batch.at.today))
    if fate != "stays":
        await batch.reload(sender.id)
    return Handled("blocked_moved" if fate == "moved" else "blocked")


def _reply(scene: Scene, conversation: Conversation | None, say: Say) -> str:
    """Render the answer; queue it, or note that the webhook's own response gives it."""
    batch, event = scene.batch, scene.event
    users = scene.users
    language = conversation.session.language if conversation else users[0].language if users else FALLBACK
    survey = conversation.survey if conversation else None
    rendered = batch.at.catalogue.render(say, survey=survey, language=language, channel=event.channel)
    if event.answered_at is not None:
        return rendered
    occasion_id = conversation.occasion_id if conversation else None
    if event.channel == Channel.SMS and not event.swept:
        if rendered:
            batch.responses.append(Given(event.external_id, scene.sender.id, occasion_id, say.to_json()))
        return rendered
    prefix, until = queued_terms(scene.written_at, batch.now, swept=event.swept)
    message = {
        "key": f"{prefix}{event.channel}:{event.external_id}",
        "occasion_id": occasion_id,
        "address_id": scene.sender.id,
        "channel": event.channel,
        "say": say.to_json(),
        "expires_at": until,
        "priority": 0,
    }
    batch.replies.append(message)
    return rendered
