"""`followup cases`: what waits for a person at the unit, by when, and who has taken it."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings as settings_
from bot.database import database
from reporting.document.swedish import CHANNELS
from storage.cases.kinds import KINDS, OUTCOMES

if TYPE_CHECKING:
    from storage.cases.handling import Listed

STATUSES = {"new": "nytt", "taken": "pågår", "closed": "avslutat"}
REOPENED = "Numret används igen vid nästa import om registret fortfarande har det."


async def show(closed: bool, now: datetime) -> None:
    """Print the open cases, the urgent first; ``closed``: all of them."""
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    from bot.cli.staff.planning import WIDTH
    from storage.cases import handling

    settings = settings_.load()
    async with database(settings) as db, db.read() as conn:
        found = await handling.listed(conn, closed=closed)
    if not found:
        print("Inga ärenden." if closed else "Inga öppna ärenden.")
        return
    today = now.astimezone(settings.zone).date()
    table = Table("Nr", "Svar senast", "Ärende", "Om", "Kom", "Status", "Ägare", "Text")
    for case in found:
        table.add_row(
            *(Text(cell) for cell in cells(case, today, settings.zone))
        )  # a customer's words are no markup
    console = Console()
    Console(width=None if console.is_terminal else WIDTH).print(table)
    late = sum(case.is_late(today) for case in found)
    waiting = sum(case.status != "closed" for case in found)
    print(f"{waiting} öppna, {late} försenade.")


def cells(case: "Listed", today: date, zone: ZoneInfo) -> tuple[str, ...]:
    """A case as a row of the table."""
    due = case.due_on.isoformat() if case.due_on else ""
    came = f"{case.opened_at.astimezone(zone):%Y-%m-%d %H:%M} {CHANNELS.get(case.channel, '')}"
    about = " eller ".join(case.customers) or case.sender
    status = STATUSES[case.status] + (f": {OUTCOMES[case.outcome]}" if case.outcome else "")
    return (
        str(case.id),
        f"{due} FÖRSENAT" if case.is_late(today) else due,
        KINDS.get(case.kind, case.kind) + (" BRÅDSKAR" if case.urgent else ""),
        ", ".join(filter(None, (about, case.provider and f"anordnare {case.provider}"))),
        came.strip(),
        status,
        case.owner,
        case.text,
    )


async def take(id_: int, by: str) -> str:
    """Give a case its owner. Raises CaseRefused."""
    from storage.cases import handling

    async with database(settings_.load()) as db, db.begin() as conn:
        await handling.take(conn, id_, by)
    return f"Ärende {id_} har tagits av {by.strip()}."


async def close(id_: int, outcome: str, by: str, now: datetime) -> str:
    """Close a case with what came of it. Raises CaseRefused."""
    from storage.cases import handling

    async with database(settings_.load()) as db, db.begin() as conn:
        kind = await handling.close(conn, id_, outcome, by, now)
    done = f"Ärende {id_} är avslutat."
    return f"{done} {REOPENED}" if kind == "wrong_number" else done
