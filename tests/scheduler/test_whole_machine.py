"""The whole way as a state machine: plan, open, send, answer, callback, crash, STOP, erasure, correction and time.

Whatever happens in whatever order: nobody gets a message twice, after a STOP or at night; nothing is sent again
without a look-up on record; a contact has one outcome; and nothing that is due is without a reason.
"""

from __future__ import annotations

import asyncio
import random
import shutil
import tempfile
from collections import Counter
from collections.abc import Collection, Coroutine
from dataclasses import dataclass, field
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from bot.inbound.batch import Moment
from bot.inbound.events import Inbound, Taken
from bot.inbound.intake import take_in
from scheduler.delivery.gateway import OutboundMessage, Sent
from scheduler.delivery.sending import LEASE, Delivery, Sending
from storage.database.engine import Database
from storage.delivery import claims
from storage.delivery.claims import Terms
from storage.delivery.pacing import Pace
from storage.delivery.settlement import CarrierWord
from storage.outcomes import history
from storage.privacy import erasure
from storage.tables import occasion
from storage.tables import outbox as outbox_table
from survey.conversation.model import TextReceived
from tests.support.carrier import RANK, carrier_says
from tests.support.fakes import OUTCOMES, TruthfulGateway
from tests.support.migrated import new_file
from tests.support.unit import CATALOGUE, WINDOW, ZONE, Unit, at

PHONES = {1: "+46701000001", 2: "+46701000002"}  # as tests/support/unit.py numbers them
CARRIER = {"30003": "transient", "30005": "permanent", "21610": "opted_out", "30007": "message"}
WORDS = ("5", "2", "nej", "ja", "hej", "ändra", "mina svar", "stopp", "start")
BEGAN = at("2026-01-12 10:00")
LATE = ("no_answer", "partial", "unreachable", "expired")  # outcomes that a late answer may better


@dataclass
class FarEnd(TruthfulGateway):
    """Also knows the hour, whom it may write to, and what it was asked about and did not have."""

    now: datetime = BEGAN
    absent: set[str] = field(default_factory=set)  # asked about and not there
    again: Counter[str] = field(default_factory=Counter)  # sent again after that
    calls: Counter[str] = field(default_factory=Counter)
    stopped: set[str] = field(default_factory=set)  # numbers
    sent_to: dict[str, str] = field(default_factory=dict)  # reference -> number

    def take(self, reference: str, to: str) -> None:
        """A call is made for this message."""
        super().take(reference, to)
        assert to not in self.stopped, "sent after a STOP"
        assert WINDOW.is_open(self.now), "sent at night"
        if reference in self.absent:
            self.absent.discard(reference)
            self.again[reference] += 1
        self.sent_to[reference] = to
        self.calls[reference] += 1

    async def find(self, message: OutboundMessage, since: datetime | None, known: Collection[str]) -> Sent | None:
        found = await super().find(message, since, known)
        if found is None:
            self.absent.add(message.reference)
        return found


class Whole(RuleBasedStateMachine):
    """Two customers of two providers, who live through everything that may happen to them."""

    template: Path

    @initialize(days=st.lists(st.integers(-60, 5), min_size=2, max_size=2))
    def begin(self, days: list[int]) -> None:
        self.folder = Path(tempfile.mkdtemp(prefix="followup-whole-"))
        shutil.copy(self.template, self.folder / "w.db")
        self.runner = asyncio.Runner()
        self.db = Database.open(f"sqlite+aiosqlite:///{self.folder / 'w.db'}")
        self.unit = Unit(self.db, self.folder)
        self.far = FarEnd()
        self.now = BEGAN
        self.delivery = self.run(self._delivery())
        self.written = 0
        self.ranks: dict[int, int] = {}
        self.outcomes: dict[int, str] = {}
        self.erased: set[int] = set()  # occasions of which nothing may leave any more
        self.calls: Counter[int] = Counter()  # made for each of their messages until then
        today = self.now.astimezone(ZONE).date()
        self.rows = {n: (today + timedelta(days=offset), "", "") for n, offset in enumerate(days, 1)}
        self._read()

    async def _delivery(self) -> Delivery:
        sending = Sending(WINDOW, "https://x.se")
        return Delivery(self.db, CATALOGUE, {"sms": self.far}, sending, jitter=random.Random(1))

    def run(self, work: Coroutine[Any, Any, Any]) -> Any:
        self.far.now = self.now
        return self.runner.run(work)

    def _read(self) -> None:
        lines = [f"E{n},K{n},P{n},{start},{end},{reason}" for n, (start, end, reason) in self.rows.items()]
        self.run(self.unit.register(self.now, len(PHONES), *lines))

    async def _everything(self) -> None:
        await self.unit.tick(self.now)
        while await self.delivery.deliver_once(self.now):
            pass

    @rule(days=st.integers(1, 9), plan=st.lists(st.sampled_from(OUTCOMES), max_size=3))
    def days_pass(self, days: int, plan: list[str]) -> None:
        """Twice a day the clock ticks."""
        self.far.plan = plan
        for _ in range(days):
            tomorrow = self.now.astimezone(ZONE).date() + timedelta(days=1)
            for hour in ("10:00", "15:00"):
                self.now = at(f"{tomorrow} {hour}")
                self.run(self._everything())

    @rule(
        seconds=st.sampled_from([1, 31, 61, 600, 3600, 8 * 3600]),
        plan=st.lists(st.sampled_from(OUTCOMES), max_size=3),
    )
    def time_passes(self, seconds: int, plan: list[str]) -> None:
        self.far.plan = plan
        self.now += timedelta(seconds=seconds)
        self.run(self._everything())

    @rule(days=st.integers(2, 40))
    def the_process_sleeps(self, days: int) -> None:
        self.now += timedelta(days=days)

    @rule()
    def the_clock_steps_back_an_hour(self) -> None:
        self.now -= timedelta(hours=1)
        self.run(self._everything())

    @rule(limit=st.integers(1, 3), called=st.integers(0, 3))
    def crash(self, limit: int, called: int) -> None:
        """A process claims, calls for some of what it claimed, and dies before it writes anything down."""

        async def work() -> None:
            await self.unit.tick(self.now)
            closed = None if WINDOW.is_open(self.now) else WINDOW.next_open(self.now)
            claimed, _ = await claims.claim(
                self.db, {"sms": limit}, Terms(self.now, LEASE, {"sms": Pace()}, closed)
            )
            for number, message in enumerate(claimed):
                if message.in_doubt:
                    continue
                if number < called:
                    self.far.take(message.reference, message.to)
                    self.far.arrived[message.reference] += 1
                self.far.doubted.add(message.reference)

        self.run(work())

    @rule()
    def the_process_starts_again(self) -> None:
        async def work() -> None:
            async with self.db.begin() as conn:
                await claims.release_all(conn, self.now)

        self.run(work())

    @rule(
        which=st.integers(0, 30),
        word=st.sampled_from(["queued", "sent", "delivered", "undelivered"]),
        code=st.sampled_from(sorted(CARRIER)),
    )
    def the_carrier_tells(self, which: int, word: str, code: str) -> None:
        arrived = sorted(self.far.arrived)
        if not arrived:
            return
        reference = arrived[which % len(arrived)]
        self.far.doubted.discard(reference)  # the carrier has told, which is as good as asking
        failed = code if word == "undelivered" else None
        known = self.ranks.get(self._id_of(reference), 0)
        if failed and CARRIER[code] == "opted_out" and known < RANK[word]:
            self.far.stopped.add(self.far.sent_to[reference])

        async def work() -> None:
            kind = CARRIER[failed] if failed else None
            async with self.db.begin() as conn:
                for _ in range(2):  # callbacks come twice
                    word_ = CarrierWord(reference, word, failed, f"id-{reference}")
                    await carrier_says(conn, word_, self.now, kind)

        self.run(work())

    @rule(customer=st.sampled_from(sorted(PHONES)), text=st.sampled_from(WORDS), times=st.integers(1, 2))
    def a_customer_writes(self, customer: int, text: str, times: int) -> None:
        self.written += 1
        event = Inbound("sms", f"SM{self.written}", PHONES[customer], TextReceived(text))

        async def work() -> list[Taken]:
            taken = []
            for _ in range(times):  # a webhook may come twice
                async with self.db.begin() as conn:
                    taken += await take_in(conn, [event], Moment(CATALOGUE, self.now, self.now.date()))
            return taken

        replies = self.run(work())
        assert replies == replies[:1] * times
        if text == "stopp":
            self.far.stopped.add(PHONES[customer])
        elif text == "start":
            self.far.stopped.discard(PHONES[customer])

    @rule(customer=st.sampled_from(sorted(PHONES)))
    def a_customer_is_erased(self, customer: int) -> None:
        async def work() -> list[int]:
            async with self.db.begin() as conn:
                id_ = await history.customer_id(conn, f"K{customer}")
                assert id_ is not None
                await erasure.erase(conn, id_, "customer", self.now)
                asked = select(occasion.c.id).where(
                    occasion.c.customer_id == id_, occasion.c.opened_at.is_not(None)
                )
                return list((await conn.execute(asked)).scalars())

        asked = set(self.run(work()))
        for row in self.run(self._messages()):
            if row.occasion_id in asked - self.erased:
                self.calls[row.id] = self.far.calls[row.reference]
        self.erased |= asked

    @rule(
        customer=st.sampled_from(sorted(PHONES)),
        days=st.integers(-40, 10),
        end=st.none() | st.integers(-30, 20),
        reason=st.sampled_from(["work", "death"]),
    )
    def the_register_is_corrected(self, customer: int, days: int, end: int | None, reason: str) -> None:
        today = self.now.astimezone(ZONE).date()
        start: date = today + timedelta(days=days)
        ended = "" if end is None else f"{max(start, today + timedelta(days=end))}"
        self.rows[customer] = (start, ended, reason if ended else "")
        self._read()

    def _id_of(self, reference: str) -> int:
        return next((row.id for row in self.run(self._messages()) if row.reference == reference), 0)

    async def _messages(self) -> list[Any]:
        async with self.db.read() as conn:
            return list((await conn.execute(select(outbox_table))).all())

    async def _occasions(self) -> list[Any]:
        async with self.db.read() as conn:
            return list((await conn.execute(select(occasion))).all())

    @invariant()
    def nobody_got_a_message_twice(self) -> None:
        if hasattr(self, "far"):
            assert not [reference for reference, count in self.far.arrived.items() if count > 1]

    @invariant()
    def every_second_send_has_a_look_up_on_record(self) -> None:
        if not hasattr(self, "runner"):
            return
        for row in self.run(self._messages()):
            assert row.lookups >= self.far.again[row.reference], "sent again, and no look-up is on record"
            assert RANK[row.status] >= self.ranks.get(row.id, 0), "a status went back"
            self.ranks[row.id] = RANK[row.status]
            if row.state in ("failed", "cancelled", "expired", "unknown"):
                assert row.reason, "an end without a reason"
            if row.occasion_id in self.erased:
                assert self.far.calls[row.reference] <= self.calls[row.id], "sent after an erasure"

    @invariant()
    def every_contact_has_one_outcome_and_what_is_due_a_reason(self) -> None:
        if not hasattr(self, "runner"):
            return
        for row in self.run(self._occasions()):
            before = self.outcomes.get(row.id, "")
            if row.opened_at is not None and before not in ("", *LATE):
                assert row.outcome == before, "two outcomes"
            self.outcomes[row.id] = row.outcome if row.opened_at is not None else ""
        ledger = self.run(self.unit.ledger(self.now))
        assert ledger.problems == ()
        assert ledger.adds_up

    def teardown(self) -> None:
        if not hasattr(self, "runner"):
            return
        self.days_pass(45, [])
        self.nobody_got_a_message_twice()
        self.every_second_send_has_a_look_up_on_record()
        self.every_contact_has_one_outcome_and_what_is_due_a_reason()
        assert not [row for row in self.run(self._messages()) if row.settled_at is None], "something waits for ever"
        self.run(self.db.close())
        self.runner.close()
        shutil.rmtree(self.folder)


def play(folder: Path, examples: int, steps: int, derandomize: bool) -> None:
    Whole.template = folder / "template.db"
    new_file(Whole.template)
    how = settings(
        max_examples=examples,
        stateful_step_count=steps,
        deadline=None,
        derandomize=derandomize,
        database=None,
        suppress_health_check=[HealthCheck.too_slow],
    )
    run_state_machine_as_test(Whole, settings=how)  # type: ignore[no-untyped-call]  # hypothesis types it not


def test_the_whole_way(tmp_path: Path) -> None:
    play(tmp_path, examples=4, steps=10, derandomize=True)


@pytest.mark.long
def test_the_whole_way_for_long(tmp_path: Path) -> None:
    play(tmp_path, examples=30, steps=25, derandomize=False)
