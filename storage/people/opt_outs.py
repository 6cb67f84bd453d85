"""Opt-outs: who has said stop. An opt-out belongs to a person and not to a number (docs/decisions/0015).

Theory of operation

A row of ``opt_out`` is a person's STOP, with the address at which it was said. It is in force until ``revoked_at``.
``customer_id`` is empty where no customer used the address: a provider's contact person or a stranger has said it.
A customer with a row in force is written to nowhere.

``address.state`` is opted_out while nobody may be written to there, which :func:`refresh` derives from the rows:

    said here        somebody who uses the address now has said stop at it
    said by all      every customer who uses it has said stop, at whatever address
    said by others   a contact person has said it, for as long as they are one; or somebody who was no customer, for
                     as long as no customer uses the address

So an opt-out follows to a new number as soon as the register has it, and a number that has changed hands is open.
What the carrier blocks is another matter: :func:`was_said_by_others` tells whether its refusal may be about an
earlier owner.
"""

from collections.abc import Collection
from datetime import datetime
from typing import Any

from sqlalchemy import and_, exists, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import among, chunks, insert
from storage.tables import address, case, customer_address, opt_out, provider, provider_contact
from survey.codes import AddressState, CaseKind

_IN_FORCE = opt_out.c.revoked_at.is_(None)


async def opted_out(conn: AsyncConnection, customers: Collection[int]) -> set[int]:
    """Return those of the customers who have said stop."""
    found: set[int] = set()
    for some in chunks(sorted(set(customers))):
        rows = await conn.execute(
            select(opt_out.c.customer_id).where(opt_out.c.customer_id.in_(some), _IN_FORCE).distinct()
        )
        found |= set(rows.scalars())
    return found


async def stop(conn: AsyncConnection, address_id: int, source: str, at: datetime) -> list[int]:
    """Note that somebody at an address has said stop; it counts for every customer who uses the address.

    Args:
        conn: the caller's transaction.
        address_id: where it was said.
        source: who has said it: message (the person), carrier or staff.
        at: when it was said; aware.

    Returns:
        The customers, in no order.
    """
    users = select(customer_address.c.customer_id).where(customer_address.c.address_id == address_id)
    customers: list[int | None] = list((await conn.execute(users)).scalars())
    others = [] if customers and not await _is_contact(conn, address_id) else [None]
    said = {"address_id": address_id, "at": at, "source": source}
    await insert(conn, opt_out, [{**said, "customer_id": each} for each in [*customers, *others]])
    stopped = [each for each in customers if each is not None]
    await refresh(conn, [address_id, *await _addresses_of(conn, stopped)], at)
    return stopped


async def start(conn: AsyncConnection, address_id: int, now: datetime) -> None:
    """Let those who use an address be written to again, because somebody has said so there.

    The only customer at the address is opted in on every channel. Of several, it opts in those who have said stop
    at this address, since another one's chat may be closed for good; where nobody has, all of them, because the
    address must open.
    """
    users = select(customer_address.c.customer_id).where(customer_address.c.address_id == address_id)
    customers = list((await conn.execute(users)).scalars())
    theirs = and_(opt_out.c.customer_id.in_(customers), _IN_FORCE)
    here = opt_out.c.address_id == address_id
    said_here = list((await conn.execute(select(opt_out.c.customer_id).where(theirs, here))).scalars())
    if len(customers) > 1 and said_here:
        theirs = and_(opt_out.c.customer_id.in_(said_here), _IN_FORCE)
    others = and_(opt_out.c.customer_id.is_(None), here, _IN_FORCE)
    await conn.execute(update(opt_out).where(or_(theirs, others)).values(revoked_at=now))
    await refresh(conn, [address_id, *await _addresses_of(conn, customers)], now)


async def opt_in(conn: AsyncConnection, customer_id: int, now: datetime) -> bool:
    """Revoke a customer's opt-outs, wherever they were said, and return whether there were any."""
    theirs = (opt_out.c.customer_id == customer_id, _IN_FORCE)
    revoked = await conn.execute(update(opt_out).where(*theirs).values(revoked_at=now))
    await refresh(conn, await _addresses_of(conn, [customer_id]), now)
    return bool(revoked.rowcount)


async def hand_back(conn: AsyncConnection, address_id: int) -> None:
    """Note that the customers of an address are not those who write there: nor was what was said there theirs."""
    said = update(opt_out).where(opt_out.c.address_id == address_id, _IN_FORCE)
    await conn.execute(said.values(customer_id=None))


async def take_back(conn: AsyncConnection, customers: Collection[int]) -> None:
    """Undo :func:`hand_back` for customers whose number, which was called wrong, the register holds to be right."""
    denied = exists().where(
        case.c.kind == CaseKind.WRONG_NUMBER,
        case.c.customer_id == customer_address.c.customer_id,
        case.c.address_id == customer_address.c.address_id,
    )
    users = select(customer_address.c.customer_id).where(
        customer_address.c.address_id == opt_out.c.address_id, denied
    )
    whose = users.where(among(conn, customer_address.c.customer_id, customers)).limit(1).scalar_subquery()
    lost = (opt_out.c.customer_id.is_(None), _IN_FORCE, whose.is_not(None))
    await conn.execute(update(opt_out).where(*lost).values(customer_id=whose))


async def has_stopped_since(conn: AsyncConnection, address_id: int, since: datetime) -> bool:
    """Return whether a stop is in force that was said after ``since``, at an address or by one who uses it."""
    users = select(customer_address.c.customer_id).where(customer_address.c.address_id == address_id)
    theirs = or_(opt_out.c.address_id == address_id, opt_out.c.customer_id.in_(users))
    found = select(opt_out.c.id).where(theirs, opt_out.c.at > since, _IN_FORCE).limit(1)
    return (await conn.execute(found)).first() is not None


async def was_said_by_others(conn: AsyncConnection, address_id: int) -> bool:
    """Return whether a stop was said at an address before those who use it now came to it.

    The carrier blocks a number until its START, whoever has it since.
    """
    users = select(customer_address.c.customer_id).where(customer_address.c.address_id == address_id)
    if (await conn.execute(users.limit(1))).first() is None:
        return False
    said = (opt_out.c.address_id == address_id, _IN_FORCE)
    others = or_(opt_out.c.customer_id.is_(None), opt_out.c.customer_id.not_in(users))
    return (await conn.execute(select(opt_out.c.id).where(*said, others).limit(1))).first() is not None


async def refresh(conn: AsyncConnection, ids: Collection[int], now: datetime) -> None:
    """Bring the state of addresses in line with what was said by those who use them now."""
    if not ids or (await conn.execute(select(opt_out.c.id).limit(1))).first() is None:
        return
    for some in chunks(sorted(set(ids))):
        at_once = update(address).where(address.c.id.in_(some))
        stopped = address.c.state == AddressState.OPTED_OUT
        await conn.execute(
            at_once.where(address.c.state != AddressState.OPTED_OUT, _CLOSED).values(
                state=AddressState.OPTED_OUT, state_at=now
            )
        )
        await conn.execute(
            at_once.where(stopped, ~_CLOSED).values(state=AddressState.ACTIVE, state_at=now, awaiting="")
        )


def _closed() -> Any:
    """Return the condition under which nobody may be written to at an address."""
    use, other_use, theirs = customer_address.alias(), customer_address.alias(), opt_out.alias()
    used = exists().where(use.c.address_id == address.c.id).correlate(address)
    contact = or_(
        exists().where(provider.c.address_id == address.c.id).correlate(address),
        exists().where(provider_contact.c.address_id == address.c.id).correlate(address),
    )
    by_user = exists().where(use.c.address_id == address.c.id, use.c.customer_id == opt_out.c.customer_id)
    by_other = and_(opt_out.c.customer_id.is_(None), or_(~used, contact))
    said = or_(by_user.correlate(address, opt_out), by_other)
    said_here = exists().where(opt_out.c.address_id == address.c.id, _IN_FORCE, said).correlate(address)
    has_stopped = exists().where(theirs.c.customer_id == other_use.c.customer_id, theirs.c.revoked_at.is_(None))
    goes_on = exists().where(other_use.c.address_id == address.c.id, ~has_stopped.correlate(other_use))
    goes_on = goes_on.correlate(address)
    return or_(said_here, and_(used, ~goes_on))


_CLOSED = _closed()


async def _addresses_of(conn: AsyncConnection, customers: Collection[int]) -> list[int]:
    ids = select(customer_address.c.address_id).where(customer_address.c.customer_id.in_(list(customers)))
    return list((await conn.execute(ids.distinct())).scalars())


async def _is_contact(conn: AsyncConnection, address_id: int) -> bool:
    registered = select(provider.c.id).where(provider.c.address_id == address_id).limit(1)
    added = select(provider_contact.c.provider_id).where(provider_contact.c.address_id == address_id).limit(1)
    return any([(await conn.execute(each)).first() for each in (registered, added)])
