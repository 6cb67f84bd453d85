"""The messages that bring a contact person to the page: a personal link, or a code for another phone.

Each is one SMS of one segment. A link is never stored in clear: storage keeps a hash of its token, and the message
loses its text once it is sent (storage/contacts/links.py).
"""

import secrets
from dataclasses import dataclass
from datetime import date, datetime, timedelta

from storage.contacts import links
from storage.contacts.links import Kind
from storage.database.engine import Connection
from storage.delivery import outbox
from survey.conversation.model import Say

PATH = "/u/"  # the pages are below it, and a page link is this and its token
MESSAGE_LIFETIME = timedelta(days=4)  # over a long weekend, when nothing is sent


@dataclass(frozen=True, slots=True)
class NewLink:
    """A link that is about to be made and sent.

    Attributes:
        provider_id: the provider for whom the contact person records.
        address_id: the contact person's phone, which the link is sent to.
        base: the address up to the token.
        last_day: the last day on which the link works, in the unit's zone.
        expires_at: when it stops working; aware.
        unit: who sends it, by its short name.
        kind: ``page`` leads to the page, ``telegram`` opens a chat with our bot.
    """

    provider_id: int
    address_id: int
    base: str
    last_day: date
    expires_at: datetime
    unit: str
    kind: Kind = "page"


def page_message(unit: str, url: str, last_day: date) -> str:
    """Return the SMS with a link to the page: one segment for a public address of up to 60 characters."""
    return f"{unit}: registrera uppföljningar till {last_day.day}/{last_day.month}: {url} Länken är bara din."


def chat_message(unit: str, url: str) -> str:
    """Return the SMS with a link that opens a chat."""
    return f"{unit}: registrera uppföljningar i Telegram: {url} Länken är bara din och gäller en gång."


def code_message(unit: str, code: str) -> str:
    """Return the SMS with the code that opens a link on another phone."""
    return f"{unit}: din kod är {code}. Har du inte bett om den: någon annan har din länk, säg till oss."


async def queue(conn: Connection, key: str, address_id: int, text: str, now: datetime, lifetime: timedelta) -> None:
    """Queue an SMS to a contact person; it is not sent after ``lifetime``. ``key`` is its idempotency key."""
    message = {
        "key": key,
        "occasion_id": None,
        "address_id": address_id,
        "channel": "sms",
        "say": Say(text=text).to_json(),
        "expires_at": now + lifetime,
    }
    await outbox.enqueue(conn, [message], now)


async def send(conn: Connection, new: NewLink, now: datetime) -> None:
    """Make a link, and queue the SMS that brings it. Earlier links of that phone stop working."""
    token = secrets.token_urlsafe(links.TOKEN_BYTES)
    key = await links.issue(conn, new.provider_id, new.address_id, token, now, new.expires_at, kind=new.kind)
    url = new.base + token
    text = page_message(new.unit, url, new.last_day) if new.kind == "page" else chat_message(new.unit, url)
    await queue(conn, key, new.address_id, text, now, MESSAGE_LIFETIME)
