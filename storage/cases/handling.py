"""Cases in the hands of staff: found, taken by a person, closed with what came of them."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import date, datetime
from typing import Any

from sqlalchemy import func, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from storage.errors import CaseErrorCode, CaseRefused
from storage.people import addresses
from storage.tables import case, customer, customer_address, enrolment, occasion, provider
from survey.codes import CaseOutcome, CaseStatus


@dataclass(frozen=True, slots=True)
class Listed:
    """One case as staff see it.

    Attributes:
        kind: a CaseKind.
        text: what it tells: a customer's words, or a code (bot/wording.py).
        due_on: the last day to answer.
        owner: who of the staff has taken it; empty while nobody has.
        outcome: a CaseOutcome; empty while it is open.
        customers: the numbers of those whom it may concern: several where they share an address and it could not be
            told who wrote.
        sender: the address of one whom the register does not know.
    """

    id: int
    kind: str
    text: str
    channel: str
    opened_at: datetime
    due_on: date | None
    urgent: bool
    owner: str
    outcome: str
    closed_at: datetime | None
    customers: tuple[str, ...]
    provider: str
    sender: str

    @property
    def status(self) -> CaseStatus:
        """Where the case stands."""
        if self.closed_at is not None:
            return CaseStatus.CLOSED
        return CaseStatus.TAKEN if self.owner else CaseStatus.NEW

    def is_late(self, today: date) -> bool:
        """Return whether the last day to answer has gone by."""
        return self.closed_at is None and self.due_on is not None and self.due_on < today


async def listed(conn: AsyncConnection, *, closed: bool = False) -> list[Listed]:
    """Return the open cases, the urgent first, then by their last day; ``closed``: those too, after the others."""
    c = case.c
    statement = (
        select(case, customer.c.ref.label("customer_ref"), provider.c.ref.label("provider_ref"))
        .outerjoin(customer, customer.c.id == c.customer_id)
        .outerjoin(provider, provider.c.id == c.provider_id)
        .order_by(c.status.desc(), c.urgent.desc(), c.due_on, c.id)
    )
    if not closed:
        statement = statement.where(c.status == "open")
    rows = (await conn.execute(statement)).all()
    nobodys = {row.address_id for row in rows if row.customer_id is None and row.address_id is not None}
    users = await _refs(conn, nobodys)
    senders = await addresses.address_values(conn, nobodys - users.keys())
    return [_listed(row, users.get(row.address_id, ()), senders.get(row.address_id)) for row in rows]


async def _refs(conn: AsyncConnection, address_ids: Collection[int]) -> dict[int, tuple[str, ...]]:
    """Return the numbers of the customers who use each address."""
    rows = await conn.execute(
        select(customer_address.c.address_id, customer.c.ref)
        .join(customer, customer.c.id == customer_address.c.customer_id)
        .where(customer_address.c.address_id.in_(address_ids))
        .order_by(customer.c.ref)
    )
    found: dict[int, tuple[str, ...]] = {}
    for address_id, ref in rows:
        found[address_id] = (*found.get(address_id, ()), ref)
    return found


def _listed(row: Any, users: tuple[str, ...], sender: tuple[str, str, str] | None) -> Listed:
    return Listed(
        id=row.id,
        kind=row.kind,
        text=row.text,
        channel=row.channel,
        opened_at=row.opened_at,
        due_on=row.due_on,
        urgent=bool(row.urgent),
        owner=row.owner,
        outcome=row.outcome,
        closed_at=row.closed_at,
        customers=(row.customer_ref,) if row.customer_ref else users if row.customer_id is None else (),
        provider=row.provider_ref or "",
        sender=sender[1] if sender is not None and row.customer_id is None else "",
    )


async def open_about_provider(conn: AsyncConnection, ref: str) -> int:
    """Count the open cases that came from a conversation about the provider ``ref``."""
    statement = (
        select(func.count())
        .select_from(case)
        .join(occasion, occasion.c.id == case.c.occasion_id)
        .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
        .join(provider, provider.c.id == enrolment.c.provider_id)
        .where(case.c.status == "open", provider.c.ref == ref)
    )
    return (await conn.execute(statement)).scalar_one()


async def take(conn: AsyncConnection, id_: int, owner: str) -> None:
    """Give an open case its owner, in the place of an earlier one.

    Raises:
        CaseRefused: there is no such case, or it is closed.
    """
    await _change(conn, id_, {"owner": owner})


async def close(conn: AsyncConnection, id_: int, outcome: CaseOutcome, by: str, now: datetime) -> str:
    """Close an open case and return its kind; ``by`` becomes the owner of a case that has none.

    Raises:
        CaseRefused: there is no such case, or it is closed.
    """
    ended = {"status": "closed", "outcome": outcome, "closed_at": now, "closed_by": by}
    kind, owner = await _change(conn, id_, ended)
    if not owner:
        await conn.execute(update(case).where(case.c.id == id_).values(owner=by))
    return kind


async def _change(conn: AsyncConnection, id_: int, values: dict[str, Any]) -> tuple[str, str]:
    """Change an open case; return its kind and owner."""
    changed = update(case).where(case.c.id == id_, case.c.status == "open").values(**values)
    row = (await conn.execute(changed.returning(case.c.kind, case.c.owner))).first()
    if row is None:
        known = (await conn.execute(select(case.c.id).where(case.c.id == id_))).first()
        raise CaseRefused(CaseErrorCode.ALREADY_CLOSED if known else CaseErrorCode.NOT_FOUND, case=id_)
    return row.kind, row.owner
