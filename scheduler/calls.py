"""Calls written down before they are made, on a channel whose provider cannot be asked afterwards.

Those that begin while one commit runs share the next.
"""

import asyncio
from collections.abc import Sequence
from datetime import datetime

from scheduler import crash
from storage import claims
from storage.claims import Claimed
from storage.database import Database


class Calls:
    """The one writer of calls that begin."""

    def __init__(self, db: Database) -> None:
        self._db = db
        self._waiting: list[tuple[Claimed, asyncio.Future[bool]]] = []
        self._writer: asyncio.Task[None] | None = None

    async def begin(self, message: Claimed, now: datetime) -> bool:
        """Whether the message is still ours to call for. Raises what the database raises: then nobody may call."""
        future: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        self._waiting.append((message, future))
        if self._writer is None or self._writer.done():
            self._writer = asyncio.create_task(self._write(now))
        return await future

    async def _write(self, now: datetime) -> None:
        while self._waiting:
            batch, self._waiting = self._waiting, []
            try:
                ours = await self._save([message for message, _ in batch], now)
            except Exception as error:
                for _, future in batch:
                    if not future.done():
                        future.set_exception(error)
                continue
            for message, future in batch:
                if not future.done():
                    future.set_result(message.id in ours)

    async def _save(self, messages: Sequence[Claimed], now: datetime) -> set[int]:
        async with self._db.begin() as conn:
            ours = await claims.begin(conn, messages, now)
        crash.point("delivery.begun")
        return ours
