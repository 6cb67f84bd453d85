"""Inbound events as they are stored: those that were taken in, and those in quarantine, which could not be."""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, func, select, union_all

from storage.database.engine import Connection
from storage.database.statements import insert, insert_ignore
from storage.tables import inbox
from storage.tables import quarantine as quarantine_table
from survey.frozen import frozen

Key = tuple[str, str]  # channel and external id: the identity of an inbound event


@frozen
class Entry:
    """One inbound event that was taken in.

    Attributes:
        occasion_id: of the conversation that it belonged to, if any.
        body: what was written, or the kind of event where it was not a text.
        outcome: what it led to: answered, opted_out, unknown_sender, ...
        reply: the rendered answer, the same each time the event comes.
        written_at: when it was written; None where that is not told.
        message_id: its own id on the channel, where it has one.
        question: the one that it answered, if any.
    """

    channel: str
    external_id: str
    address_id: int
    occasion_id: int | None
    body: str
    outcome: str
    reply: str | None
    written_at: datetime | None = None
    message_id: str | None = None
    question: str | None = None


_STORED = select(inbox.c.external_id, inbox.c.outcome, inbox.c.reply).where(
    inbox.c.channel == bindparam("channel"), inbox.c.external_id.in_(bindparam("ids", expanding=True))
)


async def stored(conn: Connection, keys: Collection[Key]) -> dict[Key, tuple[str, str | None]]:
    """Return (outcome, reply) of those of ``keys`` that are in the inbox already."""
    found: dict[Key, tuple[str, str | None]] = {}
    for channel in {channel for channel, _ in keys}:
        ids = list({external_id for of, external_id in keys if of == channel})
        for external_id, outcome, reply in await conn.execute(_STORED, {"channel": channel, "ids": ids}):
            found[channel, external_id] = (outcome, reply)
    return found


async def add(conn: Connection, entries: Sequence[Entry], received_at: datetime) -> None:
    """Store what became of inbound events."""
    rows = [
        {
            "channel": each.channel,
            "external_id": each.external_id,
            "address_id": each.address_id,
            "occasion_id": each.occasion_id,
            "body": each.body,
            "received_at": received_at,
            "outcome": each.outcome,
            "reply": each.reply,
            "written_at": each.written_at,
            "message_id": each.message_id,
            "question": each.question,
        }
        for each in entries
    ]
    await insert(conn, inbox, rows)


@frozen
class Written:
    """A message as it was taken in."""

    occasion_id: int | None
    question: str | None
    body: str


async def written_as(conn: Connection, address_id: int, message_id: str) -> Written | None:
    """Return the latest form of a message of a sender by its own id on the channel; None where it is not known."""
    i = inbox.c
    forms = select(i.occasion_id, i.question, i.body).where(i.address_id == address_id, i.message_id == message_id)
    rows = (await conn.execute(forms.order_by(i.id.desc()))).all()
    if not rows:
        return None
    answered = next(
        (row for row in rows if row.question is not None), rows[0]
    )  # later forms may have changed nothing
    return Written(answered.occasion_id, answered.question, rows[0].body)


async def was_said(conn: Connection, address_id: int, body: str, since: datetime, until: datetime) -> bool:
    """Return whether an address has sent this very text since ``since`` and before ``until``."""
    i = inbox.c
    at = i.received_at >= since, i.received_at < until
    found = select(i.id).where(i.address_id == address_id, i.body == body, *at).limit(1)
    return (await conn.execute(found)).first() is not None


async def missing(conn: Connection, channel: str, external_ids: Collection[str]) -> set[str]:
    """Return those of ``external_ids`` that are neither in the inbox nor in quarantine."""
    asked = list(external_ids)
    known = union_all(
        *(
            select(table.c.external_id).where(table.c.channel == channel, table.c.external_id.in_(asked))
            for table in (inbox, quarantine_table)
        )
    )
    return set(asked) - {external_id for (external_id,) in await conn.execute(known)}


async def written_since(conn: Connection, address_id: int, since: datetime) -> list[str]:
    """Return the bodies of what an address wrote after ``since``."""
    i = inbox.c
    written_at = func.coalesce(i.written_at, i.received_at, type_=i.received_at.type)
    rows = await conn.execute(select(i.body).where(i.address_id == address_id, written_at > since))
    return [body for (body,) in rows]


async def first_since(conn: Connection, channel: str, since: datetime) -> str | None:
    """Return the external id of the first event that a channel brought at ``since`` or later."""
    i = inbox.c
    found = select(i.external_id).where(i.channel == channel, i.received_at >= since).order_by(i.received_at)
    return (await conn.execute(found.limit(1))).scalar()


async def quarantine(conn: Connection, channel: str, external_id: str, error: str, at: datetime) -> None:
    """Put an event in quarantine, where `followup check` reports it; the same event once.

    Args:
        error: the kind of error, such as ``ValueError``; nothing personal.
    """
    row = {"channel": channel, "external_id": external_id, "at": at, "error": error}
    await insert_ignore(conn, quarantine_table, [row])


async def quarantined(conn: Connection) -> list[tuple[str, str, str]]:
    """Return (channel, external id, kind of error) of each event in quarantine, oldest first."""
    q = quarantine_table.c
    rows = await conn.execute(select(q.channel, q.external_id, q.error).order_by(q.at))
    return [(row.channel, row.external_id, row.error) for row in rows]
