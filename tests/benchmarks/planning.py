"""(c) Planning one day: 3,000 due among 100,000 and among 1,000,000 open enrolments, in SQLite.

Ours is scheduler.planner. References: sqlite3 by hand moving the same rows in one transaction, and APScheduler
with one job per customer in a job store on the same kind of database.
"""

import asyncio
import resource
import sqlite3
import subprocess
import sys
import threading
import time
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate

DUE = 3_000
SIZES = (100_000, 1_000_000)
JOBS = 300
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
        found.append(
            Row(f"(c) planning {DUE:,} of {size:,}, sqlite3 by hand", ours, by_hand, "ms", 3, "less")
        )
    with _Sides(path, size) as sides:
        ours, jobs = alternate([lambda: sides.ours() / DUE, lambda: _apscheduler(directory) / JOBS])
        sides.reset()
    # The ratio is turned round for this row, to read as "times cheaper".
    found.append(
        Row("(c) due contacts per ms, APScheduler job per customer", 1 / ours, 1 / jobs, "/ms", 30, "more")
    )
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
        self.planner, self.db = _planner(self.path)
        self.result: list[Any] | None = None
        return self

    def __exit__(self, *_exc: object) -> None:
        self.runner.run(self.db.close())
        self.runner.close()
        self.connection.close()

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
        left = self.connection.execute(
            "SELECT o.enrolment_id, o.customer_id, o.survey, o.period, o.due_at, o.expires_at, o.look_at, "
            "o.outcome, o.reason, e.plan_on FROM occasion o JOIN enrolment e ON e.id = o.enrolment_id ORDER BY 1"
        ).fetchall()
        if looked != DUE or len(left) != DUE or (self.result is not None and left != self.result):
            raise RuntimeError(
                f"{looked} enrolments looked at, {len(left)} occasions, or not the same as before"
            )
        self.result = left
        self.reset()
        return taken * 1_000

    def reset(self) -> None:
        execute = self.connection.execute
        execute("BEGIN IMMEDIATE")
        execute(f"UPDATE enrolment SET plan_on = '{TODAY}' WHERE id IN (SELECT enrolment_id FROM occasion)")
        execute("DELETE FROM occasion")
        execute("COMMIT")
        database.settle(self.connection)


def _by_hand(connection: sqlite3.Connection) -> int:
    connection.execute("BEGIN IMMEDIATE")
    due = connection.execute(
        "SELECT id, customer_id, started_on, ended_on, end_reason, registered_on FROM enrolment "
        "WHERE plan_on <= ? ORDER BY plan_on, id",
        (TODAY,),
    ).fetchall()
    connection.executemany(
        "INSERT INTO occasion (enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, outcome, "
        "reason) VALUES (?, ?, 'start', '', ?, ?, ?, '', '') ON CONFLICT DO NOTHING",
        [(row[0], row[1], DUE_AT, EXPIRES_AT, DUE_AT) for row in due],
    )
    connection.executemany("UPDATE enrolment SET plan_on = ? WHERE id = ?", [(NEXT, row[0]) for row in due])
    connection.execute("COMMIT")
    return len(due)


def _planner(path: Path) -> tuple[Any, Any]:
    from scheduler.hours import SendWindow
    from scheduler.planner import Planner
    from scheduler.rules import Rules
    from storage.database import Database
    from survey.catalogue import load

    zone = ZoneInfo("Europe/Stockholm")
    db = Database.open(database.url(path))
    window = SendWindow.parse("09:00-19:00", zone)
    return Planner(db, load(), Rules(), window, zone, frozenset({"sms"})), db


def _nothing() -> None:
    """The job: only APScheduler's own cost is counted."""
    with _lock:
        _done.append(None)
        if len(_done) == JOBS:
            _all_done.set()


_lock, _all_done = threading.Lock(), threading.Event()
_done: list[None] = []


def _apscheduler(directory: Path) -> float:
    """Milliseconds for APScheduler to find, start and remove JOBS due jobs."""
    from apscheduler.jobstores.sqlalchemy import SQLAlchemyJobStore
    from apscheduler.schedulers.background import BackgroundScheduler
    from sqlalchemy import create_engine, event

    from storage.database import _prepare_sqlite

    path = directory / "jobs.db"
    engine = create_engine(f"sqlite:///{path}")
    event.listen(engine, "connect", _prepare_sqlite)  # the same durability
    scheduler = BackgroundScheduler(timezone=UTC, jobstores={"default": SQLAlchemyJobStore(engine=engine)})
    scheduler.start(paused=True)
    # Every customer's job is from this module by name, so that the store can keep it.
    due = datetime.now(UTC) - timedelta(seconds=1)
    for number in range(JOBS):
        scheduler.add_job(
            "tests.benchmarks.planning:_nothing",
            "date",
            run_date=due,
            id=str(number),
            misfire_grace_time=None,
        )
    _all_done.clear()
    _done.clear()
    started = time.perf_counter()
    scheduler.resume()
    finished = _all_done.wait(60)
    while finished and scheduler.get_jobs():  # removed as well
        time.sleep(0.001)
    taken = time.perf_counter() - started
    scheduler.shutdown()
    engine.dispose()
    if not finished:
        raise RuntimeError("APScheduler did not run every job")
    return taken * 1_000


def _build(path: Path, size: int) -> None:
    database.create(path)
    connection = database.connect(path)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    fill = database.fill
    fill(
        connection, "provider", ("id", "ref", "name"), ((n, f"P{n}", f"Anordnare {n}") for n in range(1, 101))
    )
    numbers = range(1, size + 1)
    fill(
        connection,
        "customer",
        ("id", "ref", "language", "gender"),
        ((n, f"C{n:07}", "sv", "K") for n in numbers),
    )
    every = size // DUE  # the due are spread over the whole table
    chosen = set(range(every, every * DUE + 1, every))
    fill(
        connection,
        "enrolment",
        ("id", "ref", "customer_id", "provider_id", "started_on", "end_reason", "difficulty", "registered_on")
        + ("plan_on",),
        (
            (n, f"E{n:07}", n, n % 100 + 1, day, "", "low", day, TODAY if n in chosen else NEXT)
            for n in numbers
            for day in ("2026-02-12" if n in chosen else "2025-06-01",)
        ),
    )
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
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024


if __name__ == "__main__":
    print(_peak(Path(sys.argv[1])))
