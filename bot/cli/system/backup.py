"""`followup backup` and `followup restored`: copy the database, and settle one that came back from a copy."""

from datetime import datetime
from pathlib import Path

from bot import settings as settings_
from bot.database import database
from bot.errors import BadInput


async def backup(target: Path, now: datetime) -> str:
    """Copy the database to ``target`` while it is in use; return a sentence for the person.

    Raises:
        BackupRefused: there can be no copy there, or of this database.
        BackupError: the copy could not be made.
    """
    from storage.database.backup import backup as copy

    settings = settings_.load()
    async with database(settings) as db:
        size = await copy(db, target, now)
    return f"Säkerhetskopian {target} är klar och kontrollerad ({size / 1_000_000:.1f} MB)."


async def restored(copied_at: datetime | None, stopped_at: datetime | None, now: datetime) -> str:
    """Settle a database that came back from a copy; return what will not be sent again.

    `followup run` does it too when it starts, but knows less.

    Args:
        copied_at: when the copy was made; None where the database knows it.
        stopped_at: when the old system stopped; None for ``now``.
        now: aware.

    Raises:
        BadInput: the database is no restored copy, or the times contradict each other.
    """
    from bot.contact_rules import contact_rules
    from bot.texts import in_force
    from scheduler.delivery.restore import settle
    from scheduler.planning.planner import Planner
    from storage.delivery import restoration

    settings = settings_.load()
    rules, window = contact_rules(settings)
    async with database(settings) as db:
        async with db.begin() as conn:
            if copied_at is not None:
                await restoration.announce(conn, copied_at)
            found = await restoration.unsettled(conn)
            if found is None:
                raise BadInput(
                    "Databasen är ingen återställd kopia, eller så är det redan klarat av: ange --copied-at för en "
                    "kopia som gjorts med ett annat verktyg."
                )
            if stopped_at is not None:
                if stopped_at < found.copied_at:
                    raise BadInput("--stopped-at är före kopian: ange när det gamla systemet stannade.")
                await restoration.set_stopped(conn, stopped_at)
        planner = Planner(db, in_force(settings), rules, window, settings.zone, frozenset())
        settled = await settle(db, planner, rules, window, now)
    assert settled is not None
    return (
        f"Klart: {settled.messages} meddelanden och {settled.contacts} frågor kan ha skickats efter kopian och "
        "skickas inte igen."
    )
