"""What a database that came back from a copy does: nothing old is sent again."""

import random
import shutil
from collections.abc import AsyncIterator
from datetime import datetime
from pathlib import Path

import pytest
from sqlalchemy import select, update

from scheduler.delivery.restore import Settled, settle
from scheduler.delivery.sending import Delivery, Sending
from storage.database.backup import backup
from storage.database.engine import Database
from storage.delivery.restoration import announce, set_stopped
from storage.tables import occasion, outbox
from tests.support.fakes import FakeGateway
from tests.support.migrated import new_database
from tests.support.unit import CATALOGUE, WINDOW, Unit, at

COPIED = at("2026-03-30 09:30")
ENROLMENTS = [f"E{n},K{n},P1,2026-03-02,," for n in (1, 2, 3)]


class Living(Unit):
    """A unit with a far end: what was sent, to whom."""

    def __init__(self, db: Database, folder: Path, sms: FakeGateway) -> None:
        super().__init__(db, folder)
        self.delivery = Delivery(db, CATALOGUE, {"sms": sms}, Sending(WINDOW), jitter=random.Random(1))

    async def deliver(self, now: datetime) -> None:
        while await self.delivery.deliver_once(now):
            pass


@pytest.fixture
async def source(tmp_path: Path) -> AsyncIterator[Database]:
    database = new_database(tmp_path / "followup.db")
    yield database
    await database.close()


async def test_a_restore_sends_no_old_message(source: Database, tmp_path: Path) -> None:
    """K1's question waits in the outbox when the copy is made, K2's and K3's are only due; then all three leave."""
    sms = FakeGateway()
    old = Living(source, tmp_path, sms)
    await old.register(at("2026-03-02 10:00"), 3, *ENROLMENTS)
    await old.planner.plan(COPIED)
    async with source.begin() as conn:
        await conn.execute(
            update(occasion).where(occasion.c.customer_id != 1).values(look_at=at("2026-03-30 09:40"))
        )
    await old.planner.open_due(COPIED)
    copy = tmp_path / "copy.db"
    await backup(source, copy, COPIED)
    await old.tick(at("2026-03-30 09:41"))
    await old.deliver(at("2026-03-30 09:41"))
    assert len({message.to for message in sms.sent}) == len(sms.sent) == 3
    await source.close()  # the disk is gone

    shutil.copy(copy, tmp_path / "restored.db")
    db = Database.open(f"sqlite+aiosqlite:///{tmp_path / 'restored.db'}")
    new = Living(db, tmp_path, sms)
    now = at("2026-03-30 11:00")
    assert await settle(db, new.planner, new.rules, WINDOW, now) == Settled(
        1, 5
    )  # three check-ins wait as well, one held
    assert await settle(db, new.planner, new.rules, WINDOW, now) is None
    for _ in range(3):
        await new.tick(now)
        await new.deliver(now)
    assert len(sms.sent) == 3
    told = await new.told("K1")
    start = next(each for each in told if each.survey == "start")
    assert start.outcome == ""  # the question may have arrived: its answer is still welcome
    assert start.message is not None
    assert start.message.reason == "restored:2026-03-30 09%3A30"
    assert (await new.outcomes("K2"))["start"] == "expired"
    assert (await new.ledger(now)).problems == ()
    april = at("2026-04-24 10:00")  # what falls due later is asked
    await new.tick(april)
    await new.deliver(april)
    assert len(sms.sent) == 6
    await db.close()


@pytest.mark.parametrize(
    ("copied", "stopped", "contacts"),
    [
        ("2026-03-30 02:00", "2026-03-30 08:59", 0),  # nothing can have been sent at night
        ("2026-03-30 02:00", "2026-03-30 09:00", 2),
        ("2026-03-30 02:00", None, 2),  # until now, where nobody knows
    ],
)
async def test_only_the_lost_hours_count(
    db: Database, tmp_path: Path, copied: str, stopped: str | None, contacts: int
) -> None:
    """On both databases: a copy that pg_dump made is announced by the operator."""
    unit = Unit(db, tmp_path)
    await unit.register(at("2026-03-02 10:00"), 1, ENROLMENTS[0])
    async with db.begin() as conn:
        await announce(conn, at(copied))
        if stopped:
            await set_stopped(conn, at(stopped))
    now = at("2026-03-30 12:00")
    assert await settle(db, unit.planner, unit.rules, WINDOW, now) == Settled(0, contacts)
    await unit.tick(now)
    assert ("open" in (await unit.outcomes()).values()) == (contacts == 0)


@pytest.mark.parametrize(("stopped", "may_have_left"), [("2026-04-02 09:59", False), ("2026-04-02 10:00", True)])
async def test_an_uncertain_reminder_is_not_repeated(
    db: Database, tmp_path: Path, stopped: str, may_have_left: bool
) -> None:
    """Asked on Monday at ten, so that the reminder leaves on Thursday at ten: its place in the outbox is taken."""
    unit = Unit(db, tmp_path)
    await unit.register(at("2026-03-02 10:00"), 1, ENROLMENTS[0])
    await unit.tick(at("2026-03-30 10:00"))
    async with db.begin() as conn:
        await announce(conn, at("2026-04-02 09:30"))
        await set_stopped(conn, at(stopped))
    await settle(db, unit.planner, unit.rules, WINDOW, at("2026-04-02 12:00"))
    async with db.read() as conn:
        reminders = select(outbox.c.state).where(outbox.c.key.like("%:reminder"))
        assert list((await conn.execute(reminders)).scalars()) == ["expired"] * may_have_left
