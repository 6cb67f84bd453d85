"""A case is due by the unit's own day, whatever day it is in UTC: around midnight and around a clock change."""

from datetime import UTC, date, datetime
from zoneinfo import ZoneInfo

import pytest
from sqlalchemy import select

from bot.channels.sms.receipts import Receipts
from bot.channels.sms.webhook import Receipt
from bot.inbound.events import Inbound
from bot.inbound.group_commit import Intake
from storage.database.engine import Database
from storage.delivery import outbox
from storage.people import addresses
from storage.tables import case
from storage.tables import outbox as outbox_table
from survey.conversation.model import Say, TextReceived
from survey.packs.catalogue import load

STOCKHOLM, LOS_ANGELES = ZoneInfo("Europe/Stockholm"), ZoneInfo("America/Los_Angeles")
PHONE = "+46701000001"

# Local time, its UTC time, and the day on which a case of danger is due. Stockholm's clocks change in the nights to
# Sunday 29 March and Sunday 25 October 2026.
NIGHTS = [
    ("2026-03-23T00:30", "2026-03-22T23:30", "2026-03-23"),  # a Monday in winter: UTC is an hour behind
    ("2026-03-29T23:59", "2026-03-29T21:59", "2026-03-29"),  # the Sunday of the change
    ("2026-03-30T00:30", "2026-03-29T22:30", "2026-03-30"),  # the Monday after it: two hours behind
    ("2026-03-29T00:30", "2026-03-28T23:30", "2026-03-29"),  # the night of the change, before it
    ("2026-10-25T02:30", "2026-10-25T01:30", "2026-10-25"),  # the hour that comes twice, the second time
    ("2026-10-26T00:30", "2026-10-25T23:30", "2026-10-26"),
    ("2026-12-31T23:59", "2026-12-31T22:59", "2026-12-31"),
    ("2027-01-01T00:30", "2026-12-31T23:30", "2027-01-01"),
]


def utc(text: str) -> datetime:
    return datetime.fromisoformat(text).replace(tzinfo=UTC)


async def due_days(db: Database) -> list[date | None]:
    async with db.read() as conn:
        return list((await conn.execute(select(case.c.due_on).order_by(case.c.id))).scalars())


async def write(db: Database, text: str, now: datetime, zone: ZoneInfo = STOCKHOLM) -> None:
    intake = Intake(db, load(), lambda: now, zone=zone)
    await intake.submit(Inbound("sms", f"SM{now.isoformat()}", PHONE, TextReceived(text)))
    await intake.close()


def test_the_nights_are_what_they_are_called() -> None:
    for local, at, due in NIGHTS:
        assert f"{utc(at).astimezone(STOCKHOLM):%Y-%m-%dT%H:%M}" == local
        assert local.startswith(due)


@pytest.mark.parametrize(("local", "at", "due"), NIGHTS)
async def test_danger_is_due_the_same_day(db: Database, local: str, at: str, due: str) -> None:
    await write(db, "jag vill inte leva", utc(at))
    assert await due_days(db) == [date.fromisoformat(due)]


async def test_a_night_complaint_counts_from_its_day(db: Database) -> None:
    """Sunday 31 May at 23:30 and Monday 1 June at 00:30 are both Sunday in UTC.

    Ten working days from Sunday: Mon 1 to Fri 5 June, Mon 8 to Fri 12. From Monday one more: Mon 15.
    """
    await write(db, "klagomål: ingen ringer", utc("2026-05-31T21:30"))
    await write(db, "klagomål: ingen ringer", utc("2026-05-31T22:30"))
    assert await due_days(db) == [date(2026, 6, 12), date(2026, 6, 15)]


async def test_the_unit_may_be_west_of_greenwich(db: Database) -> None:
    await write(db, "jag vill inte leva", utc("2026-03-30T05:30"), LOS_ANGELES)  # 22:30 on Sunday there
    assert await due_days(db) == [date(2026, 3, 29)]


async def test_a_paused_channel_is_due_the_same_day(db: Database) -> None:
    """The carrier tells at 00:30 on Monday that our account is suspended (30002)."""
    now = utc("2026-03-29T22:30")
    async with db.begin() as conn:
        phone = (await addresses.find_or_add(conn, "sms", [PHONE], now))[PHONE]
        message = {"key": "k", "occasion_id": None, "address_id": phone.id, "channel": "sms"}
        message |= {"say": Say(text="Hej").to_json(), "expires_at": utc("2026-03-31T10:00")}
        await outbox.enqueue(conn, [message], now)
        reference = (await conn.execute(select(outbox_table.c.reference))).scalar_one()
    receipts = Receipts(db, ("sms",), lambda: now, STOCKHOLM, lambda: None)
    assert await receipts.take(Receipt(reference, "SM1", "failed", 30002))
    assert await due_days(db) == [date(2026, 3, 30)]
