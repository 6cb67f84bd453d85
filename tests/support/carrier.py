"""What a carrier says about a message, taken in as the webhook takes it in."""

from collections.abc import Collection
from datetime import datetime

from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Connection
from storage.delivery.settlement import CarrierWord


async def carrier_says(
    conn: Connection,
    word: CarrierWord,
    now: datetime,
    kind: str | None = None,
    channels: Collection[str] = ("sms",),
) -> bool:
    """Take in a carrier's word; ``kind`` is what the channel makes of its error code."""
    return await fallback.carrier_said(conn, word, kind, Context(channels, now, now.date()))
