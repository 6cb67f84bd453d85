"""Take in the SMS that Twilio has received and we have not.

Twilio does not surely repeat a webhook that failed, so we ask for its list of inbound messages when the service
starts, and at intervals.
"""

import logging
from collections.abc import AsyncIterator, Callable
from datetime import datetime, timedelta
from typing import Protocol

from bot.inbound.events import Inbound
from bot.inbound.group_commit import Intake
from scheduler.delivery.gateway import GatewayError
from storage.conversation import inbox
from storage.database.engine import Database
from survey.conversation.model import TextReceived

log = logging.getLogger(__name__)

REACH = timedelta(days=3)  # how far back Twilio is asked
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


class Sweep:
    """Takes in what never reached us, the oldest first. No webhook waits for a reply, so it goes by the outbox.

    Args:
        db: the database, whose inbox tells what has been taken in.
        receiver: the SMS gateway.
        intake: the one way in.
        now: the clock.
    """

    def __init__(self, db: Database, receiver: Receiver, intake: Intake, now: Callable[[], datetime]) -> None:
        self._db = db
        self._receiver = receiver
        self._intake = intake
        self._now = now

    async def run(self) -> None:
        """Ask once, and take in what is missing."""
        now = self._now()
        try:
            there = [each async for each in self._receiver.inbound(now - REACH)]
        except GatewayError as error:
            log.warning("Twilio cannot be asked for what it received: %s", error)
            return
        settled = {each.external_id: each for each in there if each.at is None or each.at <= now - UNDER_WAY}
        if not settled:
            return
        async with self._db.read() as conn:
            missing = await inbox.missing(conn, "sms", settled)
        oldest_first = [each for each in reversed(settled.values()) if each.external_id in missing]
        for each in oldest_first:
            await self._intake.submit(
                Inbound("sms", each.external_id, each.sender, TextReceived(each.text), swept=True)
            )
        if oldest_first:
            log.warning("%d messages had never reached us and were taken in now", len(oldest_first))
