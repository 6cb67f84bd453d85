"""A customer who talks with the system, and what that leaves in the database."""

from datetime import date, datetime, timedelta
from itertools import count
from typing import Any

from sqlalchemy import Table, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from bot.inbound.batch import Moment
from bot.inbound.events import Inbound, Taken
from bot.inbound.intake import take_in
from scheduler.delivery import fallback
from scheduler.delivery.fallback import Context
from storage.database.engine import Database
from storage.database.statements import insert
from storage.people import addresses
from storage.tables import (
    answer,
    customer,
    measurement,
    occasion,
)
from survey.codes import Channel
from survey.conversation.model import TextReceived
from tests.support.story import CATALOGUE, MORNING, PHONE, Story

CHAT = "4711"


async def import_phones(conn: AsyncConnection, phones: dict[int, str]) -> None:
    """Give customers their phones, as an import of the register does."""
    given_up = await addresses.replace_phones(conn, phones, MORNING)
    await fallback.give_up(conn, given_up, Context(tuple(Channel), MORNING, MORNING.date()))


TOMORROW = MORNING + timedelta(days=1)


class Talk(Story):
    """A story in which the customer writes."""

    def __init__(self, db: Database) -> None:
        super().__init__(db)
        self.ids = count(1)

    async def takes(
        self, event: object, now: datetime, sender: str = PHONE, id_: str = "", written_at: datetime | None = None
    ) -> Taken:
        """Take in an event; one with ``written_at`` was written then and comes now, found by the sweep."""
        channel = "sms" if sender.startswith("+") else "telegram"
        swept = written_at is not None and channel == "sms"
        id_ = id_ or f"m{next(self.ids)}"
        inbound = Inbound(channel, id_, sender, event, swept, written_at)  # type: ignore[arg-type]  # an event
        async with self.db.begin() as conn:
            (taken,) = await take_in(conn, [inbound], Moment(CATALOGUE, now, now.date()))
        return taken

    async def says(self, text: str, now: datetime = MORNING, sender: str = PHONE) -> str | None:
        return (await self.takes(TextReceived(text), now, sender)).reply

    async def say_all(self, *texts: str, now: datetime = MORNING) -> str | None:
        for text in texts:
            reply = await self.says(text, now)
        return reply

    async def rows(self, table: Table, *columns: str) -> list[tuple[Any, ...]]:
        async with self.db.read() as conn:
            found = await conn.execute(select(*(table.c[name] for name in columns)).order_by(*table.primary_key))
            return [tuple(row) for row in found]

    async def answers(self) -> dict[str, Any]:
        found = await self.rows(answer, "question", "value", "text")
        return {question: value if text is None else text for question, value, text in found}

    async def measured(self) -> tuple[Any, ...]:
        found = await self.rows(measurement, "overall", "treatment", "usefulness")
        return found[0]

    async def second_customer(self, birth_year: int = 1990, enrolled: bool = False) -> None:
        """Register a second customer with the same phone, and with ``enrolled`` a start survey due at once."""
        async with self.db.begin() as conn:
            await conn.execute(update(customer).values(birth_year=1984))
            row = {"id": 2, "ref": "k2", "language": "sv", "gender": "", "birth_year": birth_year}
            await insert(conn, customer, [row])
            found = await addresses.find_or_add(conn, "sms", [PHONE], MORNING)
            await addresses.link(conn, 2, found[PHONE].id, MORNING)
        if enrolled:
            await self.enrol(2, ["f"], date(2025, 6, 2))

    async def answers_of(self, customer_id: int) -> dict[str, Any]:
        of = occasion.c.customer_id == customer_id
        statement = select(answer.c.question, answer.c.value).join(occasion, occasion.c.id == answer.c.occasion_id)
        async with self.db.read() as conn:
            return {row.question: row.value for row in await conn.execute(statement.where(of))}


async def asked(db: Database) -> Talk:
    """Return a story in which the start survey has just been asked."""
    story = Talk(db)
    await story.register()
    async with db.begin() as conn:
        await insert(
            conn,
            measurement,
            [
                {
                    "enrolment_id": 1,
                    "point": "start",
                    "point_on": date(2025, 6, 30),
                    "year": 2025,
                    "quarter": 2,
                    "provider_id": 1,
                    "customer_id": 1,
                    "gender": "",
                    "difficulty": "",
                    "started_on": date(2025, 6, 2),
                    "repeated": 0,
                }
            ],
        )
    await story.run(MORNING)
    return story


async def asked_in_a_chat(db: Database) -> Talk:
    """Return a story in which the start survey was asked in a chat, of a customer who has a phone too."""
    story = Talk(db)
    await story.register()
    await story.link("telegram", CHAT)
    await story.run(MORNING)
    return story
