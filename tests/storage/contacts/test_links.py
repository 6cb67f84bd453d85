"""A link for a provider's contact person: personal, expiring, revocable, and bound to the phone it was sent to."""

from datetime import date, datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select, update

from storage.contacts import links
from storage.contacts.links import Link
from storage.database.engine import Database
from storage.delivery import outbox
from storage.people import addresses
from storage.tables import contact_link, provider
from storage.tables import outbox as outbox_table
from survey.conversation.model import Say
from tests.support.providers import OTHER_PHONE, PHONE, REGISTER, at, read

NOW = at(date(2026, 11, 25))
LATER = NOW + timedelta(days=45)
OWN, STRANGE = "own browser", "a stranger's browser"


@pytest.fixture
async def alfa(db: Database, tmp_path: Path) -> tuple[int, int]:
    """P1 and its phone, by their ids, with the link "secret"."""
    await read(db, tmp_path, REGISTER)
    async with db.begin() as conn:
        found = await links.provider_named(conn, "P1")
        assert found is not None
        assert found[2] is not None
        await links.issue(conn, found[0], found[2], "secret", NOW, LATER)
    return found[0], found[2]


async def seen(db: Database, token: str, device: str | None = None, now: datetime = NOW) -> Link | None:
    async with db.read() as conn:
        return await links.find(conn, token, device, now)


async def opened(db: Database, device: str) -> bool:
    async with db.begin() as conn:
        link = await links.find(conn, "secret", device, NOW)
        assert link is not None
        return await links.bind(conn, link, device, NOW)


async def test_a_link_is_stored_as_its_hash_alone(db: Database, alfa: tuple[int, int]) -> None:
    link = await seen(db, "secret")
    assert link is not None
    assert (link.provider_id, link.address_id, link.provider_name, link.state) == (*alfa, "Alfa", "new")
    async with db.read() as conn:
        stored = (await conn.execute(select(contact_link))).one()
    assert "secret" not in map(str, stored)
    for guess in ("", "Secret", "secret ", stored.token_hash, "\udc80"):
        assert await seen(db, guess) is None


async def test_a_link_ends_with_its_time(db: Database, alfa: tuple[int, int]) -> None:
    assert await seen(db, "secret", now=LATER - timedelta(seconds=1)) is not None
    assert await seen(db, "secret", now=LATER) is None


async def test_a_new_link_ends_the_one_before(db: Database, alfa: tuple[int, int]) -> None:
    async with db.begin() as conn:
        await links.issue(conn, *alfa, "newer", NOW, LATER)
    assert await seen(db, "secret") is None
    assert await seen(db, "newer") is not None


async def test_a_withdrawn_link_is_dead(db: Database, alfa: tuple[int, int]) -> None:
    async with db.begin() as conn:
        assert await links.revoke(conn, alfa[0], NOW) == 1
        assert await links.revoke(conn, alfa[0], NOW) == 0
    assert await seen(db, "secret") is None


async def test_a_removed_phone_ends_its_link(db: Database, alfa: tuple[int, int]) -> None:
    async with db.begin() as conn:
        await conn.execute(update(provider).where(provider.c.id == alfa[0]).values(address_id=None))
    assert await seen(db, "secret") is None
    async with db.begin() as conn:  # but not that of a contact who was added by hand
        await links.add_contact(conn, *alfa, NOW)
    assert await seen(db, "secret") is not None


async def test_the_first_browser_keeps_the_link(db: Database, alfa: tuple[int, int]) -> None:
    assert await opened(db, OWN)
    assert not await opened(db, STRANGE)
    states = [await seen(db, "secret", device) for device in (OWN, STRANGE, None)]
    assert [link and link.state for link in states] == ["open", "elsewhere", "elsewhere"]


async def test_the_phones_owner_moves_a_forwarded_link_back(db: Database, alfa: tuple[int, int]) -> None:
    assert await opened(db, STRANGE)
    async with db.begin() as conn:
        link = await links.find(conn, "secret", OWN, NOW)
        assert link is not None
        assert not await links.enter_code(conn, link, "123456", OWN, NOW)  # no code has been sent
        assert await links.set_code(conn, link, "123456", NOW) == 1
        assert not await links.enter_code(conn, link, "654321", OWN, NOW)
        assert await links.enter_code(conn, link, "123456", OWN, NOW)
        assert not await links.enter_code(conn, link, "123456", STRANGE, NOW)  # a code counts once
        (contact,) = await links.contacts_of(conn, alfa[0], NOW)
    assert (contact.link_until, contact.moves) == (LATER, 1)
    states = [await seen(db, "secret", device) for device in (OWN, STRANGE)]
    assert [link and link.state for link in states] == ["open", "elsewhere"]


async def test_a_code_cannot_be_guessed_at_length(db: Database, alfa: tuple[int, int]) -> None:
    assert await opened(db, OWN)
    async with db.begin() as conn:
        link = await links.find(conn, "secret", STRANGE, NOW)
        assert link is not None
        await links.set_code(conn, link, "123456", NOW)
        tries = [await links.enter_code(conn, link, "000000", STRANGE, NOW) for _ in range(5)]
        assert tries == [False] * 5
        assert not await links.enter_code(conn, link, "123456", STRANGE, NOW)
        await links.set_code(conn, link, "123456", NOW)
        stale = NOW + links.CODE_LIFETIME
        assert not await links.enter_code(conn, link, "123456", STRANGE, stale)
        sent = [await links.set_code(conn, link, "123456", NOW) for _ in range(9)]
    assert sent == [3, 4, 5, 6, 7, 8, 9, 10, None]


async def test_the_link_leaves_the_outbox_with_its_message(db: Database, alfa: tuple[int, int]) -> None:
    async with db.begin() as conn:
        key = await links.issue(conn, *alfa, "hidden", NOW, LATER)
        message = {
            "key": key,
            "reference": "r",
            "occasion_id": None,
            "address_id": alfa[1],
            "channel": "sms",
            "say": Say(text="https://x/u/hidden").to_json(),
            "expires_at": LATER,
        }
        await outbox.enqueue(conn, [message], NOW)
        assert await links.erase_sent(conn) == 0
        await conn.execute(update(outbox_table).values(state="sent", settled_at=NOW))
        assert await links.erase_sent(conn) == 1
        assert await links.erase_sent(conn) == 0
        assert "hidden" not in (await conn.execute(select(outbox_table.c.say))).scalar_one()


async def test_a_chat_is_tied_once(db: Database, alfa: tuple[int, int]) -> None:
    async with db.begin() as conn:
        await links.issue(conn, *alfa, "chat", NOW, LATER, kind="telegram")
        chats = await addresses.find_or_add(conn, "telegram", ["77", "78"], NOW)
        first, second = chats["77"].id, chats["78"].id
        assert not await links.redeem_chat(conn, "secret", first, NOW)  # a page's link is not one for a chat
        assert await links.redeem_chat(conn, "chat", first, NOW)
        assert not await links.redeem_chat(conn, "chat", second, NOW)
        phones = await addresses.find_or_add(conn, "sms", [PHONE, OTHER_PHONE], NOW)
        known = await links.providers_of(conn, [first, second, *(each.id for each in phones.values())])
    assert known[first] == known[phones[PHONE].id] == (alfa[0],)
    assert known[phones[OTHER_PHONE].id] != (alfa[0],)
    assert second not in known
