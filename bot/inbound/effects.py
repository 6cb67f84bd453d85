"""What the engine's effects do to the database: the rows that a batch gathers, and the few things done at once."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, datetime

from sqlalchemy import select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.inbound.events import Inbound
from storage.cases import opening
from storage.conversation import answers, sessions
from storage.conversation.sessions import REASONS, Batch, Talk
from storage.delivery import outbox
from storage.figures import measurements
from storage.followups import month_counts
from storage.people import addresses
from storage.tables import occasion, session
from storage.tables import outbox as outbox_table
from survey.conversation.model import (
    Append,
    Await,
    Awaiting,
    Correct,
    Effect,
    Erase,
    Finish,
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
from survey.packs.catalogue import Catalogue
from survey.packs.own_answers import listing


@dataclass(frozen=True, slots=True)
class Scene:
    """Where one event takes place."""

    conn: AsyncConnection
    work: Batch
    catalogue: Catalogue
    now: datetime
    buttons: dict[str, outbox.Asked]
    event: Inbound
    sender: addresses.Address
    today: date
    providers: tuple[int, ...] = ()  # for whom the sender speaks, as a contact person

    @property
    def state(self) -> str:
        """The address's state now, also when an earlier event of the batch changed it."""
        return self.work.states[self.sender.id]

    def sharing(self, talk: Talk | None) -> tuple[int, ...]:
        """survey.conversation.model.TextReceived.sharing."""
        users = self.work.people.get(self.sender.id, [])
        if len(users) < 2:
            return ()
        first = sorted(users, key=lambda user: talk is None or user.id != talk.customer_id)
        return tuple(user.birth_year for user in first)

    def born(self, year: int | None) -> int | None:
        """The one customer at the address who was born in ``year`` (None: in any); None where it cannot be told."""
        users = self.work.people.get(self.sender.id, [])
        found = [user.id for user in users if year is None or user.birth_year == year]
        return found[0] if len(found) == 1 else None


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
    TellAnswers: answers.LISTED,
    Erase: "erased",
}


async def apply(scene: Scene, effects: Sequence[Effect], talk: Talk | None) -> tuple[str, Say | None]:
    """Do, or gather, what the effects ask for; the event's outcome, and what was said."""
    said: Say | None = None
    for effect in effects:
        match effect:
            case Say():
                said = effect
            case TellAnswers(born):
                said = await _own_answers(scene, talk, born)
            case Record():
                assert talk is not None
                talk.answers.append(effect)
            case Correct() | Withdraw() | Append():
                assert talk is not None
                await _rewrite(scene, talk, effect)
            case OptOut():
                await _stop(scene)
            case OptIn():
                await _welcome_back(scene)
            case OpenCase():
                await _open_case(scene, talk, effect)
            case SetLanguage(language):
                await _set_language(scene, talk, language)
            case Unlink():
                await addresses.unlink(scene.conn, scene.sender.id, scene.now)
                scene.work.people.pop(scene.sender.id, None)
                scene.work.states[scene.sender.id] = "unlinked"
            case Erase(born):
                await _erase(scene, talk, born)
            case Await(subject, born):
                awaited = Awaiting(subject, scene.now, born).to_json() if subject else ""
                scene.work.awaiting[scene.sender.id] = awaited
                await addresses.set_awaiting(scene.conn, scene.sender.id, awaited)
            case Finish(outcome):
                assert talk is not None
                talk.outcome = outcome
                scene.work.finished.append(talk)
    named = next((_OUTCOMES[type(effect)] for effect in effects if type(effect) in _OUTCOMES), None)
    if named is None and said is not None:
        named = "re_asked" if said.question else said.phrases[0]
    return named or "repeated", said


async def _rewrite(scene: Scene, talk: Talk, effect: Correct | Withdraw | Append) -> None:
    """Change an answer that is already there."""
    conn, now = scene.conn, scene.now
    await sessions.save_answers(conn, [talk], scene.catalogue, now)
    ratings = []
    match effect:
        case Correct(question, value, _):
            await month_counts.count_answers(conn, sessions.held_of(talk, question, value))
            await answers.correct(conn, sessions.row_of(talk, effect, scene.catalogue, now))
            ratings = sessions.rating_of(talk, question, value)
        case Withdraw(question):
            await month_counts.count_answers(conn, sessions.held_of(talk, question, None))
            await answers.withdraw(conn, talk.occasion_id, question, now)
            ratings = sessions.rating_of(talk, question, None)
        case Append(question, text):
            await answers.append(conn, talk.occasion_id, question, text)
    if ratings:
        await measurements.set_ratings(conn, ratings)


async def _open_case(scene: Scene, talk: Talk | None, effect: OpenCase) -> None:
    text = effect.text
    if effect.kind == "contact" and talk is not None:
        await sessions.save_answers(scene.conn, [talk], scene.catalogue, scene.now)
        text = await answers.comment(scene.conn, talk.occasion_id)
    # What any of several may have written is nobody's yet: a person must ask whose it is. A "yes" to contact is the
    # answer to a question that one customer was asked.
    told = talk is not None and (effect.kind == "contact" or not talk.shared)
    whose = [talk.customer_id if talk is not None and told else scene.born(None)]
    if effect.kind == "wrong_number":  # it concerns all who are thought to have this number
        known = await addresses.users_of(scene.conn, [scene.sender.id])
        whose = [user.id for user in known.get(scene.sender.id, [])] or [None]
    scene.work.cases += [
        opening.opened(
            effect.kind,
            text,
            scene.now,
            urgent=effect.urgent,
            customer_id=customer_id,
            address_id=scene.sender.id,
            occasion_id=talk.occasion_id if talk else None,
            channel=scene.event.channel,
        )
        for customer_id in whose
    ]


async def _set_language(scene: Scene, talk: Talk | None, language: str) -> None:
    """For the customer of the conversation, or the only one at the address; this reply is in it in any case."""
    users = scene.work.people.get(scene.sender.id, [])
    if talk is not None:
        await addresses.set_language(scene.conn, talk.customer_id, language)
    elif len(users) == 1:
        await addresses.set_language(scene.conn, users[0].id, language)
    if users:
        scene.work.people[scene.sender.id] = [
            addresses.Person(each.id, language, each.birth_year) for each in users
        ]


def _person(scene: Scene, talk: Talk | None, born: int | None) -> int | None:
    """The customer who asks; None where it cannot be told."""
    return talk.customer_id if talk is not None and not talk.shared else scene.born(born)


async def _own_answers(scene: Scene, talk: Talk | None, born: int | None) -> Say:
    customer_id = _person(scene, talk, born)
    if customer_id is None:
        return Say(("no_answers",))
    if talk is not None:
        await sessions.save_answers(scene.conn, [talk], scene.catalogue, scene.now)
    users = scene.work.people.get(scene.sender.id)
    language = talk.session.language if talk else users[0].language if users else "sv"
    text = listing(await answers.given(scene.conn, customer_id), scene.catalogue, language)
    return Say(("my_answers",), None, text) if text else Say(("no_answers",))


async def _erase(scene: Scene, talk: Talk | None, born: int | None) -> None:
    customer_id = _person(scene, talk, born)
    if customer_id is None:
        return
    await sessions.save_now(scene.conn, scene.work, scene.catalogue, scene.now)
    await answers.erase(scene.conn, customer_id, "customer", scene.now)
    work = scene.work
    work.open = {id_: each for id_, each in work.open.items() if each is talk or each.customer_id != customer_id}
    for talks in work.ended.values():
        talks[:] = [each for each in talks if each is talk or each.customer_id != customer_id]


async def _welcome_back(scene: Scene) -> None:
    """START: every channel of the customer; on a shared address that one alone, since another's chat may be closed
    for good."""
    reached = [scene.sender.id]
    if scene.born(None) is not None:
        reached = await addresses.siblings(scene.conn, scene.sender.id)
    await addresses.opt_in_addresses(scene.conn, reached, scene.now)
    scene.work.states[scene.sender.id] = "active"


async def _stop(scene: Scene) -> None:
    """STOP: every channel of every customer at this address, at once; what is open closes, what waits goes."""
    conn, work, sender, now = scene.conn, scene.work, scene.sender, scene.now
    await sessions.save_now(conn, work, scene.catalogue, now)
    reached = await addresses.siblings(conn, sender.id)
    await addresses.opt_out_addresses(conn, reached, "message", now)
    await conn.execute(
        update(outbox_table)
        .where(outbox_table.c.address_id.in_(reached), outbox_table.c.state == "queued")
        .values(state="cancelled", reason=REASONS["opted_out"], settled_at=now)
    )
    open_elsewhere = select(session.c.occasion_id).where(
        session.c.address_id.in_(reached), session.c.address_id != sender.id, session.c.is_open == 1
    )
    elsewhere = [occasion_id for (occasion_id,) in await conn.execute(open_elsewhere)]
    if elsewhere:
        await conn.execute(update(session).where(session.c.occasion_id.in_(elsewhere)).values(is_open=0))
        await conn.execute(
            update(occasion)
            .where(occasion.c.id.in_(elsewhere))
            .values(outcome="opted_out", reason=REASONS["opted_out"], closed_at=now)
        )
    for address_id in reached:
        work.states[address_id] = "opted_out"
        if address_id != sender.id:
            work.open.pop(address_id, None)
