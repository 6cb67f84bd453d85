"""(a) From a signed SMS webhook to the durable commit and TwiML, 64 connections.

Ours is bot.web.webhooks with bot.inbound.group_commit and the real engine. References: aiohttp with sqlite3 in a
thread of its own, group commit, the same statements written by hand; and an async ORM session per request on
aiosqlite. The slowest hundredth is held against the same handler with nothing stored behind it.
"""

import shutil
import statistics
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime
from pathlib import Path

from survey.conversation import engine
from survey.conversation.model import Started
from survey.packs.catalogue import load
from tests.benchmarks import database
from tests.benchmarks.load import phone
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
            port = stack.enter_context(_server(kind, path))
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


@contextmanager
def _server(kind: str, path: Path) -> Iterator[int]:
    """A server in a process of its own; its port."""
    command = [sys.executable, "-m", "tests.benchmarks.servers", kind, str(path)]
    process = subprocess.Popen(command, stdout=subprocess.PIPE, text=True)
    try:
        assert process.stdout is not None
        yield int(process.stdout.readline())
    finally:
        process.terminate()
        process.wait(timeout=30)
        process.stdout.close()


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
    database.create(path)
    survey = load().surveys["start"]
    now = datetime(2026, 3, 12, 9, tzinfo=UTC)
    state = engine.step(survey, engine.open_session(survey, "sv"), Started(), now)[0].to_json()
    at, later = database.NOW, "2026-03-19T09:00:00.000000Z"
    numbers = range(1, CUSTOMERS + 1)
    connection = database.connect(path)
    connection.execute("BEGIN")
    fill = database.fill
    fill(connection, "provider", "id, ref, name", [(1, "P1", "Anordnare 1")])
    fill(
        connection,
        "customer",
        "id, ref, language, gender",
        ((n, f"C{n}", "sv", "K") for n in numbers),
    )
    fill(
        connection,
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, end_reason, difficulty, registered_on",
        ((n, f"E{n}", n, 1, "2026-02-12", "", "low", "2026-02-12") for n in numbers),
    )
    fill(
        connection,
        "address",
        "id, channel, value, state, state_at",
        ((n, "sms", phone(n), "active", at) for n in numbers),
    )
    fill(
        connection,
        "customer_address",
        "customer_id, address_id, linked_at",
        ((n, n, at) for n in numbers),
    )
    fill(
        connection,
        "occasion",
        "id, enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, opened_at, outcome, reason",
        ((n, n, n, "start", "", at, later, at, at, "", "") for n in numbers),
    )
    fill(
        connection,
        "session",
        "occasion_id, customer_id, address_id, state, language, is_open, opened_at, expires_at",
        ((n, n, n, state, "sv", 1, at, later) for n in numbers),
    )
    fill(
        connection,
        "measurement",
        "enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender, "
        "difficulty, started_on, repeated",
        ((n, "start", "2026-03-12", 2026, 1, 1, n, "K", "low", "2026-02-12", 0) for n in numbers),
    )
    connection.execute("COMMIT")
    database.settle(connection)
    connection.close()
