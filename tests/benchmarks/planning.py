"""(c) Planning one day: 3,000 due among 100,000 and among 1,000,000 open enrolments, in SQLite.

Ours is scheduler.planning.planner. References: sqlite3 by hand moving the same rows in one transaction, and
APScheduler with one monthly job per customer, in its SQLAlchemy job store on the same kind of database, each
job saving its own occasion.
"""

import asyncio
import pickle
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from functools import partial
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate, peak_memory

DUE = 3_000
SIZES = (100_000, 1_000_000)
JOBS = 1_000  # due in APScheduler's store, among SIZES[0]
MEMORY = 300  # MB
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
TODAY, NEXT = "2026-03-12", "2026-03-24"
DUE_AT, EXPIRES_AT = "2026-03-11T23:00:00.000000Z", "2026-04-09T22:00:00.000000Z"


def rows(directory: Path) -> list[Row]:
    found = []
    for size in SIZES:
        path = directory / f"{size}.db"
        _build(path, size)
        with _Sides(path, size) as sides:
            ours, by_hand = alternate([sides.ours, sides.by_hand])
        found.append(Row(f"(c) planning {DUE:,} of {size:,}, sqlite3 by hand", ours, by_hand, "ms", 3, "less"))
    small = directory / f"{SIZES[0]}.db"
    with _Sides(small, SIZES[0]) as sides:
        ours, jobs = alternate([lambda: sides.ours() / DUE, lambda: _apscheduler(small) / JOBS])
    # The ratio is turned round for this row, to read as "times cheaper".
    found.append(Row("(c) due contacts, APScheduler job per customer", 1 / ours, 1 / jobs, "/ms", 30, "more"))
    child = [sys.executable, "-m", "tests.benchmarks.planning", str(path)]
    peak = float(subprocess.run(child, check=True, capture_output=True, text=True, timeout=120).stdout)
    found.append(Row(f"(c) peak memory, {SIZES[-1]:,} enrolments; limit", peak, MEMORY, "MB", 1, "less"))
    return found


class _Sides:
    """Both ways to plan the same day on one database, put back after each run."""

    def __init__(self, path: Path, size: int) -> None:
        self.path, self.size = path, size
        self.runner = asyncio.Runner()

    def __enter__(self) -> "_Sides":
        self.connection = database.connect(self.path)
        # Looks and puts back: the side that did it would begin with every page at hand.
        self.keeper = database.connect(self.path)
        self.planner, self.db = _planner(self.path)
        self.result: list[Any] | None = None
        return self

    def __exit__(self, *_exc: object) -> None:
        self.runner.run(self.db.close())
        self.runner.close()
        self.connection.close()
        self.keeper.close()

    def ours(self) -> float:
        started = time.perf_counter()
        looked = self.runner.run(self.planner.plan(NOW))
        taken = time.perf_counter() - started
        return self._checked(looked, taken)

    def by_hand(self) -> float:
        started = time.perf_counter()
        looked = _by_hand(self.connection)
        taken = time.perf_counter() - started
        return self._checked(looked, taken)

    def _checked(self, looked: int, taken: float) -> float:
        """Both sides must leave the very same rows."""
        left = self.keeper.execute(
            "SELECT o.enrolment_id, o.customer_id, o.survey, o.period, o.due_at, o.expires_at, o.look_at, "
            "o.outcome, o.reason, n.plan_on "
            "FROM occasion o JOIN next_look n ON n.enrolment_id = o.enrolment_id ORDER BY 1"
        ).fetchall()
        if looked != DUE or len(left) != DUE or (self.result is not None and left != self.result):
            raise RuntimeError(f"{looked} enrolments looked at, {len(left)} occasions, or not the same as before")
        self.result = left
        self.reset()
        return taken * 1_000

    def reset(self) -> None:
        execute = self.keeper.execute
        execute("BEGIN IMMEDIATE")
        planned = "enrolment_id IN (SELECT enrolment_id FROM occasion)"
        execute(f"UPDATE next_look SET plan_on = '{TODAY}' WHERE {planned}")
        execute("DELETE FROM occasion")
        execute("COMMIT")
        database.settle(self.keeper)


def _by_hand(connection: sqlite3.Connection) -> int:
    connection.execute("BEGIN IMMEDIATE")
    due = connection.execute(
        "SELECT e.id, e.customer_id, e.started_on, e.ended_on, e.end_reason, e.registered_on "
        "FROM next_look n JOIN enrolment e ON e.id = n.enrolment_id "
        "WHERE n.plan_on <= ? ORDER BY n.plan_on, n.enrolment_id",
        (TODAY,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO occasion "
        "(enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, outcome, reason) "
        "VALUES (?, ?, 'start', '', ?, ?, ?, '', '') ON CONFLICT DO NOTHING",
        [(row[0], row[1], DUE_AT, EXPIRES_AT, DUE_AT) for row in due],
    )
    moved = [(NEXT, row[0]) for row in due]
    connection.executemany("UPDATE next_look SET plan_on = ? WHERE enrolment_id = ?", moved)
    connection.execute("COMMIT")
    return len(due)


def _planner(path: Path) -> tuple[Any, Any]:
    from scheduler.planning.hours import SendWindow
    from scheduler.planning.planner import Planner
    from scheduler.planning.rules import Rules
    from storage.database.engine import Database
    from survey.packs.catalogue import load

    zone = ZoneInfo("Europe/Stockholm")
    db = Database.open(database.url(path))
    window = SendWindow.parse("09:00-19:00", zone)
    return Planner(db, load(), Rules(), window, zone, frozenset({"sms"})), db


class _Jobs:
    """What the jobs share: the references are kept in a store by name, so they find it in the module."""

    lock = threading.Lock()
    all_done = threading.Event()
    connection: sqlite3.Connection
    count = 0


def contact(number: int) -> None:
    """The job of one customer: its occasion, committed, as ours leaves it."""
    with _Jobs.lock:
        _Jobs.connection.execute(
            "INSERT INTO occasion "
            "(enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, outcome, reason) "
            "VALUES (?, ?, 'start', '', ?, ?, ?, '', '') ON CONFLICT DO NOTHING",
            (number, number, DUE_AT, EXPIRES_AT, DUE_AT),
        )
        _Jobs.count += 1
        if _Jobs.count == JOBS:
            _Jobs.all_done.set()


def _apscheduler(path: Path) -> float:
    """Milliseconds for APScheduler to find and run JOBS due jobs and to store when each is due next."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from apscheduler.triggers.calendarinterval import CalendarIntervalTrigger
    from sqlalchemy import create_engine, event, text

    from storage.database.engine import _prepare_sqlite

    engine = create_engine(f"sqlite:///{path.with_suffix('.jobs')}")
    event.listen(engine, "connect", partial(_prepare_sqlite, synchronous="FULL"))  # the same durability
    event.listen(engine, "begin", lambda conn: conn.exec_driver_sql("BEGIN IMMEDIATE"))
    scheduler = BackgroundScheduler(timezone=UTC, jobstores={"default": SQLAlchemyJobStore(engine=engine)})
    scheduler.start(paused=True)
    now = datetime.now(UTC)
    every = SIZES[0] // JOBS
    for number in range(every, SIZES[0] + 1, every):
        job = scheduler.add_job(
            "tests.benchmarks.planning:contact",
            CalendarIntervalTrigger(months=1, timezone=UTC),
            args=(number,),
            id=str(number),
            next_run_time=now - timedelta(seconds=1),
            misfire_grace_time=None,
            replace_existing=True,
        )
    _others(path.with_suffix(".jobs"), job.__getstate__(), now + timedelta(days=10))
    _Jobs.connection = database.connect(path)
    _Jobs.all_done.clear()
    _Jobs.count = 0
    due = text("SELECT count(*) FROM apscheduler_jobs WHERE next_run_time <= :now")
    started = time.perf_counter()
    scheduler.resume()
    finished = _Jobs.all_done.wait(60)
    with engine.connect() as conn:  # waits for the scheduler's own transaction at most
        while finished and conn.execute(due, {"now": now.timestamp()}).scalar():
            conn.rollback()
            time.sleep(0.001)
    taken = time.perf_counter() - started
    scheduler.shutdown()
    engine.dispose()
    _Jobs.connection.execute("DELETE FROM occasion")
    _Jobs.connection.close()
    if not finished:
        raise RuntimeError("APScheduler did not run every job")
    return taken * 1_000


def _others(path: Path, state: dict[str, Any], due: datetime) -> None:
    """The jobs of the customers who are not due, made once."""
    connection = database.connect(path)
    rows = (
        (
            str(n),
            due.timestamp(),
            pickle.dumps({**state, "id": str(n), "args": (n,), "next_run_time": due}, 5),
        )
        for n in range(1, SIZES[0] + 1)
    )
    if connection.execute("SELECT count(*) FROM apscheduler_jobs").fetchone()[0] < SIZES[0]:
        connection.execute("BEGIN")
        connection.executemany("INSERT OR IGNORE INTO apscheduler_jobs VALUES (?, ?, ?)", rows)
        connection.execute("COMMIT")
    connection.close()


def _build(path: Path, size: int) -> None:
    database.create(path)
    connection = database.connect(path)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    fill = database.fill
    fill(connection, "provider", "id, ref, name", ((n, f"P{n}", f"Anordnare {n}") for n in range(1, 101)))
    numbers = range(1, size + 1)
    fill(
        connection,
        "customer",
        "id, ref, language, gender",
        ((n, f"C{n:07}", "sv", "K") for n in numbers),
    )
    every = size // DUE  # the due are spread over the whole table
    chosen = set(range(every, every * DUE + 1, every))
    fill(
        connection,
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, end_reason, difficulty, registered_on",
        (
            (n, f"E{n:07}", n, n % 100 + 1, day, "", "low", day)
            for n in numbers
            for day in ("2026-02-12" if n in chosen else "2025-06-01",)
        ),
    )
    looks = ((n, TODAY if n in chosen else NEXT) for n in numbers)
    fill(connection, "next_look", "enrolment_id, plan_on", looks)
    connection.execute("COMMIT")
    database.settle(connection)
    connection.close()


def _peak(path: Path) -> float:
    """Peak memory (MB) of a process that plans the day."""

    async def plan() -> int:
        planner, db = _planner(path)
        looked = await planner.plan(NOW)
        await db.close()
        return int(looked)

    if asyncio.run(plan()) != DUE:
        raise RuntimeError("not every due enrolment was looked at")
    return peak_memory()


if __name__ == "__main__":
    print(_peak(Path(sys.argv[1])))
