"""Channel fallback: what follows when a message did not arrive, or an address can no longer be used.

Theory of operation

Events, each handled in the transaction that stores it:

    undelivered   a message certainly did not arrive: the channel refused it (scheduler/delivery/sending.py), or
                  the carrier said so later (`carrier_said`)
    blocked       a chat is closed to us (bot/inbound)
    given up      the register has another number for the customer, or none (storage/register)

What follows for the conversation that was open at the address:

    waits         carriers filter the channel: every message that they stop waits with it, also those in whose case
                  that was not known yet
    asked again   a passing fault: the same message at the same address after AGAIN_AFTER, once for each address
    moved         the open question is asked at the customer's next address, with the opening that the planner would
                  say there (survey.conversation.openings.place), so that on a shared phone it tells for whom it is
    ended         where no other address can be used, with the reason; or because nothing tells the customer from
                  another who uses the only other address: then the customer is not asked there
    left open     a blocked chat without another address: the customer may unblock it before the time is up

A message is queued once for each address that it was meant for: its key is the first message's key with the
address (``17:0>42``). A crash leaves the event stored with all that followed, or neither. A repeated event finds
the key.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Literal

from scheduler.delivery import outages, retry
from storage.database.engine import Connection
from storage.delivery import conversations, outbox, reachability, settlement
from storage.delivery.conversations import OpenConversation
from storage.delivery.outbox import Outgoing
from storage.delivery.settlement import CarrierWord
from storage.people import addresses, opt_outs
from storage.planning import occasions, open_sessions
from survey.codes import Outcome, Reason
from survey.conversation import flow
from survey.conversation.model import Say, Session
from survey.conversation.openings import Place, place

AGAIN_AFTER = timedelta(hours=1)  # a handset that was off may be on by then
PASSING = ("transient", "throttled", "account")  # kinds of failure that may pass
KINDS = ("permanent", "opted_out", "filtered", *PASSING)  # of a code; any other failure is of this message alone

Fate = Literal["moved", "ended", "stays"]


@dataclass(frozen=True, slots=True)
class Context:
    """What fallback must know besides the database.

    Attributes:
        channels: those that can send.
        now: aware.
        today: the unit's own day at ``now``.
    """

    channels: Collection[str]
    now: datetime
    today: date


async def undelivered(conn: Connection, message_id: int, kind: str, context: Context) -> None:
    """Act on a message that certainly did not arrive.

    Args:
        conn: the transaction in which that is written down.
        message_id: the row of the outbox.
        kind: as the channel classified it: ``opted_out`` stops every address of the customer; ``permanent`` marks
            the address; ``transient``, ``throttled`` and ``account`` may pass; ``filtered`` is our own fault, so
            that nobody is given up for it; any other is of this message alone.
        context: channels and time.
    """
    message = await outbox.outgoing(conn, message_id)
    if kind == "opted_out" and await opt_outs.was_said_by_others(conn, message.address_id):
        kind = "permanent"  # the carrier blocks the number for an earlier owner's stop, which is not the customer's
    if kind == "opted_out":
        await _stop(conn, message.address_id, context)
        return
    if kind == "permanent":
        await reachability.lose(conn, message.address_id, context.now)
    if message.occasion_id is None:
        return
    if kind == "filtered":
        refusal = await _after_a_filter(conn, message, context)
        if refusal is not None:
            await conversations.end(conn, [message.occasion_id], Outcome.EXPIRED, refusal, context.now)
        return
    if kind in PASSING:
        refusal = await _again(conn, message, context)
    else:
        refusal = await _elsewhere(conn, message, context)
    if refusal is not None:
        await conversations.end(conn, [message.occasion_id], Outcome.UNREACHABLE, refusal, context.now)


async def carrier_said(conn: Connection, word: CarrierWord, kind: str | None, context: Context) -> bool:
    """Take in a carrier's word about a message, and return False when no message has its reference.

    Args:
        conn: the caller's transaction.
        word: what the carrier said.
        kind: the channel's classification of the error code; None where there is none.
        context: channels and time.
    """
    told = await settlement.carrier_said(conn, word, context.now)
    if told is None:
        return False
    if told.has_failed:
        code = word.error_code or word.status
        seen = await outages.carrier_failed(conn, told.channel, kind, code, context.now, context.today)
        if seen != "none" and kind not in ("account", "opted_out"):
            kind = "filtered"  # whatever the code: the message waits with its channel
        await undelivered(conn, told.message_id, kind if kind in KINDS else "failed", context)
        if seen == "seen in a row":
            await _ask_all_again(conn, told.channel, told.message_id, context)
    elif told.has_arrived:
        if told.was_failed:  # a copy may wait, which would ask the same once more
            await outbox.cancel_copies(conn, told.message_id, Reason.ARRIVED, context.now)
        await outages.carrier_delivered(conn, told.channel, told.called_at, context.now)
    return True


async def blocked(conn: Connection, address_id: int, context: Context) -> Fate:
    """Note that a chat is closed to us, and return what became of the conversation that was open there."""
    await reachability.lose(conn, address_id, context.now)
    talk = await conversations.at_address(conn, address_id)
    if talk is None or talk.expires_at <= context.now:
        return "stays"
    refusal = await _move(conn, talk, {address_id}, context)
    if refusal is None:
        return "moved"
    if refusal is not Reason.INDISTINCT:
        return "stays"
    await conversations.end(conn, [talk.occasion_id], _outcome(talk), refusal, context.now)
    return "ended"


async def give_up(conn: Connection, numbers: Collection[tuple[int, int]], context: Context) -> None:
    """Let nothing more about a customer go to a number that is no longer the customer's.

    An open conversation goes on at another address, or ends with what was answered: nothing that comes from the old
    number opens it again.

    Args:
        conn: the transaction in which the register was changed.
        numbers: (customer id, address id) of each, as storage.people.addresses.replace_phones returns them.
        context: channels and time.
    """
    for customer_id, address_id in numbers:
        await _give_up(conn, customer_id, address_id, context)


async def _give_up(conn: Connection, customer_id: int, address_id: int, context: Context) -> None:
    now = context.now
    await reachability.cancel_messages(conn, customer_id, address_id, now)
    talk = await conversations.at_address(conn, address_id, customer_id)
    if talk is None:
        return
    refusal: Reason | None = Reason.NO_ADDRESS
    if talk.expires_at > now:
        refusal = await _move(conn, talk, {address_id}, context)
    if refusal is None:
        return
    outcome = _outcome(talk)
    closed = flow.close(Session.from_json(talk.state), outcome, now)
    why = refusal if refusal is Reason.INDISTINCT else Reason.NUMBER_GIVEN_UP
    await open_sessions.close(conn, {talk.occasion_id: closed.to_json()})
    await occasions.close(conn, [(talk.occasion_id, outcome, why)], now)


async def _stop(conn: Connection, address_id: int, context: Context) -> None:
    """Opt out every customer who uses an address, and end their conversations."""
    customers = await opt_outs.stop(conn, address_id, "carrier", context.now)
    ids = await conversations.open_with(conn, customers, address_id)
    await conversations.end(conn, ids, Outcome.OPTED_OUT, Reason.OPTED_OUT, context.now)


async def _again(conn: Connection, message: Outgoing, context: Context) -> Reason | None:
    """Queue the same message at the same address, once; return why not, or None when it is queued."""
    assert message.occasion_id is not None
    key = outbox.key_at(message.key, message.address_id)
    not_before = context.now + AGAIN_AFTER
    if not_before >= message.expires_at or key in await outbox.tries(conn, message.occasion_id, message.key):
        return Reason.UNDELIVERED
    await _enqueue_again(conn, message, key, not_before, context)
    return None


async def _after_a_filter(conn: Connection, message: Outgoing, context: Context) -> Reason | None:
    """Queue the same message at the same address as often as it is filtered; return why not, or None.

    The whole channel is paused meanwhile (scheduler/delivery/outages.py).
    """
    assert message.occasion_id is not None
    not_before = context.now + AGAIN_AFTER
    if not_before >= message.expires_at:
        return Reason.LAPSED
    tries = await outbox.tries(conn, message.occasion_id, message.key)
    await _enqueue_again(conn, message, outbox.key_again(message.key, len(tries)), not_before, context)
    return None


async def _ask_all_again(conn: Connection, channel: str, but: int, context: Context) -> None:
    """Take up the conversations that ended while it was not known yet that carriers filter what we send.

    They are those of the messages in a row that no carrier delivered, apart from the one with the id ``but``.
    """
    for each in await conversations.ended_undelivered(conn, channel, but, retry.FILTERED, context.now):
        _, busy = await occasions.busy(conn, set(), {each.address_id})
        if busy:  # the customer, or another one there, is being asked something else
            continue
        await reachability.regained(conn, each.address_id, context.now)
        await conversations.take_up(conn, each.occasion_id)
        message = await outbox.outgoing(conn, each.message_id)
        refusal = await _after_a_filter(conn, message, context)
        if refusal is not None:
            await conversations.end(conn, [each.occasion_id], Outcome.EXPIRED, refusal, context.now)


async def _enqueue_again(
    conn: Connection, message: Outgoing, key: str, not_before: datetime, context: Context
) -> None:
    row = {
        "key": key,
        "occasion_id": message.occasion_id,
        "address_id": message.address_id,
        "channel": message.channel,
        "say": message.say,
        "not_before": not_before,
        "expires_at": message.expires_at,
        "priority": message.priority,
    }
    await outbox.enqueue(conn, [row], context.now)


async def _elsewhere(conn: Connection, message: Outgoing, context: Context) -> Reason | None:
    """Ask at the customer's next address; return why the conversation ends, or None when it goes on."""
    assert message.occasion_id is not None
    talk = await conversations.of_occasion(conn, message.occasion_id)
    if talk is None or context.now >= message.expires_at:
        return Reason.UNDELIVERED
    if talk.address_id != message.address_id:
        return None  # it has moved already
    tried = await outbox.tries(conn, message.occasion_id, message.key)
    refusal = await _move(conn, talk, {message.address_id, *tried.values()}, context, message)
    return Reason.UNDELIVERED if refusal is Reason.NO_ADDRESS else refusal


async def _move(
    conn: Connection,
    talk: OpenConversation,
    but: Collection[int],
    context: Context,
    instead_of: Outgoing | None = None,
) -> Reason | None:
    """Ask the open question at the customer's next address; return why not, or None when it is asked.

    Args:
        conn: the caller's transaction.
        talk: the conversation.
        but: the addresses that cannot be used.
        context: channels and time.
        instead_of: the message that did not arrive, whose lifetime and priority the question gets.
    """
    kept = Session.from_json(talk.state)
    if kept.open_question is None:
        return Reason.NO_ADDRESS
    known = (await occasions.addresses_of(conn, {talk.customer_id})).get(talk.customer_id, ())
    ids = {each.id for each in known}
    # Two open conversations at one address could not be told apart.
    _, busy = await occasions.busy(conn, set(), ids)
    uses = await addresses.uses_of(conn, ids, context.today)
    where = place(talk.customer_id, talk.started_on, known, uses, context.channels, {*but, *busy})
    if not isinstance(where, Place):
        return where
    await conversations.move(conn, talk.occasion_id, where.address_id)
    moved = f"{talk.occasion_id}:moved:{where.address_id}:{context.now.isoformat()}"
    row = {
        "key": outbox.key_at(instead_of.key, where.address_id) if instead_of else moved,
        "occasion_id": talk.occasion_id,
        "address_id": where.address_id,
        "channel": where.channel,
        "say": Say((where.opening,), kept.open_question, where.told, month=flow.month(kept.values)).to_json(),
        "expires_at": instead_of.expires_at if instead_of else talk.expires_at,
        "priority": instead_of.priority if instead_of else 0,
    }
    await outbox.enqueue(conn, [row], context.now)
    return None


def _outcome(talk: OpenConversation) -> Outcome:
    """Return the outcome of a conversation that ends now: what was answered counts."""
    return Outcome.PARTIAL if flow.given(Session.from_json(talk.state).values) else Outcome.UNREACHABLE
