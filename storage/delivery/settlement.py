"""Write down what became of a message, as the call's own answer, the carrier or the provider's list tells.

The statements name the states that they may leave, because a status callback may come before the call's own answer,
or after the lease: the carrier knows better. The states: storage/delivery/outbox.py.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal

from sqlalchemy import bindparam, case, or_, select, update

from storage.database.engine import Connection
from storage.delivery.claims import Claimed
from storage.tables import outbox
from survey.codes import MessageState, PauseCause, Reason, because

ResultKind = Literal[
    "sent",
    "retry",  # not processed: try again
    "paused",  # not called for: try again, and the attempt does not count
    "account",  # as paused, and the whole channel is paused
    "unknown",  # in doubt: ask the provider
    "absent",  # the provider was asked and does not have it: send it
    "repeat",  # it may have arrived, and is sent once more
    "given_up",  # it may have arrived, and is not sent again
    "permanent",  # not delivered: the receiver can never be reached
    "opted_out",  # not delivered: the receiver has said stop
    "failed",  # not delivered: this message alone
]


@dataclass(frozen=True, slots=True)
class Result:
    """What became of a claimed message.

    Attributes:
        kind: a ResultKind.
        reason: why, in the stored form of a reason (survey.codes.because).
        not_before: when it is looked at again; None: at once.
        external_id: the provider's name for it.
        segments: how many SMS it was; None where that is not told.
        price: as the provider tells it.
        code: the provider's code where the channel is in trouble.
        hold_until: the provider asked the whole channel to wait until then.
        trouble: the call failed, and not for a reason of the message's own.
        cause: why the whole channel is paused, for the kind ``account``.
    """

    message: Claimed
    kind: ResultKind
    reason: str = ""
    not_before: datetime | None = None
    external_id: str | None = None
    segments: int | None = None
    price: str | None = None
    code: str = ""
    hold_until: datetime | None = None
    trouble: bool = False
    cause: PauseCause = PauseCause.ACCOUNT


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
        # What the provider does not have was no attempt: the process died before it called.
        attempts=outbox.c.attempts - bindparam("lookups_"),
        lookups=outbox.c.lookups + bindparam("lookups_"),
        repeats=outbox.c.repeats + bindparam("repeats_"),
    )
)
_STATES = {
    "given_up": MessageState.UNKNOWN,
    "permanent": MessageState.FAILED,
    "opted_out": MessageState.FAILED,
    "failed": MessageState.FAILED,
}
# By kind of result, in this order.
_STATEMENTS = (
    (("retry", "paused", "account"), _AGAIN),
    (("unknown",), _IN_DOUBT),
    (("absent", "repeat"), _NOT_THERE),
    (("sent",), _SENT),
    (tuple(_STATES), _ENDED),
)
UNDELIVERED = ("permanent", "opted_out", "failed")  # kinds of a message that certainly did not arrive


async def settle(conn: Connection, results: Sequence[Result], now: datetime) -> None:
    """Write down what became of claimed messages.

    What follows for the conversations of those that did not arrive: scheduler/delivery/fallback.py. What follows
    for their channels: scheduler/delivery/outages.py.

    Args:
        conn: the caller's transaction.
        results: one for each message.
        now: aware.
    """
    rows: dict[str, list[dict[str, Any]]] = {}
    for each in results:
        rows.setdefault(each.kind, []).append(_row(each, now))
    for kinds, statement in _STATEMENTS:
        await _many(conn, statement, [row for kind in kinds for row in rows.get(kind, ())])


def _row(result: Result, now: datetime) -> dict[str, Any]:
    """Return the values that the statement of a result's kind has places for."""
    message, kind = result.message, result.kind
    row: dict[str, Any] = {"id_": message.id}
    if kind == "sent":
        return row | {
            "external_": result.external_id,
            "segments_": result.segments,
            "price_": result.price,
            "at_": now,
        }
    row["reason_"] = result.reason
    if kind in _STATES:
        return row | {"state_": _STATES[kind], "at_": now}
    row["not_before_"] = result.not_before or now
    if kind in ("absent", "repeat"):
        return row | {"lookups_": int(kind == "absent"), "repeats_": int(kind == "repeat")}
    if kind == "unknown":
        return row
    return row | {"attempts_": message.attempts - (kind != "retry")}


async def _many(conn: Connection, statement: Any, rows: list[dict[str, Any]]) -> None:
    if rows:
        await conn.execute(statement, rows)


# A carrier's status replaces only one of lower rank: callbacks come in any order.
_RANKS = {"accepted": 1, "scheduled": 1, "queued": 2, "sending": 3, "sent": 4}
_RANKS |= {"undelivered": 5, "failed": 5, "canceled": 5, "delivered": 6, "read": 7}  # the phone has the last word
_STATE_OF = {
    "sent": MessageState.SENT,
    "delivered": MessageState.DELIVERED,
    "read": MessageState.DELIVERED,
    "undelivered": MessageState.FAILED,
    "failed": MessageState.FAILED,
    "canceled": MessageState.FAILED,
}


@dataclass(frozen=True, slots=True)
class CarrierWord:
    """What a carrier says about a message.

    Attributes:
        reference: our own name for the message.
        status: the carrier's word, as "delivered".
        error_code: the carrier's code; None where there is none.
        external_id: the provider's name for the message; None where it is not told.
    """

    reference: str
    status: str
    error_code: str | None = None
    external_id: str | None = None


@dataclass(frozen=True, slots=True)
class Told:
    """What a carrier's word has made of a message.

    Attributes:
        has_failed: the word says, first, that it did not arrive.
        has_arrived: the word says, first, that it did.
        called_at: when the provider was given it.
        was_failed: an earlier word said that it did not.
    """

    message_id: int
    channel: str
    has_failed: bool = False
    has_arrived: bool = False
    called_at: datetime | None = None
    was_failed: bool = False


async def carrier_said(conn: Connection, word: CarrierWord, now: datetime) -> Told | None:
    """Write down a carrier's word about a message; return None when no message has its reference.

    Any word says that the provider has the message: it is no longer in doubt.
    """
    o = outbox.c
    columns = (o.id, o.channel, o.status, o.state, o.external_id, o.called_at)
    statement = select(*columns).where(o.reference == word.reference)
    row = (await conn.execute(statement.with_for_update())).first()
    if row is None:
        return None
    status = word.status.lower()
    if _RANKS.get(status, 0) <= _RANKS.get(row.status, 0):
        return Told(row.id, row.channel)
    values: dict[str, Any] = {"status": status}
    if row.external_id is None and word.external_id is not None:
        values["external_id"] = word.external_id
    state = _STATE_OF.get(status)
    if state is None and row.state in (MessageState.QUEUED, MessageState.SENDING, MessageState.UNKNOWN):
        state = MessageState.SENT
    if state is not None:
        reason = _carrier_reason(status, word.error_code) if state is MessageState.FAILED else ""
        values |= {"state": state, "reason": reason, "lease_until": None, "settled_at": now}
    await conn.execute(update(outbox).where(o.id == row.id).values(**values))
    arrived = state is MessageState.DELIVERED and row.state != MessageState.DELIVERED
    failed = state is MessageState.FAILED
    was_failed = row.state == MessageState.FAILED
    return Told(row.id, row.channel, failed, arrived, row.called_at, was_failed)


def _carrier_reason(status: str, error_code: str | None) -> str:
    if error_code is None:
        return because(Reason.CARRIER_FAILED, status)
    return because(Reason.CARRIER_CODE, status, error_code)
