"""(e) The aggregate of 1,000,000 answers over 1,000 providers.

Ours is storage.aggregates: per provider, and for the unit by quarter, gender and difficulty class. The
reference is one GROUP BY over a covering index of the same answers, a row each.
"""

import asyncio
import random
import sqlite3
import time
from collections import Counter
from collections.abc import Awaitable, Callable
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

from storage import aggregates
from storage.database import Database
from tests.benchmarks import database
from tests.benchmarks.measure import Row, alternate

PROVIDERS = 1_000
POINTS = 333_334  # enrolments with a rated start: three answers each
QUESTIONS = ("overall", "treatment", "usefulness")
CLASSES = ("low", "medium", "high")
YEAR = 2025
NOW = datetime(2026, 3, 12, 9, tzinfo=UTC)
GROUP_BY = (
    "SELECT provider_id, point, question, count(*), sum(value >= 4) FROM flat INDEXED BY flat_covering "
    "GROUP BY provider_id, point, question"
)


def rows(directory: Path) -> list[Row]:
    path = directory / "answers.db"
    _build(path)
    connection = database.connect(path)
    db = Database.open(database.url(path))
    refs = {n: f"P{n}" for n in range(1, PROVIDERS + 1)}
    with asyncio.Runner() as runner:

        def cells() -> float:
            taken, found = runner.run(_timed(db, lambda conn: aggregates.satisfaction(conn, YEAR, refs)))
            return _checked(taken, found, connection)

        def whole() -> float:
            taken, found = runner.run(_timed(db, lambda conn: aggregates.aggregate(conn, YEAR, NOW)))
            return _checked(taken, found.satisfaction, connection)

        def reference() -> float:
            started = time.perf_counter()
            connection.execute(GROUP_BY).fetchall()
            return (time.perf_counter() - started) * 1_000

        ours, everything, by_hand = alternate([cells, whole, reference])
        runner.run(db.close())
    connection.close()
    return [
        Row("(e) satisfaction of 1,000,000 answers, covering GROUP BY", ours, by_hand, "ms", 4, "less"),
        Row("(e) everything the report counts, the same GROUP BY", everything, by_hand, "ms", None, "less"),
    ]


async def _timed(db: Database, work: Callable[[Any], Awaitable[Any]]) -> tuple[float, Any]:
    async with db.read() as conn:
        started = time.perf_counter()
        found = await work(conn)
        return (time.perf_counter() - started) * 1_000, found


def _checked(taken: float, cells: dict[aggregates.Key, list[int]], connection: sqlite3.Connection) -> float:
    """Ours must have counted what the reference counts."""
    wanted: dict[str, Counter[str]] = {}
    for provider, _, question, answered, satisfied in connection.execute(GROUP_BY):
        counts = wanted.setdefault(f"P{provider}", Counter())
        counts[question], counts[question + "+"] = answered, satisfied
    for provider, counts in wanted.items():
        expected = [counts[name] for question in QUESTIONS for name in (question, question + "+")]
        if cells[provider, str(YEAR), "start", "T", ""][1:] != expected:
            raise RuntimeError(f"{provider} was not counted as the reference counts it")
    return taken


def _build(path: Path) -> None:
    database.create(path)
    connection = database.connect(path)
    connection.execute("PRAGMA foreign_keys=OFF")
    connection.execute("PRAGMA synchronous=OFF")
    connection.execute("BEGIN")
    fill, now = database.fill, database.NOW
    fill(
        connection,
        "provider",
        "id, ref, name",
        ((n, f"P{n}", f"Anordnare {n}") for n in range(1, PROVIDERS + 1)),
    )
    dice = random.Random(2015)
    points = []
    for n in range(1, POINTS + 1):
        at = date(YEAR, 1, 1) + timedelta(days=dice.randrange(365))
        ratings = dice.choices((1, 2, 3, 4, 5), (5, 8, 17, 40, 30), k=3)
        points.append(
            (
                n,
                at,
                dice.randint(1, PROVIDERS),
                dice.choice("KM"),
                dice.choice(("low", "medium", "high")),
                ratings,
            )
        )
    fill(
        connection,
        "customer",
        "id, ref, language, gender",
        ((n, f"C{n}", "sv", gender) for n, _, _, gender, _, _ in points),
    )
    fill(
        connection,
        "enrolment",
        "id, ref, customer_id, provider_id, started_on, end_reason, difficulty, registered_on",
        (
            (
                n,
                f"E{n}",
                n,
                provider,
                str(at - timedelta(days=28)),
                "",
                difficulty,
                str(at - timedelta(days=28)),
            )
            for n, at, provider, _, difficulty, _ in points
        ),
    )
    fill(
        connection,
        "occasion",
        "id, enrolment_id, customer_id, survey, period, due_at, expires_at, look_at, opened_at, outcome, reason",
        (
            (
                n,
                n,
                n,
                "start",
                "",
                f"{at}T09:00:00.000000Z",
                database.NOW,
                database.NOW,
                database.NOW,
                "completed",
                "",
            )
            for n, at, *_ in points
        ),
    )
    fill(
        connection,
        "answer",
        "occasion_id, question, value, skipped, version, answered_at",
        (
            (n, question, value, 0, 1, now)
            for n, *_, ratings in points
            for question, value in zip(QUESTIONS, ratings, strict=True)
        ),
    )
    fill(
        connection,
        "measurement",
        "enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender, "
        "difficulty, started_on, repeated, overall, treatment, usefulness",
        (
            (
                n,
                "start",
                str(at),
                YEAR,
                (at.month + 2) // 3,
                provider,
                n,
                gender,
                difficulty,
                str(at),
                0,
                *ratings,
            )
            for n, at, provider, gender, difficulty, ratings in points
        ),
    )
    connection.execute("CREATE TABLE flat (provider_id INTEGER, point TEXT, question TEXT, value INTEGER)")
    connection.execute(
        "INSERT INTO flat SELECT m.provider_id, m.point, a.question, a.value FROM answer a "
        "JOIN occasion o ON o.id = a.occasion_id JOIN measurement m ON m.enrolment_id = o.enrolment_id"
    )
    connection.execute("CREATE INDEX flat_covering ON flat (provider_id, point, question, value)")
    connection.execute("COMMIT")
    database.settle(connection)
    connection.close()
