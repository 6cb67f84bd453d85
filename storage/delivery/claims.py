"""Claim messages to be sent, each with a lease, so that a call for a message is made once.

A claim that was never settled (its lease ran out) may have been sent: the message is in doubt (``unknown``), and
the provider is asked before it is sent again. Telegram cannot be asked, so an ambiguous send is repeated at most
once; there each call is written down just before it is made (:func:`begin`), so that what was claimed and not
called for is in no doubt. What a message needs (consent, an open occasion, time left) is checked again when it is
claimed. The states and what a crash leaves: storage/delivery/outbox.py.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, literal_column, or_, select, update

from storage.database.engine import Connection, Database
from storage.delivery import conversations, openings, pacing
from storage.delivery.outbox import REMINDER, REPLY, SWEPT
from storage.delivery.pacing import Pace, Standing
from storage.people import addresses as people
from storage.tables import address, customer, customer_address, occasion, outbox, session
from survey.codes import AddressState, MessageState, Outcome, Reason
from survey.conversation.model import Say

# Until a message is looked at again whose receiver has another one in doubt: the provider need not keep texts,
# without which nobody could tell which of the two it has.
AFTER_A_DOUBT = timedelta(seconds=30)
_AS_IT_WAS = Say()  # stands for a message whose opening still tells enough


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until the lease ends.

    Attributes:
        to: E.164 phone number or Telegram chat id.
        say: survey.conversation.model.Say as JSON.
        attempts: calls made for it, this one included; not those of which the provider knows nothing.
        wait: seconds until its moment to leave has come.
        probe: it tries whether a paused channel works again.
        troubled: the calls before it did not reach the provider.
        in_doubt: it may have been sent already, by a call that began after ``called_at``: ask first.
        repeats: how many times it was sent again without asking.
        lookups: how many times the provider said that it does not have it.
        known: the provider's ids of other messages to the same receiver, which are not this one.
        lease_until: the end of the lease, which no other claim of this message shares.
    """

    id: int
    reference: str
    occasion_id: int | None
    address_id: int
    channel: str
    to: str
    say: str
    survey: str | None
    language: str
    attempts: int
    wait: float = 0.0
    probe: bool = False
    troubled: bool = False
    in_doubt: bool = False
    called_at: datetime | None = None
    repeats: int = 0
    lookups: int = 0
    known: frozenset[str] = frozenset()
    lease_until: datetime | None = None


@dataclass(frozen=True, slots=True)
class Terms:
    """How messages are claimed.

    Attributes:
        now: aware.
        lease: how long a message is ours.
        paces: by channel, how fast it may send.
        quiet_until: when messages may be sent again; until then only replies leave. None: all may leave now.
        unsearchable: the channels whose provider cannot be asked, where :func:`begin` comes before each call.
        today: the unit's own day at ``now``; None for the day in UTC.
    """

    now: datetime
    lease: timedelta
    paces: Mapping[str, Pace]
    quiet_until: datetime | None
    unsearchable: Collection[str] = ()
    today: date | None = None

    @property
    def lease_until(self) -> datetime:
        """When the lease of what is claimed now ends."""
        return self.now + self.lease


async def claim(db: Database, room: Mapping[str, int], terms: Terms) -> tuple[list[Claimed], int]:
    """Claim messages to send or to ask about, and return them with the number of rows that were looked at.

    Args:
        db: the database; the claim is a transaction of its own.
        room: by channel, how many messages at the most.
        terms: how they are claimed.
    """
    names = sorted(name for name, most in room.items() if most > 0)  # one order for all processes: no deadlock
    if not names:
        return [], 0
    async with db.begin() as conn:
        await conn.execute(_RELEASE, {"now": terms.now})
        claimed = await _claim_in_doubt(conn, terms, max(room.values()), names)
        looked = len(claimed)
        in_doubt = Counter(each.channel for each in claimed)
        for name in names:
            found, seen = await _claim_queued(conn, name, terms, room[name] - in_doubt[name])
            claimed += found
            looked += seen
    return claimed, looked


async def begin(conn: Connection, message: Claimed, now: datetime) -> bool:
    """Note that the call for ``message`` is about to be made; return False when it is no longer ours to call for.

    From the commit on the message is in doubt until it is settled. A lease that has ended, or that another process
    has taken since, is not ours: there must be no call.
    """
    values = {"id_": message.id, "lease_": message.lease_until, "now_": now}
    return (await conn.execute(_BEGIN, values)).rowcount == 1


@dataclass(slots=True)
class _Sorting:
    """The queued messages of one channel, sorted into those that leave now and those that do not.

    Attributes:
        moments: when messages may leave, evenly spaced; at least one for each row.
        chats: when the next message may go to each receiver, by address id, where the channel has a pace to one.
        moved: rows of _MOVE for the messages that do not leave.
        lapsed: the occasions whose question could not be sent in time.
        spoken_to: the receivers that get a message, and when the next one may go there.
        retold: the messages whose opening must tell something else now, by id (storage.delivery.openings).
        indistinct: the occasions whose customer nothing tells from another at the address.
        doubted: the receivers of a message that is in doubt, where the provider can be asked about it.
    """

    channel: str
    terms: Terms
    standing: Standing
    moments: Sequence[datetime]
    chats: dict[int, datetime]
    retold: Mapping[int, Say | None] = field(default_factory=dict)
    doubted: Collection[int] = ()
    claimed: list[Claimed] = field(default_factory=list)
    moved: list[dict[str, Any]] = field(default_factory=list)
    lapsed: list[int] = field(default_factory=list)
    indistinct: list[int] = field(default_factory=list)
    spoken_to: dict[int, datetime] = field(default_factory=dict)

    def take(self, row: Any, to: str, state: str) -> None:
        """Put one row of _WAITING in its place; ``to`` and ``state`` are its address's."""
        reply = row.key.startswith(REPLY)
        refused = _refusal(row, state, reply, self.terms.now)
        if refused is None and self.retold.get(row.id, _AS_IT_WAS) is None:
            refused = _Refused(MessageState.CANCELLED, Reason.INDISTINCT)
        if refused is not None:
            self._end(row, refused, reply)
        elif self.terms.quiet_until is not None and (not reply or row.key.startswith(SWEPT)):
            later = min(self.terms.quiet_until, row.expires_at)
            self.moved.append(_move(row, MessageState.QUEUED, Reason.OUTSIDE_HOURS, not_before=later))
        elif row.address_id in self.doubted:
            later = self.terms.now + AFTER_A_DOUBT
            self.moved.append(_move(row, MessageState.QUEUED, row.reason, not_before=later))
        elif self._is_too_soon(row.address_id):
            self.moved.append(_move(row, MessageState.QUEUED, row.reason, not_before=self.chats[row.address_id]))
        else:
            self._claim(row, to)

    def _end(self, row: Any, refused: "_Refused", reply: bool) -> None:
        self.moved.append(_move(row, refused.state, refused.reason, settled_at=self.terms.now))
        if refused.reason == Reason.LAPSED and row.occasion_id is not None and not reply:
            self.lapsed.append(row.occasion_id)
        if refused.reason == Reason.INDISTINCT and not row.key.endswith(REMINDER):  # one that was asked goes on
            self.indistinct.append(row.occasion_id)

    @property
    def _moment(self) -> datetime:
        """The moment at which the next message that is claimed leaves."""
        return self.moments[len(self.claimed)]

    def _is_too_soon(self, address_id: int) -> bool:
        """Return whether the receiver has just got, or is to get, another message."""
        return self._pace.to_one is not None and self.chats.get(address_id, self._moment) > self._moment

    @property
    def _pace(self) -> Pace:
        return self.terms.paces[self.channel]

    def _claim(self, row: Any, to: str) -> None:
        moment, to_one = self._moment, self._pace.to_one
        gap = timedelta(seconds=1 / to_one) if to_one else timedelta()
        self.chats[row.address_id] = self.spoken_to[row.address_id] = moment + gap
        searchable = self.channel not in self.terms.unsearchable
        told = self.retold.get(row.id)
        self.claimed.append(
            Claimed(
                id=row.id,
                reference=row.reference,
                occasion_id=row.occasion_id,
                address_id=row.address_id,
                channel=self.channel,
                to=to,
                say=row.say if told is None else told.to_json(),
                survey=row.survey,
                language=row.spoken,
                attempts=row.attempts + 1,
                wait=(moment - self.terms.now).total_seconds(),
                probe=self.standing.paused_since is not None,
                troubled=self.standing.failures > 0,
                called_at=self.terms.now if searchable else None,
                repeats=row.repeats,
                lease_until=self.terms.lease_until,
            )
        )


async def _claim_queued(conn: Connection, name: str, terms: Terms, limit: int) -> tuple[list[Claimed], int]:
    """Claim up to ``limit`` queued messages of one channel; return them with the number of rows looked at."""
    if limit <= 0 or not await _is_queued(conn, name, terms.now):
        return [], 0
    pace = terms.paces[name]
    standing = await pacing.lock(conn, name)
    moments = pacing.moments(standing, pace, terms.now, limit)
    if not moments:
        return [], 0
    waiting = _WAITING if standing.paused_since is None else _TO_TRY
    rows = (await conn.execute(waiting, {"name": name, "now": terms.now, "most": len(moments)})).all()
    if not rows:
        return [], 0
    addresses = await people.address_values(conn, {row.address_id for row in rows})
    chats = {} if pace.to_one is None else await pacing.chat_moments(conn, addresses, terms.now)
    retold = await openings.retold(conn, rows, terms.today or terms.now.date())
    doubted: Collection[int] = ()
    if name not in terms.unsearchable:
        doubted = set((await conn.execute(_DOUBTED_AT, {"ids": list(addresses)})).scalars())
    sorting = _Sorting(name, terms, standing, moments, chats, retold, doubted)
    for row in rows:
        _, to, state = addresses[row.address_id]
        sorting.take(row, to, state)
    await _write(conn, sorting)
    await _take_moments(conn, sorting, pace)
    return sorting.claimed, len(rows)


async def _write(conn: Connection, sorting: _Sorting) -> None:
    """Write down what becomes of each message that was looked at."""
    if sorting.moved:
        await conn.execute(_MOVE, sorting.moved)
    by_language: dict[str, list[Claimed]] = {}
    for each in sorting.claimed:
        by_language.setdefault(each.language, []).append(each)
    for language, some in by_language.items():
        start = {"language_": language, "lease_": sorting.terms.lease_until, "called_": some[0].called_at}
        await conn.execute(_START, {**start, "ids": [each.id for each in some]})
    retold = [{"id_": each.id, "say_": each.say} for each in sorting.claimed if each.id in sorting.retold]
    if retold:
        await conn.execute(_RETELL, retold)
    await conversations.end(conn, sorting.lapsed, Outcome.EXPIRED, Reason.LAPSED, sorting.terms.now)
    await conversations.end(conn, sorting.indistinct, Outcome.UNREACHABLE, Reason.INDISTINCT, sorting.terms.now)


async def _take_moments(conn: Connection, sorting: _Sorting, pace: Pace) -> None:
    """Write down which moments the claimed messages take, for all processes that send on the channel."""
    count = len(sorting.claimed)
    if not count:
        return
    if pace.in_all is not None:
        next_at = sorting.moments[count - 1] + timedelta(seconds=1 / pace.in_all)
        await pacing.taken(conn, sorting.channel, next_at)
    if pace.to_one is not None:
        await pacing.chats_taken(conn, sorting.spoken_to)
    if sorting.standing.paused_since is not None:
        await pacing.trying(conn, sorting.channel, sorting.terms.lease_until)


# The statements are built once: building one takes SQLAlchemy longer than SQLite takes to run it.
_SPOKEN = (
    select(func.min(customer.c.language))
    .join(customer_address, customer_address.c.customer_id == customer.c.id)
    .where(customer_address.c.address_id == outbox.c.address_id)
    .scalar_subquery()
)
# The message, and what decides whether it may leave: the survey, today's language, the occasion's outcome, the
# address's latest change, and when the customer was last heard in the conversation. Joined from the left, so that
# the queue's own index leads.
_MESSAGE = (
    select(
        outbox.c.id,
        outbox.c.key,
        outbox.c.reference,
        outbox.c.occasion_id,
        outbox.c.address_id,
        outbox.c.channel,
        outbox.c.say,
        outbox.c.reason,
        outbox.c.created_at,
        outbox.c.not_before,
        outbox.c.expires_at,
        outbox.c.attempts,
        outbox.c.called_at,
        outbox.c.language,
        outbox.c.repeats,
        outbox.c.lookups,
        occasion.c.survey,
        func.coalesce(session.c.language, _SPOKEN, "").label("spoken"),
        func.coalesce(occasion.c.outcome, "").label("outcome"),
        address.c.state_at,
        session.c.heard_at,
    )
    .outerjoin(address, address.c.id == outbox.c.address_id)
    .outerjoin(occasion, occasion.c.id == outbox.c.occasion_id)
    .outerjoin(session, session.c.occasion_id == outbox.c.occasion_id)
    .limit(bindparam("most", type_=Integer()))
    .with_for_update(of=outbox, skip_locked=True)
)
# The states are literals, because a partial index serves a query only when both say the same words.
_QUEUED: tuple[Any, ...] = (
    literal_column("outbox.state") == literal_column("'queued'"),
    outbox.c.channel == bindparam("name"),
    outbox.c.not_before <= bindparam("now"),
)
_DOUBTED: tuple[Any, ...] = (
    outbox.c.settled_at.is_(None),
    literal_column("outbox.state IN ('sending', 'unknown')"),
)
_ANY_WAITING = select(outbox.c.id).where(*_QUEUED).limit(1)
_WAITING = _MESSAGE.where(*_QUEUED).order_by(outbox.c.priority, outbox.c.not_before, outbox.c.id)
# While the channel is paused: another message each time, because what failed last may itself be at fault, and one
# that may have arrived already comes last, because it is repeated once only.
_TO_TRY = _MESSAGE.where(*_QUEUED).order_by(
    outbox.c.repeats, outbox.c.attempts, outbox.c.priority, outbox.c.not_before, outbox.c.id
)
_IN_DOUBT = _MESSAGE.where(
    *_DOUBTED,
    outbox.c.state == "unknown",
    outbox.c.not_before <= bindparam("now"),
    or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")),
    outbox.c.channel.in_(bindparam("names", expanding=True)),
).order_by(outbox.c.called_at, outbox.c.not_before)
_DOUBTED_AT = select(outbox.c.address_id).where(
    *_DOUBTED, outbox.c.state == "unknown", outbox.c.address_id.in_(bindparam("ids", expanding=True))
)


async def _is_queued(conn: Connection, name: str, now: datetime) -> bool:
    """Return whether anything waits. It is asked first, so that an idle process locks nothing."""
    return (await conn.execute(_ANY_WAITING, {"name": name, "now": now})).first() is not None


async def _claim_in_doubt(conn: Connection, terms: Terms, limit: int, names: Iterable[str]) -> list[Claimed]:
    """Claim messages that may have been sent, to ask the provider about."""
    rows = (await conn.execute(_IN_DOUBT, {"now": terms.now, "names": list(names), "most": limit})).all()
    if not rows:
        return []
    # One at each address: the next look-up there must know which of the provider's messages this one was.
    rows = list({row.address_id: row for row in reversed(rows)}.values())[::-1]
    addresses = await people.address_values(conn, {row.address_id for row in rows})
    known = await _external_ids(conn, addresses)
    ids = [row.id for row in rows]
    await conn.execute(update(outbox).where(outbox.c.id.in_(ids)).values(lease_until=terms.lease_until))
    return [
        Claimed(
            id=row.id,
            reference=row.reference,
            occasion_id=row.occasion_id,
            address_id=row.address_id,
            channel=row.channel,
            to=addresses[row.address_id][1],
            say=row.say,
            survey=row.survey,
            language=row.language or row.spoken,
            attempts=row.attempts,
            in_doubt=True,
            called_at=row.called_at,
            repeats=row.repeats,
            lookups=row.lookups,
            known=frozenset(known.get(row.address_id, ())),
        )
        for row in rows
    ]


async def _external_ids(conn: Connection, address_ids: Iterable[int]) -> dict[int, set[str]]:
    """Return the provider's ids of the messages to each address."""
    rows = await conn.execute(
        select(outbox.c.address_id, outbox.c.external_id).where(
            outbox.c.address_id.in_(list(address_ids)), outbox.c.external_id.is_not(None)
        )
    )
    found: dict[int, set[str]] = {}
    for address_id, external_id in rows:
        found.setdefault(address_id, set()).add(external_id)
    return found


@dataclass(frozen=True, slots=True)
class _Refused:
    """The end of a message that may not be sent."""

    state: MessageState
    reason: Reason


def _refusal(row: Any, state: str, reply: bool, now: datetime) -> _Refused | None:
    """Return why a message may not be sent (any more); None when it may.

    Args:
        row: a row of _WAITING.
        state: of its address.
        reply: whether it answers what the customer wrote.
        now: aware.
    """
    # An address that has said stop, or that it is the wrong one, gets no more than answers to what it writes.
    answers = reply and row.created_at >= row.state_at
    if state == AddressState.OPTED_OUT and not answers:
        return _Refused(MessageState.CANCELLED, Reason.OPTED_OUT)
    if state == AddressState.UNREACHABLE or (state == AddressState.UNLINKED and not answers):
        return _Refused(MessageState.CANCELLED, Reason.UNREACHABLE)
    if now >= row.expires_at:
        return _Refused(MessageState.EXPIRED, Reason.LAPSED)
    if row.outcome and not reply:
        return _Refused(MessageState.CANCELLED, Reason.ALREADY_CLOSED)
    if row.heard_at is not None and row.heard_at > row.created_at and not reply:
        return _Refused(MessageState.CANCELLED, Reason.HEARD_SINCE)  # it would ask again what has been answered
    return None


_START = (
    update(outbox)
    .where(outbox.c.id.in_(bindparam("ids", expanding=True)))
    .values(
        state="sending",
        reason="",
        lease_until=bindparam("lease_"),
        attempts=outbox.c.attempts + 1,
        called_at=bindparam("called_"),
        language=bindparam("language_"),
    )
)
_RETELL = update(outbox).where(outbox.c.id == bindparam("id_")).values(say=bindparam("say_"))
_BEGIN = (
    update(outbox)
    .where(
        outbox.c.id == bindparam("id_"),
        outbox.c.state == "sending",
        outbox.c.lease_until == bindparam("lease_"),
        outbox.c.lease_until > bindparam("now_"),
    )
    .values(called_at=bindparam("now_"))
)
_MOVE = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"))
    .values(
        state=bindparam("state_"),
        reason=bindparam("reason_"),
        not_before=bindparam("not_before_"),
        lease_until=bindparam("lease_"),
        attempts=bindparam("attempts_"),
        settled_at=bindparam("settled_"),
    )
)


def _move(
    row: Any,
    state: MessageState,
    reason: str,
    *,
    not_before: datetime | None = None,
    settled_at: datetime | None = None,
) -> dict[str, Any]:
    """Return the values of _MOVE for a message that does not leave now."""
    return {
        "id_": row.id,
        "state_": state,
        "reason_": reason,
        "not_before_": not_before or row.not_before,
        "lease_": None,
        "attempts_": row.attempts,
        "settled_": settled_at,
    }


def _end_leases(which: Any) -> Any:
    """Return the statement that ends leases: what may have been called for is in doubt, the rest waits again."""
    uncalled = outbox.c.called_at.is_(None)
    return (
        update(outbox)
        .where(*_DOUBTED, outbox.c.state == "sending", which)
        .values(
            state=case((uncalled, "queued"), else_="unknown"),
            reason=case((uncalled, ""), else_=Reason.INTERRUPTED.value),
            attempts=outbox.c.attempts - case((uncalled, 1), else_=0),
            lease_until=None,
            not_before=bindparam("now"),
        )
    )


_RELEASE = _end_leases(outbox.c.lease_until <= bindparam("now"))
_RELEASE_ALL = _end_leases(outbox.c.lease_until.is_not(None))


async def release_all(conn: Connection, now: datetime) -> None:
    """End every lease: for a process that knows itself to be the only one, when it starts."""
    await conn.execute(_RELEASE_ALL, {"now": now})
    # Also those of messages that were being asked about.
    await conn.execute(update(outbox).where(*_DOUBTED).values(lease_until=None))
