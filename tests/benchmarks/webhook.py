"""(a) From a signed SMS webhook to the durable commit and TwiML, 64 connections.

Ours is bot.web.webhooks with bot.inbound.group_commit and the real engine. References: aiohttp with sqlite3 in a
thread of its own, group commit, the same statements written by hand; and an async ORM session per request on
aiosqlite. The slowest hundredth is held against the same handler with nothing stored behind it.
"""

import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable
from contextlib import ExitStack
from datetime import UTC, datetime
from pathlib import Path

from survey.conversation import engine
from survey.conversation.model import Started
from survey.packs.catalogue import load
from tests.benchmarks import database
from tests.benchmarks.children import child, told
from tests.benchmarks.measure import RUNS, Row, alternate

REQUESTS = 3_000
ORM_REQUESTS = 600
CUSTOMERS = REQUESTS * (RUNS + 1)


def rows(directory: Path) -> list[Row]:
    template = directory / "template.db"
    _build(template)
    with ExitStack() as stack:
        sides = []
        slowest: dict[str, list[float]] = {}  # ms, of each run
        kinds = (("ours", REQUESTS), ("byhand", REQUESTS), ("orm", ORM_REQUESTS), ("unstored", REQUESTS))
        for kind, count in kinds:
            path = directory / f"{kind}.db"
            shutil.copy(template, path)
            port = int(told(stack.enter_context(child("servers", kind, str(path)))))
            sides.append(_side(port, count, slowest.setdefault(kind, [])))
        ours, by_hand, orm, _ = alternate(sides)
        for kind, count in (("ours", REQUESTS), ("byhand", REQUESTS), ("orm", ORM_REQUESTS)):
            _check(directory / f"{kind}.db", count * (RUNS + 1))
    return [
        Row(
            "(a) webhook to commit, by hand: aiohttp + sqlite3, group commit",
            ours,
            by_hand,
            "/s",
            0.6,
            "more",
        ),
        Row("(a) webhook to commit, async ORM session per request", ours, orm, "/s", 8, "more"),
        Row(
            "(a) webhook p99 at 64 connections, the same handler without storage",
            statistics.median(slowest["ours"][1:]),
            statistics.median(slowest["unstored"][1:]),
            "ms",
            2,
            "less",
        ),
    ]


def _side(port: int, count: int, slowest: list[float]) -> Callable[[], float]:
    first = 0

    def run() -> float:
        nonlocal first
        client = [
            sys.executable,
            str(Path(__file__).with_name("load.py")),
            str(port),
            str(first + 1),
            str(count),
        ]
        first += count
        done = subprocess.run(client, check=True, capture_output=True, text=True, timeout=180)
        seconds, milliseconds = map(float, done.stdout.split())
        slowest.append(milliseconds)
        return count / seconds

    return run


def _check(path: Path, expected: int) -> None:
    """Every reply is there, with its answer and the conversation moved on."""
    connection = database.connect(path)
    found = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in ("inbox", "answer")]
    moved = connection.execute("SELECT count(*) FROM session WHERE state LIKE '%\"treatment\",[[%'").fetchone()[0]
    rated = connection.execute("SELECT count(*) FROM measurement WHERE overall = 5").fetchone()[0]
    connection.close()
    if [*found, moved, rated] != [expected] * 4:
        raise RuntimeError(f"{path.stem}: {found}, {moved}, {rated} rows where {expected} replies were taken in")


def _build(path: Path) -> None:
    survey = load().surveys["start"]
    now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    state = engine.step(survey, engine.open_session(survey, "sv"), Started(), now)[0].to_json()
    with database.filled(path) as connection:
        database.people(connection, CUSTOMERS)
        database.occasions(connection, CUSTOMERS, opened_at=database.NOW)
        database.sessions(connection, CUSTOMERS, state)
        database.measurements(connection, CUSTOMERS)
