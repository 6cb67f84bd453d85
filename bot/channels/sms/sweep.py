"""Take in the SMS that Twilio has received and we have not.

Theory of operation

Twilio does not surely repeat a webhook that failed, so we ask for its list of inbound messages when the service
starts, before a webhook is served, and at intervals. Each run reaches back to the last one that succeeded, however
long ago that was (`channel.read_until`), and at least by REACH. What is missing is taken in in the order in which
it was written, each message with that time (bot/inbound/old_messages.py says what it may still do).

A message from the time in which a database was lost (storage/delivery/restoration.py) may have been answered by the
system that was lost: where Twilio's list has our reply to it, it is taken in and not answered again.

Where Twilio no longer has what it gave us earlier, others may be gone that we never saw: staff get a case.

What a crash leaves: what was taken in is in the inbox, and the next run finds the rest.
"""

import logging
from collections.abc import AsyncIterator, Callable, Collection, Sequence
from datetime import UTC, datetime, timedelta
from typing import Protocol
from zoneinfo import ZoneInfo

from bot.inbound.events import Inbound
from bot.inbound.group_commit import Intake
from scheduler.delivery.gateway import GatewayError
from storage.cases import opening
from storage.conversation import inbox
from storage.database.engine import Database
from storage.delivery import pacing, restoration
from survey.codes import CaseKind, Channel
from survey.conversation.model import TextReceived, Unreadable

log = logging.getLogger(__name__)

REACH = timedelta(days=3)  # how far back Twilio is asked at least
OVERLAP = timedelta(minutes=10)  # that two runs have in common: clocks differ, and lists lag
UNDER_WAY = timedelta(minutes=2)  # the webhook of a younger message may still come


class Received(Protocol):
    """One SMS in the provider's list; ``at`` is aware, or None when it is not known."""

    @property
    def external_id(self) -> str: ...
    @property
    def sender(self) -> str: ...
    @property
    def text(self) -> str: ...
    @property
    def at(self) -> datetime | None: ...


class Receiver(Protocol):
    """A gateway that knows what was received."""

    def inbound(self, since: datetime) -> AsyncIterator[Received]:
        """Yield what was received since ``since`` (aware), the latest first.

        Raises:
            GatewayError: the provider could not be asked.
        """
        ...

    async def replied(self, to: str, since: datetime) -> Sequence[datetime]:
        """Return when a webhook's response of ours was sent to a phone, since ``since`` (aware), in order.

        Raises:
            GatewayError: the provider could not be asked.
        """
        ...


class Sweep:
    """Takes in what never reached us, the oldest first. No webhook waits for a reply, so it goes by the outbox.

    Args:
        db: the database, whose inbox tells what has been taken in.
        receiver: the SMS gateway.
        intake: the one way in.
        now: the clock.
        zone: the unit's time zone: a case counts its deadline from the unit's own day.
    """

    def __init__(
        self, db: Database, receiver: Receiver, intake: Intake, now: Callable[[], datetime], zone: ZoneInfo
    ) -> None:
        self._db = db
        self._receiver = receiver
        self._intake = intake
        self._now = now
        self._zone = zone

    async def run(self, under_way: timedelta = UNDER_WAY) -> bool:
        """Ask once, and take in what is missing; return whether Twilio could be asked.

        Args:
            under_way: how old a message must be. Zero before webhooks are served: none can be under way.
        """
        now = self._now()
        async with self._db.read() as conn:
            read_until = await pacing.read_until(conn, Channel.SMS)
        since = min(now - REACH, read_until - OVERLAP) if read_until else now - REACH
        try:
            there = [each async for each in self._receiver.inbound(since)]
            # Twilio redacts texts where it is told to. Only the webhook has them then, and it may come once more.
            unread = now - max(under_way, UNDER_WAY)
            await self._take_in(
                [each for each in there if each.text or each.at is None or each.at <= unread], now - under_way
            )
        except GatewayError as error:
            log.warning("Twilio cannot be asked for what it received: %s", error)
            return False
        if read_until is not None and read_until < now - REACH:
            await self._tell_of_a_gap(since, {each.external_id for each in there}, now)
        async with self._db.begin() as conn:
            await pacing.set_read_until(conn, Channel.SMS, now)
        return True

    async def _take_in(self, there: Sequence[Received], until: datetime) -> None:
        settled = {each.external_id: each for each in there if each.at is None or each.at <= until}
        if not settled:
            return
        async with self._db.read() as conn:
            missing = await inbox.missing(conn, "sms", settled)
            lost = await restoration.lost_times(conn) if missing else ()
        oldest_first = in_order([each for each in settled.values() if each.external_id in missing])
        for number, each in enumerate(oldest_first):
            answered_at = None
            if each.at is not None and any(first <= each.at <= last for first, last in lost):
                following = next(
                    (later.at for later in oldest_first[number + 1 :] if later.sender == each.sender), None
                )
                answered_at = await self._answered_at(each, each.at, following)
            await self._intake.submit(
                Inbound(
                    "sms",
                    each.external_id,
                    each.sender,
                    TextReceived(each.text) if each.text else Unreadable(),
                    swept=True,
                    written_at=each.at,
                    answered_at=answered_at,
                )
            )
        if oldest_first:
            log.warning("%d messages had never reached us and were taken in now", len(oldest_first))

    async def _answered_at(
        self, each: Received, written_at: datetime, following: datetime | None
    ) -> datetime | None:
        """Return when the system that was lost has answered a message, before the sender's next one."""
        replied = await self._receiver.replied(each.sender, written_at)
        return next((at for at in replied if at >= written_at and (following is None or at <= following)), None)

    async def _tell_of_a_gap(self, since: datetime, there: Collection[str], now: datetime) -> None:
        """Open a case where Twilio no longer has the first message that it gave us in this time."""
        async with self._db.begin() as conn:
            known = await inbox.first_since(conn, Channel.SMS, since + OVERLAP)
            if known is None or known in there:
                return
            today = now.astimezone(self._zone).date()
            text = f"{since.astimezone(self._zone):%Y-%m-%d %H:%M}"
            case = opening.opened(CaseKind.GAP, text, now, today, urgent=True, channel=Channel.SMS)
            await opening.add(conn, [case])
        log.error("Twilio no longer has all that it received since %s: messages may be lost", since.date())


def in_order(latest_first: Sequence[Received]) -> list[Received]:
    """Return messages in the order in which they were written; one without a time stays after the one before it."""
    oldest_first = list(reversed(latest_first))
    at = datetime.min.replace(tzinfo=UTC)
    keyed = []
    for number, each in enumerate(oldest_first):
        at = each.at or at
        keyed.append((at, number, each))
    return [each for _, _, each in sorted(keyed, key=lambda one: one[:2])]
