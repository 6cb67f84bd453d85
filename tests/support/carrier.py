"""What a carrier says about a message, taken in as the webhook takes it in."""

from collections.abc import Collection
from datetime import datetime

from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Connection
from storage.delivery.settlement import CarrierWord

# A carrier's words: one is replaced only by one of higher rank.
RANK = {"": 0, "queued": 2, "sent": 4, "delivered": 5, "undelivered": 5, "failed": 5}


async def carrier_says(
    conn: Connection,
    word: CarrierWord,
    now: datetime,
    kind: str | None = None,
    channels: Collection[str] = ("sms",),
) -> bool:
    """Take in a carrier's word; ``kind`` is what the channel makes of its error code."""
    return await fallback.carrier_said(conn, word, kind, Context(channels, now, now.date()))
