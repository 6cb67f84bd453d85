"""The audit trail: who did what to whose data, and when."""

from datetime import UTC, datetime

from sqlalchemy import select

from storage.database.engine import Database
from storage.privacy.audit import Action, Entry, write
from storage.tables import audit
from tests.support.conversations import register

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


async def test_an_entry_is_kept_as_plain_values(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1)
        await write(conn, [Entry(NOW, "Anna Åberg", Action.ANSWERS_ERASED, 1, {"answers": 6})])
        await write(conn, [Entry(NOW, "customer", Action.EXEMPTION_CHANGED, None)])
        rows = (await conn.execute(select(audit).order_by(audit.c.id))).all()
    assert [(row.at, row.actor, row.action, row.customer_id, row.detail) for row in rows] == [
        (NOW, "Anna Åberg", "answers_erased", 1, '{"answers": 6}'),
        (NOW, "customer", "exemption_changed", None, "{}"),
    ]


async def test_no_entries_write_nothing(db: Database) -> None:
    async with db.begin() as conn:
        await write(conn, [])
        assert (await conn.execute(select(audit))).all() == []
