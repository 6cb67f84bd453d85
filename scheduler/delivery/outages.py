"""Trouble of a whole channel: noticed, waited out, and ended by the first message that gets through.

Theory of operation

A channel is in one of these states; storage/delivery/pacing.py keeps them for all processes:

    works       calls reach the provider, and carriers deliver. A call that fails (refused, timed out, 429, 5xx, a
                gateway's answer, a code that nobody knows) is counted; one that is answered sets the count to zero
    outage      retry.OUTAGE calls in a row have failed
    account     the provider refuses our account or our settings: at once
    filtered    a carrier filters us, or retry.FILTERED messages in a row were not delivered, whatever the codes

On entering a state of trouble one urgent case is opened. Nothing leaves until a time, then one message tries (a
probe): the provider's answer to it ends an outage and an account's trouble; only a delivery ends a filter, because
the provider takes what carriers will not deliver. The case is closed by itself. Messages wait meanwhile, each for
as long as it has meaning.

What a crash leaves: counts and pauses are written in the transaction that settles the messages. A process that dies
while it tries leaves the time at which another message tries.
"""

import logging
from collections.abc import Collection, Sequence
from datetime import date, datetime, timedelta
from typing import Literal

from scheduler.delivery import retry
from storage.database.engine import Connection
from storage.delivery import pacing
from storage.delivery.pacing import Standing
from storage.delivery.settlement import Result
from survey.codes import PauseCause, because

log = logging.getLogger(__name__)

# Whether carriers filter the channel; "seen in a row" once, by the message with which so many were not delivered.
Filter = Literal["none", "lasts", "seen in a row"]

ANSWERED = ("sent", "permanent", "opted_out", "failed")  # kinds of result that show that the provider answers


async def follow(conn: Connection, results: Sequence[Result], now: datetime, today: date) -> None:
    """Write down what the results of calls say about their channels.

    Args:
        conn: the transaction that settles the messages.
        results: what became of them.
        now: aware.
        today: the unit's own day at ``now``, from which a case counts its deadline.
    """
    for name in sorted({each.message.channel for each in results}):
        ours = [each for each in results if each.message.channel == name]
        await _follow(conn, name, ours, now, today)
        holds = [each.hold_until for each in ours if each.hold_until is not None]
        if holds:
            await pacing.hold(conn, name, max(holds), now)


async def _follow(conn: Connection, name: str, ours: Collection[Result], now: datetime, today: date) -> None:
    refused = next((each for each in ours if each.kind == "account"), None)
    if refused is not None:
        cause = because(refused.cause, refused.code)
        await _pause(conn, name, cause, now, today, (refused.not_before or now) - now)
        return
    answered = [each for each in ours if each.kind in ANSWERED]
    if answered:
        if any(each.message.probe or each.message.troubled for each in answered):
            await _answered(conn, name, now)
        return
    failed = [each.code for each in ours if each.trouble]
    if failed:
        standing = await pacing.count_failures(conn, name, len(failed), now)
        if standing.failures >= retry.OUTAGE:
            pause = retry.outage_pause(standing.failing_since or now, now)
            await _pause(conn, name, because(PauseCause.OUTAGE, failed[-1]), now, today, pause)


async def _answered(conn: Connection, name: str, now: datetime) -> None:
    """End the trouble of a channel whose provider has answered. Of a filter, that says nothing."""
    standing = await pacing.lock(conn, name)
    if _is_filtered(standing):
        await pacing.trying(conn, name, now + retry.FILTER_PAUSE)
        return
    await pacing.resume(conn, name, now)


async def carrier_failed(
    conn: Connection, name: str, kind: str | None, code: str, now: datetime, today: date
) -> Filter:
    """Follow up a carrier's word that a message was not delivered, and return what is known of a filter.

    Args:
        conn: the caller's transaction.
        name: the channel.
        kind: as the channel classifies ``code``.
        code: the carrier's.
        now: aware.
        today: the unit's own day at ``now``.
    """
    undelivered = await pacing.count_undelivered(conn, name)
    if kind == "account":  # one message tries at once whether it lasts
        await _pause(conn, name, because(PauseCause.ACCOUNT, code), now, today, timedelta())
    elif kind == "filtered" or undelivered >= retry.FILTERED:
        await _pause(conn, name, because(PauseCause.FILTERED, code), now, today, retry.FILTER_PAUSE)
    if undelivered == retry.FILTERED:
        return "seen in a row"
    return "lasts" if _is_filtered(await pacing.standing(conn, name)) else "none"


async def carrier_delivered(conn: Connection, name: str, called_at: datetime | None, now: datetime) -> None:
    """Follow up a carrier's word that a message was delivered, which the provider was given at ``called_at``.

    One that was given to it after a filter's pause began shows that the filter is gone.
    """
    standing = await pacing.standing(conn, name)
    if not standing.undelivered and not _is_filtered(standing):
        return
    await pacing.lock(conn, name)
    await pacing.delivers(conn, name)
    since = standing.paused_since
    if _is_filtered(standing) and since is not None and called_at is not None and called_at >= since:
        await pacing.resume(conn, name, now)


def _is_filtered(standing: Standing) -> bool:
    return standing.paused_since is not None and standing.cause.startswith(PauseCause.FILTERED)


async def _pause(conn: Connection, name: str, cause: str, now: datetime, today: date, pause: timedelta) -> None:
    if await pacing.pause(conn, name, cause, now=now, today=today, until=now + pause):
        log.error("channel %s is paused: %s", name, cause)
