"""Inbound events as they are stored: found again by their identity, missing, or in quarantine."""

from datetime import timedelta

from storage.conversation import inbox
from storage.conversation.inbox import Entry
from storage.database.engine import Database
from tests.support.conversations import NOW, register, use


async def test_a_stored_event_keeps_its_reply(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1)
        phone = await use(conn, "+46700000001", 1)
        entries = [Entry("sms", "SM1", phone, None, "4", "answered", "Tack!"), _silent("SM2", phone)]
        await inbox.add(conn, entries, NOW)
        keys = [("sms", "SM1"), ("sms", "SM2"), ("sms", "SM3"), ("telegram", "SM1")]
        found = await inbox.stored(conn, keys)
    assert found == {("sms", "SM1"): ("answered", "Tack!"), ("sms", "SM2"): ("unknown_sender", None)}


async def test_what_is_neither_stored_nor_quarantined_is_missing(db: Database) -> None:
    async with db.begin() as conn:
        await register(conn, 1)
        await inbox.add(conn, [_silent("SM1", await use(conn, "+46700000001", 1))], NOW)
        await inbox.quarantine(conn, "sms", "SM2", "ValueError", NOW)
        assert await inbox.missing(conn, "sms", ["SM1", "SM2", "SM3"]) == {"SM3"}
        assert await inbox.missing(conn, "telegram", ["SM1"]) == {"SM1"}


async def test_a_text_that_came_before_is_known(db: Database) -> None:
    hour = timedelta(hours=1)
    async with db.begin() as conn:
        await register(conn, 1)
        phone = await use(conn, "+46700000001", 1)
        await inbox.add(conn, [Entry("sms", "SM1", phone, None, "Vi svarar snart", "ignored", None)], NOW)
        assert await inbox.was_said(conn, phone, "Vi svarar snart", NOW, NOW + hour)
        assert not await inbox.was_said(conn, phone, "Vi svarar", NOW, NOW + hour)
        assert not await inbox.was_said(conn, phone, "Vi svarar snart", NOW - hour, NOW)
        assert not await inbox.was_said(conn, phone + 1, "Vi svarar snart", NOW, NOW + hour)


async def test_an_event_is_quarantined_once(db: Database) -> None:
    async with db.begin() as conn:
        await inbox.quarantine(conn, "sms", "SM1", "ValueError", NOW)
        await inbox.quarantine(conn, "sms", "SM1", "TypeError", NOW)
        assert await inbox.quarantined(conn) == [("sms", "SM1", "ValueError")]


def _silent(external_id: str, address_id: int) -> Entry:
    return Entry("sms", external_id, address_id, None, "?", "unknown_sender", None)
