"""Replies that were given in a webhook's own response, until it is known that they left.

A row is added in the transaction that takes in the SMS which is answered. What becomes of it is decided in
bot/channels/sms/responses.py; here are the statements.
"""

from collections.abc import Collection, Sequence
from datetime import datetime

from sqlalchemy import bindparam, delete, or_, select, update

from storage.database.engine import Connection
from storage.database.statements import chunks, insert
from storage.delivery import outbox as messages
from storage.delivery.clock_errors import TOLERATED
from storage.people import addresses
from storage.tables import inbox, response
from survey.codes import Channel
from survey.frozen import frozen


@frozen
class Given:
    """One reply and the SMS that it answers, by Twilio's id. ``say`` is survey.conversation.model.Say as JSON."""

    external_id: str
    address_id: int
    occasion_id: int | None
    say: str


@frozen
class Open(Given):
    """A reply of which it is not known yet whether it left.

    Attributes:
        sender: the number that wrote.
        given_at: when it was last handed to a response.
        written_at: when that response was written without an error; None where it was not, or nobody knows.
        later: Twilio's ids of what the sender wrote after it and was answered, in order.
    """

    sender: str
    given_at: datetime
    written_at: datetime | None
    later: tuple[str, ...] = ()


async def add(conn: Connection, replies: Sequence[Given], now: datetime) -> None:
    """Note replies that are about to be given in a response."""
    rows = [
        {
            "external_id": each.external_id,
            "address_id": each.address_id,
            "occasion_id": each.occasion_id,
            "say": each.say,
            "given_at": now,
        }
        for each in replies
    ]
    await insert(conn, response, rows)


_IDS = response.c.external_id.in_(bindparam("ids", expanding=True))
_AGAIN = update(response).where(_IDS).values(given_at=bindparam("now"), written_at=None)
_WRITTEN = update(response).where(_IDS).values(written_at=bindparam("now"))


async def given_again(conn: Connection, external_ids: Collection[str], now: datetime) -> None:
    """Note that the webhooks of these SMS have come once more, and are answered as before."""
    await conn.execute(_AGAIN, {"ids": list(external_ids), "now": now})


async def note_written(conn: Connection, external_ids: Collection[str], now: datetime) -> None:
    """Note that the responses to these SMS were written without an error."""
    await conn.execute(_WRITTEN, {"ids": list(external_ids), "now": now})


_ROWS = (
    select(response, inbox.c.id.label("number"))
    .join(inbox, (inbox.c.channel == Channel.SMS.value) & (inbox.c.external_id == response.c.external_id))
    .order_by(inbox.c.id)
)
_ANSWERED = (
    select(inbox.c.address_id, inbox.c.id.label("number"), inbox.c.external_id)
    .where(
        inbox.c.address_id.in_(bindparam("ids", expanding=True)),
        inbox.c.id > bindparam("after", type_=inbox.c.id.type),
        inbox.c.reply.is_not(None),
    )
    .order_by(inbox.c.id)
)


async def unsettled(
    conn: Connection, unwritten_until: datetime, written_until: datetime, now: datetime
) -> list[Open]:
    """Return the replies that may be settled now, in the order in which they were given.

    Args:
        conn: the caller's transaction.
        unwritten_until: of those whose response was not written, the ones that were given until then.
        written_until: of the others, the ones that were written until then.
        now: aware.
    """
    r = response.c
    is_unwritten = r.written_at.is_(None) & (r.given_at <= unwritten_until)
    is_ahead = r.given_at > now + TOLERATED  # the clock was, and is right again
    rows = (await conn.execute(_ROWS.where(or_(is_unwritten, r.written_at <= written_until, is_ahead)))).all()
    if not rows:
        return []
    ids = {row.address_id for row in rows}
    values = await addresses.address_values(conn, ids)
    answered = (await conn.execute(_ANSWERED, {"ids": list(ids), "after": rows[0].number})).all()
    return [
        Open(
            row.external_id,
            row.address_id,
            row.occasion_id,
            row.say,
            values[row.address_id][1],
            row.given_at,
            row.written_at,
            tuple(
                each.external_id
                for each in answered
                if each.address_id == row.address_id and each.number > row.number
            ),
        )
        for row in rows
    ]


async def settle(conn: Connection, replies: Collection[Open]) -> None:
    """Forget replies that left, or are not to be given any more."""
    for some in chunks([each.external_id for each in replies]):
        await conn.execute(delete(response).where(response.c.external_id.in_(some)))


async def queue(conn: Connection, reply: Open, expires_at: datetime, prefix: str, now: datetime) -> bool:
    """Send a reply that did not leave by the outbox instead; return False where its webhook has come once more.

    A webhook that comes after this gets no answer: the customer would read it twice.

    Args:
        conn: the caller's transaction.
        reply: the reply.
        expires_at: when it loses its meaning.
        prefix: of its key, which says in which hours it may leave (storage.delivery.outbox).
        now: aware.
    """
    r = response.c
    ours = delete(response).where(r.external_id == reply.external_id, r.given_at == reply.given_at)
    if (await conn.execute(ours)).rowcount == 0:
        return False
    answered = update(inbox).where(inbox.c.channel == Channel.SMS, inbox.c.external_id == reply.external_id)
    await conn.execute(answered.values(reply=None))
    message = {
        "key": f"{prefix}{Channel.SMS}:{reply.external_id}",
        "occasion_id": reply.occasion_id,
        "address_id": reply.address_id,
        "channel": Channel.SMS,
        "say": reply.say,
        "expires_at": expires_at,
        "priority": 0,
    }
    await messages.enqueue(conn, [message], now)
    return True
