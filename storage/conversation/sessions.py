"""The conversations that a batch of events is about: loaded together, and saved together in few statements."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass, field, replace
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.conversation import answers
from storage.database.statements import insert
from storage.figures import measurements
from storage.followups import month_counts
from storage.people import addresses as people
from storage.people.addresses import Person
from storage.planning import occasions
from storage.tables import case, customer_address, inbox, occasion, outbox, session
from survey.conversation.model import Correct, Record, Session
from survey.packs.catalogue import Catalogue

# How far back the latest conversation of an address is looked for: longer than one stays open, and may then be
# opened again.
LOOK_BACK = timedelta(days=60)

WAITS = timedelta(days=7)  # how long a conversation stays open after the customer was last heard

REASONS = {
    "completed": "Kunden har svarat på alla frågor.",
    "partial": "Kunden svarade på några frågor.",
    "opted_out": "Kunden har sagt stopp.",
    "no_answer": "Kunden svarade inte.",
    "unreachable": "Mottagaren säger att numret är fel.",
}


@dataclass(slots=True)
class Talk:
    """One conversation, and what is still to be written of it. ``shared``: several customers use its address."""

    occasion_id: int
    enrolment_id: int
    customer_id: int
    survey: str
    period: str
    session: Session
    shared: bool
    answers: list[Record] = field(default_factory=list)
    outcome: str = ""


@dataclass(slots=True)
class Batch:
    """What a batch of events is about, and what it will write."""

    open: dict[int, Talk]  # by address id
    ended: dict[int, list[Talk]]  # by address id, where none is open: each customer's latest, the latest first
    people: dict[int, list[Person]]  # by address id: where no conversation is open, or several share it
    states: dict[int, str]  # address id -> state, as the batch changes it
    waits: timedelta  # how long a conversation stays open from now
    awaiting: dict[int, str]  # address id -> what its next message is about, as the batch changes it
    inbox: list[dict[str, Any]] = field(default_factory=list)
    cases: list[dict[str, Any]] = field(default_factory=list)
    outbox: list[dict[str, Any]] = field(default_factory=list)
    finished: list[Talk] = field(default_factory=list)
    touched: dict[int, Talk] = field(default_factory=dict)  # by occasion id
    greeted: set[int] = field(default_factory=set)

    def settle(self, address_id: int, talk: Talk) -> None:
        """Put a conversation where the next event of the batch will look for it."""
        if talk.session.state == "open":
            self.open[address_id] = talk
            self.ended.pop(address_id, None)
            return
        self.open.pop(address_id, None)
        self.ended[address_id] = _latest(talk, self.ended.get(address_id, []))
        # Nobody has looked for the address's customers while the conversation was open.
        if address_id not in self.people and self.states[address_id] != "unlinked":
            self.people[address_id] = [Person(talk.customer_id, talk.session.language, 0)]


_TALK = (
    session.c.address_id,
    session.c.occasion_id,
    occasion.c.enrolment_id,
    session.c.customer_id,
    occasion.c.survey,
    occasion.c.period,
    session.c.state,
)
_USERS = (
    select(func.count())
    .select_from(customer_address)
    .where(customer_address.c.address_id == session.c.address_id)
    .correlate(session)
    .scalar_subquery()
)
_OPEN = (
    select(*_TALK, _USERS.label("users"))
    .join(occasion, occasion.c.id == session.c.occasion_id)
    .where(session.c.address_id.in_(bindparam("ids", expanding=True)), session.c.is_open == 1)
)
_elsewhere = session.alias()
_ENDED = (
    select(*_TALK, _USERS.label("users"), occasion.c.outcome, occasion.c.closed_at)
    .join(occasion, occasion.c.id == session.c.occasion_id)
    .where(
        session.c.address_id.in_(bindparam("ids", expanding=True)),
        session.c.is_open == 0,
        session.c.opened_at >= bindparam("since", type_=session.c.opened_at.type),
        # A customer who is being asked at another address now is not asked here again.
        ~select(_elsewhere.c.occasion_id)
        .where(_elsewhere.c.customer_id == session.c.customer_id, _elsewhere.c.is_open == 1)
        .correlate(session)
        .exists(),
        # Nor is one whose number this was before it changed hands.
        select(customer_address.c.customer_id)
        .where(
            customer_address.c.customer_id == session.c.customer_id,
            customer_address.c.address_id == session.c.address_id,
        )
        .correlate(session)
        .exists(),
    )
    .order_by(session.c.opened_at)
)


def _talk(row: Any) -> Talk:
    _, occasion_id, enrolment_id, customer_id, survey, period, state, users, *_ = row
    return Talk(occasion_id, enrolment_id, customer_id, survey, period, Session.from_json(state), users > 1)


async def load(
    conn: AsyncConnection, addresses: Collection[people.Address], now: datetime, waits: timedelta
) -> Batch:
    """What is known of these addresses. An unlinked one belongs to nobody."""
    states = {each.id: each.state for each in addresses}
    rows = await conn.execute(_OPEN, {"ids": list(states)})
    found = {row.address_id: _talk(row) for row in rows}
    quiet = [id_ for id_, state in states.items() if id_ not in found and state != "unlinked"]
    ended: dict[int, list[Talk]] = {}
    if quiet:
        for row in await conn.execute(_ENDED, {"ids": quiet, "since": now - LOOK_BACK}):
            ended[row.address_id] = _latest(_ended(row), ended.get(row.address_id, []))
    shared = [id_ for id_, talk in found.items() if talk.shared]
    users = await people.users_of(conn, [*quiet, *shared]) if quiet or shared else {}
    return Batch(found, ended, users, states, waits, {each.id: each.awaiting for each in addresses})


def _ended(row: Any) -> Talk:
    """A conversation that is over, also for the engine: one that delivery closed, because a message did not arrive,
    is as one that nobody answered in time. After a stop it never opens again."""
    talk = _talk(row)
    if talk.session.state == "open":
        again = row.closed_at if row.outcome != "opted_out" else None
        talk.session = replace(talk.session, state="closed", closed_at=again, open_question=None)
    return talk


def _latest(talk: Talk, earlier: Sequence[Talk]) -> list[Talk]:
    """``talk``, and the latest of each other customer's."""
    return [talk, *(each for each in earlier if each.customer_id != talk.customer_id)]


_SAVE_SESSION = (
    update(session)
    .where(session.c.occasion_id == bindparam("id_"))
    .values(
        state=bindparam("state_"),
        language=bindparam("language_"),
        is_open=bindparam("is_open_"),
        late=bindparam("late_"),
        heard_at=bindparam("heard_at_"),
        expires_at=bindparam("expires_at_"),
    )
)


async def save(conn: AsyncConnection, work: Batch, catalogue: Catalogue, now: datetime) -> None:
    """Write all that the batch has gathered."""
    await insert(conn, inbox, work.inbox)
    await insert(conn, case, work.cases)
    await insert(conn, outbox, work.outbox)
    if work.greeted:
        await people.mark_greeted(conn, work.greeted, now)
    talks = list(work.touched.values())
    if talks:
        await _save_sessions(conn, talks, now, now + work.waits)
        await save_answers(conn, talks, catalogue, now)
    finished = [(talk.occasion_id, talk.outcome, REASONS[talk.outcome]) for talk in work.finished]
    await occasions.close(conn, finished, now)


async def save_now(conn: AsyncConnection, work: Batch, catalogue: Catalogue, now: datetime) -> None:
    """Write what has been gathered so far, for what must see it or undo it."""
    await save(conn, work, catalogue, now)
    for written in (work.inbox, work.cases, work.outbox, work.finished):
        written.clear()
    work.touched.clear()
    work.greeted.clear()


async def _save_sessions(conn: AsyncConnection, talks: Sequence[Talk], now: datetime, expires_at: datetime) -> None:
    await conn.execute(
        _SAVE_SESSION,
        [
            {
                "id_": talk.occasion_id,
                "state_": talk.session.to_json(),
                "language_": talk.session.language,
                "is_open_": int(talk.session.state == "open"),
                "late_": int(talk.session.late),
                "heard_at_": now,
                "expires_at_": expires_at,
            }
            for talk in talks
        ],
    )


async def save_answers(conn: AsyncConnection, talks: Sequence[Talk], catalogue: Catalogue, now: datetime) -> None:
    """Write the answers gathered so far."""
    rows: dict[tuple[int, str], dict[str, Any]] = {}
    ratings: list[tuple[int, str, str, int | None]] = []
    said: dict[tuple[int, str], int | None] = {}
    for talk in talks:
        for record in talk.answers:
            said |= held_of(talk, record.question, record.value)
            rows[talk.occasion_id, record.question] = row_of(talk, record, catalogue, now)
            ratings += rating_of(talk, record.question, record.value)
        talk.answers.clear()
    await month_counts.count_answers(conn, said)
    await answers.save(conn, list(rows.values()))
    if ratings:
        await measurements.set_ratings(conn, ratings)


def held_of(talk: Talk, question: str, value: int | None) -> dict[tuple[int, str], int | None]:
    """What the customer says of a month's follow-up, as storage.followups.month_counts counts it."""
    return {(talk.enrolment_id, talk.period): value} if question == "followup_held" else {}


def row_of(talk: Talk, given: Record | Correct, catalogue: Catalogue, now: datetime) -> dict[str, Any]:
    """An answer as a row of its table."""
    return {
        "occasion_id": talk.occasion_id,
        "question": given.question,
        "value": given.value,
        "text": given.text,
        "skipped": int(isinstance(given, Record) and given.skipped),
        "version": catalogue.surveys[talk.survey].version,
        "answered_at": now,
    }


def rating_of(talk: Talk, question: str, value: int | None) -> list[tuple[int, str, str, int | None]]:
    """The measurement that an answer changes; empty when it changes none."""
    # A survey that is asked once more, on trial, has a period and is no measurement.
    measured = talk.survey in measurements.POINTS and not talk.period
    return [(talk.enrolment_id, talk.survey, question, value)] if measured else []
