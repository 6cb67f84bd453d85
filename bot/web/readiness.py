"""GET /readyz: whether the database is reachable, current and writable."""

import asyncio

from aiohttp import web
from aiohttp.typedefs import Handler

from bot import wording
from storage.database import disk
from storage.database.engine import Database

FRESH_SECONDS = 1.0  # for which an answer is given again: asking costs a write, and anybody may ask


def handler(db: Database, least_free: int = disk.LEAST_FREE) -> Handler:
    """Return the handler.

    Args:
        db: what is asked.
        least_free: bytes that must be free on the database's disk.
    """
    asking = asyncio.Lock()
    found: tuple[float, str] = (-FRESH_SECONDS, "")

    async def answer(_request: web.Request) -> web.Response:
        nonlocal found
        clock = asyncio.get_running_loop().time
        async with asking:
            if clock() - found[0] >= FRESH_SECONDS:
                problem = await db.check() or await disk.problem(db, least_free)
                found = clock(), f"{wording.sentence(problem)}" if problem else ""
        return web.Response(text=f"{found[1] or 'ok'}\n", status=503 if found[1] else 200)

    return answer
