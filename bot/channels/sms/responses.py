"""Make sure that the reply to an SMS leaves, also where the webhook's response did not.

Theory of operation

A reply is given in the webhook's own response. In the transaction that takes in the SMS it becomes a row of
``response``, in one of these states:

    given      it was handed to a response, and nobody knows more: the connection may be gone, or the process may
               have died after the commit
    written    the connection took it. It may still have been lost on the way, as behind a proxy
    gone       there is no row: it left, or was queued in the outbox, or lost its meaning

Transitions. given -> written when the response is written without an error. The same webhook again: given, with the
same reply. This job asks Twilio's list for replies of ours, one for each SMS (`matched`), by receiver and time: an
account may keep no texts. Then (`decide`):

    it is there                          it left
    it is not, and was not written       by the outbox. IN_DOUBT after it was given: Twilio may have it in hand
    it is not, and was written           by the outbox, where the list has others that were given at the time. Else
                                         nothing shows that Twilio lists them at all, and what was written counts
    the sender has got a later answer    nothing, where the reply asked a question: it would be asked twice

What a crash leaves. Rows and messages change in one transaction. A webhook that comes again after its reply was
queued gets an empty response, so that the customer reads it once.
"""

import logging
from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import datetime, timedelta
from typing import Literal, Protocol

from bot.channels.sms.sweep import Receiver
from bot.inbound.scene import queued_terms
from scheduler.delivery.gateway import GatewayError
from storage.database.engine import Database
from storage.delivery import responses
from storage.delivery.responses import Open
from survey.conversation.model import Say

log = logging.getLogger(__name__)

IN_DOUBT = timedelta(seconds=30)  # after which what Twilio had in hand is in its list
LISTED = timedelta(minutes=10)  # after which a reply has left Twilio's queue, too
# How much further back than a reply was given Twilio is asked: clocks differ, and webhooks come late.
MARGIN = timedelta(hours=1)

Fate = Literal["left", "queue", "drop"]


class Repliers(Receiver, Protocol):
    """A gateway that knows what was received, and which responses of ours were sent on."""

    async def all_replied(self, since: datetime) -> Sequence[tuple[str, datetime]]:
        """Return the phone and the time of each response of ours that was sent since ``since`` (aware).

        Raises:
            GatewayError: the provider could not be asked.
        """
        ...


class Responses:
    """Settles the replies that were given in a response.

    Args:
        db: the database.
        repliers: the SMS gateway.
        now: the clock.
    """

    def __init__(self, db: Database, repliers: Repliers, now: Callable[[], datetime]) -> None:
        self._db = db
        self._repliers = repliers
        self._now = now

    async def run(self) -> int:
        """Settle what can be settled now, and return how many replies were queued instead."""
        now = self._now()
        async with self._db.read() as conn:
            found = await responses.unsettled(conn, now - IN_DOUBT, now - LISTED, now)
        if not found:
            return 0
        try:
            fates = await self._fates(found)
        except GatewayError as error:
            log.warning("Twilio cannot be asked which replies left: %s", error)
            return 0
        queued = 0
        async with self._db.begin() as conn:
            await responses.settle(conn, [each for each in found if fates[each.external_id] != "queue"])
            for each in found:
                if fates[each.external_id] == "queue":
                    prefix, until = queued_terms(each.given_at, now)
                    queued += await responses.queue(conn, each, until, prefix, now)
        if queued:
            log.warning("%d replies had not left with their response, and go by the outbox", queued)
        return queued

    async def _fates(self, found: Sequence[Open]) -> dict[str, Fate]:
        """Ask Twilio for all at once, then for each receiver where a reply seems not to have left.

        Raises:
            GatewayError: Twilio could not be asked.
        """
        since = min(each.given_at for each in found) - MARGIN
        received = {each.external_id: each.at async for each in self._repliers.inbound(since) if each.at}
        listed = await self._repliers.all_replied(since) if any(each.written_at for each in found) else ()
        by_sender = _by_sender(found)
        there: set[str] = set()
        for sender, theirs in by_sender.items():
            there |= matched(theirs, received, [at for to, at in listed if to == sender])
        is_listing = bool(there)
        for sender, theirs in by_sender.items():
            doubtful = [each for each in theirs if each.external_id not in there]
            if any(decide(each, False, is_listing) == "queue" for each in doubtful):
                there |= matched(theirs, received, await self._repliers.replied(sender, since))
        return {each.external_id: decide(each, each.external_id in there, is_listing) for each in found}


def _by_sender(found: Sequence[Open]) -> Mapping[str, list[Open]]:
    theirs: dict[str, list[Open]] = {}
    for each in found:
        theirs.setdefault(each.sender, []).append(each)
    return theirs


def matched(given: Sequence[Open], received: Mapping[str, datetime], replied: Collection[datetime]) -> set[str]:
    """Return the ids of those SMS of one sender whose replies are in Twilio's list.

    Each SMS that we answered takes one reply that is not older than itself, by Twilio's clock alone; the last SMS
    takes the last reply. So one reply in the list never stands for two of ours, and where one is missing it is that
    of the earlier SMS.

    Args:
        given: the replies to the sender of which it is not known whether they left, in order.
        received: when Twilio received an SMS, by its id.
        replied: when Twilio has sent replies to the sender.
    """
    answered = dict.fromkeys(id_ for each in given for id_ in (each.external_id, *each.later))
    free = sorted(replied)
    there = set()
    for id_ in sorted((id_ for id_ in answered if id_ in received), key=lambda one: received[one], reverse=True):
        if free and free[-1] >= received[id_]:
            free.pop()
            there.add(id_)
    return there & {each.external_id for each in given}


def decide(reply: Open, is_there: bool, is_listing: bool) -> Fate:
    """Return what becomes of a reply.

    Args:
        reply: one that was given in a response.
        is_there: whether Twilio's list has it.
        is_listing: whether the list has others that were given at the time.
    """
    if is_there or (reply.written_at is not None and not is_listing):
        return "left"
    if reply.later and Say.from_json(reply.say).question is not None:
        return "drop"
    return "queue"
