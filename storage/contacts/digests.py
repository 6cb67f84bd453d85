"""Which digests are queued: one for each provider and month."""

from datetime import datetime

from sqlalchemy import select
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert_ignore
from storage.tables import digest, provider


async def sent_at(conn: AsyncConnection, provider_id: int, month: str) -> datetime | None:
    """Return when the provider's digest of ``month`` was queued; None when it was not."""
    found: datetime | None = (
        await conn.execute(
            select(digest.c.queued_at).where(digest.c.provider_id == provider_id, digest.c.month == month)
        )
    ).scalar()
    return found


async def unsent(conn: AsyncConnection, month: str) -> list[tuple[int, str]]:
    """Return (id, reference) of the providers whose digest of ``month`` is not queued yet."""
    rows = await conn.execute(
        select(provider.c.id, provider.c.ref)
        .outerjoin(digest, (digest.c.provider_id == provider.c.id) & (digest.c.month == month))
        .where(digest.c.provider_id.is_(None))
        .order_by(provider.c.id)
    )
    return [(id_, ref) for id_, ref in rows]


async def keep(conn: AsyncConnection, provider_id: int, month: str, now: datetime) -> bool:
    """Record that the digest of ``month`` is queued; return False when it was already."""
    if await sent_at(conn, provider_id, month) is not None:
        return False
    # Two processes at once are held apart by the outbox's key, which is the same for both.
    await insert_ignore(conn, digest, [{"provider_id": provider_id, "month": month, "queued_at": now}])
    return True
