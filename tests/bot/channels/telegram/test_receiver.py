"""Updates of Telegram, from the webhook and from long polling: each is one event."""

from datetime import UTC, datetime

from sqlalchemy import func, select

from bot.channels.telegram.receiver import Receiver
from bot.inbound.group_commit import Intake
from storage.database.engine import Database
from storage.tables import inbox
from tests.support.story import CATALOGUE, MORNING, ZONE


def update(number: int, chat: int) -> dict[str, object]:
    """Return an update in which somebody writes."""
    private = {"id": chat, "type": "private", "first_name": "N"}
    sender = {"id": chat, "is_bot": False, "first_name": "N"}
    message = {"message_id": 7, "date": int(MORNING.timestamp()), "from": sender, "chat": private, "text": "hej"}
    return {"update_id": number, "message": message}


async def test_a_reused_update_id_is_another_event(db: Database) -> None:
    """After an idle week Telegram counts on from a number at random. The same update again is the same event."""
    receiver = Receiver(Intake(db, CATALOGUE, lambda: MORNING, zone=ZONE), None, lambda: None)
    for number, chat in ((9, 1), (9, 2), (9, 1), (10, 1)):
        await receiver.take(update(number, chat))
    async with db.read() as conn:
        ids = sorted((await conn.execute(select(inbox.c.external_id))).scalars())
        written = (await conn.execute(select(func.max(inbox.c.written_at, type_=inbox.c.written_at.type)))).scalar()
    assert ids == ["10:1", "9:1", "9:2"]
    assert written == datetime(2025, 6, 30, 7, tzinfo=UTC)  # nine in Stockholm
