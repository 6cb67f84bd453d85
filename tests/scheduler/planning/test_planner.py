"""From an enrolment in the register to a message sent, over both databases."""

import random
from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select, update

from scheduler.delivery import Delivery, Sending
from scheduler.gateway import GatewayError
from scheduler.hours import SendWindow
from scheduler.planner import Planner
from scheduler.rules import Hold, Rules
from storage.database.engine import Database
from storage.database.statements import insert
from storage.delivery.settlement import CarrierWord
from storage.people import addresses
from storage.tables import address, customer, enrolment, next_look, occasion, opt_out, provider, session
from storage.tables import outbox as outbox_table
from survey.codes import Reason
from survey.packs.catalogue import load
from tests.support.carrier import carrier_says
from tests.support.fakes import FakeGateway, FakeSms

ZONE = ZoneInfo("Europe/Stockholm")
WINDOW = SendWindow.parse("09:00-19:00", ZONE)
CATALOGUE = load()
PHONE = "+46701234567"


def at(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=ZONE).astimezone(UTC)


NIGHT, MORNING = at("2025-06-30 03:00"), at("2025-06-30 09:00")  # a Monday, 28 days after the 2nd


class Story:
    def __init__(self, db: Database) -> None:
        self.db = db
        self.sms = FakeSms()
        self.telegram = FakeGateway()
        gateways = {"sms": self.sms, "telegram": self.telegram}
        self.planner = Planner(db, CATALOGUE, Rules(), WINDOW, ZONE, frozenset(gateways))
        self.delivery = Delivery(db, CATALOGUE, gateways, Sending(WINDOW, "https://x.se"), jitter=random.Random(1))

    async def register(self, refs: Sequence[str] = ("e1",), started: str = "2025-06-02") -> None:
        day = date.fromisoformat(started)
        async with self.db.begin() as conn:
            await insert(conn, provider, [{"id": 1, "ref": "p", "name": "P"}])
            person = {"id": 1, "ref": "k", "language": "sv", "gender": ""}
            await insert(conn, customer, [person])
        await self.enrol(1, refs, day)
        await self.link("sms", PHONE)

    async def enrol(self, customer_id: int, refs: Sequence[str], started_on: date) -> None:
        """Registered on the day they start, and to be planned from then on."""
        common = {"customer_id": customer_id, "provider_id": 1, "end_reason": "", "difficulty": ""}
        common |= {"started_on": started_on, "registered_on": started_on}
        new = select(enrolment.c.id, enrolment.c.started_on).where(enrolment.c.ref.in_(refs))
        async with self.db.begin() as conn:
            await insert(conn, enrolment, [{**common, "ref": ref} for ref in refs])
            await conn.execute(next_look.insert().from_select(["enrolment_id", "plan_on"], new))

    async def link(self, channel: str, value: str) -> None:
        async with self.db.begin() as conn:
            found = await addresses.find_or_add(conn, channel, [value], at("2025-06-02 10:00"))
            await addresses.link(conn, 1, found[value].id, at("2025-06-02 10:00"))

    async def run(self, now: datetime) -> None:
        await self.planner.plan(now)
        await self.planner.expire_sessions(now)
        await self.planner.open_due(now)
        await self.deliver(now)

    async def deliver(self, now: datetime) -> None:
        while await self.delivery.deliver_once(now):
            pass

    async def one(self, column: object, *where: object) -> object:
        async with self.db.read() as conn:
            return (await conn.execute(select(column).where(*where))).scalar_one()  # type: ignore[call-overload]  # any column


@pytest.fixture
def story(db: Database) -> Story:
    return Story(db)


START = occasion.c.survey == "start"


async def test_held_at_night_and_sent_in_the_morning_once(story: Story) -> None:
    await story.register()
    await story.run(at("2025-06-29 12:00"))
    assert story.sms.sent == []
    await story.run(NIGHT)
    assert await story.one(occasion.c.reason, START) == Reason.OUTSIDE_HOURS
    verdicts = await story.planner.overview(NIGHT)
    (start,) = [each.decision for each in verdicts if each.survey == "start"]
    assert start == Hold(at("2025-06-30 09:00"), Reason.OUTSIDE_HOURS)
    for _ in range(3):
        await story.run(MORNING)
    (message,) = story.sms.sent
    assert message.to == PHONE
    assert message.text
    assert message.choices == ()
    assert message.status_url == f"https://x.se/webhooks/twilio/status/{message.reference}"
    assert await story.one(outbox_table.c.state) == "sent"


async def test_a_dry_run_writes_nothing(story: Story) -> None:
    await story.register()
    assert await story.planner.overview(MORNING, dry_run=True)
    async with story.db.read() as conn:
        assert (await conn.execute(select(occasion))).all() == []


async def test_one_contact_a_week_and_one_conversation_at_a_time(story: Story) -> None:
    await story.register(("e1", "e2"))
    await story.run(MORNING)
    assert len(story.sms.sent) == 1
    await story.run(MORNING + timedelta(days=3))
    assert len(story.sms.sent) == 1
    await story.run(MORNING + timedelta(days=7, hours=2))
    assert len(story.sms.sent) == 2
    assert await story.one(occasion.c.outcome, START, occasion.c.opened_at == MORNING) == "no_answer"


async def test_the_chat_is_preferred_and_gets_buttons(story: Story) -> None:
    await story.register()
    await story.link("telegram", "42")
    await story.run(MORNING)
    (message,) = story.telegram.sent
    assert story.sms.sent == []
    assert message.choices[0] == (f"{message.reference}:5", "Mycket nöjd")  # says nothing to who reads it
    assert len(message.reference) >= 16


async def test_a_passing_error_is_tried_again_and_then_given_up(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("transient", "503") for _ in range(9)]
    for minute in range(0, 300, 5):
        await story.run(MORNING + timedelta(minutes=minute))
    assert story.sms.calls == 6
    assert await story.one(outbox_table.c.state) == "failed"
    assert await story.one(occasion.c.outcome, START) == "unreachable"
    assert await story.one(address.c.state) == "active"


async def test_a_dead_number_and_a_stop_at_the_carrier(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("opted_out", "21610")]
    await story.run(MORNING)
    assert await story.one(address.c.state) == "opted_out"
    assert await story.one(opt_out.c.source) == "carrier"
    assert await story.one(occasion.c.outcome, START) == "opted_out"
    assert await story.one(session.c.is_open) == 0


async def test_a_permanent_failure_marks_the_address(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("permanent", "21211")]
    await story.run(MORNING)
    assert await story.one(address.c.state) == "unreachable"
    assert await story.one(occasion.c.outcome, START) == "unreachable"
    assert await story.one(session.c.is_open) == 0


async def test_our_own_account_pauses_the_channel(story: Story) -> None:
    await story.register()
    story.sms.errors = [GatewayError("account", "20003")]
    await story.run(MORNING)
    await story.run(MORNING + timedelta(minutes=1))
    assert story.sms.calls == 1
    await story.run(MORNING + timedelta(minutes=6))
    assert len(story.sms.sent) == 1
    assert await story.one(outbox_table.c.attempts) == 1


async def test_a_stop_between_opening_and_sending_counts(story: Story) -> None:
    await story.register()
    await story.planner.plan(MORNING)
    await story.planner.open_due(MORNING)
    async with story.db.begin() as conn:
        await conn.execute(update(address).values(state="opted_out", state_at=MORNING))
    await story.deliver(MORNING)
    assert story.sms.calls == 0
    assert await story.one(outbox_table.c.state) == "cancelled"


async def test_a_question_that_could_not_leave_in_time_expires(story: Story) -> None:
    await story.register()
    await story.planner.plan(MORNING)
    await story.planner.open_due(MORNING)
    await story.deliver(MORNING + timedelta(days=6))
    assert story.sms.calls == 0
    assert await story.one(outbox_table.c.state) == "expired"
    assert await story.one(occasion.c.outcome, START) == "expired"


async def test_statuses_move_forward_only(story: Story) -> None:
    await story.register()
    await story.run(MORNING)
    reference = story.sms.sent[0].reference
    async with story.db.begin() as conn:
        for word in ("delivered", "sent", "queued", "undelivered"):
            assert await carrier_says(conn, CarrierWord(reference, word), MORNING)
        assert not await carrier_says(conn, CarrierWord("nobody", "sent"), MORNING)
    assert await story.one(outbox_table.c.state) == "delivered"
    assert await story.one(outbox_table.c.status) == "delivered"
