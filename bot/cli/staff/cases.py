"""`followup cases`: what waits for a person at the unit, by when, and who has taken it."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings as settings_
from bot.database import database
from bot.errors import BadInput
from bot.process.terminal import echo
from bot.wording import case_text, sentence
from storage.errors import CaseRefused
from survey.codes import CaseKind, CaseOutcome, Channel, in_sentence, swedish

if TYPE_CHECKING:
    from storage.cases.handling import Listed

REOPENED = "Numret används igen vid nästa import om registret fortfarande har det."


async def show(closed: bool, now: datetime) -> None:
    """Print the open cases, the urgent first; ``closed``: all of them."""
    from rich.table import Table

    from bot.cli.console import console
    from bot.cli.staff.planning import WIDTH
    from storage.cases import handling

    settings = settings_.load()
    async with database(settings) as db, db.read() as conn:
        found = await handling.listed(conn, closed=closed)
    if not found:
        echo("Inga ärenden." if closed else "Inga öppna ärenden.")
        return
    today = now.astimezone(settings.zone).date()
    table = Table("Nr", "Svar senast", "Ärende", "Om", "Kom", "Status", "Ägare", "Text")
    for case in found:
        table.add_row(*cells(case, today, settings.zone))
    console(width=WIDTH).print(table)
    late = sum(case.is_late(today) for case in found)
    waiting = sum(case.closed_at is None for case in found)
    echo(f"{waiting} öppna, {late} försenade.")


def cells(case: "Listed", today: date, zone: ZoneInfo) -> tuple[str, ...]:
    """Return a case as a row of the table."""
    due = case.due_on.isoformat() if case.due_on else ""
    came = f"{case.opened_at.astimezone(zone):%Y-%m-%d %H:%M} {swedish(Channel, case.channel)}"
    about = " eller ".join(case.customers) or case.sender
    outcome = f": {in_sentence(swedish(CaseOutcome, case.outcome))}" if case.outcome else ""
    kind = in_sentence(swedish(CaseKind, case.kind))
    return (
        str(case.id),
        f"{due} FÖRSENAT" if case.is_late(today) else due,
        f"{kind} BRÅDSKAR" if case.urgent else kind,
        ", ".join(filter(None, (about, case.provider and f"anordnare {case.provider}"))),
        came.strip(),
        case.status.in_sentence + outcome,
        case.owner,
        case_text(case.kind, case.text),
    )


async def take(id_: int, by: str) -> str:
    """Give a case its owner.

    Raises:
        BadInput: nobody is named, there is no such case, or it is closed.
    """
    from storage.cases import handling

    owner = _name(by)
    async with database(settings_.load()) as db, db.begin() as conn:
        try:
            await handling.take(conn, id_, owner)
        except CaseRefused as error:
            raise BadInput(sentence(error)) from error
    return f"Ärende {id_} har tagits av {owner}."


async def close(id_: int, outcome: str, by: str, now: datetime) -> str:
    """Close a case with what came of it, as staff write it: ``åtgärdat`` or ``ej-nådd``.

    Raises:
        BadInput: the outcome is unknown, nobody is named, there is no such case, or it is closed.
    """
    from storage.cases import handling

    code, name = _outcome(outcome), _name(by)
    async with database(settings_.load()) as db, db.begin() as conn:
        try:
            kind = await handling.close(conn, id_, code, name, now)
        except CaseRefused as error:
            raise BadInput(sentence(error)) from error
    done = f"Ärende {id_} är avslutat."
    return f"{done} {REOPENED}" if kind == CaseKind.WRONG_NUMBER else done


def _outcome(text: str) -> CaseOutcome:
    codes = {each.in_sentence: each for each in CaseOutcome}
    code = codes.get(text.strip().casefold().replace("-", " "))
    if code is None:
        raise BadInput(f"Utfallet {text!r} finns inte: välj bland {', '.join(codes)}.")
    return code


def _name(name: str) -> str:
    if not name.strip():
        raise BadInput("Skriv vem du är efter --by.")
    return name.strip()
