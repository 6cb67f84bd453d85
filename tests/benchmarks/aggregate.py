"""(e) The aggregate of 1,000,000 answers over 1,000 providers.

Ours is all of storage.figures.aggregates.aggregate: satisfaction per provider, and for the unit by quarter, gender
and difficulty class, with enrolment-months, endings, surveys and reasons. The references count the answers alone, a
row each: one GROUP BY over a covering index, and polars, which reads the rows first.
"""

import asyncio
import functools
import random
import sqlite3
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Awaitable, Callable, Iterator
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import polars

from storage.database.engine import Database
from storage.figures import aggregates, measurements
from storage.figures.cells import Key, SatisfactionCounts
from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate

PROVIDERS = 1_000
POINTS = 333_334  # enrolments with a rated start: three answers each
QUESTIONS = ("overall", "treatment", "usefulness")
CLASSES = ("low", "medium", "high")
REASONS = ("work", "studies", "moved", "dropped_out", "unemployed")
YEAR = 2025
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
MEMORY = 400  # MB
READ = "SELECT provider_id, point, question, value FROM flat"
GROUP_BY = (
    "SELECT provider_id, point, question, count(*), sum(value >= 4) FROM flat INDEXED BY flat_covering "
    "GROUP BY provider_id, point, question"
)


def rows(directory: Path) -> list[Row]:
    path = directory / "answers.db"
    _build(path)
    connection = database.connect(path)
    db = Database.open(database.url(path))
    with asyncio.Runner() as runner:

        def ours() -> float:
            taken, found = runner.run(_timed(db, lambda conn: aggregates.aggregate(conn, YEAR, NOW)))
            return _checked(taken, found.satisfaction, connection)

        def reference() -> float:
            started = time.perf_counter()
            connection.execute(GROUP_BY).fetchall()
            return (time.perf_counter() - started) * 1_000

        def frame() -> float:
            started = time.perf_counter()
            answers = polars.read_database_uri(READ, f"sqlite://{path}", engine="connectorx")
            satisfied = polars.col("value").ge(4).sum()
            answers.group_by("provider_id", "point", "question").agg(polars.len(), satisfied).rows()
            return (time.perf_counter() - started) * 1_000

        everything, by_hand, polars_ = alternate([ours, reference, frame])
        runner.run(db.close())
    connection.close()
    return [
        Row(
            "(e) everything the report counts, a covering GROUP BY of its answers",
            everything,
            by_hand,
            "ms",
            3,
            "less",
        ),
        Row("(e) the same, polars reading the answers and grouping them", everything, polars_, "ms", 1, "less"),
        Row("(e) peak memory of that in a process of its own", _peak(path), MEMORY, "MB", 1, "less"),
    ]


def _peak(path: Path) -> float:
    """The largest resident size, in MB, of a process that opens the database and counts everything once."""
    script = (
        "import asyncio, sys\n"
        "from datetime import UTC, datetime\n"
        "from storage.figures.aggregates import aggregate\n"
        "from storage.database.engine import Database\n"
        "from tests.benchmarks.measure import peak_memory\n"
        "async def main():\n"
        "    db = Database.open(sys.argv[1])\n"
        "    async with db.read() as conn:\n"
        f"        await aggregate(conn, {YEAR}, datetime({YEAR + 1}, 3, 12, 9, tzinfo=UTC))\n"
        "    await db.close()\n"
        "asyncio.run(main())\n"
        "print(peak_memory())\n"
    )
    told = subprocess.run(  # ours alone, from a fixed text
        [sys.executable, "-c", script, database.url(path)], check=True, capture_output=True, text=True
    )
    return float(told.stdout)


async def _timed(db: Database, work: Callable[[Any], Awaitable[Any]]) -> tuple[float, Any]:
    async with db.read() as conn:
        started = time.perf_counter()
        found = await work(conn)
        return (time.perf_counter() - started) * 1_000, found


def _checked(taken: float, cells: dict[Key, SatisfactionCounts], connection: sqlite3.Connection) -> float:
    """Ours must have counted what the reference counts."""
    wanted: dict[str, Counter[str]] = {}
    for provider, _, question, answered, satisfied in connection.execute(GROUP_BY):
        counts = wanted.setdefault(f"P{provider}", Counter())
        counts[question], counts[question + "+"] = answered, satisfied
    for provider, counts in wanted.items():
        cell = cells[Key(provider, str(YEAR), "start")]
        found = Counter({question: cell.answered(question) for question in QUESTIONS})
        found |= Counter({question + "+": cell.satisfied(question) for question in QUESTIONS})
        if found != counts:
            raise RuntimeError(f"{provider} was not counted as the reference counts it")
    return taken


def _build(path: Path) -> None:
    """The register with its answers by raw SQL; what we keep beside them is made by us."""
    database.create(path)
    connection = database.connect(path)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    fill = functools.partial(database.fill, connection)
    fill("provider", "id, ref, name", ((n, f"P{n}", f"Anordnare {n}") for n in range(1, PROVIDERS + 1)))
    customers = list(_customers())
    fill("customer", "id, ref, language, gender", ((c.id, f"C{c.id}", "sv", c.gender) for c in customers))
    fill(
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, ended_on, end_reason, difficulty, registered_on",
        (
            (c.id, f"E{c.id}", c.id, c.provider, c.started, c.ended, c.reason, c.difficulty, c.started)
            for c in customers
        ),
    )
    fill("address", "id, channel, value, state, state_at", [(1, "sms", "+46701740605", "active", database.NOW)])
    occasion = (
        "id, enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, opened_at, outcome, reason"
    )
    now = database.NOW
    fill(
        "occasion",
        occasion,
        ((c.id, c.id, c.id, "start", "", now, now, now, now, "completed", "") for c in customers),
    )
    fill(
        "occasion",
        occasion,
        (
            (POINTS + c.id, c.id, c.id, "checkin", c.months[0], now, now, now, now, "completed", "")
            for c in customers[::4]
        ),
    )
    fill(
        "outbox",
        "key, reference, occasion_id, address_id, channel, say, state, reason, created_at, not_before, expires_at, "
        "attempts, status",
        (
            (str(c.id), str(c.id), c.id, 1, "sms", "", "delivered", "", now, now, now, 1, "delivered")
            for c in customers
        ),
    )
    answer = "occasion_id, question, value, skipped, version, answered_at"
    fill(
        "answer",
        answer,
        (
            (c.id, question, value, 0, 1, now)
            for c in customers
            for question, value in zip(QUESTIONS, c.ratings, strict=True)
        ),
    )
    fill("answer", answer, ((c.id, "reason", c.why, 0, 1, now) for c in customers if c.ratings[0] <= 3))
    fill("answer", answer, ((POINTS + c.id, "followup_held", c.held, 0, 1, now) for c in customers[::4]))
    fill(
        "follow_up",
        "enrolment_id, month, held_on, recorded_at",
        ((c.id, month, f"{month}-20", now) for c in customers[::2] for month in c.months),
    )
    connection.execute("CREATE TABLE flat (provider_id INTEGER, point TEXT, question TEXT, value INTEGER)")
    connection.execute(
        "INSERT INTO flat SELECT e.provider_id, o.survey, a.question, a.value FROM answer a "
        "JOIN occasion o ON o.id = a.occasion_id JOIN enrolment e ON e.id = o.enrolment_id "
        f"WHERE a.question IN {QUESTIONS}"
    )
    connection.execute("CREATE INDEX flat_covering ON flat (provider_id, point, question, value)")
    connection.execute("COMMIT")
    connection.close()
    asyncio.run(_keep(path))
    connection = database.connect(path)
    database.settle(connection)
    connection.close()


async def _keep(path: Path) -> None:
    db = Database.open(database.url(path))
    async with db.begin() as conn:
        await measurements.refresh(conn, None)
    await db.close()


@dataclass(frozen=True, slots=True)
class _Customer:
    id: int
    provider: int
    gender: str
    difficulty: str
    started: str
    ended: str | None
    reason: str
    ratings: list[int]
    why: int
    held: int
    months: tuple[str, str]  # the first two after the start


def _customers() -> Iterator[_Customer]:
    dice = random.Random(2015)
    for n in range(1, POINTS + 1):
        started = date(YEAR, 1, 1) + timedelta(days=dice.randrange(365) - 28)
        ended = started + timedelta(days=dice.randrange(60, 300)) if dice.random() < 1 / 3 else None
        months = [(started.year * 12 + started.month + later) for later in (0, 1)]
        yield _Customer(
            id=n,
            provider=dice.randint(1, PROVIDERS),
            gender=dice.choice("KM"),
            difficulty=dice.choice(CLASSES),
            started=str(started),
            ended=str(ended) if ended else None,
            reason=dice.choice(REASONS) if ended else "",
            ratings=dice.choices((1, 2, 3, 4, 5), (5, 8, 17, 40, 30), k=3),
            why=dice.randint(1, 5),
            held=dice.randint(0, 1),
            months=(f"{months[0] // 12}-{months[0] % 12 + 1:02}", f"{months[1] // 12}-{months[1] % 12 + 1:02}"),
        )
