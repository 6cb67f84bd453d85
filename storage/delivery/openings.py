"""What the opening of a queued message must tell now: who shares its address may have changed while it waited."""

from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from typing import Any

from sqlalchemy import bindparam, select

from storage.database.engine import Connection
from storage.delivery.outbox import REPLY
from storage.people import addresses
from storage.tables import enrolment, occasion
from survey.conversation.model import Say
from survey.conversation.openings import PLAIN, opening

_ABOUT = (
    select(occasion.c.id, occasion.c.customer_id, enrolment.c.started_on)
    .join(enrolment, enrolment.c.id == occasion.c.enrolment_id)
    .where(occasion.c.id.in_(bindparam("ids", expanding=True)))
)
_MARKS = ('"opening', '"reminder"')  # in a Say as JSON, of the messages that we send of our own accord


async def retold(conn: Connection, rows: Sequence[Any], today: date) -> Mapping[int, Say | None]:
    """Return by row the messages whose opening must tell something else than when they were queued.

    Args:
        conn: the caller's transaction.
        rows: messages, each with id, key, occasion_id, address_id and say.
        today: the unit's own day.

    Returns:
        The message with the opening that it needs now; None where nothing tells the customer from another who uses
        the address.
    """
    ours = [
        row
        for row in rows
        if row.occasion_id is not None and not row.key.startswith(REPLY) and any(mark in row.say for mark in _MARKS)
    ]
    if not ours:
        return {}
    uses = await addresses.uses_of(conn, {row.address_id for row in ours}, today)
    about = {each.id: each for each in await conn.execute(_ABOUT, {"ids": [row.occasion_id for row in ours]})}
    found: dict[int, Say | None] = {}
    for row in ours:
        of = about[row.occasion_id]
        told = opening(of.customer_id, of.started_on, uses.get(row.address_id, ()))
        said = Say.from_json(row.say)
        if told is None:
            found[row.id] = None
        elif told != PLAIN and (said.phrases[0], said.text) != told:
            found[row.id] = replace(said, phrases=(told[0], *said.phrases[1:]), text=told[1])
    return found
