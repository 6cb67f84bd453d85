"""`followup plan` and `followup why`: what is due, what became of it and why, for a person to read."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings as settings_
from bot.database import database
from bot.errors import BadInput

if TYPE_CHECKING:
    from storage.cases.opening import Case
    from storage.outcomes.accounts import Account, Ledger
    from storage.outcomes.history import Entry

SURVEYS = {"start": "efter fyra veckor", "end": "vid avslut", "checkin": "avstämning"}
OUTCOMES = {
    "completed": "besvarad",
    "partial": "delvis besvarad",
    "no_answer": "inget svar",
    "opted_out": "tackat nej",
    "unreachable": "gick inte att nå",
    "expired": "för sent",
    "held_back": "hölls tillbaka",
    "cancelled": "inställd",
}
MESSAGES = {
    "queued": "i kö",
    "sending": "sänds",
    "sent": "skickat",
    "delivered": "levererat",
    "failed": "kom inte fram",
    "unknown": "kan ha kommit fram",
    "cancelled": "inställt",
    "expired": "för sent",
}
PLACES = {**OUTCOMES, "open": "öppen", "waiting": "väntar", "unplanned": "ej planerad", "missing": "SAKNAS"}
SHOWN = 20  # problems told one by one
WIDTH = 160  # of a table that goes to a file or a pipe


async def plan(at: datetime, dry_run: bool) -> None:
    """Plan what is due at ``at`` and show each waiting contact with its reason."""
    from rich.console import Console
    from rich.table import Table

    from bot.contact_rules import contact_rules
    from scheduler.planner import Planner
    from survey.packs.catalogue import load

    settings = settings_.load()
    rules, window = contact_rules(settings)
    async with database(settings) as db:
        on = {"sms": settings.twilio, "telegram": settings.telegram}
        channels = frozenset(name for name, channel in on.items() if channel)
        if not channels:
            Console().print("SMS och Telegram är avstängda: så här blir det när de är på.")
        planner = Planner(db, load(), rules, window, settings.zone, channels or frozenset(on))
        verdicts = await planner.overview(at, dry_run)
    table = Table("Kund", "Insats", "Enkät", "Period", "Förfaller", "Besked", "Skäl")
    for verdict in verdicts:
        table.add_row(
            verdict.customer,
            verdict.enrolment,
            verdict.survey,
            verdict.period,
            _local(verdict.due_at, settings.zone),
            verdict.decision,
            verdict.reason,
        )
    Console().print(table if verdicts else "Inget väntar på att skickas.")


async def audit(at: datetime, dry_run: bool, since: str | None) -> bool:
    """Plan what is due at ``at`` and print the ledger; whether it adds up. Raises BadInput."""
    from bot.contact_rules import contact_rules
    from scheduler.planner import Planner
    from scheduler.reconciliation import audit as audit_
    from survey.packs.catalogue import load

    settings = settings_.load()
    rules, window = contact_rules(settings)
    first = _day(since) if since else date.min
    async with database(settings) as db:
        if not dry_run:
            await Planner(db, load(), rules, window, settings.zone, frozenset()).plan(at)
        ledger = await audit_(db, rules, settings.zone, at, first)
    _print_ledger(ledger)
    return ledger.adds_up


def _print_ledger(ledger: "Ledger") -> None:
    from rich.console import Console
    from rich.table import Table

    from storage.outcomes.accounts import MISSING
    from storage.outcomes.accounts import PLACES as COLUMNS

    table = Table("Månad", "Anordnare", title="Förfallna + rättade = summan av utfallen")
    for heading in ("Förfallna", "Rättade", *(PLACES[place].capitalize() for place in COLUMNS), PLACES[MISSING]):
        table.add_column(heading, justify="right")

    def add(month: str, provider: str, account: "Account") -> None:
        numbers = (account.due, account.corrected, *(account.places.get(place, 0) for place in (*COLUMNS, MISSING)))
        table.add_row(month, provider, *(f"{number}" if number else "" for number in numbers))

    for month, provider in sorted({(month, provider) for month, provider, _ in ledger.accounts}):
        add(month, provider, ledger.total(month, provider))
    table.add_section()
    whole = ledger.total()
    add("Alla", "", whole)
    console = Console()
    Console(width=None if console.is_terminal else WIDTH).print(table)
    for problem in ledger.problems[:SHOWN]:
        print(problem)
    if len(ledger.problems) > SHOWN:
        print(f"... och {len(ledger.problems) - SHOWN} till.")
    counted = f"{whole.due} förfallna och {whole.corrected} rättade"
    print(f"Stämmer: {counted} har var sitt utfall." if ledger.adds_up else f"STÄMMER INTE: {counted}, se ovan.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} är ingen dag: skriv till exempel 2026-11-25.") from None


async def why(customer_ref: str) -> None:
    """Every contact planned with a customer, a line each. Raises BadInput."""
    from storage.cases import opening
    from storage.outcomes import history

    settings = settings_.load()
    async with database(settings) as db, db.read() as conn:
        entries = await history.of_customer(conn, customer_ref)
        id_ = await history.customer_id(conn, customer_ref)
        opened = [] if id_ is None else await opening.of_customer(conn, id_)
    if entries is None:
        raise BadInput(f"Kunden {customer_ref} finns inte i registret.")
    for entry in entries:
        print(line(entry, settings.zone))
    if not entries:
        print(f"Inget är planerat för kund {customer_ref} än.")
    for case in opened:
        print(case_line(case, settings.zone))


def case_line(case: "Case", zone: ZoneInfo) -> str:
    """One case: how urgent, about what, opened and due when, and whether it is still open."""
    from storage.cases.kinds import KINDS

    urgent = " (brådskar)" if case.urgent else ""
    due = f", svar senast {case.due_on}" if case.due_on else ""
    status = "öppet" if case.status == "open" else "avslutat"
    kind = KINDS.get(case.kind, case.kind)
    return f"Ärende {case.id}{urgent}: {kind}, {case.channel} {_local(case.opened_at, zone)}{due}, {status}."


def line(entry: "Entry", zone: ZoneInfo) -> str:
    """One occasion: what it is, when each thing happened, what became of it and why."""
    name = " ".join(word for word in (entry.enrolment, SURVEYS[entry.survey], entry.period) if word)
    happened = [f"förföll {_local(entry.due_at, zone)}"]
    if entry.opened_at:
        happened.append(f"ställd {_local(entry.opened_at, zone)}")
    if entry.message:
        message = f"{entry.message.channel} {MESSAGES[entry.message.state]} {_local(entry.message.at, zone)}"
        happened.append(message + (f" ({entry.message.reason.rstrip('.')})" if entry.message.reason else ""))
    if entry.closed_at:
        happened.append(f"{OUTCOMES[entry.outcome]} {_local(entry.closed_at, zone)}")
    elif entry.opened_at:
        happened.append("öppen")
    else:
        happened.append(f"väntar, ses igen {_local(entry.look_at, zone)}")
    why_so = " ".join(filter(None, (entry.reason or "Väntar på nästa genomgång.", entry.notes)))
    return f"{name}: {', '.join(happened)}. {why_so}"


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
