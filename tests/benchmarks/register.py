"""(i) A register of 200,000 customers with an enrolment each, as CSV, taken into an empty SQLite database.

Ours is `followup import`. Reference: csv and sqlite3 by hand, writing the same rows: it checks nothing but the
days, and says nothing of what it has read. Each in a process of its own; CPU time, which a busy
machine changes less.
"""

import asyncio
import csv
import os
import re
import resource
import subprocess
import sys
import time
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

from bot.cli.staff.register import import_files
from tests.benchmarks import database
from tests.benchmarks.measure import Row, peak_memory

CUSTOMERS = 200_000
PROVIDERS = 26
SECONDS, MEMORY = 30, 300  # of CPU; MB
NOW = datetime(2026, 11, 5, 9, tzinfo=UTC)
TODAY, AT = "2026-11-05", "2026-11-05T09:00:00.000000Z"
_NATIONAL = re.compile(r"0([1-9][0-9]{8})")
_TABLES = ("provider", "customer", "address", "customer_address", "enrolment", "next_look", "measurement")


def rows(directory: Path) -> list[Row]:
    _write(directory)
    cpu, peak, ours = _child("ours", directory)
    by_hand, _, reference = _child("by_hand", directory)
    assert ours == reference, (ours, reference)
    name = f"(i) import of {CUSTOMERS:,} customers"
    return [
        Row(f"{name}, csv and sqlite3 by hand", cpu, by_hand, "s", 4, "less"),
        Row(f"{name}; limit of CPU", cpu, SECONDS, "s", 1, "less"),
        Row(f"{name}; limit of memory", peak, MEMORY, "MB", 1, "less"),
    ]


def _write(directory: Path) -> None:
    (directory / "providers.csv").write_text(
        "ref,name\n" + "".join(f"P{number:02},Anordnare {number}\n" for number in range(PROVIDERS)), "utf-8"
    )
    first = date(2026, 1, 5)
    with (directory / "customers.csv").open("w", encoding="utf-8") as file:
        file.write("ref,phone,language,gender,birth_year,contact\n")
        for number in range(CUSTOMERS):
            language = ("sv", "so", "ar")[number % 3]
            file.write(f"K{number:06},070-{number:07},{language},{'KM'[number % 2]},{1960 + number % 45},\n")
    with (directory / "enrolments.csv").open("w", encoding="utf-8") as file:
        file.write("ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n")
        for number in range(CUSTOMERS):
            day = first + timedelta(days=number % 270)
            file.write(f"E{number:06},K{number:06},P{number % PROVIDERS:02},{day},2027-06-30,,,medium\n")


def _child(side: str, directory: Path) -> tuple[float, float, str]:
    """Return CPU seconds, peak of memory in MB, and how many rows each table has."""
    path = directory / f"{side}.db"
    database.create(path)
    command = [sys.executable, "-m", "tests.benchmarks.register", side, str(directory), str(path)]
    before = resource.getrusage(resource.RUSAGE_CHILDREN)
    peak = float(subprocess.run(command, check=True, capture_output=True, text=True, timeout=600).stdout)
    after = resource.getrusage(resource.RUSAGE_CHILDREN)
    connection = database.connect(path)
    counts = [connection.execute(f"SELECT count(*) FROM {table}").fetchone()[0] for table in _TABLES]
    connection.close()
    cpu = after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime
    return cpu, peak, " ".join(map(str, counts))


def _ours(directory: Path, path: Path) -> None:
    os.environ["FOLLOWUP_DATABASE_URL"] = database.url(path)
    files = [directory / f"{name}.csv" for name in ("providers", "customers", "enrolments")]
    asyncio.run(import_files(files, dry_run=False, now=NOW))


def _by_hand(directory: Path, path: Path) -> None:
    connection = database.connect(path)
    connection.execute("BEGIN IMMEDIATE")

    def read(name: str) -> "csv.DictReader[str]":
        return csv.DictReader((directory / f"{name}.csv").open(encoding="utf-8", newline=""))

    database.fill(connection, "provider", "ref, name", ((row["ref"], row["name"]) for row in read("providers")))
    customers = list(read("customers"))
    database.fill(
        connection,
        "customer",
        "ref, language, gender, birth_year, contact",
        ((row["ref"], row["language"], row["gender"], int(row["birth_year"]), row["contact"]) for row in customers),
    )
    phones = {}
    for row in customers:
        national = _NATIONAL.fullmatch(row["phone"].replace("-", ""))
        phones[row["ref"]] = f"+46{national[1]}" if national else ""
    database.fill(
        connection,
        "address",
        "channel, value, state, state_at",
        (("sms", phone, "active", AT) for phone in phones.values() if phone),
    )
    known = dict(connection.execute("SELECT ref, id FROM customer"))
    addresses = dict(connection.execute("SELECT value, id FROM address WHERE channel = 'sms'"))
    database.fill(
        connection,
        "customer_address",
        "customer_id, address_id, linked_at",
        ((known[ref], addresses[phone], AT) for ref, phone in phones.items() if phone),
    )
    providers = dict(connection.execute("SELECT ref, id FROM provider"))
    connection.executemany(
        "INSERT INTO enrolment (ref, customer_id, provider_id, started_on, planned_end_on, ended_on, end_reason, "
        "difficulty, registered_on) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
        (
            (
                row["ref"],
                known[row["customer"]],
                providers[row["provider"]],
                date.fromisoformat(row["started_on"]).isoformat(),
                date.fromisoformat(row["planned_end_on"]).isoformat(),
                row["ended_on"] or None,
                row["end_reason"],
                row["difficulty"],
                TODAY,
            )
            for row in read("enrolments")
        ),
    )
    connection.execute(
        "INSERT INTO next_look (enrolment_id, plan_on) SELECT id, min(started_on, ?) FROM enrolment", [TODAY]
    )
    connection.execute(
        "INSERT INTO measurement (enrolment_id, point, point_on, year, quarter, provider_id, customer_id, gender, "
        "difficulty, started_on, repeated, outcome, sent, delivered) "
        "SELECT e.id, 'start', date(e.started_on, '+28 days'), "
        "substr(date(e.started_on, '+28 days'), 1, 4), (substr(date(e.started_on, '+28 days'), 6, 2) + 2) / 3, "
        "e.provider_id, e.customer_id, c.gender, "
        "e.difficulty, e.started_on, 0, '', 0, 0 FROM enrolment e JOIN customer c ON c.id = e.customer_id"
    )
    connection.execute("COMMIT")
    connection.close()


if __name__ == "__main__":
    started = time.process_time()
    {"ours": _ours, "by_hand": _by_hand}[sys.argv[1]](Path(sys.argv[2]), Path(sys.argv[3]))
    print(f"{time.process_time() - started:.2f} s of CPU", file=sys.stderr)
    print(peak_memory())
