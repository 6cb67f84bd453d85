"""A small register for the stories about providers: two of them, with three customers."""

from collections.abc import Mapping
from datetime import UTC, date, datetime
from pathlib import Path

from storage.database.engine import Database
from storage.register import importer, reader
from tests.support import register_files

PHONE = "+46701740658"  # of P1's contact person
OTHER_PHONE = "+46701740659"  # of P2's
REGISTER = {
    "providers": "ref,name,phone\nP1,Alfa,070-174 06 58\nP2,Beta,070-174 06 59\nP3,Tom,\n",
    "customers": "ref,phone\nK1,070-174 06 01\nK2,070-174 06 02\nK3,070-174 06 03\n",
    "enrolments": "ref,customer,provider,started_on,ended_on,end_reason\n"
    "1042,K1,P1,2026-09-01,,\n1043,K2,P1,2026-10-12,,\n2001,K3,P2,2026-09-01,,\n",
}


async def read(
    db: Database,
    folder: Path,
    files: Mapping[str, str],
    day: date = date(2026, 9, 1),
    by: str = "",
    reason: str = "",
) -> importer.Imported:
    """Take in register files given as text, by kind, on ``day``. Raises RegisterError."""
    batch = reader.read(register_files.write(folder, files))
    async with db.begin() as conn:
        return await importer.apply(conn, batch, day, at(day), by, reason)


def at(day: date) -> datetime:
    """Ten o'clock on that day, in Swedish winter time."""
    return datetime(day.year, day.month, day.day, 9, tzinfo=UTC)
