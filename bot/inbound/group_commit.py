"""Group commit: save the events that arrive while one commit runs together in the next.

One writer takes what is waiting, saves it in one transaction and answers each caller. An event that fails must
not fail its batch: the batch is then taken in one by one, and the event that fails is put in quarantine.
"""

import asyncio
import hashlib
import json
import logging
from collections import deque
from collections.abc import Callable, Collection
from datetime import UTC, datetime, timedelta, tzinfo

from bot.inbound.batch import WAITS, Moment
from bot.inbound.events import Inbound, Taken
from bot.inbound.intake import take_in
from scheduler import crash_points
from storage.conversation import inbox
from storage.database.engine import Connection, Database, is_passing
from storage.delivery import responses
from storage.errors import StorageFailure
from survey.codes import Channel
from survey.packs.catalogue import Catalogue

log = logging.getLogger(__name__)

BATCH = 256  # events in one transaction, at most

# Senders that one commit has answered write again at once, and the next commit waits for them a little. Tuned with
# `make bench`, 64 connections on SQLite.
MANY = 8  # events answered or left waiting by the last commit, from which it is worth waiting
PAUSE = 0.001  # seconds between two looks at what has come
QUIET = 3  # looks without another event, after which the commit begins
LINGER = 0.025  # seconds after the last commit by which the next begins at the latest

# Until a response that was written is noted where no other commit takes the note along. A process that dies earlier
# leaves a doubt, and Twilio is asked (bot/channels/sms/responses.py).
NOTED_WITHIN = 0.5  # seconds

QUARANTINED = Taken("quarantined", None)


class Intake:
    """The one way in, for every channel."""

    def __init__(
        self,
        db: Database,
        catalogue: Catalogue,
        now: Callable[[], datetime],
        waits: timedelta = WAITS,
        zone: tzinfo = UTC,
        channels: Collection[str] = tuple(Channel),
    ) -> None:
        """Make an intake that has nothing waiting.

        Args:
            now: the composition root's clock.
            waits: how long a conversation stays open after its customer was last heard.
            zone: the unit's time zone, which says what day it is.
            channels: those that can send.
        """
        self._db = db
        self._catalogue = catalogue
        self._now = now
        self._waits = waits
        self._zone = zone
        self._channels = channels
        self._waiting: deque[tuple[Inbound, asyncio.Future[Taken]]] = deque()
        self._writer: asyncio.Task[None] | None = None
        self._expected = 0  # those that the last commit answered, and those that waited then
        self._answered_at = 0.0  # by the event loop's clock
        self._written: list[str] = []  # SMS whose responses were written, until that is noted
        self._noting: asyncio.Task[None] | None = None

    async def submit(self, event: Inbound) -> Taken:
        """Take in an event and return what became of it, after the commit that holds it.

        Raises:
            StorageFailure: the database cannot be written; the sender must try again.
        """
        crash_points.point("intake.received")
        future: asyncio.Future[Taken] = asyncio.get_running_loop().create_future()
        self._waiting.append((event, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write())
        return await future

    def responded(self, external_id: str) -> None:
        """Note, with the next commit or soon, that the response to an SMS was written without an error."""
        self._written.append(external_id)
        if self._noting is None or self._noting.done():
            self._noting = asyncio.create_task(self._note_later())

    async def _note_later(self) -> None:
        await asyncio.sleep(NOTED_WITHIN)
        await self.note_responses()

    async def note_responses(self) -> None:
        """Write down which responses were written, unless a batch has taken that along."""
        if not self._written:
            return
        try:
            async with self._db.begin() as conn:
                await self._note_written(conn)
        except Exception as error:  # a doubt remains, in which Twilio is asked
            log.warning("responses could not be noted as written: %s", type(error).__name__)

    async def _note_written(self, conn: Connection) -> None:
        written, self._written = self._written, []
        if written:
            await responses.note_written(conn, written, self._now())

    async def close(self) -> None:
        """Take in what is waiting, then return."""
        if self._writer is not None:
            await self._writer
        if self._noting is not None:
            self._noting.cancel()
            await asyncio.gather(self._noting, return_exceptions=True)
        await self.note_responses()

    async def _write(self) -> None:
        while self._waiting:
            await self._gather()
            batch = [self._waiting.popleft() for _ in range(min(BATCH, len(self._waiting)))]
            try:
                results: list[Taken | StorageFailure] = list(await self._save([event for event, _ in batch]))
            except Exception as error:
                log.warning("a batch of %d events failed (%s): one by one", len(batch), type(error).__name__)
                results = [await self._save_alone(event) for event, _ in batch]
            for (_, future), result in zip(batch, results, strict=True):
                if future.cancelled():
                    continue
                if isinstance(result, StorageFailure):
                    future.set_exception(result)
                else:
                    future.set_result(result)
            self._expected = len(batch) + len(self._waiting)
            self._answered_at = asyncio.get_running_loop().time()

    async def _gather(self) -> None:
        """Wait until the senders that the last commit has answered have written again.

        Without this every other batch is nearly empty. It is done only where they are many: a lone message never
        waits.
        """
        clock = asyncio.get_running_loop().time
        until, seen, quiet = self._answered_at + LINGER, -1, 0
        if self._expected < MANY:
            return
        while len(self._waiting) < min(self._expected, BATCH) and quiet < QUIET and clock() < until:
            quiet = quiet + 1 if len(self._waiting) == seen else 0
            seen = len(self._waiting)
            await asyncio.sleep(PAUSE)

    async def _save(self, events: list[Inbound]) -> list[Taken]:
        async with self._db.begin() as conn:
            now = self._now()
            today = now.astimezone(self._zone).date()
            at = Moment(self._catalogue, now, today, self._waits, self._channels)
            await self._note_written(conn)
            taken = await take_in(conn, events, at)
            crash_points.point("intake.saved")
        crash_points.point("intake.committed")
        return taken

    async def _save_alone(self, event: Inbound) -> Taken | StorageFailure:
        try:
            return (await self._save([event]))[0]
        except Exception as error:
            cause = error
        log.error("event %s on %s failed: %s", event.external_id, event.channel, type(cause).__name__)
        try:
            if is_passing(cause):  # not the event's own fault: the sender must try again
                raise StorageFailure("The database cannot be written.")
            await self.quarantine(event.channel, event.external_id, cause)
        except StorageFailure as failure:
            return failure
        return QUARANTINED

    async def quarantine(self, channel: str, external_id: str, cause: Exception) -> None:
        """Put an event that cannot be taken in where `followup check` reports it, with the kind of error alone.

        Raises:
            StorageFailure: the database cannot be written.
        """
        try:
            async with self._db.begin() as conn:
                await inbox.quarantine(conn, channel, external_id[:64], type(cause).__name__, self._now())
        except Exception as failure:
            log.error("quarantine failed: the database cannot be written (%s)", type(failure).__name__)
            raise StorageFailure("The database cannot be written.") from failure


def fingerprint(event: object) -> str:
    """Return an id for an event that has none of its own, the same each time it comes."""
    text = json.dumps(event, sort_keys=True, default=str)
    return f"sha256:{hashlib.sha256(text.encode('utf-8', 'replace')).hexdigest()[:32]}"
