"""A customer who is planned for and sent to, without HTTP: what the stories of planning and delivery share."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

from sqlalchemy import select

from scheduler.delivery.sending import Delivery, Sending
from scheduler.planning.hours import SendWindow
from scheduler.planning.planner import Planner
from scheduler.planning.rules import Rules
from storage.database.engine import Database
from storage.database.statements import insert
from storage.people import addresses
from storage.tables import customer, enrolment, next_look, occasion, provider
from survey.packs.catalogue import load
from tests.support.fakes import FakeGateway, FakeSms

ZONE = ZoneInfo("Europe/Stockholm")
WINDOW = SendWindow.parse("09:00-19:00", ZONE)
CATALOGUE = load()
PHONE = "+46701234567"
START = occasion.c.survey == "start"


def at(text: str) -> datetime:
    """Return a local time as UTC."""
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


NIGHT, MORNING = at("2025-06-30 03:00"), at("2025-06-30 09:00")  # a Monday, 28 days after the 2nd


class Story:
    """A planner and a delivery on one database, with fakes for SMS and Telegram, and one provider's customer."""

    def __init__(self, db: Database) -> None:
        self.db = db
        self.sms = FakeSms()
        self.telegram = FakeGateway()
        gateways = {"sms": self.sms, "telegram": self.telegram}
        self.planner = Planner(db, CATALOGUE, Rules(), WINDOW, ZONE, frozenset(gateways))
        self.delivery = Delivery(db, CATALOGUE, gateways, Sending(WINDOW, "https://x.se"), jitter=random.Random(1))

    async def register(self, refs: Sequence[str] = ("e1",), started: str = "2025-06-02") -> None:
        """Register the customer ``k``, with a phone and these enrolments."""
        day = date.fromisoformat(started)
        async with self.db.begin() as conn:
            await insert(conn, provider, [{"id": 1, "ref": "p", "name": "P"}])
            person = {"id": 1, "ref": "k", "language": "sv", "gender": ""}
            await insert(conn, customer, [person])
        await self.enrol(1, refs, day)
        await self.link("sms", PHONE)

    async def enrol(self, customer_id: int, refs: Sequence[str], started_on: date) -> None:
        """Register enrolments on the day they start, to be planned from then on."""
        common = {"customer_id": customer_id, "provider_id": 1, "end_reason": "", "difficulty": ""}
        common |= {"started_on": started_on, "registered_on": started_on}
        new = select(enrolment.c.id, enrolment.c.started_on).where(enrolment.c.ref.in_(refs))
        async with self.db.begin() as conn:
            await insert(conn, enrolment, [{**common, "ref": ref} for ref in refs])
            await conn.execute(next_look.insert().from_select(["enrolment_id", "plan_on"], new))

    async def link(self, channel: str, value: str) -> None:
        """Give the customer a phone or a chat."""
        async with self.db.begin() as conn:
            found = await addresses.find_or_add(conn, channel, [value], at("2025-06-02 10:00"))
            await addresses.link(conn, 1, found[value].id, at("2025-06-02 10:00"))

    async def run(self, now: datetime) -> None:
        """Do what the clock and the delivery do at ``now``."""
        await self.planner.plan(now)
        await self.planner.expire_sessions(now)
        await self.planner.open_due(now)
        await self.deliver(now)

    async def deliver(self, now: datetime) -> None:
        """Send what is queued."""
        while await self.delivery.deliver_once(now):
            pass

    async def one(self, column: object, *where: object) -> object:
        """Return the one value of a column."""
        async with self.db.read() as conn:
            return (await conn.execute(select(column).where(*where))).scalar_one()  # type: ignore[call-overload]  # any column
