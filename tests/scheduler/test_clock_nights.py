"""Odd nights and days of the calendar: each question is asked once, in the hours in which people are awake."""

from collections.abc import Iterator
from datetime import datetime, timedelta
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.tables import occasion, session
from tests.support.unit import Unit, at


def _every(minutes: int, first: str, last: str) -> Iterator[datetime]:
    now = at(first)
    while now <= at(last):
        yield now
        now += timedelta(minutes=minutes)


@pytest.mark.parametrize(
    ("started", "moments", "due", "asked"),
    [
        # The night that lacks an hour: a Sunday. Looked at every other hour until Monday.
        (
            "2026-03-01",
            tuple(_every(120, "2026-03-28 20:00", "2026-03-30 12:00")),
            "2026-03-29 00:00",
            "2026-03-30 09:00",
        ),
        # The night that has an hour twice.
        (
            "2026-09-27",
            tuple(_every(120, "2026-10-24 20:00", "2026-10-26 12:00")),
            "2026-10-25 00:00",
            "2026-10-26 09:00",
        ),
        # The leap day, a Tuesday.
        (
            "2028-02-01",
            tuple(_every(120, "2028-02-28 21:00", "2028-03-01 20:00")),
            "2028-02-29 00:00",
            "2028-02-29 09:00",
        ),
        # From the last of January to the last of February, a Saturday.
        (
            "2026-01-31",
            tuple(_every(120, "2026-02-27 21:00", "2026-03-02 20:00")),
            "2026-02-28 00:00",
            "2026-03-02 09:00",
        ),
        # A clock that is set back an hour just after the question was asked, and one that goes to and fro.
        (
            "2026-03-31",
            tuple(map(at, ("2026-04-28 09:00", "2026-04-28 08:00", "2026-04-28 08:30", "2026-04-28 09:00"))),
            "2026-04-28 00:00",
            "2026-04-28 09:00",
        ),
        # And one that is set back over midnight: the day comes twice.
        (
            "2026-03-31",
            tuple(map(at, ("2026-04-28 00:10", "2026-04-27 23:10", "2026-04-28 00:10", "2026-04-28 09:10"))),
            "2026-04-28 00:00",
            "2026-04-28 09:10",
        ),
        # A process that sleeps for three days, over the day itself.
        (
            "2026-03-31",
            tuple(map(at, ("2026-04-27 18:59", "2026-04-30 18:59", "2026-05-03 18:59", "2026-05-04 18:59"))),
            "2026-04-28 00:00",
            "2026-04-30 18:59",
        ),
    ],
)
async def test_asked_once(
    db: Database, tmp_path: Path, started: str, moments: tuple[datetime, ...], due: str, asked: str
) -> None:
    unit = Unit(db, tmp_path)
    await unit.register(at(f"{started} 10:00"), 1, f"E1,K1,P1,{started},,")
    now = at(f"{started} 10:00")
    for now in moments:
        await unit.tick(now)
    async with db.read() as conn:
        rows = await conn.execute(
            select(occasion.c.due_at, session.c.opened_at).join(session).where(occasion.c.survey == "start")
        )
        assert list(rows) == [(at(due), at(asked))]
    assert (await unit.ledger(now)).problems == ()
