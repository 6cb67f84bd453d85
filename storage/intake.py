"""What comes in: a batch of events, each deduplicated, stepped and saved in one transaction.

The batch is the unit because the commit is what costs: events that arrive while one commit runs are saved
together by the next (group commit). Within a batch the events of one address are taken in order.
"""

import json
from collections.abc import Sequence
from dataclasses import asdict, dataclass, field
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, select, tuple_, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage import measurements, occasions, people
from storage.database import insert, upsert
from storage.tables import answer, case, customer, customer_address, inbox, occasion, outbox, session
from survey import engine
from survey.catalogue import Catalogue
from survey.model import (
    ChoiceTapped,
    Effect,
    Finish,
    OpenCase,
    OptIn,
    OptOut,
    Record,
    Say,
    Session,
    TextReceived,
)

SWEPT_LIFETIME = timedelta(days=3)  # of a reply that waits for the hours in which we may write
REPLY_LIFETIME = timedelta(hours=1)  # a Telegram reply that could not be sent by then has lost its meaning


@dataclass(frozen=True, slots=True)
class LinkRequested:
    """A Telegram ``/start TOKEN``: tie this chat to the customer whom the token was made for."""

    token: str


@dataclass(frozen=True, slots=True)
class Tapped:
    """A button of the question that one occasion asked."""

    occasion_id: int
    question: str
    value: int


@dataclass(frozen=True, slots=True)
class Inbound:
    """One event from outside. (channel, external_id) is its identity; ``sender`` an address value.

    ``swept``: an SMS whose webhook never came. There is no response to answer it in, so the reply is queued.
    """

    channel: str
    external_id: str
    sender: str
    event: TextReceived | Tapped | LinkRequested
    swept: bool = False

    @property
    def key(self) -> tuple[str, str]:
        return (self.channel, self.external_id)


@dataclass(frozen=True, slots=True)
class Taken:
    """What became of an event. ``reply`` is the rendered answer, the same each time it is asked for."""

    outcome: str
    reply: str | None


@dataclass(slots=True)
class _Conversation:
    occasion_id: int
    enrolment_id: int
    customer_id: int
    survey: str
    period: str
    session: Session
    answers: list[Record] = field(default_factory=list)
    outcome: str = ""
    changed: bool = False


@dataclass(slots=True)
class _Batch:
    """What a batch will write, gathered while its events are stepped."""

    conversations: dict[int, _Conversation]  # by address id
    languages: dict[int, tuple[int, str]]  # address id -> (customer id, language), where no session is open
    inbox: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    finished: list[_Conversation] = field(default_factory=list)
    touched: dict[int, _Conversation] = field(default_factory=dict)  # by occasion id
    greeted: set[int] = field(default_factory=set)


async def take_in(
    conn: AsyncConnection, batch: Sequence[Inbound], catalogue: Catalogue, now: datetime
) -> list[Taken]:
    """Save ``batch`` in the caller's transaction; one Taken for each event, in order.

    A repeated event changes nothing and gets the stored reply.
    """
    known = await _stored(conn, batch)
    fresh = [event for event in batch if event.key not in known]
    if fresh:
        addresses = await _addresses(conn, fresh, now)
        work = await _load(conn, [each.id for each in addresses.values()])
        for event in fresh:
            if event.key not in known:  # a repeat within the batch
                known[event.key] = await _take(
                    conn, work, event, addresses[event.channel, event.sender], catalogue, now
                )
        await _save(conn, work, catalogue, now)
    return [known[event.key] for event in batch]


async def _stored(conn: AsyncConnection, batch: Sequence[Inbound]) -> dict[tuple[str, str], Taken]:
    keys = list({event.key for event in batch})
    rows = await conn.execute(
        select(inbox.c.channel, inbox.c.external_id, inbox.c.outcome, inbox.c.reply).where(
            tuple_(inbox.c.channel, inbox.c.external_id).in_(keys)
        )
    )
    return {(row.channel, row.external_id): Taken(row.outcome, row.reply) for row in rows}


async def _addresses(
    conn: AsyncConnection, events: Sequence[Inbound], now: datetime
) -> dict[tuple[str, str], people.Address]:
    found: dict[tuple[str, str], people.Address] = {}
    for channel in sorted({event.channel for event in events}):
        values = [event.sender for event in events if event.channel == channel]
        for value, row in (await people.find_or_add(conn, channel, values, now)).items():
            found[channel, value] = row
    return found


async def _load(conn: AsyncConnection, address_ids: list[int]) -> _Batch:
    rows = await conn.execute(
        select(
            session.c.address_id,
            session.c.occasion_id,
            session.c.customer_id,
            session.c.state,
            occasion.c.enrolment_id,
            occasion.c.survey,
            occasion.c.period,
        )
        .join(occasion, occasion.c.id == session.c.occasion_id)
        .where(session.c.address_id.in_(address_ids), session.c.is_open == 1)
    )
    conversations = {
        row.address_id: _Conversation(
            row.occasion_id,
            row.enrolment_id,
            row.customer_id,
            row.survey,
            row.period,
            Session.from_json(row.state),
        )
        for row in rows
    }
    languages: dict[int, tuple[int, str]] = {}
    rest = [each for each in address_ids if each not in conversations]
    if rest:
        rows = await conn.execute(
            select(customer_address.c.address_id, customer.c.id, customer.c.language)
            .join(customer, customer.c.id == customer_address.c.customer_id)
            .where(customer_address.c.address_id.in_(rest))
            .order_by(customer.c.id.desc())
        )
        languages = {row.address_id: (row.id, row.language) for row in rows}
    return _Batch(conversations, languages)


async def _take(
    conn: AsyncConnection,
    work: _Batch,
    event: Inbound,
    sender: people.Address,
    catalogue: Catalogue,
    now: datetime,
) -> Taken:
    talk = work.conversations.get(sender.id)
    say: Say | None
    if isinstance(event.event, LinkRequested):
        outcome, say = await _link(conn, work, event.event.token, sender, now)
    elif talk is not None:
        outcome, say = await _converse(conn, work, talk, event, sender, catalogue, now)
    else:
        outcome, say = await _outside(conn, work, event, sender, catalogue, now)
    language = talk.session.language if talk else work.languages.get(sender.id, (0, "sv"))[1]
    reply = None
    if say is not None:
        survey = talk.survey if talk else None
        reply = catalogue.render(say, survey=survey, language=language, channel=event.channel)
        if event.channel != "sms" or event.swept:  # an SMS is answered in the webhook's own response
            _queue_reply(work, event, sender, talk, say, now)
    work.inbox.append(
        {
            "channel": event.channel,
            "external_id": event.external_id,
            "address_id": sender.id,
            "occasion_id": talk.occasion_id if talk else None,
            # A link token opens a customer's conversation: not even a used one is kept in clear.
            "body": event.event.text if isinstance(event.event, TextReceived) else type(event.event).__name__,
            "received_at": now,
            "outcome": outcome,
            "reply": reply,
        }
    )
    return Taken(outcome, reply)


async def _converse(
    conn: AsyncConnection,
    work: _Batch,
    talk: _Conversation,
    event: Inbound,
    sender: people.Address,
    catalogue: Catalogue,
    now: datetime,
) -> tuple[str, Say | None]:
    assert not isinstance(event.event, LinkRequested)
    happened: TextReceived | ChoiceTapped
    if isinstance(event.event, TextReceived):
        happened = event.event
    else:
        tapped = event.event
        if tapped.occasion_id != talk.occasion_id or tapped.question != talk.session.open_question:
            return "stale_button", Say(question=talk.session.open_question)
        happened = ChoiceTapped(tapped.question, tapped.value)
    talk.session, effects = engine.step(catalogue.surveys[talk.survey], talk.session, happened, now)
    talk.changed = True
    work.touched[talk.occasion_id] = talk
    said, outcome = await _apply(conn, work, effects, sender, talk, event.channel, now)
    if talk.session.state == "closed":
        del work.conversations[sender.id]
        work.languages[sender.id] = (talk.customer_id, talk.session.language)
    return outcome, said


async def _outside(
    conn: AsyncConnection,
    work: _Batch,
    event: Inbound,
    sender: people.Address,
    catalogue: Catalogue,
    now: datetime,
) -> tuple[str, Say | None]:
    """No question is open at this address: opt-out and help still work, the rest gets one neutral line."""
    effects = engine.outside(event.event.text, catalogue.words) if isinstance(event.event, TextReceived) else ()
    if effects:
        said, outcome = await _apply(conn, work, effects, sender, None, event.channel, now)
        return outcome, said
    if sender.state == "opted_out":
        return "opted_out_sender", None
    if sender.id in work.languages:
        return "no_open_question", Say(("no_open_question",))
    if sender.greeted_at is None and sender.id not in work.greeted:
        work.greeted.add(sender.id)
        return "unknown_sender", Say(("unknown_sender",))
    return "unknown_sender", None


async def _link(
    conn: AsyncConnection, work: _Batch, token: str, sender: people.Address, now: datetime
) -> tuple[str, Say]:
    customer_id = await people.redeem_token(conn, token, now)
    if customer_id is None:
        return "link_refused", Say(("link_invalid",))
    await people.link(conn, customer_id, sender.id, now)
    language = (await conn.execute(select(customer.c.language).where(customer.c.id == customer_id))).scalar_one()
    work.languages[sender.id] = (customer_id, language)
    return "linked", Say(("linked",))


async def _apply(
    conn: AsyncConnection,
    work: _Batch,
    effects: Sequence[Effect],
    sender: people.Address,
    talk: _Conversation | None,
    channel: str,
    now: datetime,
) -> tuple[Say | None, str]:
    """Gather what the effects ask to be written; what was said, and the event's outcome."""
    said: Say | None = None
    outcome = "help"
    for effect in effects:
        match effect:
            case Say():
                said = effect
                outcome = "re_asked" if talk and outcome == "help" and effect.question else outcome
            case Record():
                assert talk is not None
                talk.answers.append(effect)
                outcome = "answered"
            case OptOut():
                await _stop(conn, work, sender, now)
                outcome = "opted_out"
            case OptIn():
                await people.opt_in_addresses(conn, await people.siblings(conn, sender.id), now)
                outcome = "opted_in"
            case OpenCase(kind=kind, text=text):
                assert talk is not None
                work.cases.append(_case(talk, kind, text, channel, now))
            case Finish(outcome=finished):
                assert talk is not None
                talk.outcome = finished
                work.finished.append(talk)
    return said, outcome


def _case(talk: _Conversation, kind: str, text: str, channel: str, now: datetime) -> dict[str, Any]:
    return {
        "customer_id": talk.customer_id,
        "occasion_id": talk.occasion_id,
        "kind": kind,
        "text": text,
        "channel": channel,
        "opened_at": now,
        "status": "open",
    }


async def _stop(conn: AsyncConnection, work: _Batch, sender: people.Address, now: datetime) -> None:
    """STOP: every channel of every customer at this address, at once; what is open closes, what waits goes."""
    reached = await people.siblings(conn, sender.id)
    await people.opt_out_addresses(conn, reached, "message", now)
    await conn.execute(
        update(outbox)
        .where(outbox.c.address_id.in_(reached), outbox.c.state == "queued")
        .values(state="cancelled", reason="Mottagaren har sagt stopp.", settled_at=now)
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
            .values(outcome="opted_out", reason="Kunden har sagt stopp.", closed_at=now)
        )
        for address_id in reached[1:]:
            work.conversations.pop(address_id, None)


def _queue_reply(
    work: _Batch,
    event: Inbound,
    sender: people.Address,
    talk: _Conversation | None,
    say: Say,
    now: datetime,
) -> None:
    work.outbox.append(
        {
            "key": f"reply:{'swept' if event.swept else event.channel}:{event.external_id}",
            "reference": f"{event.channel}-{event.external_id}",
            "occasion_id": talk.occasion_id if talk else None,
            "address_id": sender.id,
            "channel": event.channel,
            "say": json.dumps(asdict(say)),
            "state": "queued",
            "reason": "",
            "created_at": now,
            "not_before": now,
            "expires_at": now + (SWEPT_LIFETIME if event.swept else REPLY_LIFETIME),
            "priority": 0,
            "attempts": 0,
            "status": "",
        }
    )


REASONS = {
    "completed": "Kunden har svarat på alla frågor.",
    "partial": "Kunden svarade på några frågor.",
    "opted_out": "Kunden har sagt stopp.",
    "no_answer": "Kunden svarade inte.",
}

_SAVE_SESSION = (
    update(session)
    .where(session.c.occasion_id == bindparam("id_"))
    .values(state=bindparam("state_"), language=bindparam("language_"), is_open=bindparam("is_open_"))
)


async def _save(conn: AsyncConnection, work: _Batch, catalogue: Catalogue, now: datetime) -> None:
    await insert(conn, inbox, work.inbox)
    await insert(conn, case, work.cases)
    await insert(conn, outbox, work.outbox)
    if work.greeted:
        await people.mark_greeted(conn, work.greeted, now)
    if work.touched:
        await _save_conversations(conn, list(work.touched.values()), catalogue, now)
    finished = [(talk.occasion_id, talk.outcome, REASONS[talk.outcome]) for talk in work.finished]
    await occasions.close(conn, finished, now)


async def _save_conversations(
    conn: AsyncConnection, talks: Sequence[_Conversation], catalogue: Catalogue, now: datetime
) -> None:
    await conn.execute(
        _SAVE_SESSION,
        [
            {
                "id_": talk.occasion_id,
                "state_": talk.session.to_json(),
                "language_": talk.session.language,
                "is_open_": int(talk.session.state == "open"),
            }
            for talk in talks
        ],
    )
    answers: dict[tuple[int, str], dict[str, Any]] = {}
    ratings: list[tuple[int, str, str, int]] = []
    for talk in talks:
        version = catalogue.surveys[talk.survey].version
        for record in talk.answers:
            answers[talk.occasion_id, record.question] = {
                "occasion_id": talk.occasion_id,
                "question": record.question,
                "value": record.value,
                "text": record.text,
                "skipped": int(record.skipped),
                "version": version,
                "answered_at": now,
            }
            # A survey that is asked once more, on trial, has a period and is no measurement.
            if talk.survey in measurements.POINTS and not talk.period and record.value is not None:
                ratings.append((talk.enrolment_id, talk.survey, record.question, record.value))
    await upsert(conn, answer, ("occasion_id", "question"), list(answers.values()))
    if ratings:
        await measurements.set_ratings(conn, ratings)
