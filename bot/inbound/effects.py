"""Do what the engine's effects ask for: gather rows for the batch to write, or write at once.

A correction, an erasure and a stop are written at once, after what was gathered before them, because they change
or remove rows that the batch may not have written yet.
"""

from collections.abc import Sequence

from bot.inbound.scene import Scene
from storage.cases import opening
from storage.conversation import answers, sessions
from storage.conversation.answers import Answer
from storage.conversation.sessions import Conversation
from storage.delivery import outbox
from storage.people import addresses, opt_outs
from storage.planning import occasions
from storage.privacy import erasure
from survey.codes import CaseKind, Outcome, Reason
from survey.conversation.model import (
    Append,
    Await,
    Awaiting,
    Correct,
    Effect,
    Erase,
    Finish,
    Ignored,
    OpenCase,
    OptIn,
    OptOut,
    Record,
    Say,
    SetLanguage,
    TellAnswers,
    Unlink,
    Withdraw,
)
from survey.packs.catalogue import FALLBACK
from survey.packs.own_answers import listing

# What an event is called in the inbox: after its first effect that has a name.
_OUTCOMES: dict[type[Effect], str] = {
    Record: "answered",
    Correct: "corrected",
    Append: "continued",
    OptOut: "opted_out",
    OptIn: "opted_in",
    OpenCase: "case",
    SetLanguage: "language",
    Unlink: "wrong_number",
    TellAnswers: erasure.ANSWERS_LISTED,
    Erase: "erased",
    Ignored: "ignored",
}


async def apply(
    scene: Scene, effects: Sequence[Effect], conversation: Conversation | None
) -> tuple[str, Say | None]:
    """Do what the effects ask for.

    Args:
        conversation: the one that was stepped; None outside a conversation.

    Returns:
        What the inbox calls the event, and what is said.
    """
    said: Say | None = None
    for effect in effects:
        match effect:
            case Say():
                said = effect
            case TellAnswers(born):
                said = await _own_answers(scene, conversation, born)
            case Await(subject, born):
                await _await(scene, Awaiting(subject, scene.batch.now, born).to_json() if subject else "")
            case Record():
                assert conversation is not None  # only a step of a conversation makes this and the next two
                place = conversation.occasion_id, effect.question
                scene.batch.answers[place] = _answer(scene, conversation, effect)
            case Finish(outcome):
                assert conversation is not None
                scene.batch.finished[conversation.occasion_id] = outcome
            case Correct() | Withdraw() | Append():
                assert conversation is not None
                await _rewrite(scene, conversation, effect)
            case _:
                await _change(scene, conversation, effect)
    named = next((_OUTCOMES[type(effect)] for effect in effects if type(effect) in _OUTCOMES), None)
    if named is None and said is not None:
        named = "re_asked" if said.question else said.phrases[0]
    return named or "repeated", said


async def _rewrite(scene: Scene, conversation: Conversation, effect: Correct | Withdraw | Append) -> None:
    """Change an answer that was given earlier."""
    batch = scene.batch
    await batch.save_answers()  # it may have been given earlier in this batch
    match effect:
        case Correct():
            await answers.correct(batch.conn, _answer(scene, conversation, effect), batch.now)
        case Withdraw(question):
            await answers.withdraw(batch.conn, conversation, question, batch.now)
        case Append(question, text):
            await answers.append(batch.conn, conversation.occasion_id, question, text)


def _answer(scene: Scene, conversation: Conversation, given: Record | Correct) -> Answer:
    version = scene.batch.at.catalogue.surveys[conversation.survey].version
    skipped = isinstance(given, Record) and given.skipped
    return Answer(
        conversation, given.question, given.value, given.text, skipped, version, written_at=scene.written_at
    )


async def _change(scene: Scene, conversation: Conversation | None, effect: Effect) -> None:
    """Do what concerns the address, the person or the unit's staff."""
    batch, sender = scene.batch, scene.sender
    match effect:
        case OptOut():
            await _stop(scene)
        case OptIn():
            await _welcome_back(scene)
        case OpenCase():
            await _open_case(scene, conversation, effect)
        case SetLanguage(language):
            await _set_language(scene, conversation, language)
        case Unlink():
            await addresses.unlink(batch.conn, sender.id, batch.now)
            batch.people.pop(sender.id, None)
            await batch.reload_states()
        case Erase(born):
            await _erase(scene, conversation, born)


async def _await(scene: Scene, awaiting: str) -> None:
    """Remember what the address's next message is about; empty for nothing in particular."""
    scene.batch.awaiting[scene.sender.id] = awaiting
    await addresses.set_awaiting(scene.batch.conn, scene.sender.id, awaiting)


async def _open_case(scene: Scene, conversation: Conversation | None, effect: OpenCase) -> None:
    batch, text = scene.batch, effect.text
    if effect.kind == CaseKind.CONTACT and conversation is not None:
        await batch.save_answers()
        comment = await answers.comment(batch.conn, conversation.occasion_id)
        text = comment if text in comment else "\n".join(filter(None, (comment, text)))
    for customer_id in await _concerned(scene, conversation, effect):
        case = opening.opened(
            effect.kind,
            text,
            batch.now,
            batch.at.today,
            urgent=effect.urgent,
            customer_id=customer_id,
            address_id=scene.sender.id,
            occasion_id=conversation.occasion_id if conversation else None,
            channel=scene.event.channel,
            promised=batch.at.catalogue.unit.days_to_answer(effect.kind),
        )
        batch.cases.append(case)


async def _concerned(scene: Scene, conversation: Conversation | None, effect: OpenCase) -> list[int | None]:
    """Return the ids of the customers whom a case concerns, each with a case of its own.

    None stands for a customer who cannot be told: any of several may have written, and a person must ask. A "yes"
    to contact is the answer to a question that one customer was asked.
    """
    if effect.kind == CaseKind.WRONG_NUMBER:  # it concerns all who are thought to have this number
        users = await addresses.users_of(scene.batch.conn, [scene.sender.id])
        return [user.id for user in users.get(scene.sender.id, [])] or [None]
    if conversation is not None and (effect.kind == CaseKind.CONTACT or not conversation.shared):
        return [conversation.customer_id]
    return [scene.born(None)]


async def _set_language(scene: Scene, conversation: Conversation | None, language: str) -> None:
    """Set the language of the conversation's customer or of the only one at the address.

    This reply is in that language in any case.
    """
    batch, users = scene.batch, scene.users
    if conversation is not None:
        await addresses.set_language(batch.conn, conversation.customer_id, language)
    elif len(users) == 1:
        await addresses.set_language(batch.conn, users[0].id, language)
    if users:
        spoken = [addresses.Person(each.id, language, each.birth_year) for each in users]
        batch.people[scene.sender.id] = spoken


def _asking(scene: Scene, conversation: Conversation | None, born: int | None) -> int | None:
    """Return the id of the customer who asks; None where it cannot be told."""
    if conversation is not None and not conversation.shared:
        return conversation.customer_id
    return scene.born(born)


async def _own_answers(scene: Scene, conversation: Conversation | None, born: int | None) -> Say:
    """List the answers of the customer who asks."""
    batch, users = scene.batch, scene.users
    customer_id = _asking(scene, conversation, born)
    if customer_id is None:
        return Say(("no_answers",))
    await batch.save_answers()
    language = conversation.session.language if conversation else users[0].language if users else FALLBACK
    text = listing(await answers.given(batch.conn, customer_id), batch.at.catalogue, language)
    return Say(("my_answers",), None, text) if text else Say(("no_answers",))


async def _erase(scene: Scene, conversation: Conversation | None, born: int | None) -> None:
    """Delete the answers of the customer who asks."""
    customer_id = _asking(scene, conversation, born)
    if customer_id is None:
        return
    await scene.batch.save()
    await erasure.erase(scene.batch.conn, customer_id, "customer", scene.batch.now)
    scene.batch.forget(customer_id, but=conversation)


async def _welcome_back(scene: Scene) -> None:
    """START: whoever uses the address may be written to again."""
    await opt_outs.start(scene.batch.conn, scene.sender.id, scene.batch.now)
    await scene.batch.reload_states()


async def _stop(scene: Scene) -> None:
    """STOP: write no more to any customer who uses this address, on any channel, at once.

    Their open conversations end with it, and what is queued for them is cancelled.
    """
    batch, sender = scene.batch, scene.sender
    conn, now, reason = batch.conn, batch.now, Reason.OPTED_OUT
    await batch.save()
    customers = await opt_outs.stop(conn, sender.id, "message", scene.written_at)
    await outbox.cancel_queued(conn, sender.id, customers, reason, now)
    closed = await sessions.close_elsewhere(conn, customers, sender.id)  # the engine closes the sender's own
    await occasions.close(conn, [(occasion_id, Outcome.OPTED_OUT, reason) for occasion_id in closed], now)
    batch.open = {id_: each for id_, each in batch.open.items() if each.occasion_id not in closed}
    await batch.reload_states()
