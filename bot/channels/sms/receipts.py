"""Delivery receipts: what a carrier says became of an SMS of ours, stored with the message."""

from collections.abc import Callable, Collection
from datetime import datetime
from zoneinfo import ZoneInfo

from bot.channels.sms.error_codes import classify
from bot.channels.sms.webhook import Receipt
from scheduler import crash_points
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Database, is_passing
from storage.delivery.settlement import CarrierWord
from storage.errors import StorageFailure


class Receipts:
    """Takes in receipts.

    Args:
        db: the database.
        channels: those that are on: a message that was not delivered may go by another of them.
        now: the clock.
        zone: the unit's time zone: a case that a receipt opens counts its deadline from the unit's own day.
        wake: called when a message may have been queued.
    """

    def __init__(
        self,
        db: Database,
        channels: Collection[str],
        now: Callable[[], datetime],
        zone: ZoneInfo,
        wake: Callable[[], object],
    ) -> None:
        self._db = db
        self._channels = channels
        self._now = now
        self._zone = zone
        self._wake = wake

    async def take(self, receipt: Receipt) -> bool:
        """Store a receipt; return False when no message has its reference.

        Raises:
            StorageFailure: the database cannot be reached; the carrier must try again.
        """
        crash_points.point("status.received")
        error, now = receipt.error_code, self._now()
        word = CarrierWord(receipt.reference, receipt.status, str(error) if error else None, receipt.external_id)
        context = Context(self._channels, now, now.astimezone(self._zone).date())
        try:
            async with self._db.begin() as conn:
                known = await fallback.carrier_said(conn, word, classify(error) if error else None, context)
        except Exception as failure:
            if is_passing(failure):
                raise StorageFailure("The database cannot be written.") from failure
            raise
        crash_points.point("status.committed")
        self._wake()
        return known
