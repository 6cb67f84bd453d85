"""What a provider's contact person wrote or tapped, by SMS or Telegram: read what is needed, and do what follows.

The dialogue decides (survey.contacts.dialogue). What is not for it (STOP, an answer of a contact person who is a
customer too) goes on to the customers' messages.
"""

from collections.abc import Mapping
from typing import cast

from bot import wording
from bot.inbound.events import LinkRequested, Tapped
from bot.inbound.scene import Handled, Scene
from storage.cases import opening
from storage.contacts import enrolments, links
from storage.delivery.outbox import Asked
from storage.errors import RecordingRefused
from storage.followups import recording
from storage.followups.recording import Author, Entry, Source
from storage.people import opt_outs
from survey.codes import Channel
from survey.contacts import commands, dialogue
from survey.contacts.dialogue import Answer, Known, Record, Recorded
from survey.conversation.model import OpenCase, TextReceived


def may_be_contacts(event: object, buttons: Mapping[str, Asked]) -> bool:
    """Return whether an event may be a contact person's although a customer's conversation is open there."""
    if isinstance(event, TextReceived):
        return commands.is_ours(event.text)
    if isinstance(event, Tapped):
        asked = buttons.get(event.reference)
        return asked is not None and asked.say.question is None
    return False


async def handle(scene: Scene) -> Handled | None:
    """Take a contact person's word, or the wish to become one; None for all else."""
    event = scene.event.event
    if isinstance(event, LinkRequested):
        batch = scene.batch
        tied = await links.redeem_chat(batch.conn, event.token, scene.sender.id, batch.now)
        if not tied:
            return None
        await opt_outs.start(batch.conn, scene.sender.id, batch.now)  # who presses an invitation wants messages
        await batch.reload_states()
        return _handled(dialogue.welcomed())
    if not scene.providers:
        return None
    said = _said(scene)
    if said is None:
        return None
    known = await _known(scene, said)
    answer = dialogue.step(said, known)
    if isinstance(answer, Record):
        answer = dialogue.step(await _record(scene, answer), known)
    if not isinstance(answer, Answer):
        return None
    if answer.case is not None:
        scene.batch.cases += [_case(scene, answer.case, provider_id) for provider_id in scene.providers]
    return _handled(answer)


def helped() -> Handled:
    """Answer a contact person's word that nothing waits for."""
    return _handled(dialogue.helped())


def _handled(answer: Answer) -> Handled:
    return Handled(answer.outcome, answer.say)


def _said(scene: Scene) -> dialogue.Event | None:
    """Return the event as the dialogue takes it; None when it cannot be a contact person's."""
    match scene.event.event:
        case TextReceived(text):
            return commands.parse(text, scene.batch.at.today)
        case Tapped(reference, value):
            asked = scene.buttons.get(reference)
            return dialogue.Tapped(asked.say, value) if asked and asked.address_id == scene.sender.id else None
    return None


async def _known(scene: Scene, said: dialogue.Event) -> Known:
    """Read what the dialogue needs to know for this event."""
    conn, today, providers = scene.batch.conn, scene.batch.at.today, scene.providers
    numbers: list[tuple[str, int]] = []
    missing: list[str] = []
    match dialogue.needs(said):
        case "enrolments":
            numbers = await enrolments.numbers(conn, providers)
        case "missing":
            missing = await enrolments.missing(conn, providers, dialogue.month_of(today))
    has_buttons = scene.event.channel != Channel.SMS
    is_customer = bool(scene.users) or scene.sender.id in scene.batch.open
    return Known(today, has_buttons, is_customer, providers, numbers, missing)


async def _record(scene: Scene, record: Record) -> Recorded | dialogue.Refused:
    """Record a follow-up and return what became of it."""
    batch = scene.batch
    author = Author(cast(Source, scene.event.channel), record.provider_id, scene.sender.id)
    entry = Entry(record.enrolment, record.month, record.held_on, record.form)
    try:
        recorded = await recording.record(batch.conn, [entry], author, batch.at.today, batch.now)
    except RecordingRefused as refused:
        return dialogue.Refused(wording.sentence(refused))
    left = len(await enrolments.missing(batch.conn, scene.providers, record.month))
    return Recorded(record, "same" if recorded.same else "changed" if recorded.changed else "new", left)


def _case(scene: Scene, case: OpenCase, provider_id: int) -> dict[str, object]:
    return opening.opened(
        case.kind,
        case.text,
        scene.batch.now,
        scene.batch.at.today,
        provider_id=provider_id,
        address_id=scene.sender.id,
        channel=scene.event.channel,
    )
