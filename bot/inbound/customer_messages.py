"""What a customer wrote or tapped: which conversation it belongs to, and what the engine makes of it there.

The open conversation comes first; then an ended one that this is a late word to; then what may be asked for
outside a conversation; and what none of them takes gets one neutral line.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import timedelta

from bot.inbound import contact_messages, old_messages
from bot.inbound.effects import apply
from bot.inbound.events import Edit, Tapped
from bot.inbound.scene import Handled, Scene
from storage.conversation import inbox
from storage.conversation.sessions import Conversation
from storage.delivery import outbox
from survey.codes import AddressState, Channel
from survey.conversation import commands, engine, flow
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
    TextAbout,
    TextReceived,
    Unreadable,
)
from survey.understanding.text.folding import tidy

Said = TextReceived | Tapped | Unreadable
UNCHANGED = "unchanged"  # what the inbox calls an edit that nobody can see

AGAIN_WITHIN = timedelta(hours=1)  # the same text again, where nothing waits for it, is a machine's
CHOSEN = "\N{CHECK MARK} "  # stands before the answer in a question that has been answered


async def handle(scene: Scene, said: Said) -> Handled:
    """Step the conversation that the event belongs to, and do what follows."""
    opened = scene.batch.open.get(scene.sender.id)
    if isinstance(said, TextReceived) and (scene.event.reply_to or scene.event.is_edit):
        handled = await _aimed(scene, said, opened)
        if handled is not None:
            return handled
    for conversation in [opened] if opened else _ended(scene, said):
        event = _event(scene, conversation, said)
        if event is None:
            asked = conversation.session.open_question
            return Handled(
                "old_button", Say(("old_button",), asked, month=flow.month(conversation.session.values)), opened
            )
        survey = scene.batch.at.catalogue.surveys[conversation.survey]
        session, effects = engine.step(survey, conversation.session, event, scene.written_at)
        if scene.is_old and old_messages.is_too_old(scene.written_at, conversation, session, effects):
            continue
        if await old_messages.is_overruled(scene, effects):
            return Handled(old_messages.OVERRULED)
        if opened or effects:
            return await _follow(scene, conversation, session, effects)
    return await _outside(scene, said)


async def _aimed(scene: Scene, said: TextReceived, opened: Conversation | None) -> Handled | None:
    """Take a text that tells by itself which question it is about; None where it is as any other text."""
    event, batch = scene.event, scene.batch
    question: str | None = None
    occasion_id: int | None = None
    if event.is_edit:
        await batch.save()  # what is edited may have come in this batch
        before = await inbox.written_as(batch.conn, scene.sender.id, event.message_id or "")
        if before is None or tidy(before.body) == tidy(said.text):
            return Handled(UNCHANGED)
        question, occasion_id = before.question, before.occasion_id
    elif event.reply_to:
        asked = await outbox.asked_in(batch.conn, scene.sender.id, event.reply_to)
        if asked is not None:
            question, occasion_id = asked.say.question, asked.occasion_id
    if question is None or occasion_id is None or scene.state != AddressState.ACTIVE:
        return None
    known = [opened] if opened else batch.ended.get(scene.sender.id, [])
    conversation = next((each for each in known if each.occasion_id == occasion_id), None)
    if conversation is None:  # an answer to an earlier survey must not become one to the question that is open
        if engine.outside(said.text, batch.at.catalogue.words):
            return None
        return Handled("old_button", Say(("old_button",), opened.session.open_question if opened else None), opened)
    about = TextAbout(question, said.text)
    survey = batch.at.catalogue.surveys[conversation.survey]
    session, effects = engine.step(survey, conversation.session, about, scene.written_at)
    return await _follow(scene, conversation, session, effects) if opened or effects else None


def _ended(scene: Scene, said: Said) -> list[Conversation]:
    """Return the ended conversations that the event may be a late word to, the latest first.

    There is none while a request that takes two messages waits for its second.
    """
    if scene.state != AddressState.ACTIVE:
        return []
    words = scene.batch.at.catalogue.words
    if isinstance(said, TextReceived) and commands.is_awaited(said.text, _awaiting(scene), words):
        return []
    ended = scene.batch.ended.get(scene.sender.id, [])
    if isinstance(said, Tapped):
        asked = scene.buttons.get(said.reference)
        return [each for each in ended if asked is not None and asked.occasion_id == each.occasion_id]
    return ended


def _awaiting(scene: Scene) -> Awaiting | None:
    """Return what the sender's next message is about, outside a conversation."""
    kept = scene.batch.awaiting[scene.sender.id]
    return commands.fresh(Awaiting.from_json(kept), scene.written_at) if kept else None


def _event(scene: Scene, conversation: Conversation, said: Said) -> TextReceived | ChoiceTapped | Unreadable | None:
    """Return the event as the engine takes it; None for a button that is not this conversation's."""
    if isinstance(said, TextReceived):
        return replace(said, sharing=scene.sharing(conversation)) if conversation.shared else said
    if isinstance(said, Unreadable):
        return said
    asked = scene.buttons.get(said.reference)
    if asked is None or (asked.address_id, asked.occasion_id) != (scene.sender.id, conversation.occasion_id):
        return None
    return ChoiceTapped(asked.say.question or "", said.value)


async def _follow(
    scene: Scene, conversation: Conversation, session: Session, effects: tuple[Effect, ...]
) -> Handled:
    """Do what a step asks for, and put the conversation where the next event will look for it."""
    if any(isinstance(effect, Await) for effect in effects):  # the sender must tell first whose it is
        outcome, say = await apply(scene, effects, None)
        return Handled(outcome, say)
    is_asked = session.open_question not in (None, conversation.session.open_question)
    stepped = conversation.stepped(session, (scene.event.answered_at or scene.batch.now) if is_asked else None)
    scene.batch.touched[stepped.occasion_id] = stepped
    outcome, say = await apply(scene, effects, stepped)
    scene.batch.settle(scene.sender.id, stepped)
    edit = await _edit(scene, stepped, effects) if scene.event.channel != Channel.SMS else None
    given = next((each.question for each in effects if isinstance(each, Record | Correct)), None)
    return Handled(outcome, say, stepped, edit, given)


async def _outside(scene: Scene, said: Said) -> Handled:
    """Meet requests where no question is open at this address; the rest gets one neutral line."""
    if isinstance(said, TextReceived):
        effects = engine.outside(
            said.text,
            scene.batch.at.catalogue.words,
            scene.sharing(None),
            _awaiting(scene),
            carrier=said.carrier,
            carrier_opted_out=scene.state == AddressState.OPTED_OUT and scene.event.channel == Channel.SMS,
            is_contact=bool(scene.providers) and not scene.users,
        )
        if await old_messages.is_overruled(scene, effects):
            return Handled(old_messages.OVERRULED)
        if OptOut() in effects and scene.state == AddressState.OPTED_OUT:
            return Handled("opted_out")  # an opt-out is confirmed once
        if effects:
            outcome, say = await apply(scene, effects, None)
            resume = next((effect for effect in effects if isinstance(effect, Resume)), None)
            return await _resume(scene, resume) if resume else Handled(outcome, say)
    return await _neutral(scene, said)


async def _resume(scene: Scene, resume: Resume) -> Handled:
    """Take up the ended conversation of the one who has told who it is."""
    customer_id = scene.born(resume.born)
    for conversation in scene.batch.ended.get(scene.sender.id, []):
        if conversation.customer_id == customer_id and scene.state == AddressState.ACTIVE:
            survey = scene.batch.at.catalogue.surveys[conversation.survey]
            resumed = Resumed(resume.correcting)
            session, effects = engine.step(survey, conversation.session, resumed, scene.written_at)
            if effects:
                return await _follow(scene, conversation, session, effects)
    phrase = "nothing_to_correct" if resume.correcting else "no_open_question"
    return Handled(phrase, Say((phrase,)))


async def _neutral(scene: Scene, said: Said) -> Handled:
    """Answer what nothing waits for; a stranger is answered once, and one who has opted out never.

    The same text again gets no second answer: an automatic reply that we do not know would answer each of ours.
    """
    if scene.state == AddressState.OPTED_OUT:
        return Handled("opted_out_sender")
    if scene.is_old:  # there is nobody any more to whom "no question is open" would say anything
        return Handled(old_messages.TOO_OLD)
    if isinstance(said, TextReceived):
        now = scene.batch.now
        if await inbox.was_said(scene.batch.conn, scene.sender.id, said.text, now - AGAIN_WITHIN, now):
            return Handled("ignored")
    if scene.users:
        if isinstance(said, Unreadable) and said.is_greeting:
            return Handled("greeting")  # a sticker says thank you, and needs no answer
        phrase = "old_button" if isinstance(said, Tapped) else "no_open_question"
        return Handled(phrase, Say((phrase,)))
    if scene.providers:
        return contact_messages.helped()
    batch, sender = scene.batch, scene.sender
    if sender.greeted_at is None and sender.id not in batch.greeted:
        batch.greeted.add(sender.id)
        return Handled("unknown_sender", Say(("unknown_sender",)))
    return Handled("unknown_sender")


async def _edit(scene: Scene, conversation: Conversation, effects: Sequence[Effect]) -> Edit | None:
    """Return the question that has just been answered in a chat, with its answer instead of its buttons."""
    given = next((each for each in effects if isinstance(each, Record | Correct)), None)
    if given is None or given.value is None:
        return None
    event, batch = scene.event.event, scene.batch
    message_id = event.message_id if isinstance(event, Tapped) else None
    message_id = message_id or await outbox.last_asked(
        batch.conn, conversation.occasion_id, scene.sender.id, given.question
    )
    if message_id is None:
        return None
    catalogue, language = batch.at.catalogue, conversation.session.language
    say = Say((), given.question, month=flow.month(conversation.session.values))
    asked = catalogue.render(say, survey=conversation.survey, language=language, channel=scene.event.channel)
    label = dict(catalogue.choices(say, conversation.survey, language))[given.value]
    return Edit(message_id, f"{asked}\n{CHOSEN}{label}")
