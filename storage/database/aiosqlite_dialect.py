"""SQLAlchemy's aiosqlite dialect, with one message to aiosqlite's thread for each statement.

SQLAlchemy opens, executes, fetches and closes a cursor by four messages to that thread, and rolls back a connection
that has nothing to roll back. That is 29 messages for a batch of replies, each of some 60 microseconds and a change
of thread. Here a statement is one message; the same statements reach SQLite in the same order.
"""

from collections import deque
from collections.abc import Sequence
from typing import Any

from sqlalchemy.dialects import registry
from sqlalchemy.dialects.sqlite.aiosqlite import (
    AsyncAdapt_aiosqlite_connection,
    AsyncAdapt_aiosqlite_cursor,
    AsyncAdapt_aiosqlite_dbapi,
    SQLiteDialect_aiosqlite,
)

DRIVER = "sqlite+onehop"


class Cursor(AsyncAdapt_aiosqlite_cursor):
    """A cursor that holds every row of its result; the real one is closed before ``execute`` returns."""

    __slots__ = ("_seen",)

    def __init__(self, connection: Any) -> None:
        self._adapt_connection = connection
        self._connection = connection._connection
        self._rows = deque()
        self._seen: tuple[Any, int, Any] = (None, -1, None)

    description = property(lambda self: self._seen[0])
    rowcount = property(lambda self: self._seen[1])
    lastrowid = property(lambda self: self._seen[2])

    def close(self) -> None:
        self._rows.clear()

    async def _async_soft_close(self) -> None:
        """Do nothing: the real cursor is closed already."""

    async def _execute_async(self, operation: Any, parameters: Any) -> None:
        await self._hop("execute", operation, () if parameters is None else parameters)

    async def _executemany_async(self, operation: Any, seq_of_parameters: Sequence[Any]) -> None:
        await self._hop("executemany", operation, seq_of_parameters)

    async def _hop(self, method: str, operation: Any, parameters: Any) -> None:
        raw: Any = self._connection
        async with self._adapt_connection._execute_mutex:
            rows, self._seen = await raw._execute(_run, raw._conn, method, operation, parameters)
        self._rows = deque(rows)


class Connection(AsyncAdapt_aiosqlite_connection):
    """A connection whose cursors send one message for each statement."""

    __slots__ = ()
    _cursor_cls: type[AsyncAdapt_aiosqlite_cursor] = Cursor

    def rollback(self) -> None:
        raw: Any = self._connection
        if raw._connection and raw.in_transaction:
            super().rollback()


class Dbapi(AsyncAdapt_aiosqlite_dbapi):
    """The driver module in the form that SQLAlchemy expects."""

    def connect(self, *args: Any, **kwargs: Any) -> Connection:
        return Connection(self, super().connect(*args, **kwargs)._connection)


class Dialect(SQLiteDialect_aiosqlite):
    """The dialect of the URL ``sqlite+onehop``."""

    driver = "onehop"
    supports_statement_cache = True

    @classmethod
    def import_dbapi(cls) -> Dbapi:
        return Dbapi(__import__("aiosqlite"), __import__("sqlite3"))


def _run(raw: Any, method: str, operation: Any, parameters: Any) -> tuple[Sequence[Any], tuple[Any, int, Any]]:
    """Run one statement from beginning to end, in aiosqlite's thread."""
    cursor = getattr(raw, method)(operation, parameters)
    rows = cursor.fetchall() if cursor.description else ()
    seen = (cursor.description, cursor.rowcount, cursor.lastrowid)
    cursor.close()
    return rows, seen


registry.register("sqlite.onehop", __name__, "Dialect")
