"""Laws of planning, whatever happens in whatever order: time, the register, a stop, a process that sleeps."""

import asyncio
import tempfile
from datetime import date, datetime, timedelta
from itertools import pairwise
from pathlib import Path

import pytest
from hypothesis import HealthCheck, settings
from hypothesis import strategies as st
from hypothesis.stateful import RuleBasedStateMachine, initialize, invariant, rule, run_state_machine_as_test
from sqlalchemy import select

from storage.people import opt_outs
from storage.supervision.watch import watch_provider
from storage.tables import address, occasion, session
from tests.support.migrated import new_database
from tests.support.unit import WINDOW, ZONE, Unit, at

CUSTOMERS = 2
LIVED = st.integers(0, 20)  # days before something happens
ENROLMENTS = ("E1", "E2", "E3")  # the first two are the first customer's


class Planning(RuleBasedStateMachine):
    """A register of three enrolments and two customers, and everything that may happen to it."""

    def __init__(self) -> None:
        super().__init__()
        self.runner = asyncio.Runner()
        self.folder = tempfile.TemporaryDirectory(prefix="followup-laws-")
        path = Path(self.folder.name)
        self.db = new_database(path / "laws.db")
        self.unit = Unit(self.db, path)
        self.now = at("2026-01-12 10:00")
        self.rows: dict[str, tuple[date, date | None, str]] = {}
        self.opened: dict[int, datetime] = {}
        self.ended: dict[int, str] = {}
        self.ticked = False

    def run(self, work: object) -> object:
        return self.runner.run(work)  # type: ignore[arg-type]  # a coroutine

    def teardown(self) -> None:
        self.run(self.db.close())
        self.runner.close()
        self.folder.cleanup()

    def _read(self) -> None:
        lines = []
        for ref, (started, ended, reason) in self.rows.items():
            customer, provider = ("K2", "P2") if ref == "E3" else ("K1", "P1")
            lines.append(f"{ref},{customer},{provider},{started},{ended or ''},{reason}")
        self.run(self.unit.register(self.now, CUSTOMERS, *lines))
        self.ticked = False

    @initialize(days=st.lists(st.integers(-70, 20), min_size=3, max_size=3))
    def begin(self, days: list[int]) -> None:
        today = self.now.astimezone(ZONE).date()
        for ref, offset in zip(ENROLMENTS, days, strict=True):
            self.rows[ref] = (today + timedelta(days=offset), None, "")
        self._read()

    def _live(self, days: int) -> None:
        """The planner works at ten in the morning of so many days."""
        for _ in range(days):
            tomorrow = self.now.astimezone(ZONE).date() + timedelta(days=1)
            self.now = at(f"{tomorrow} 10:00")
            self._work()

    def _work(self) -> None:
        before = self._stopped_addresses()
        self.run(self.unit.tick(self.now))
        self.ticked = True
        self._look(before)

    @rule(days=st.integers(10, 40))
    def nothing_happens(self, days: int) -> None:
        self._live(days)

    @rule(hours=st.integers(1, 40))
    def the_planner_works_at_some_other_hour(self, hours: int) -> None:
        self.now += timedelta(hours=hours)
        self._work()

    @rule(days=st.integers(2, 70))
    def the_process_sleeps(self, days: int) -> None:
        self.now += timedelta(days=days)
        self.ticked = False

    @rule(lived=LIVED)
    def the_clock_steps_back_an_hour(self, lived: int) -> None:
        self._live(lived)
        self.now -= timedelta(hours=1)
        self._work()

    @rule(lived=LIVED, ref=st.sampled_from(ENROLMENTS), days=st.integers(-40, 10))
    def a_start_is_corrected(self, lived: int, ref: str, days: int) -> None:
        self._live(lived)
        _, ended, reason = self.rows[ref]
        started = self.now.astimezone(ZONE).date() + timedelta(days=days)
        self.rows[ref] = (started if ended is None else min(started, ended), ended, reason)
        self._read()

    @rule(
        lived=LIVED,
        ref=st.sampled_from(ENROLMENTS),
        days=st.none() | st.integers(-70, 20),
        reason=st.sampled_from(["work", "dropped_out", "death"]),
    )
    def an_end_is_entered_moved_or_taken_back(self, lived: int, ref: str, days: int | None, reason: str) -> None:
        self._live(lived)
        started = self.rows[ref][0]
        if days is None:
            self.rows[ref] = (started, None, "")
        else:
            ended = self.now.astimezone(ZONE).date() + timedelta(days=days)
            self.rows[ref] = (started, max(started, ended), reason)
        self._read()

    @rule(lived=LIVED, provider=st.sampled_from(["P1", "P2"]), days=st.none() | st.integers(-20, 20))
    def a_provider_comes_under_watch_or_leaves_it(self, lived: int, provider: str, days: int | None) -> None:
        self._live(lived)
        today = self.now.astimezone(ZONE).date()

        async def change() -> None:
            async with self.db.begin() as conn:
                watched_from = None if days is None else today + timedelta(days=days)
                await watch_provider(conn, provider, watched_from, today)

        self.run(change())
        self.ticked = False

    @rule(lived=LIVED, customer=st.integers(1, CUSTOMERS))
    def a_customer_says_stop(self, lived: int, customer: int) -> None:
        self._live(lived)
        self.run(self.unit.opt_out(self.now, customer))
        self.ticked = False

    @rule()
    def everyone_comes_back(self) -> None:
        async def back() -> None:
            async with self.db.begin() as conn:
                ids = list((await conn.execute(select(address.c.id))).scalars())
                for id_ in ids:
                    await opt_outs.start(conn, id_, self.now)

        self.run(back())
        self.ticked = False

    def _stopped_addresses(self) -> set[int]:
        async def read() -> set[int]:
            async with self.db.read() as conn:
                rows = await conn.execute(select(address.c.id).where(address.c.state == "opted_out"))
                return set(rows.scalars())

        return self.run(read())  # type: ignore[return-value]  # what read returns

    def _look(self, stopped: set[int]) -> None:
        """After the planner worked: nothing was asked twice, too soon, at night, or of one who said stop."""

        async def read() -> tuple[list[tuple[object, ...]], list[tuple[object, ...]]]:
            async with self.db.read() as conn:
                occasions = await conn.execute(select(occasion))
                sessions = await conn.execute(
                    select(session.c.customer_id, session.c.opened_at, session.c.address_id).order_by(
                        session.c.customer_id, session.c.opened_at
                    )
                )
                return list(occasions.all()), list(sessions.all())  # type: ignore[arg-type]  # rows are tuples

        occasions, sessions = self.run(read())  # type: ignore[misc]  # what read returns
        for row in occasions:
            key = row.id  # the question of a mistaken end gets another period when the end is taken back
            if key in self.opened:
                assert row.opened_at == self.opened[key], f"{row.survey} {row.period} was asked twice"
            elif row.opened_at is not None:
                self.opened[key] = row.opened_at
                assert row.opened_at == self.now
                assert WINDOW.is_open(self.now)
                assert row.due_at <= self.now < row.expires_at
            if row.opened_at and key in self.ended:
                assert row.outcome == self.ended[key], f"{row.survey} {row.period} has had two outcomes"
            if row.opened_at and row.outcome:
                self.ended[key] = row.outcome
            if not row.opened_at and not row.outcome and row.due_at <= self.now:
                assert row.reason, f"{row.survey} {row.period} waits and does not say why"
        for before, after in pairwise(sessions):
            if before.customer_id == after.customer_id:
                assert after.opened_at - before.opened_at >= timedelta(days=7)
        assert not [row for row in sessions if row.opened_at == self.now and row.address_id in stopped]

    @invariant()
    def the_ledger_adds_up(self) -> None:
        """At every moment: what is due is in one place, or is what the planner comes to next."""
        if not self.rows:
            return
        ledger = self.run(self.unit.ledger(self.now))
        assert ledger.problems == ()  # type: ignore[attr-defined]  # a Ledger
        assert ledger.adds_up  # type: ignore[attr-defined]  # a Ledger
        if self.ticked:
            assert "unplanned" not in ledger.total().places  # type: ignore[attr-defined]  # a Ledger


def _run(examples: int, steps: int, derandomize: bool) -> None:
    run_state_machine_as_test(  # type: ignore[no-untyped-call]  # hypothesis types it not
        Planning,
        settings=settings(
            max_examples=examples,
            stateful_step_count=steps,
            deadline=None,
            derandomize=derandomize,
            database=None,
            suppress_health_check=[HealthCheck.too_slow],
        ),
    )


def test_the_laws_of_planning() -> None:
    _run(examples=5, steps=12, derandomize=True)


@pytest.mark.long
def test_the_laws_of_planning_at_length() -> None:
    _run(examples=50, steps=30, derandomize=False)
