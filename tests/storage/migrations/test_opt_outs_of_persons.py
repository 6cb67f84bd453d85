"""Migration 0016: an opt-out of an address becomes one of the customers who could be written to nowhere else."""

from pathlib import Path

import pytest
from sqlalchemy import select, text

from storage.database.engine import Database
from storage.migrations import upgrade
from storage.tables import opt_out
from tests.conftest import fresh_postgres

AT = "2025-06-30T10:00:00.000000Z"


@pytest.mark.parametrize("kind", ["sqlite", "postgresql"])
async def test_opt_outs_become_the_persons(kind: str, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if kind == "sqlite":
        await _check(f"sqlite:///{tmp_path / 'old.db'}")
        return
    async with fresh_postgres(request.getfixturevalue("postgres_url")) as url:
        await _check(url)


# Customer 1 has said stop at the own phone 1 and chat 2. Customers 2 and 3 share phone 3, which has said stop.
# Customer 3 has an open chat 4 besides. Address 5 is a contact person's, 6 a stranger's. Customer 4 stopped at 7
# and came back. Customer 5's phone 8 is a contact person's too.
STOPPED = {1, 2, 3, 5, 6, 8}
LINKS = [(1, 1), (1, 2), (2, 3), (3, 3), (3, 4), (4, 7), (5, 8)]


async def _check(url: str) -> None:
    old = Database.open(url)
    async with old.begin() as conn:
        await conn.run_sync(upgrade.upgrade, "0015")
        for id_ in range(1, 9):
            state = "opted_out" if id_ in STOPPED else "active"
            await conn.execute(
                text(
                    "INSERT INTO address (id, channel, value, state, state_at) "
                    f"VALUES ({id_}, 'sms', '+4670{id_}', '{state}', '{AT}')"
                )
            )
        for id_ in range(1, 6):
            await conn.execute(
                text(f"INSERT INTO customer (id, ref, language, gender) VALUES ({id_}, 'K{id_}', 'sv', '')")
            )
        for id_, address_id in ((1, 5), (2, 8)):
            await conn.execute(
                text(
                    f"INSERT INTO provider (id, ref, name, address_id) VALUES ({id_}, 'P{id_}', 'A', {address_id})"
                )
            )
        for customer_id, address_id in LINKS:
            await conn.execute(
                text(
                    "INSERT INTO customer_address (customer_id, address_id, linked_at) "
                    f"VALUES ({customer_id}, {address_id}, '{AT}')"
                )
            )
        for address_id in (*sorted(STOPPED), 7):
            revoked = f"'{AT}'" if address_id == 7 else "NULL"
            await conn.execute(
                text(
                    "INSERT INTO opt_out (address_id, at, source, revoked_at) "
                    f"VALUES ({address_id}, '{AT}', 'message', {revoked})"
                )
            )
    await upgrade.create_or_upgrade(old)
    async with old.read() as conn:
        o = opt_out.c
        rows = await conn.execute(
            select(o.customer_id, o.address_id, o.revoked_at.is_(None)).order_by(o.address_id, o.customer_id)
        )
        found = {(customer_id, address_id) for customer_id, address_id, in_force in rows if in_force}
    await old.close()
    assert found == {(1, 1), (1, 2), (2, 3), (None, 5), (None, 6), (5, 8), (None, 8)}
