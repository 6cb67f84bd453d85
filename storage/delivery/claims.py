"""Messages taken to be sent: claimed with a lease, that the call is made once.

A claim that was never settled (its lease ran out) may have been sent: it is in doubt (``unknown``), and the
provider is asked before it is sent again. Where the provider cannot be asked a doubt is dear: the message is
repeated, but once only. There each call is written down just before it is made, so that what was claimed and not
called is in no doubt. What a message needs (consent, an open occasion, time left) is checked again when it is
claimed.
"""

from collections import Counter
from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import Integer, bindparam, case, func, literal_column, or_, select, update

from storage.database.engine import Connection, Database
from storage.delivery import conversations, pacing
from storage.delivery.outbox import REPLY, SWEPT
from storage.delivery.pacing import Pace
from storage.people import addresses as people
from storage.tables import address, customer, customer_address, occasion, outbox, session
from survey.codes import Outcome, Reason


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours until the lease ends. ``say`` is survey.conversation.model.Say as JSON.

    Attributes:
        attempts: calls made for it, this one included; not those of which the provider knows nothing.
        wait: seconds until its moment to leave has come.
        probe: it tries whether a paused channel works again.
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
    in_doubt: bool = False
    called_at: datetime | None = None
    repeats: int = 0
    lookups: int = 0
    known: frozenset[str] = frozenset()
    lease_until: datetime | None = None


async def claim(
    db: Database,
    now: datetime,
    lease: timedelta,
    room: Mapping[str, int],
    paces: Mapping[str, Pace],
    quiet_until: datetime | None,
    unsearchable: Collection[str] = (),
) -> tuple[list[Claimed], int]:
    """Messages to send or to ask about, as many as there is ``room`` for, and how many rows were looked at.

    ``room`` and ``paces``: by channel. ``quiet_until``: only replies may leave now, the others then.
    ``unsearchable``: the channels whose provider cannot be asked, where :func:`begin` comes before each call.
    """
    names = sorted(name for name, most in room.items() if most > 0)  # one order for all processes: no deadlock
    if not names:
        return [], 0
    async with db.begin() as conn:
        await conn.execute(_RELEASE, {"now": now})
        claimed = await _claim_in_doubt(conn, now, lease, max(room.values()), names)
        looked = len(claimed)
        in_doubt = Counter(each.channel for each in claimed)
        for name in names:
            called_at = None if name in unsearchable else now
            most = room[name] - in_doubt[name]
            found, seen = await _claim_queued(conn, name, now, lease, most, paces[name], quiet_until, called_at)
            claimed += found
            looked += seen
    return claimed, looked


async def begin(conn: Connection, message: Claimed, now: datetime) -> bool:
    """The call for ``message`` is about to be made; False when it is no longer ours to call for.

    From the commit on it is in doubt until it is settled. A lease that has ended, or that another process has
    taken since, is not ours: there must be no call.
    """
    values = {"id_": message.id, "lease_": message.lease_until, "now_": now}
    return (await conn.execute(_BEGIN, values)).rowcount == 1


async def _claim_queued(
    conn: Connection,
    name: str,
    now: datetime,
    lease: timedelta,
    limit: int,
    pace: Pace,
    quiet_until: datetime | None,
    called_at: datetime | None,
) -> tuple[list[Claimed], int]:
    if limit <= 0 or not await _is_queued(conn, name, now):
        return [], 0
    standing = await pacing.lock(conn, name)
    moments = pacing.moments(standing, pace, now, limit)
    if not moments:
        return [], 0
    values: dict[str, Any] = {"name": name, "now": now, "most": len(moments)}
    rows = (await conn.execute(_WAITING, values)).all()
    if not rows:
        return [], 0
    addresses = await people.address_values(conn, {row.address_id for row in rows})
    chats = {} if pace.to_one is None else await pacing.chat_moments(conn, addresses)
    gap = timedelta(seconds=1 / pace.to_one) if pace.to_one else timedelta()
    claimed: list[Claimed] = []
    moved: list[dict[str, Any]] = []
    started: dict[str, list[int]] = {}  # by language
    lapsed: list[int] = []
    spoken_to: dict[int, datetime] = {}
    for row in rows:
        channel, value, state = addresses[row.address_id]
        reply = row.key.startswith(REPLY)
        refused = _refusal(row, state, reply, now)
        moment = moments[len(claimed)]
        if refused is not None:
            moved.append(_move(row, refused[0], refused[1], now))
            if refused[1] == Reason.LAPSED and row.occasion_id is not None and not reply:
                lapsed.append(row.occasion_id)
        elif quiet_until is not None and (not reply or row.key.startswith(SWEPT)):
            later = _move(row, "queued", Reason.OUTSIDE_HOURS, None)
            moved.append({**later, "not_before_": min(quiet_until, row.expires_at)})
        elif pace.to_one is not None and chats.get(row.address_id, moment) > moment:
            later = _move(row, "queued", row.reason, None)
            moved.append({**later, "not_before_": chats[row.address_id]})
        else:
            chats[row.address_id] = spoken_to[row.address_id] = moment + gap
            started.setdefault(row.spoken, []).append(row.id)
            claimed.append(
                Claimed(
                    row.id,
                    row.reference,
                    row.occasion_id,
                    row.address_id,
                    channel,
                    value,
                    row.say,
                    row.survey,
                    row.spoken,
                    row.attempts + 1,
                    wait=(moment - now).total_seconds(),
                    probe=standing.paused_since is not None,
                    called_at=called_at,
                    repeats=row.repeats,
                    lease_until=now + lease,
                )
            )
    if moved:
        await conn.execute(_MOVE, moved)
    for language, ids in started.items():
        start = {"language_": language, "lease_": now + lease, "called_": called_at, "ids": ids}
        await conn.execute(_START, start)
    await conversations.end(conn, lapsed, Outcome.EXPIRED, Reason.LAPSED, now)
    if claimed:
        if pace.in_all is not None:
            await pacing.taken(conn, name, moments[len(claimed) - 1] + timedelta(seconds=1 / pace.in_all))
        if pace.to_one is not None:
            await pacing.chats_taken(conn, spoken_to)
        if standing.paused_since is not None:
            await pacing.trying(conn, name, now + lease)
    return claimed, len(rows)


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
_IN_DOUBT = _MESSAGE.where(
    *_DOUBTED,
    outbox.c.state == "unknown",
    outbox.c.not_before <= bindparam("now"),
    or_(outbox.c.lease_until.is_(None), outbox.c.lease_until <= bindparam("now")),
    outbox.c.channel.in_(bindparam("names", expanding=True)),
).order_by(outbox.c.not_before)


async def _is_queued(conn: Connection, name: str, now: datetime) -> bool:
    """Whether anything waits: asked first, so that an idle process locks nothing."""
    return (await conn.execute(_ANY_WAITING, {"name": name, "now": now})).first() is not None


async def _claim_in_doubt(
    conn: Connection, now: datetime, lease: timedelta, limit: int, names: Iterable[str]
) -> list[Claimed]:
    """Messages that may have been sent, to ask the provider about."""
    rows = (await conn.execute(_IN_DOUBT, {"now": now, "names": list(names), "most": limit})).all()
    if not rows:
        return []
    addresses = await people.address_values(conn, {row.address_id for row in rows})
    known: dict[int, set[str]] = {}
    for address_id, external_id in await conn.execute(
        select(outbox.c.address_id, outbox.c.external_id).where(
            outbox.c.address_id.in_(list(addresses)), outbox.c.external_id.is_not(None)
        )
    ):
        known.setdefault(address_id, set()).add(external_id)
    await conn.execute(
        update(outbox).where(outbox.c.id.in_([row.id for row in rows])).values(lease_until=now + lease)
    )
    return [
        Claimed(
            row.id,
            row.reference,
            row.occasion_id,
            row.address_id,
            row.channel,
            addresses[row.address_id][1],
            row.say,
            row.survey,
            row.language or row.spoken,
            row.attempts,
            in_doubt=True,
            called_at=row.called_at,
            repeats=row.repeats,
            lookups=row.lookups,
            known=frozenset(known.get(row.address_id, ())),
        )
        for row in rows
    ]


def _refusal(row: Any, state: str, reply: bool, now: datetime) -> tuple[str, str] | None:
    """The end of a message that may not be sent, with its reason."""
    # An address that has said stop, or that it is the wrong one, gets no more than answers to what it writes.
    answers = reply and row.created_at >= row.state_at
    if state == "opted_out" and not answers:
        return "cancelled", Reason.OPTED_OUT
    if state == "unreachable" or (state == "unlinked" and not answers):
        return "cancelled", Reason.UNREACHABLE
    if now >= row.expires_at:
        return "expired", Reason.LAPSED
    if row.outcome and not reply:
        return "cancelled", Reason.ALREADY_CLOSED
    if row.heard_at is not None and row.heard_at > row.created_at and not reply:
        return "cancelled", Reason.HEARD_SINCE  # it would ask again what has been answered
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


def _move(row: Any, state: str, reason: str, settled_at: datetime | None) -> dict[str, Any]:
    return {
        "id_": row.id,
        "state_": state,
        "reason_": reason,
        "not_before_": row.not_before,
        "lease_": None,
        "attempts_": row.attempts,
        "settled_": settled_at,
    }


def _end_leases(which: Any) -> Any:
    """What may have been called is in doubt; what cannot have been waits again."""
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
    """Every lease ends: for a process that knows itself to be the only one, when it starts."""
    await conn.execute(_RELEASE_ALL, {"now": now})
    await conn.execute(
        update(outbox).where(*_DOUBTED).values(lease_until=None)
    )  # those that were being asked about
