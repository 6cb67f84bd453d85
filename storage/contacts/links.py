"""Personal links for the providers' contact persons: who may record follow-ups, and from which phone.

A link is a secret of 192 bits, stored as its hash. The first browser that opens it keeps it; another one needs the
code that is sent to the phone that the link was sent to. So a link that was passed on or guessed opens nothing,
and its owner can always move it back. A link ends when its time is up, when it is withdrawn, when a new one is made
for the same phone, and when the phone no longer belongs to the provider.
"""

import hashlib
import hmac
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any, Literal

from sqlalchemy import and_, bindparam, func, or_, select, union, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert_ignore
from storage.tables import contact_link, outbox, provider, provider_contact
from survey.conversation.model import Say

TOKEN_BYTES = 24  # 192 bits: 32 characters of Telegram's 64, and an SMS of one segment
LINK_DAYS = 45  # the month, the days until it locks, and some more
CODE_LIFETIME = timedelta(minutes=10)
CODE_TRIES = 5  # wrong guesses at one code, of a million possible ones
ERASED = Say().to_json()  # replaces a message that carried a link
CODES = 10  # codes for one link in all: at most 50 guesses for somebody who has found it

Kind = Literal["page", "telegram"]
State = Literal["open", "new", "elsewhere"]


@dataclass(frozen=True, slots=True)
class Link:
    """A link that is valid.

    Attributes:
        state: ``open`` in the browser that asks, ``new`` where no browser has opened it, else ``elsewhere``.
    """

    id: int
    kind: Kind
    provider_id: int
    provider_name: str
    address_id: int
    expires_at: datetime
    state: State


@dataclass(frozen=True, slots=True)
class Contact:
    """One address of a provider's contact persons.

    Attributes:
        link_until: when its valid link ends; None where it has none.
        moves: how often that link was moved to another browser.
    """

    address_id: int
    link_until: datetime | None
    moves: int


async def provider_named(conn: AsyncConnection, ref: str) -> tuple[int, str, int | None] | None:
    """Return (id, name, address id of the register's phone) of a provider; None where there is no such provider."""
    p = provider.c
    row = (await conn.execute(select(p.id, p.name, p.address_id).where(p.ref == ref))).first()
    return None if row is None else (row.id, row.name, row.address_id)


async def add_contact(conn: AsyncConnection, provider_id: int, address_id: int, now: datetime) -> None:
    """Let an address record for the provider, besides the phone in the register."""
    row = {"provider_id": provider_id, "address_id": address_id, "added_at": now}
    await insert_ignore(conn, provider_contact, [row])


async def issue(
    conn: AsyncConnection,
    provider_id: int,
    address_id: int,
    token: str,
    now: datetime,
    expires_at: datetime,
    *,
    kind: Kind = "page",
) -> str:
    """Store a new link by its hash alone, and end earlier ones of the same kind to the same phone.

    Returns:
        The key to queue its message under: `erase_sent` finds that message by it.
    """
    await revoke(conn, provider_id, now, address_id=address_id, kind=kind)
    row = {
        "token_hash": _hash(token),
        "kind": kind,
        "provider_id": provider_id,
        "address_id": address_id,
        "issued_at": now,
        "expires_at": expires_at,
    }
    made = await conn.execute(contact_link.insert().values(**row).returning(contact_link.c.id))
    return _message_key(made.scalar_one())


async def erase_sent(conn: AsyncConnection) -> int:
    """Remove the links from messages that were sent, so that none stays in clear text, and return how many."""
    c, o = contact_link.c, outbox.c
    waiting = (await conn.execute(select(c.id).where(c.erased == 0))).scalars().all()
    if not waiting:
        return 0
    keys = {_message_key(id_): id_ for id_ in waiting}
    left = await conn.execute(
        update(outbox).where(o.key.in_(list(keys)), o.settled_at.is_not(None)).values(say=ERASED).returning(o.key)
    )
    done = [keys[key] for key in left.scalars()]
    await conn.execute(update(contact_link).where(c.id.in_(done)).values(erased=1))
    return len(done)


def _message_key(link_id: int) -> str:
    return f"link:{link_id}"


async def revoke(
    conn: AsyncConnection,
    provider_id: int,
    now: datetime,
    *,
    address_id: int | None = None,
    kind: Kind | None = None,
) -> int:
    """Withdraw a provider's valid links, perhaps only those to one address or of one kind; return how many."""
    c = contact_link.c
    chosen = [c.provider_id == provider_id, *_VALID, c.expires_at > now]
    if address_id is not None:
        chosen.append(c.address_id == address_id)
    if kind is not None:
        chosen.append(c.kind == kind)
    return (await conn.execute(update(contact_link).where(*chosen).values(revoked_at=now))).rowcount


async def remove_contact(conn: AsyncConnection, provider_id: int, address_id: int, now: datetime) -> int:
    """Stop an address from recording for the provider, withdraw its links, and return how many they were."""
    found = await revoke(conn, provider_id, now, address_id=address_id)
    c = provider_contact.c
    await conn.execute(provider_contact.delete().where(c.provider_id == provider_id, c.address_id == address_id))
    return found


async def find(conn: AsyncConnection, token: str, device: str | None, now: datetime) -> Link | None:
    """Return the valid link of ``token``; None where there is none.

    Args:
        device: the secret of the browser that asks, if it has one.
    """
    c = contact_link.c
    row = (
        await conn.execute(
            select(
                c.id,
                c.kind,
                c.provider_id,
                provider.c.name,
                c.address_id,
                c.expires_at,
                c.device_hash,
            )
            .join(provider, provider.c.id == c.provider_id)
            .where(c.token_hash == _hash(token), *_VALID, c.expires_at > now, _still_a_contact())
        )
    ).first()
    if row is None:
        return None
    state: State = "new"
    if row.device_hash is not None:
        state = "open" if device and hmac.compare_digest(row.device_hash, _hash(device)) else "elsewhere"
    return Link(row.id, row.kind, row.provider_id, row.name, row.address_id, row.expires_at, state)


async def bind(conn: AsyncConnection, link: Link, device: str, now: datetime) -> bool:
    """Keep the link for this browser, the first that asks; return False when another was quicker."""
    c = contact_link.c
    done = await conn.execute(
        update(contact_link)
        .where(c.id == link.id, c.device_hash.is_(None))
        .values(device_hash=_hash(device), opened_at=now)
    )
    return done.rowcount == 1


async def set_code(conn: AsyncConnection, link: Link, code: str, now: datetime) -> int | None:
    """Store the hash of a code for the link's phone; return its number, or None when too many were sent."""
    c = contact_link.c
    number: int | None = (
        await conn.execute(
            update(contact_link)
            .where(c.id == link.id, c.codes_sent < CODES)
            .values(
                code_hash=_hash(f"{link.id}:{code}"),
                code_expires_at=now + CODE_LIFETIME,
                code_tries=0,
                codes_sent=c.codes_sent + 1,
            )
            .returning(c.codes_sent)
        )
    ).scalar()
    return number


async def enter_code(conn: AsyncConnection, link: Link, code: str, device: str, now: datetime) -> bool:
    """Move the link to the browser ``device`` if the code is right; the browser before it is shut out."""
    c = contact_link.c
    expected = (
        await conn.execute(
            update(contact_link)  # counted before it is compared, so that no guess goes uncounted
            .where(c.id == link.id, c.code_tries < CODE_TRIES, c.code_expires_at > now)
            .values(code_tries=c.code_tries + 1)
            .returning(c.code_hash)
        )
    ).scalar()
    if expected is None or not hmac.compare_digest(expected, _hash(f"{link.id}:{code}")):
        return False
    await conn.execute(
        update(contact_link)
        .where(c.id == link.id)
        .values(device_hash=_hash(device), moves=c.moves + 1, code_hash=None, code_expires_at=None)
    )
    return True


async def redeem_chat(conn: AsyncConnection, token: str, chat_id: int, now: datetime) -> bool:
    """Tie a Telegram chat to the provider that ``token`` was made for; a token works once.

    Args:
        chat_id: the address id of the chat.
    """
    link = await find(conn, token, None, now)
    if link is None or link.kind != "telegram":
        return False
    await conn.execute(update(contact_link).where(contact_link.c.id == link.id).values(revoked_at=now))
    await add_contact(conn, link.provider_id, chat_id, now)
    return True


async def providers_of(conn: AsyncConnection, address_ids: Collection[int]) -> dict[int, tuple[int, ...]]:
    """Return by address the providers whose contact person uses it; other addresses are left out."""
    rows = await conn.execute(_PROVIDERS_OF, {"ids": list(address_ids)})
    found: dict[int, tuple[int, ...]] = {}
    for address_id, provider_id in rows:
        found[address_id] = (*found.get(address_id, ()), provider_id)
    return found


# Run for every batch of inbound messages, so it is built once.
_PROVIDERS_OF = union(
    select(provider.c.address_id, provider.c.id.label("provider_id")).where(
        provider.c.address_id.in_(bindparam("ids", expanding=True))
    ),
    select(provider_contact.c.address_id, provider_contact.c.provider_id).where(
        provider_contact.c.address_id.in_(bindparam("ids", expanding=True))
    ),
).order_by("provider_id")


async def contacts_of(conn: AsyncConnection, provider_id: int, now: datetime) -> list[Contact]:
    """Return the provider's contact addresses, that of the register first."""
    p, c, link = provider.c, provider_contact.c, contact_link.c
    registered = await conn.execute(select(p.address_id).where(p.id == provider_id, p.address_id.is_not(None)))
    added = await conn.execute(
        select(c.address_id).where(c.provider_id == provider_id).order_by(c.added_at, c.address_id)
    )
    ids = list(dict.fromkeys([*registered.scalars(), *added.scalars()]))
    rows = await conn.execute(
        select(link.address_id, func.max(link.expires_at), func.sum(link.moves))
        .where(link.provider_id == provider_id, link.kind == "page", *_VALID, link.expires_at > now)
        .group_by(link.address_id)
    )
    links = {address_id: (until, int(moves)) for address_id, until, moves in rows}
    return [Contact(id_, *links.get(id_, (None, 0))) for id_ in ids]


_VALID = (contact_link.c.revoked_at.is_(None),)


def _still_a_contact() -> Any:
    added = (
        select(provider_contact.c.provider_id)
        .where(
            and_(
                provider_contact.c.provider_id == contact_link.c.provider_id,
                provider_contact.c.address_id == contact_link.c.address_id,
            )
        )
        .exists()
    )
    return or_(provider.c.address_id == contact_link.c.address_id, added)


def _hash(secret: str) -> str:
    return hashlib.sha256(secret.encode("utf-8", "replace")).hexdigest()
