"""Addresses: who can be reached where. The only module that reads or writes ``address.value``.

Encryption at rest with a blind index follows later, and then changes this file alone.
"""

import hashlib
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Any

from sqlalchemy import and_, bindparam, or_, select, update
from sqlalchemy import insert as sql_insert
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import among, chunks, insert_ignore
from storage.people import opt_outs
from storage.tables import address, case, customer, customer_address, enrolment, link_token, outbox
from survey.codes import AddressState, Reason
from survey.conversation.openings import Use

MANY = 200  # values from which on one parameter for all of them is faster than one for each
LATELY = timedelta(days=60)  # after its end, in which a question about an enrolment may still be asked


@dataclass(frozen=True, slots=True)
class Address:
    """One phone number or chat. ``state`` is an AddressState."""

    id: int
    channel: str
    value: str
    state: str
    greeted_at: datetime | None = None
    awaiting: str = ""


@dataclass(frozen=True, slots=True)
class Person:
    """A customer who uses an address. ``birth_year`` is 0 where it is not known."""

    id: int
    language: str
    birth_year: int


def _address(row: Any) -> Address:
    return Address(row.id, row.channel, row.value, row.state, row.greeted_at, row.awaiting)


_COLUMNS = (
    address.c.id,
    address.c.channel,
    address.c.value,
    address.c.state,
    address.c.greeted_at,
    address.c.awaiting,
)
_BY_VALUE = (
    select(*_COLUMNS)
    .where(address.c.channel == bindparam("channel"), address.c.value.in_(bindparam("values", expanding=True)))
    .order_by(address.c.id)
    .with_for_update()
)
_BY_ID = select(*_COLUMNS).where(address.c.id.in_(bindparam("ids", expanding=True)))


async def find_or_add(
    conn: AsyncConnection, channel: str, values: Collection[str], now: datetime
) -> dict[str, Address]:
    """Return the addresses of ``values``, adding the new ones; they are locked until the caller's commit."""
    found: dict[str, Address] = {}
    for ordered in chunks(sorted(set(values))):  # one order for all processes: no deadlock
        found |= await _by_value(conn, channel, ordered)
        missing = [value for value in ordered if value not in found]
        if missing:
            new = {"channel": channel, "state": AddressState.ACTIVE, "state_at": now}
            await insert_ignore(conn, address, ({**new, "value": value} for value in missing))
            found |= await _by_value(conn, channel, missing)
    return found


async def _by_value(conn: AsyncConnection, channel: str, ordered: Sequence[str]) -> dict[str, Address]:
    """Return the addresses that there are of these values, locked."""
    if len(ordered) < MANY:  # the statement of every message that comes in is built once
        rows = await conn.execute(_BY_VALUE, {"channel": channel, "values": ordered})
        return {row.value: _address(row) for row in rows}
    here = (address.c.channel == channel, among(conn, address.c.value, ordered))
    rows = await conn.execute(select(*_COLUMNS).where(*here).order_by(address.c.id).with_for_update())
    return {each.value: each for each in (Address(*row) for row in rows)}


async def address_values(conn: AsyncConnection, ids: Collection[int]) -> dict[int, tuple[str, str, str]]:
    """Return (channel, value, state) by address id."""
    rows = await conn.execute(_BY_ID, {"ids": list(ids)})
    return {row.id: (row.channel, row.value, row.state) for row in rows}


async def states_of(conn: AsyncConnection, ids: Collection[int]) -> dict[int, str]:
    """Return the AddressState by address id."""
    return {id_: state for id_, (_, _, state) in (await address_values(conn, ids)).items()}


async def addresses_of(conn: AsyncConnection, customer_ids: Collection[int]) -> dict[int, list[Address]]:
    """Return each customer's addresses, phones before chats, the latest link first."""
    rows = await conn.execute(
        select(customer_address.c.customer_id, *_COLUMNS)
        .join(address, address.c.id == customer_address.c.address_id)
        .where(customer_address.c.customer_id.in_(list(customer_ids)))
        .order_by(address.c.channel, customer_address.c.linked_at.desc(), address.c.id)
    )
    found: dict[int, list[Address]] = {}
    for row in rows:
        found.setdefault(row.customer_id, []).append(_address(row))
    return found


async def users_by_phone(conn: AsyncConnection, phones: Collection[str]) -> dict[str, frozenset[str]]:
    """Return the references of the customers who use each of these phones; phones of nobody are left out."""
    users: dict[str, set[str]] = {}
    rows = await conn.execute(
        select(address.c.value, customer.c.ref)
        .join(customer_address, customer_address.c.address_id == address.c.id)
        .join(customer, customer.c.id == customer_address.c.customer_id)
        .where(address.c.channel == "sms", among(conn, address.c.value, phones))
    )
    for value, ref in rows:
        users.setdefault(value, set()).add(ref)
    return {value: frozenset(refs) for value, refs in users.items()}


async def users_of(conn: AsyncConnection, ids: Collection[int]) -> dict[int, list[Person]]:
    """Return the customers who use each address, the latest in the register first."""
    rows = await conn.execute(
        select(customer_address.c.address_id, customer.c.id, customer.c.language, customer.c.birth_year)
        .join(customer, customer.c.id == customer_address.c.customer_id)
        .where(customer_address.c.address_id.in_(list(ids)))
        .order_by(customer.c.id.desc())
    )
    users: dict[int, list[Person]] = {}
    for address_id, id_, language, birth_year in rows:
        users.setdefault(address_id, []).append(Person(id_, language, birth_year or 0))
    return users


async def uses_of(conn: AsyncConnection, ids: Collection[int], today: date) -> dict[int, list[Use]]:
    """Return who uses each address, with each enrolment that a question may be about.

    Args:
        conn: the caller's transaction.
        ids: of the addresses.
        today: the unit's own day; an enrolment that ended more than LATELY before it is not asked about.
    """
    rows = await conn.execute(
        select(customer_address.c.address_id, customer.c.id, customer.c.birth_year, enrolment.c.started_on)
        .join(customer, customer.c.id == customer_address.c.customer_id)
        .outerjoin(
            enrolment,
            and_(
                enrolment.c.customer_id == customer.c.id,
                enrolment.c.started_on <= today,
                or_(enrolment.c.ended_on.is_(None), enrolment.c.ended_on >= today - LATELY),
            ),
        )
        .where(customer_address.c.address_id.in_(list(ids)))
    )
    uses: dict[int, list[Use]] = {}
    for address_id, customer_id, born, started_on in rows:
        uses.setdefault(address_id, []).append(Use(customer_id, born or 0, started_on))
    return uses


async def set_language(conn: AsyncConnection, customer_id: int, language: str) -> None:
    """Let the customer be spoken to in this language from now on."""
    await conn.execute(update(customer).where(customer.c.id == customer_id).values(language=language))


async def set_awaiting(conn: AsyncConnection, address_id: int, awaiting: str) -> None:
    """Note what the next message from an address is about.

    Args:
        conn: the caller's transaction.
        address_id: the address.
        awaiting: survey.conversation.model.Awaiting as JSON; empty for nothing in particular.
    """
    await conn.execute(update(address).where(address.c.id == address_id).values(awaiting=awaiting))


async def unlink(conn: AsyncConnection, address_id: int, now: datetime) -> None:
    """Note that an address belongs to nobody that we know: nothing more is sent there, though a register has it.

    Where somebody has said stop there, the address stays closed, and it was not the customer who said it.
    """
    await opt_outs.hand_back(conn, address_id)
    await conn.execute(customer_address.delete().where(customer_address.c.address_id == address_id))
    await conn.execute(
        update(address).where(address.c.id == address_id).values(state=AddressState.UNLINKED, state_at=now)
    )
    await opt_outs.refresh(conn, [address_id], now)
    await conn.execute(
        update(outbox)
        .where(outbox.c.address_id == address_id, outbox.c.state == "queued")
        .values(state="cancelled", reason=Reason.WRONG_NUMBER, settled_at=now)
    )


async def link(conn: AsyncConnection, customer_id: int, address_id: int, now: datetime) -> None:
    """Tie an address to a customer; the latest link is the customer's preference."""
    row = {"customer_id": customer_id, "address_id": address_id, "linked_at": now}
    await insert_ignore(conn, customer_address, [row])
    await opt_outs.refresh(conn, [address_id], now)


async def replace_phones(conn: AsyncConnection, phones: Mapping[int, str], now: datetime) -> list[tuple[int, int]]:
    """Give each customer id its phone (empty: none), leaving Telegram chats as they are.

    A number stays unlinked from a customer of whom it was said to be the wrong one. An opt-out follows its customer
    to the new number, and does not stay with the old one.

    Returns:
        (customer id, address id) of each number that is no longer the customer's, for
        scheduler.delivery.fallback.give_up.
    """
    wanted = await find_or_add(conn, "sms", [phone for phone in phones.values() if phone], now)
    rows = await conn.execute(
        select(customer_address.c.customer_id, customer_address.c.address_id)
        .join(address, address.c.id == customer_address.c.address_id)
        .where(address.c.channel == "sms")
    )
    current: dict[int, int] = {row.customer_id: row.address_id for row in rows if row.customer_id in phones}
    given_up = []
    for customer_id, old in current.items():
        phone = phones[customer_id]
        if not phone or wanted[phone].id != old:
            given_up.append((customer_id, old))
            await conn.execute(
                customer_address.delete().where(
                    customer_address.c.customer_id == customer_id, customer_address.c.address_id == old
                )
            )
    links = {(customer_id, wanted[phone].id) for customer_id, phone in phones.items() if phone}
    unlinked = {each.id for each in wanted.values() if each.state == AddressState.UNLINKED}
    del wanted  # of 200,000 customers it is 60 MB
    links -= await _denied(conn)
    await insert_ignore(
        conn,
        customer_address,
        ({"customer_id": customer_id, "address_id": id_, "linked_at": now} for customer_id, id_ in sorted(links)),
    )
    new = {(customer_id, id_) for customer_id, id_ in links if current.get(customer_id) != id_}
    await opt_outs.take_back(conn, {customer_id for customer_id, _ in new})
    await opt_outs.refresh(conn, {id_ for _, id_ in (*new, *given_up)}, now)
    again = sorted(unlinked & {id_ for _, id_ in links})
    for some in chunks(again):  # the number has changed hands, or staff have made sure of it
        await conn.execute(
            update(address)
            .where(address.c.id.in_(some))
            .values(state=AddressState.ACTIVE, state_at=now, awaiting="")
        )
    return given_up


async def _denied(conn: AsyncConnection) -> set[tuple[int, int]]:
    """(customer id, address id) of each number that somebody said is the wrong one, until staff close the case."""
    rows = await conn.execute(
        select(case.c.customer_id, case.c.address_id).where(
            case.c.kind == "wrong_number",
            case.c.status == "open",
            case.c.customer_id.is_not(None),
            case.c.address_id.is_not(None),
        )
    )
    return {(row.customer_id, row.address_id) for row in rows}


async def mark_greeted(conn: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Note that strangers at these addresses have been answered once."""
    await conn.execute(update(address).where(address.c.id.in_(list(ids))).values(greeted_at=now))


async def issue_token(conn: AsyncConnection, customer_id: int, token: str, expires_at: datetime) -> None:
    """Store a one-time token, as its hash alone."""
    await conn.execute(
        sql_insert(link_token).values(
            token_hash=_hash(token), customer_id=customer_id, expires_at=expires_at, used_at=None
        )
    )


async def redeem_token(conn: AsyncConnection, token: str, now: datetime) -> int | None:
    """Return the id of the customer a token was made for, once; None when it is unknown, used or expired."""
    unused = (
        link_token.c.token_hash == _hash(token),
        link_token.c.used_at.is_(None),
        link_token.c.expires_at > now,
    )
    customer_id = (
        await conn.execute(
            update(link_token).where(*unused).values(used_at=now).returning(link_token.c.customer_id)
        )
    ).scalar()
    return None if customer_id is None else int(customer_id)


async def was_linked_by(conn: AsyncConnection, token: str, address_id: int) -> bool:
    """Return whether a token was made for a customer who uses this address, though it has been used or is old."""
    found = (
        select(link_token.c.customer_id)
        .join(customer_address, customer_address.c.customer_id == link_token.c.customer_id)
        .where(link_token.c.token_hash == _hash(token), customer_address.c.address_id == address_id)
    )
    return (await conn.execute(found)).first() is not None


def _hash(token: str) -> str:
    return hashlib.sha256(token.encode("utf-8", "replace")).hexdigest()
