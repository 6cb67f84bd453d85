"""Delivery as a state machine: whatever happens in whatever order, nobody is written to twice or after a STOP."""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections.abc import Coroutine
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from scheduler.delivery.sending import LEASE, Delivery, Sending
from scheduler.planning.hours import SendWindow
from storage.database.engine import Database
from storage.delivery import claims, outbox
from storage.delivery.claims import Terms
from storage.delivery.pacing import Pace
from storage.delivery.settlement import CarrierWord
from storage.people import addresses, opt_outs
from storage.tables import outbox as outbox_table
from tests.support.carrier import RANK, carrier_says
from tests.support.fakes import OUTCOMES, TruthfulGateway
from tests.support.migrated import new_file
from tests.support.story import CATALOGUE, PHONE, ZONE

START = datetime(2026, 3, 2, 10, tzinfo=UTC)
LIFETIME = timedelta(days=2)


@dataclass
class FarEnd(TruthfulGateway):
    """Of one customer, who may have said STOP."""

    stopped: bool = False

    def take(self, reference: str, to: str) -> None:
        """A call is made for this message."""
        super().take(reference, to)
        assert not self.stopped, "sent after a STOP"


class Machine(RuleBasedStateMachine):
    """Enqueue, deliver, crash, hear from the carrier, STOP, and time that passes."""

    template: Path

    @initialize()
    def begin(self) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="followup-machine-"))
        shutil.copy(self.template, self.folder / "m.db")
        self.loop = asyncio.new_event_loop()
        self.db = Database.open(f"sqlite+aiosqlite:///{self.folder / 'm.db'}")
        self.far = FarEnd()
        sending = Sending(SendWindow.parse("always", ZONE), "https://x.se")
        self.delivery = self.run(self._delivery(sending))
        self.now = START
        self.count = 0
        self.ranks: dict[int, int] = {}
        self.address_id = self.run(self._address())

    async def _delivery(self, sending: Sending) -> Delivery:
        return Delivery(self.db, CATALOGUE, {"sms": self.far}, sending, jitter=random.Random(1))

    async def _address(self) -> int:
        async with self.db.begin() as conn:
            return (await addresses.find_or_add(conn, "sms", [PHONE], self.now))[PHONE].id

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        return self.loop.run_until_complete(work)

    @rule(count=st.integers(1, 3))
    def enqueue(self, count: int) -> None:
        rows = [
            {
                "key": f"m{n}",
                "reference": f"m{n}",
                "occasion_id": None,
                "address_id": self.address_id,
                "channel": "sms",
                "say": '{"phrases": ["no_open_question"], "question": null}',
                "expires_at": self.now + LIFETIME,
            }
            for n in range(self.count, self.count + count)
        ]
        self.count += count

        async def work() -> None:
            async with self.db.begin() as conn:
                await outbox.enqueue(conn, rows, self.now)
                await outbox.enqueue(conn, rows, self.now)  # a key that is known is left

        self.run(work())

    @rule(plan=st.lists(st.sampled_from(OUTCOMES), max_size=4))
    def deliver(self, plan: list[str]) -> None:
        self.far.plan = plan

        async def work() -> None:
            while await self.delivery.deliver_once(self.now):
                pass

        self.run(work())

    @rule(limit=st.integers(1, 3), called=st.integers(0, 3))
    def crash(self, limit: int, called: int) -> None:
        """A process claims, calls for some of what it claimed, and dies before it writes anything down."""

        async def work() -> None:
            claimed, _ = await claims.claim(self.db, {"sms": limit}, Terms(self.now, LEASE, {"sms": Pace()}, None))
            for number, message in enumerate(claimed):
                if message.in_doubt:
                    continue
                self.far.doubted.add(message.reference)
                if number < called:
                    assert not self.far.stopped
                    self.far.arrived[message.reference] += 1

        self.run(work())

    @rule(which=st.integers(0, 30), word=st.sampled_from(["queued", "sent", "delivered", "undelivered"]))
    def callback(self, which: int, word: str) -> None:
        arrived = sorted(self.far.arrived)
        if not arrived:
            return
        reference = arrived[which % len(arrived)]
        self.far.doubted.discard(reference)  # the carrier has told, which is as good as asking

        async def work() -> None:
            async with self.db.begin() as conn:
                for _ in range(2):  # callbacks come twice
                    await carrier_says(conn, CarrierWord(reference, word, external_id=f"id-{reference}"), self.now)

        self.run(work())

    @rule()
    def stop(self) -> None:
        async def work() -> None:
            async with self.db.begin() as conn:
                await opt_outs.stop(conn, self.address_id, "message", self.now)

        self.run(work())
        self.far.stopped = True

    @rule()
    def restart(self) -> None:
        async def work() -> None:
            async with self.db.begin() as conn:
                await claims.release_all(conn, self.now)

        self.run(work())

    @rule(seconds=st.sampled_from([1, 20, 31, 61, 600, 4 * 3600]))
    def wait(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)

    @invariant()
    def nobody_got_a_message_twice(self) -> None:
        assert not [reference for reference, count in self.far.arrived.items() if count > 1]

    @invariant()
    def the_record_agrees(self) -> None:
        for row in self.run(self._rows()):
            assert RANK[row.status] >= self.ranks.get(row.id, 0), "a status went back"
            self.ranks[row.id] = RANK[row.status]
            if row.state in ("failed", "cancelled", "expired", "unknown"):
                assert row.reason, "an end without a reason"
            if row.state == "cancelled":
                assert self.far.stopped
            if row.settled_at is None:
                assert row.state in ("queued", "sending", "unknown")
            if row.state == "sent" and row.status == "":
                assert self.far.arrived[row.reference] == 1, "called sent, and nobody got it"

    async def _rows(self) -> list[Any]:
        async with self.db.read() as conn:
            return list((await conn.execute(select(outbox_table))).all())

    def teardown(self) -> None:
        if not hasattr(self, "loop"):
            return
        for _ in range(8):
            self.now += timedelta(hours=12)
            self.deliver([])
        self.nobody_got_a_message_twice()
        assert not [row for row in self.run(self._rows()) if row.settled_at is None], "something waits for ever"
        self.run(self.db.close())
        self.loop.close()
        shutil.rmtree(self.folder)


def play(folder: Path, examples: int, steps: int) -> None:
    Machine.template = folder / "template.db"
    new_file(Machine.template)
    patient = [HealthCheck.too_slow]
    how = settings(max_examples=examples, stateful_step_count=steps, deadline=None, suppress_health_check=patient)
    run_state_machine_as_test(Machine, settings=how)


def test_whatever_happens_in_whatever_order(tmp_path: Path) -> None:
    play(tmp_path, examples=8, steps=12)


@pytest.mark.long
def test_whatever_happens_in_whatever_order_for_long(tmp_path: Path) -> None:
    play(tmp_path, examples=200, steps=40)
