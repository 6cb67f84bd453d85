"""What became of a message: by the call's own answer, by the carrier's later word, by asking the provider."""

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import bindparam, case, or_, select, update

from storage.database.engine import Connection
from storage.delivery import fallback, pacing
from storage.delivery.claims import Claimed
from storage.tables import outbox
from survey.codes import Reason, because


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed message.

    ``kind``: ``sent``; ``retry`` (look at ``not_before``); ``paused`` (as retry, and the attempt does not
    count); ``account`` (as paused, and so is the whole channel); ``unknown`` (in doubt: ask at
    ``not_before``); ``absent`` (the provider was asked and does not have it: send it); ``repeat`` (it may have
    arrived, and is sent once more); ``given_up`` (in doubt for ever); ``permanent``, ``opted_out`` or
    ``failed`` (this message alone).

    ``hold_until``: the provider asked the whole channel to wait until then.
    """

    message: Claimed
    kind: str
    reason: str = ""
    not_before: datetime | None = None
    external_id: str | None = None
    segments: int | None = None
    price: str | None = None
    code: str = ""
    hold_until: datetime | None = None


# A status callback may have come before the call's own answer, or after the lease: the carrier knows better.
_OPEN = or_(outbox.c.state == "sending", outbox.c.state == "unknown", outbox.c.state == "queued")
_SENT = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"))
    .values(
        external_id=bindparam("external_"),
        segments=bindparam("segments_"),
        price=bindparam("price_"),
        state=case((_OPEN, "sent"), else_=outbox.c.state),
        reason=case((_OPEN, ""), else_=outbox.c.reason),
        settled_at=case((_OPEN, bindparam("at_", type_=outbox.c.settled_at.type)), else_=outbox.c.settled_at),
        lease_until=None,
    )
)
_ENDED = (
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
_IN_DOUBT = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), or_(outbox.c.state == "sending", outbox.c.state == "unknown"))
    .values(
        state="unknown",
        reason=bindparam("reason_"),
        not_before=bindparam("not_before_"),
        lease_until=None,
        settled_at=None,
    )
)
_NOT_THERE = (
    update(outbox)
    .where(outbox.c.id == bindparam("id_"), outbox.c.state == "unknown")
    .values(
        state="queued",
        reason=bindparam("reason_"),
        not_before=bindparam("not_before_"),
        lease_until=None,
        attempts=outbox.c.attempts - bindparam("lookups_"),  # a process that dies before it calls has tried nothing
        lookups=outbox.c.lookups + bindparam("lookups_"),
        repeats=outbox.c.repeats + bindparam("repeats_"),
    )
)
_STATES = {
    "given_up": "unknown",
    "permanent": "failed",
    "opted_out": "failed",
    "failed": "failed",
}
_TOLD = ("sent", "permanent", "opted_out", "failed")  # the account works: the provider looked at the message


async def settle(
    conn: Connection, results: Sequence[Result], on: Collection[str], now: datetime, today: date
) -> None:
    """Write down what became of claimed messages, and what follows for channels, addresses and occasions.

    ``on``: the channels that a message may fall back to.
    """
    await _settle_channels(conn, results, now, today)
    await _many(
        conn, _AGAIN, [_again(each, now) for each in results if each.kind in ("retry", "paused", "account")]
    )
    await _many(conn, _IN_DOUBT, [_waiting(each, now) for each in results if each.kind == "unknown"])
    await _many(
        conn,
        _NOT_THERE,
        [
            {
                **_waiting(each, now),
                "lookups_": int(each.kind == "absent"),
                "repeats_": int(each.kind == "repeat"),
            }
            for each in results
            if each.kind in ("absent", "repeat")
        ],
    )
    await _many(
        conn,
        _SENT,
        [
            {
                "id_": each.message.id,
                "external_": each.external_id,
                "segments_": each.segments,
                "price_": each.price,
                "at_": now,
            }
            for each in results
            if each.kind == "sent"
        ],
    )
    await _many(
        conn,
        _ENDED,
        [
            {"id_": each.message.id, "state_": _STATES[each.kind], "reason_": each.reason, "at_": now}
            for each in results
            if each.kind in _STATES
        ],
    )
    for each in results:
        if each.kind in ("permanent", "opted_out", "failed"):
            await fallback.follow_up(conn, each.message.id, each.kind, on, now)


async def _settle_channels(conn: Connection, results: Sequence[Result], now: datetime, today: date) -> None:
    """Pauses and waits that hold for the whole channel; a message that tried a paused one and got through."""
    for name in sorted({each.message.channel for each in results}):
        ours = [each for each in results if each.message.channel == name]
        if any(each.message.probe and each.kind in _TOLD for each in ours):
            await pacing.resume(conn, name, now)
        for each in ours:
            if each.kind == "account":
                await pacing.pause(conn, name, each.code, now=now, today=today, until=each.not_before or now)
                break
        holds = [each.hold_until for each in ours if each.hold_until is not None]
        if holds:
            await pacing.hold(conn, name, max(holds))


def _waiting(result: Result, now: datetime) -> dict[str, Any]:
    return {"id_": result.message.id, "reason_": result.reason, "not_before_": result.not_before or now}


def _again(result: Result, now: datetime) -> dict[str, Any]:
    return {**_waiting(result, now), "attempts_": result.message.attempts - (result.kind != "retry")}


async def _many(conn: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        await conn.execute(statement, rows)


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
    *,
    today: date,
    external_id: str | None = None,
    on: Collection[str] = (),
) -> bool:
    """Take in the carrier's word about a message; False when no message has this reference.

    Any word says that the provider has the message: what was in doubt is so no longer. ``kind`` is the
    channel's classification of ``error_code``; ``external_id`` the provider's name for the message; ``on``
    as in :func:`settle`.
    """
    row = (
        await conn.execute(
            select(outbox.c.id, outbox.c.channel, outbox.c.status, outbox.c.state, outbox.c.external_id)
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
    if row.external_id is None and external_id is not None:
        values["external_id"] = external_id
    state = _WORDS.get(word)
    if state is None and row.state in ("queued", "sending", "unknown"):
        state = "sent"
    if state is not None:
        reason = ""
        if state == "failed" and error_code:
            reason = because(Reason.CARRIER_CODE, word, error_code)
        elif state == "failed":
            reason = because(Reason.CARRIER_FAILED, word)
        values |= {"state": state, "reason": reason, "lease_until": None, "settled_at": now}
    await conn.execute(update(outbox).where(outbox.c.id == row.id).values(**values))
    if state == "failed":
        if kind == "account":
            # One message tries at once whether it lasts.
            await pacing.pause(conn, row.channel, error_code or word, now=now, today=today, until=now)
        known = ("permanent", "opted_out", "transient", "throttled", "account")
        await fallback.follow_up(conn, row.id, kind if kind in known else "failed", on, now)
    return True
