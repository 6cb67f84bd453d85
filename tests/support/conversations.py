"""Conversations put straight into the database, for tests of its statements."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta

from sqlalchemy.ext.asyncio import AsyncConnection

from storage.database.statements import insert
from storage.people import addresses
from storage.tables import customer, customer_address, enrolment, occasion, provider, session
from survey.conversation.model import Session

NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)


async def register(conn: AsyncConnection, *customers: int) -> None:
    """Add customers, each with an enrolment of the same id, at one provider."""
    await insert(conn, provider, [{"id": 1, "ref": "P1", "name": "Alfa"}])
    for id_ in customers:
        await insert(conn, customer, [{"id": id_, "ref": f"K{id_}", "language": "sv", "gender": ""}])
        row = {
            "id": id_,
            "ref": f"E{id_}",
            "customer_id": id_,
            "provider_id": 1,
            "started_on": date(2026, 2, 12),
            "end_reason": "",
            "difficulty": "",
            "registered_on": date(2026, 2, 12),
        }
        await insert(conn, enrolment, [row])


async def use(conn: AsyncConnection, phone: str, *customers: int) -> int:
    """Let customers use a phone and return its address id."""
    found = await addresses.find_or_add(conn, "sms", [phone], NOW)
    rows = [{"customer_id": id_, "address_id": found[phone].id, "linked_at": NOW} for id_ in customers]
    await insert(conn, customer_address, rows)
    return found[phone].id


async def converse(
    conn: AsyncConnection,
    id_: int,
    customer_id: int,
    address_id: int,
    *,
    is_open: bool,
    opened_at: datetime = NOW,
    values: Sequence[tuple[str, int | None]] = (),
) -> None:
    """Add an occasion with its conversation. It asks for ``overall`` while it is open."""
    row = {
        "id": id_,
        "enrolment_id": customer_id,
        "customer_id": customer_id,
        "survey": "checkin",
        "period": f"2026-{id_:02}",
        "due_at": opened_at,
        "expires_at": opened_at + timedelta(days=7),
        "look_at": opened_at,
        "opened_at": opened_at,
        "closed_at": None if is_open else opened_at,
        "outcome": "" if is_open else "partial",
        "reason": "asked" if is_open else "some_answered",
    }
    await insert(conn, occasion, [row])
    question, state = ("overall", "open") if is_open else (None, "closed")
    kept = Session("checkin", 1, "sv", question, tuple(values), 0, state)  # type: ignore[arg-type]  # one of the two
    row = {
        "occasion_id": id_,
        "customer_id": customer_id,
        "address_id": address_id,
        "state": kept.to_json(),
        "language": "sv",
        "is_open": int(is_open),
        "opened_at": opened_at,
        "expires_at": opened_at + timedelta(days=7),
    }
    await insert(conn, session, [row])
