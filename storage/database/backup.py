"""Copies of the running database, and what one that came back from a copy must not do again.

What the copy knows as waiting may have been sent after it was made. A copy therefore says what it is: a row in
``restoration``, which scheduler/restore.py settles before anything is sent.
"""

import asyncio
import os
import sqlite3
from contextlib import closing
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from sqlalchemy import insert, select, update

from storage.database.engine import Connection, Database
from storage.database.statements import insert_ignore
from storage.delivery.outbox import new_reference
from storage.errors import BackupError, BackupRefused
from storage.tables import address, occasion, outbox, restoration, session
from storage.tables.types import UtcDateTime


async def backup(db: Database, target: Path, now: datetime) -> int:
    """Copy the SQLite database ``db`` to the new file ``target`` while it is in use; the copy's size in bytes.

    The copy is whole as of one moment, and is checked before it gets its name. Raises BackupError.
    """
    source = db.engine.url.database
    if not db.is_sqlite:
        raise BackupRefused("Databasen är PostgreSQL: kopiera den med pg_dump, se Backups i README.")
    if not source or source == ":memory:":
        raise BackupRefused("Databasen finns bara i minnet: det finns ingen fil att kopiera.")
    return await asyncio.to_thread(_copy, source, target, now)


def _copy(source: str, target: Path, now: datetime) -> int:
    part = target.with_name(target.name + ".part")
    try:
        # Nobody else reads it, and nothing that is there is written over.
        os.close(os.open(target, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
    except FileExistsError:
        raise BackupRefused(f"{target} finns redan: en säkerhetskopia skriver aldrig över något.") from None
    except OSError as error:
        raise BackupRefused(f"{target} kan inte skrivas ({error.strerror}).") from error
    try:
        part.unlink(missing_ok=True)
        os.close(os.open(part, os.O_CREAT | os.O_EXCL | os.O_WRONLY, 0o600))
        with closing(sqlite3.connect(f"{Path(source).resolve().as_uri()}?mode=rw", uri=True)) as connection:
            connection.execute("PRAGMA busy_timeout=10000")
            connection.execute("VACUUM INTO ?", (str(part),))
        _check(part, now)
        with part.open("rb") as file:
            os.fsync(file.fileno())
        part.replace(target)
    except (sqlite3.Error, OSError) as error:
        target.unlink(missing_ok=True)
        raise BackupError(f"Kopian kunde inte göras ({error}).") from error
    except BackupError:
        target.unlink(missing_ok=True)
        raise
    finally:
        part.unlink(missing_ok=True)
    return target.stat().st_size


def _check(part: Path, now: datetime) -> None:
    """Read the whole copy, and let it say that it is one."""
    with closing(sqlite3.connect(part)) as connection:
        (found,) = connection.execute("PRAGMA integrity_check(1)").fetchone()
        if found != "ok" or connection.execute("PRAGMA foreign_key_check").fetchone() is not None:
            raise BackupError("Kopian är inte hel och togs bort: kontrollera disken och databasen.")
        copied_at = UtcDateTime().process_bind_param(now, _Sqlite())  # type: ignore[arg-type]  # its name is all
        connection.execute("INSERT INTO restoration (copied_at) VALUES (?)", (copied_at,))
        connection.commit()


class _Sqlite:
    """What a column type asks of a dialect."""

    name = "sqlite"


@dataclass(frozen=True, slots=True)
class Restoration:
    """A database that came back: copied at, and when the system that was copied stopped, if somebody said."""

    copied_at: datetime
    stopped_at: datetime | None


async def unsettled(conn: Connection) -> Restoration | None:
    """The restoration that has not been dealt with, of the oldest copy where there are several; else None."""
    row = (
        await conn.execute(
            select(restoration.c.copied_at, restoration.c.stopped_at)
            .where(restoration.c.settled_at.is_(None))
            .order_by(restoration.c.copied_at)
            .limit(1)
            .with_for_update()
        )
    ).first()
    return None if row is None else Restoration(row.copied_at, row.stopped_at)


async def announce(conn: Connection, copied_at: datetime) -> None:
    """Say that this database is a copy of ``copied_at``: for copies that other tools have made."""
    await conn.execute(insert(restoration).values(copied_at=copied_at))


async def set_stopped(conn: Connection, stopped_at: datetime) -> None:
    """Note when the system that was copied sent its last."""
    await conn.execute(update(restoration).where(restoration.c.settled_at.is_(None)).values(stopped_at=stopped_at))


async def withdraw_messages(conn: Connection, reason: str, now: datetime) -> int:
    """End every message that waits or is in doubt; its conversation stays open, for the answer may come."""
    done = await conn.execute(
        update(outbox)
        .where(outbox.c.settled_at.is_(None), outbox.c.state.in_(("queued", "sending", "unknown")))
        .values(state="expired", reason=reason, lease_until=None, settled_at=now)
    )
    return int(done.rowcount)


async def withdraw_contacts(conn: Connection, until: datetime, reason: str, now: datetime) -> int:
    """End every contact that may have been made by ``until``."""
    done = await conn.execute(
        update(occasion)
        .where(occasion.c.opened_at.is_(None), occasion.c.outcome == "", occasion.c.look_at <= until)
        .values(outcome="expired", reason=reason, closed_at=now)
    )
    return int(done.rowcount)


async def withdraw_reminders(
    conn: Connection, opened_after: datetime, opened_by: datetime, reason: str, now: datetime
) -> None:
    """Take the place of the one reminder of each conversation that was opened between the two and is still open."""
    rows = await conn.execute(
        select(session.c.occasion_id, session.c.address_id, address.c.channel)
        .join(address, address.c.id == session.c.address_id)
        .where(session.c.is_open == 1, session.c.opened_at > opened_after, session.c.opened_at <= opened_by)
    )
    ended = {"say": "{}", "state": "expired", "reason": reason, "attempts": 0, "status": "", "settled_at": now}
    times = {"created_at": now, "not_before": now, "expires_at": now}
    await insert_ignore(
        conn,
        outbox,
        [
            {
                "key": f"{occasion_id}:reminder",
                "reference": new_reference(),
                "occasion_id": occasion_id,
                "address_id": address_id,
                "channel": channel,
                **ended,
                **times,
            }
            for occasion_id, address_id, channel in rows
        ],
    )


async def settled(conn: Connection, now: datetime) -> None:
    """Every restoration has been dealt with."""
    await conn.execute(update(restoration).where(restoration.c.settled_at.is_(None)).values(settled_at=now))
