"""The statements that the two databases write differently."""

from datetime import UTC, date, datetime

import pytest
from sqlalchemy import select

from storage.database.engine import Database
from storage.database.statements import among, chunks, insert, insert_ignore, upsert
from storage.tables import address, channel, context_figure, customer, target

GOAL = {"indicator": "response_rate", "year": 2025, "target": "60"}


async def goals(db: Database) -> list[tuple[object, ...]]:
    async with db.read() as conn:
        return [tuple(row) for row in await conn.execute(select(target).order_by(target.c.year))]


async def test_a_taken_key_is_left(db: Database) -> None:
    async with db.begin() as conn:
        await insert(conn, target, [GOAL])
        await insert_ignore(conn, target, [GOAL | {"target": "70"}, GOAL | {"year": 2026}])
    assert await goals(db) == [("response_rate", 2025, "60"), ("response_rate", 2026, "60")]


async def test_a_taken_key_is_replaced(db: Database) -> None:
    async with db.begin() as conn:
        await insert(conn, target, [GOAL])
        await upsert(conn, target, ("indicator", "year"), [GOAL | {"target": "70"}, GOAL | {"year": 2026}])
    assert await goals(db) == [("response_rate", 2025, "70"), ("response_rate", 2026, "60")]


async def test_an_upsert_of_keys_alone_adds(db: Database) -> None:
    async with db.begin() as conn:
        await insert(conn, target, [GOAL])
        await upsert(conn, channel, ("name",), [{"name": "sms"}])
        await upsert(conn, channel, ("name",), [{"name": "sms"}, {"name": "telegram"}])
        assert set((await conn.execute(select(channel.c.name))).scalars()) == {"sms", "telegram"}


async def test_nothing_is_inserted_of_nothing(db: Database) -> None:
    async with db.begin() as conn:
        for write in (insert, insert_ignore):
            await write(conn, target, [])
        await upsert(conn, target, ("indicator", "year"), [])
    assert await goals(db) == []


def test_a_long_list_is_split() -> None:
    assert [len(chunk) for chunk in chunks(range(12_001))] == [5_000, 5_000, 2_001]
    assert list(chunks([])) == []


MANY = [f"K{number}" for number in range(40_000)]


@pytest.mark.parametrize("refs", [[], ["K2"], ['K"1', "K2", "Å'3", "K9"], MANY], ids=["none", "one", "odd", "many"])
async def test_many_values_are_one_parameter(db: Database, refs: list[str]) -> None:
    """More than either database takes as parameters, and any characters."""
    rows = [{"ref": ref, "language": "sv", "gender": "", "birth_year": None} for ref in ('K"1', "K2", "Å'3", "L1")]
    async with db.begin() as conn:
        await insert(conn, customer, rows)
        found = await conn.execute(select(customer.c.ref).where(among(conn, customer.c.ref, refs)))
        assert set(found.scalars()) == {'K"1', "K2", "Å'3"} & set(refs)
        ids = [row.id for row in await conn.execute(select(customer.c.id).where(customer.c.ref != "L1"))]
        kept = await conn.execute(select(customer.c.ref).where(~among(conn, customer.c.id, ids)))
        assert list(kept.scalars()) == ["L1"]


async def test_many_rows_keep_their_kinds(db: Database) -> None:
    """Days, times and what is empty reach the columns as they do one by one."""
    at = datetime(2026, 11, 5, 9, 30, tzinfo=UTC)
    people = [{"ref": f"K{n}", "language": "sv", "gender": "", "birth_year": n or None} for n in range(150)]
    phones = [{"channel": "sms", "value": f"+467{n}", "state": "active", "state_at": at} for n in range(150)]
    figure = {"year": 2026, "value": "6.1", "unit": "%", "source": "AF", "read_on": at.date()}
    figures = [{"name": f"F{n}", **figure} for n in range(150)]
    async with db.begin() as conn:
        await insert(conn, customer, people)
        await insert_ignore(conn, address, phones)
        await insert_ignore(conn, address, phones)
        await upsert(conn, context_figure, ("name", "year"), figures)
        await upsert(conn, context_figure, ("name", "year"), [{**each, "unit": "procent"} for each in figures])
        born = (await conn.execute(select(customer.c.birth_year).order_by(customer.c.id))).scalars().all()
        times = (await conn.execute(select(address.c.state_at))).scalars().all()
        told = (await conn.execute(select(context_figure.c.unit, context_figure.c.read_on))).all()
    assert born == [None, *range(1, 150)]
    assert times == [at] * 150
    assert [tuple(each) for each in told] == [("procent", date(2026, 11, 5))] * 150
