"""Messages on their way out: queued in the caller's transaction, claimed with a lease, settled after the call.

A claim that was never settled (its lease ran out) may have been sent: it becomes ``unknown`` and is never sent
again blindly. What a message needs (consent, an open occasion, time left) is checked again when it is claimed.
"""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from sqlalchemy import bindparam, func, or_, select, update

from storage import people
from storage.database import Database, insert_ignore
from storage.occasions import Connection
from storage.tables import address, customer, customer_address, occasion, outbox, session

REPLY = "reply:"  # begins the key of an answer to what the customer just wrote

_OPTED_OUT = "Kunden har sagt stopp."
_UNREACHABLE = "Adressen går inte att nå."
_EXPIRED = "Tiden gick ut innan frågan kunde skickas."
_CLOSED = "Samtalet är redan avslutat."
_MAYBE_SENT = "Avbröts under sändningen: kan ha kommit fram och skickas inte igen."
_QUIET = "Utanför sändningstiden."


@dataclass(frozen=True, slots=True)
class Claimed:
    """A message that is ours to send until the lease ends. ``say`` is survey.model.Say as JSON."""

    id: int
    reference: str
    occasion_id: int | None
    address_id: int
    channel: str
    to: str
    say: str
    survey: str | None
    language: str
    attempts: int  # this one included


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed message.

    ``kind``: sent, retry (look at ``not_before``), paused (as retry, and the attempt does not count), unknown,
    permanent, opted_out or failed (this message alone).
    """

    message: Claimed
    kind: str
    reason: str = ""
    not_before: datetime | None = None
    external_id: str | None = None
    segments: int | None = None
    price: str | None = None


async def enqueue(conn: Connection, messages: Sequence[Mapping[str, Any]], now: datetime) -> None:
    """Queue messages: key, reference, occasion_id, address_id, channel, say, expires_at. A known key is left."""
    common = {
        "state": "queued",
        "reason": "",
        "created_at": now,
        "not_before": now,
        "attempts": 0,
        "status": "",
    }
    await insert_ignore(conn, outbox, [{**message, **common} for message in messages])


async def claim(
    db: Database,
    now: datetime,
    lease: timedelta,
    limit: int,
    channels: Collection[str],
    quiet_until: datetime | None,
) -> tuple[list[Claimed], int]:
    """Up to ``limit`` messages to send, and how many rows were looked at.

    ``quiet_until``: only replies may leave now; the others wait until then.
    """
    if not channels:
        return [], 0
    async with db.begin() as conn:
        await _release(conn, now)
        rows = (
            await conn.execute(
                select(outbox)
                .where(
                    outbox.c.state == "queued",
                    outbox.c.not_before <= now,
                    outbox.c.channel.in_(list(channels)),
                )
                .order_by(outbox.c.not_before, outbox.c.id)
                .limit(limit)
                .with_for_update(skip_locked=True)
            )
        ).all()
        if not rows:
            return [], 0
        facts = await _facts(conn, rows)
        addresses = await people.address_values(conn, {row.address_id for row in rows})
        claimed: list[Claimed] = []
        moved: list[dict[str, Any]] = []
        lapsed: list[int] = []
        for row in rows:
            channel, value, state = addresses[row.address_id]
            survey, language, outcome, state_at = facts[row.id]
            reply = row.key.startswith(REPLY)
            refused = _refusal(row, state, state_at, outcome, reply, now)
            if refused is not None:
                moved.append(_move(row, refused[0], refused[1], now))
                if refused[1] == _EXPIRED and row.occasion_id is not None and not reply:
                    lapsed.append(row.occasion_id)
            elif quiet_until is not None and not reply:
                later = _move(row, "queued", _QUIET, None)
                moved.append({**later, "not_before_": min(quiet_until, row.expires_at)})
            else:
                started = _move(row, "sending", "", None)
                moved.append({**started, "lease_": now + lease, "attempts_": row.attempts + 1})
                claimed.append(
                    Claimed(
                        row.id,
                        row.reference,
                        row.occasion_id,
                        row.address_id,
                        channel,
                        value,
                        row.say,
                        survey,
                        language,
                        row.attempts + 1,
                    )
                )
        await conn.execute(_MOVE, moved)
        await _close(conn, lapsed, "expired", _EXPIRED, now)
    return claimed, len(rows)


def _refusal(
    row: Any, state: str, state_at: datetime, outcome: str, reply: bool, now: datetime
) -> tuple[str, str] | None:
    """The end of a message that may not be sent, with its reason."""
    # The confirmation of a STOP is the one message that an opted-out address gets.
    if state == "opted_out" and not (reply and row.created_at >= state_at):
        return "cancelled", _OPTED_OUT
    if state in ("unreachable", "unlinked"):
        return "cancelled", _UNREACHABLE
    if now >= row.expires_at:
        return "expired", _EXPIRED
    if outcome and not reply:
        return "cancelled", _CLOSED
    return None


async def _facts(conn: Connection, rows: Sequence[Any]) -> dict[int, tuple[str | None, str, str, datetime]]:
    """By outbox id: the survey, today's language, the occasion's outcome, the address's latest change."""
    spoken = (
        select(func.min(customer.c.language))
        .join(customer_address, customer_address.c.customer_id == customer.c.id)
        .where(customer_address.c.address_id == outbox.c.address_id)
        .scalar_subquery()
    )
    found = await conn.execute(
        select(
            outbox.c.id,
            occasion.c.survey,
            func.coalesce(session.c.language, spoken, ""),
            func.coalesce(occasion.c.outcome, ""),
            address.c.state_at,
        )
        .join(address, address.c.id == outbox.c.address_id)
        .outerjoin(occasion, occasion.c.id == outbox.c.occasion_id)
        .outerjoin(session, session.c.occasion_id == outbox.c.occasion_id)
        .where(outbox.c.id.in_([row.id for row in rows]))
    )
    return {id_: (survey, language, outcome, at) for id_, survey, language, outcome, at in found}


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


async def _release(conn: Connection, now: datetime) -> None:
    await conn.execute(
        update(outbox)
        .where(outbox.c.state == "sending", outbox.c.lease_until <= now)
        .values(state="unknown", reason=_MAYBE_SENT, lease_until=None, settled_at=now)
    )


_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"))
    .values(external_id=bindparam("external_"), segments=bindparam("segments_"), price=bindparam("price_"))
)
# A status callback may have come before the call's own answer, or after the lease: the carrier knows better.
_SETTLE = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), or_(outbox.c.state == "sending", outbox.c.state == "unknown"))
    .values(state=bindparam("state_"), reason=bindparam("reason_"), lease_until=None, settled_at=bindparam("at_"))
)
_AGAIN = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), outbox.c.state == "sending")
    .values(
        state="queued",
        reason=bindparam("reason_"),
        not_before=bindparam("not_before_"),
        attempts=bindparam("attempts_"),
        lease_until=None,
    )
)
_STATES = {"sent": "sent", "unknown": "unknown", "permanent": "failed", "opted_out": "failed", "failed": "failed"}


async def settle(conn: Connection, results: Sequence[Result], now: datetime) -> None:
    """Write down what became of claimed messages, and what follows for addresses and occasions."""
    again = [
        {
            "id_": each.message.id,
            "reason_": each.reason,
            "not_before_": each.not_before or now,
            "attempts_": each.message.attempts - (each.kind == "paused"),
        }
        for each in results
        if each.kind in ("retry", "paused")
    ]
    if again:
        await conn.execute(_AGAIN, again)
    sent = [
        {
            "id_": each.message.id,
            "external_": each.external_id,
            "segments_": each.segments,
            "price_": each.price,
        }
        for each in results
        if each.kind == "sent"
    ]
    if sent:
        await conn.execute(_SENT, sent)
    ended = [
        {"id_": each.message.id, "state_": _STATES[each.kind], "reason_": each.reason, "at_": now}
        for each in results
        if each.kind in _STATES
    ]
    if ended:
        await conn.execute(_SETTLE, ended)
    for each in results:
        if each.kind in ("permanent", "opted_out", "failed"):
            await _failed(conn, each.message.address_id, each.message.occasion_id, each.kind, now)


async def _failed(conn: Connection, address_id: int, occasion_id: int | None, kind: str, now: datetime) -> None:
    """The receiver cannot be reached, or has told the carrier to stop: the address and the occasion say so."""
    if kind == "opted_out":
        reached = await people.siblings(conn, address_id)
        await people.opt_out_addresses(conn, reached, "carrier", now)
        rows = await conn.execute(
            select(session.c.occasion_id).where(session.c.address_id.in_(reached), session.c.is_open == 1)
        )
        await _close(conn, [id_ for (id_,) in rows], "opted_out", _OPTED_OUT, now)
        return
    if kind == "permanent":
        await conn.execute(
            update(address)
            .where(address.c.id == address_id, address.c.state == "active")
            .values(state="unreachable", state_at=now)
        )
    if occasion_id is not None:
        await _close(conn, [occasion_id], "unreachable", "Meddelandet gick inte att leverera.", now)


async def _close(conn: Connection, ids: Sequence[int], outcome: str, reason: str, now: datetime) -> None:
    if ids:
        await conn.execute(update(session).where(session.c.occasion_id.in_(ids)).values(is_open=0))
        await conn.execute(
            update(occasion)
            .where(occasion.c.id.in_(ids), occasion.c.outcome == "")
            .values(outcome=outcome, reason=reason, closed_at=now)
        )


# A status is replaced only by one of higher rank: callbacks come in any order.
_RANKS = {"accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4}
_RANKS |= {"delivered": 5, "undelivered": 5, "failed": 5, "canceled": 5, "read": 6}
_WORDS = {"sent": "sent", "delivered": "delivered", "read": "delivered"}
_WORDS |= {"undelivered": "failed", "failed": "failed", "canceled": "failed"}


async def status(
    conn: Connection,
    reference: str,
    word: str,
    error_code: str | None,
    now: datetime,
    kind: str | None = None,
) -> bool:
    """Take in the carrier's word about a message; False when no message has this reference.

    ``kind`` is the channel's classification of ``error_code``; without it the address keeps its state.
    """
    row = (
        await conn.execute(
            select(outbox.c.id, outbox.c.status, outbox.c.address_id, outbox.c.occasion_id)
            .where(outbox.c.reference == reference)
            .with_for_update()
        )
    ).first()
    if row is None:
        return False
    word = word.lower()
    if _RANKS.get(word, 0) <= _RANKS.get(row.status, 0):
        return True
    values: dict[str, Any] = {"status": word}
    state = _WORDS.get(word)
    if state is not None:
        reason = f"Operatören svarade {word} ({error_code})." if error_code else ""
        values |= {"state": state, "reason": reason, "lease_until": None, "settled_at": now}
    await conn.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    if state == "failed":
        known = kind if kind in ("permanent", "opted_out") else "failed"
        await _failed(conn, row.address_id, row.occasion_id, known, now)
    return True
