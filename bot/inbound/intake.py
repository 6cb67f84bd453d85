"""What comes in: a batch of events, each deduplicated, stepped and saved in one transaction.

The batch is the unit because the commit is what costs: events that arrive while one commit runs are saved
together by the next (group commit). Within a batch the events of one address are taken in order. Here is what
each event leads to; bot/inbound/effects.py does it, storage/conversation/sessions.py reads and writes what a batch
needs.
"""

from collections.abc import Sequence
from datetime import date, datetime, timedelta

from sqlalchemy import bindparam, select
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.inbound import contact_messages
from bot.inbound.effects import Scene, apply
from bot.inbound.events import BotBlocked, Edit, Inbound, LinkRequested, Taken, Tapped
from storage.contacts import links
from storage.conversation import sessions
from storage.conversation.sessions import Talk
from storage.delivery import outbox, reachability
from storage.people import addresses as people
from storage.tables import customer, inbox
from survey.conversation import commands, engine
from survey.conversation.model import (
    Await,
    Awaiting,
    ChoiceTapped,
    Correct,
    Effect,
    OptOut,
    Record,
    Resume,
    Resumed,
    Say,
    Session,
    TextReceived,
    Unreadable,
)
from survey.packs.catalogue import Catalogue

SWEPT_LIFETIME = timedelta(days=3)  # of a reply that waits for the hours in which we may write
REPLY_LIFETIME = timedelta(hours=1)  # a Telegram reply that could not be sent by then has lost its meaning
CHOSEN = "\N{CHECK MARK} "  # stands before the answer in a question that has been answered


async def take_in(
    conn: AsyncConnection,
    batch: Sequence[Inbound],
    catalogue: Catalogue,
    now: datetime,
    waits: timedelta = sessions.WAITS,
    today: date | None = None,
) -> list[Taken]:
    """Save ``batch`` in the caller's transaction; one Taken for each event, in order.

    A repeated event changes nothing and gets the stored reply. ``waits``: how long a conversation stays open
    after its customer was last heard. ``today`` is the unit's own day, that of ``now`` in UTC where none is given.
    """
    known = await _stored(conn, batch)
    fresh = [event for event in batch if event.key not in known]
    if fresh:
        addresses = await _addresses(conn, fresh, now)
        work = await sessions.load(conn, addresses.values(), now, waits)
        tapped = {event.event.reference for event in fresh if isinstance(event.event, Tapped)}
        buttons = await outbox.asked_by(conn, tapped) if tapped else {}
        asking = {
            addresses[event.channel, event.sender].id
            for event in fresh
            if addresses[event.channel, event.sender].id not in work.open
            or contact_messages.may_be_ours(event.event, buttons)
        }
        contacts = await links.providers_of(conn, asking) if asking else {}
        for event in fresh:
            if event.key not in known:  # a repeat within the batch
                sender = addresses[event.channel, event.sender]
                speaks_for = contacts.get(sender.id, ())
                day = today or now.date()
                scene = Scene(conn, work, catalogue, now, buttons, event, sender, day, speaks_for)
                known[event.key] = await _take(scene)
        await sessions.save(conn, work, catalogue, now)
    return [known[event.key] for event in batch]


_STORED = select(inbox.c.external_id, inbox.c.outcome, inbox.c.reply).where(
    inbox.c.channel == bindparam("channel"), inbox.c.external_id.in_(bindparam("ids", expanding=True))
)


async def _stored(conn: AsyncConnection, batch: Sequence[Inbound]) -> dict[tuple[str, str], Taken]:
    found: dict[tuple[str, str], Taken] = {}
    for channel in {event.channel for event in batch}:
        ids = list({event.external_id for event in batch if event.channel == channel})
        for id_, outcome, reply in await conn.execute(_STORED, {"channel": channel, "ids": ids}):
            found[channel, id_] = Taken(outcome, reply)
    return found


async def _addresses(
    conn: AsyncConnection, events: Sequence[Inbound], now: datetime
) -> dict[tuple[str, str], people.Address]:
    found: dict[tuple[str, str], people.Address] = {}
    for channel in sorted({event.channel for event in events}):
        values = [event.sender for event in events if event.channel == channel]
        for value, row in (await people.find_or_add(conn, channel, values, now)).items():
            found[channel, value] = row
    return found


async def _take(scene: Scene) -> Taken:
    work, event, sender = scene.work, scene.event, scene.sender
    talk = work.open.get(sender.id)
    edit: Edit | None = None
    say: Say | None
    if scene.state == "unreachable" and not isinstance(event.event, BotBlocked):
        await reachability.regained(scene.conn, sender.id, scene.now)
        work.states[sender.id] = "active"
    spoken = await contact_messages.answer(scene)
    match event.event:
        case _ if spoken is not None:
            outcome, say, talk = spoken.outcome, spoken.say, None
        case LinkRequested(token):
            outcome, say = await _link(scene, token)
        case BotBlocked(blocked):
            outcome, say = await _blocked(scene, blocked), None
        case happened:
            talk, outcome, say, edit = await _converse(scene, happened)
    reply = None
    if say is not None:
        users = work.people.get(sender.id)
        language = talk.session.language if talk else users[0].language if users else "sv"
        survey = talk.survey if talk else None
        reply = scene.catalogue.render(say, survey=survey, language=language, channel=event.channel)
        if event.channel != "sms" or event.swept:  # an SMS is answered in the webhook's own response
            work.outbox.append(_reply(scene, talk, say))
    work.inbox.append(
        {
            "channel": event.channel,
            "external_id": event.external_id,
            "address_id": sender.id,
            "occasion_id": talk.occasion_id if talk else None,
            # A link token opens a customer's conversation: not even a used one is kept in clear.
            "body": event.event.text if isinstance(event.event, TextReceived) else type(event.event).__name__,
            "received_at": scene.now,
            "outcome": outcome,
            "reply": reply,
        }
    )
    return Taken(outcome, reply, edit)


async def _converse(
    scene: Scene, event: TextReceived | Tapped | Unreadable
) -> tuple[Talk | None, str, Say | None, Edit | None]:
    """The open conversation first; then one that has ended, where this is a late word to it; then the desk."""
    opened = scene.work.open.get(scene.sender.id)
    for talk in [opened] if opened else _ended(scene, event):
        happened = _happened(scene, talk, event)
        if happened is None:
            return opened, "old_button", Say(("old_button",), talk.session.open_question), None
        survey = scene.catalogue.surveys[talk.survey]
        session, effects = engine.step(survey, talk.session, happened, scene.now)
        if opened or effects:
            return await _gone_on(scene, talk, session, effects)
    return await _outside(scene, event)


def _ended(scene: Scene, event: TextReceived | Tapped | Unreadable) -> list[Talk]:
    """The ended conversations that may have a late word in ``event``, the latest first: none while a request that
    takes two messages waits for its second."""
    if scene.state != "active":
        return []
    if isinstance(event, TextReceived) and commands.is_awaited(event.text, _awaiting(scene), scene.catalogue.words):
        return []
    talks = scene.work.ended.get(scene.sender.id, [])
    if isinstance(event, Tapped):
        asked = scene.buttons.get(event.reference)
        return [talk for talk in talks if asked is not None and asked.occasion_id == talk.occasion_id]
    return talks


def _awaiting(scene: Scene) -> Awaiting | None:
    """What the sender's next message is about, outside a conversation."""
    kept = scene.work.awaiting[scene.sender.id]
    return commands.fresh(Awaiting.from_json(kept), scene.now) if kept else None


async def _gone_on(
    scene: Scene, talk: Talk, session: Session, effects: tuple[Effect, ...]
) -> tuple[Talk | None, str, Say | None, Edit | None]:
    """A conversation after a step: what it asks for is done, and it is where the next event will look for it."""
    if any(isinstance(effect, Await) for effect in effects):  # whose it is must be told first
        outcome, say = await apply(scene, effects, None)
        return None, outcome, say, None
    talk.session = session
    scene.work.touched[talk.occasion_id] = talk
    outcome, say = await apply(scene, effects, talk)
    scene.work.settle(scene.sender.id, talk)
    return talk, outcome, say, await _edit(scene, talk, effects)


def _happened(
    scene: Scene, talk: Talk, event: TextReceived | Tapped | Unreadable
) -> TextReceived | ChoiceTapped | Unreadable | None:
    """The event as the engine knows it; None for a button that is not this conversation's."""
    if isinstance(event, TextReceived):
        return TextReceived(event.text, scene.sharing(talk)) if talk.shared else event
    if isinstance(event, Unreadable):
        return event
    asked = scene.buttons.get(event.reference)
    if asked is None or asked.address_id != scene.sender.id or asked.occasion_id != talk.occasion_id:
        return None
    return ChoiceTapped(asked.question or "", event.value)


async def _outside(
    scene: Scene, event: TextReceived | Tapped | Unreadable
) -> tuple[Talk | None, str, Say | None, Edit | None]:
    """No question is open at this address: requests are met, and the rest gets one neutral line."""
    if isinstance(event, TextReceived):
        effects = engine.outside(
            event.text,
            scene.catalogue.words,
            scene.sharing(None),
            _awaiting(scene),
            carrier_opted_out=scene.state == "opted_out" and scene.event.channel == "sms",
        )
        if OptOut() in effects and scene.state == "opted_out":
            return None, "opted_out", None, None  # it is confirmed once
        if effects:
            outcome, say = await apply(scene, effects, None)
            resume = next((effect for effect in effects if isinstance(effect, Resume)), None)
            return await _resumed(scene, resume) if resume else (None, outcome, say, None)
    return None, *_neutral(scene, event), None


async def _resumed(scene: Scene, resume: Resume) -> tuple[Talk | None, str, Say | None, Edit | None]:
    """The ended conversation of the one who has told who it is, taken up again."""
    customer_id = scene.born(resume.born)
    for talk in scene.work.ended.get(scene.sender.id, []):
        if talk.customer_id == customer_id and scene.state == "active":
            survey = scene.catalogue.surveys[talk.survey]
            session, effects = engine.step(survey, talk.session, Resumed(resume.correcting), scene.now)
            if effects:
                return await _gone_on(scene, talk, session, effects)
    phrase = "nothing_to_correct" if resume.correcting else "no_open_question"
    return None, phrase, Say((phrase,)), None


def _neutral(scene: Scene, event: TextReceived | Tapped | Unreadable) -> tuple[str, Say | None]:
    """What is said to what nothing waits for; to a stranger once."""
    work, sender = scene.work, scene.sender
    if scene.state == "opted_out":
        return "opted_out_sender", None
    if work.people.get(sender.id):
        phrase = {Tapped: "old_button", Unreadable: "text_only"}.get(type(event), "no_open_question")
        return phrase, Say((phrase,))
    if scene.providers:
        return "contact_help", Say(text=contact_messages.HELP)
    if sender.greeted_at is None and sender.id not in work.greeted:
        work.greeted.add(sender.id)
        return "unknown_sender", Say(("unknown_sender",))
    return "unknown_sender", None


async def _link(scene: Scene, token: str) -> tuple[str, Say]:
    customer_id = await people.redeem_token(scene.conn, token, scene.now)
    if customer_id is None:
        return "link_refused", Say(("link_invalid",))
    await people.link(scene.conn, customer_id, scene.sender.id, scene.now)
    await reachability.regained(scene.conn, scene.sender.id, scene.now, "unlinked")
    found = await scene.conn.execute(select(customer.c.language).where(customer.c.id == customer_id))
    language = found.scalar_one()
    scene.work.people[scene.sender.id] = [people.Person(customer_id, language, 0)]
    return "linked", Say(("linked",))


async def _blocked(scene: Scene, blocked: bool) -> str:
    if not blocked:
        await reachability.regained(scene.conn, scene.sender.id, scene.now)
        return "unblocked"
    await sessions.save_now(scene.conn, scene.work, scene.catalogue, scene.now)
    if not await reachability.lost(scene.conn, scene.sender.id, scene.now):
        return "blocked"
    scene.work.open.pop(scene.sender.id, None)
    return "blocked_moved"


async def _edit(scene: Scene, talk: Talk, effects: Sequence[Effect]) -> Edit | None:
    """In a chat, the question that has just been answered, with its answer."""
    if scene.event.channel == "sms":
        return None
    given = next((each for each in effects if isinstance(each, Record | Correct)), None)
    if given is None or given.value is None:
        return None
    event = scene.event.event
    message_id = event.message_id if isinstance(event, Tapped) else None
    message_id = message_id or await outbox.last_asked(
        scene.conn, talk.occasion_id, scene.sender.id, given.question
    )
    if message_id is None:
        return None
    language = talk.session.language
    say = Say((), given.question)
    asked = scene.catalogue.render(say, survey=talk.survey, language=language, channel=scene.event.channel)
    label = dict(scene.catalogue.choices(say, talk.survey, language))[given.value]
    return Edit(message_id, f"{asked}\n{CHOSEN}{label}")


def _reply(scene: Scene, talk: Talk | None, say: Say) -> dict[str, object]:
    event, now = scene.event, scene.now
    return {
        "key": f"{outbox.SWEPT if event.swept else f'{outbox.REPLY}{event.channel}:'}{event.external_id}",
        "reference": outbox.new_reference(),
        "occasion_id": talk.occasion_id if talk else None,
        "address_id": scene.sender.id,
        "channel": event.channel,
        "say": say.to_json(),
        "state": "queued",
        "reason": "",
        "created_at": now,
        "not_before": now,
        "expires_at": now + (SWEPT_LIFETIME if event.swept else REPLY_LIFETIME),
        "priority": 0,
        "attempts": 0,
        "status": "",
    }
