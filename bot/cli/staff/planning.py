"""`followup plan` and `followup why`: what is due, what became of it and why, for a person to read."""

from datetime import date, datetime
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings as settings_
from bot.database import database
from bot.errors import BadInput
from bot.process.terminal import echo
from bot.wording import ledger_problem, occasion_name
from survey.codes import CaseKind, Channel, MessageState, Outcome, Unfinished, in_sentence, swedish, worded

if TYPE_CHECKING:
    from scheduler.planning.rules import Decision
    from storage.cases.opening import Case
    from storage.outcomes.accounts import Account, Ledger
    from storage.outcomes.history import Entry, Message

SHOWN = 20  # problems that are printed; of more only the number is told
WIDTH = 160  # characters of a table that goes to a file or a pipe


async def plan(at: datetime, dry_run: bool) -> None:
    """Plan what is due at ``at`` and show each waiting contact with its reason."""
    from rich.table import Table

    from bot.cli.console import console
    from bot.contact_rules import contact_rules
    from bot.texts import in_force
    from scheduler.planning.planner import Planner

    settings = settings_.load()
    rules, window = contact_rules(settings)
    async with database(settings) as db:
        on = {Channel.SMS: settings.twilio, Channel.TELEGRAM: settings.telegram}
        channels = frozenset(name for name, channel in on.items() if channel)
        if not channels:
            echo("SMS och Telegram är avstängda: så här blir det när de är på.")
        planner = Planner(db, in_force(settings), rules, window, settings.zone, channels or frozenset(on))
        verdicts = await planner.overview(at, dry_run)
    table = Table("Kund", "Insats", "Enkät", "Period", "Förfaller", "Besked", "Skäl")
    for verdict in verdicts:
        table.add_row(
            verdict.customer,
            verdict.enrolment,
            verdict.survey,
            verdict.period,
            _local(verdict.due_at, settings.zone),
            *decided(verdict.decision),
        )
    console().print(table if verdicts else "Inget väntar på att skickas.")


def decided(decision: "Decision") -> tuple[str, str]:
    """Return what is done with a waiting contact, and why."""
    from scheduler.planning.rules import Close, Hold

    match decision:
        case Hold(reason=reason):
            return "hålls", worded(reason)
        case Close(outcome=outcome, reason=reason):
            return f"avslutas ({outcome.in_sentence})", worded(reason)
    return "skickas", "Inget hinder."


async def audit(at: datetime, dry_run: bool, since: str | None) -> bool:
    """Print the ledger, and return whether it adds up.

    Args:
        at: aware; what is due by then is planned first.
        dry_run: plan nothing.
        since: a day, YYYY-MM-DD: only what has fallen due since; None for all.

    Raises:
        BadInput: ``since`` is no day.
    """
    from bot.contact_rules import contact_rules
    from bot.texts import in_force
    from scheduler.planning.planner import Planner
    from scheduler.planning.reconciliation import audit as audit_

    settings = settings_.load()
    rules, window = contact_rules(settings)
    first = _day(since) if since else date.min
    async with database(settings) as db:
        if not dry_run:
            await Planner(db, in_force(settings), rules, window, settings.zone, frozenset()).plan(at)
        ledger = await audit_(db, rules, settings.zone, at, first)
    _print_ledger(ledger)
    return ledger.adds_up


def _print_ledger(ledger: "Ledger") -> None:
    from rich.table import Table

    from bot.cli.console import console
    from storage.outcomes.accounts import PLACES

    table = Table("Månad", "Anordnare", title="Förfallna + rättade = summan av utfallen")
    missing = Unfinished.MISSING
    for heading in ("Förfallna", "Rättade", *(place.swedish for place in PLACES), missing.swedish.upper()):
        table.add_column(heading, justify="right")

    def add(month: str, provider: str, account: "Account") -> None:
        numbers = (account.due, account.corrected, *(account.places.get(place, 0) for place in (*PLACES, missing)))
        table.add_row(month, provider, *(f"{number}" if number else "" for number in numbers))

    for month, provider in sorted({(month, provider) for month, provider, _ in ledger.accounts}):
        add(month, provider, ledger.total(month, provider))
    table.add_section()
    whole = ledger.total()
    add("Alla", "", whole)
    console(width=WIDTH).print(table)
    for problem in ledger.problems[:SHOWN]:
        echo(ledger_problem(problem))
    if len(ledger.problems) > SHOWN:
        echo(f"... och {len(ledger.problems) - SHOWN} till.")
    counted = f"{whole.due} förfallna och {whole.corrected} rättade"
    echo(f"Stämmer: {counted} har var sitt utfall." if ledger.adds_up else f"STÄMMER INTE: {counted}, se ovan.")


def _day(text: str) -> date:
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise BadInput(f"{text!r} är ingen dag: skriv till exempel 2026-11-25.") from None


async def why(customer_ref: str) -> None:
    """Print every contact planned with a customer, and every case, a line each.

    Raises:
        BadInput: the register has no such customer.
    """
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
        echo(line(entry, settings.zone))
    if not entries:
        echo(f"Inget är planerat för kund {customer_ref} än.")
    for case in opened:
        echo(case_line(case, settings.zone))


def case_line(case: "Case", zone: ZoneInfo) -> str:
    """Return a case as a line: how urgent, about what, opened and due when, and whether it is still open."""
    urgent = " (brådskar)" if case.urgent else ""
    due = f", svar senast {case.due_on}" if case.due_on else ""
    status = "öppet" if case.status == "open" else "avslutat"
    kind = in_sentence(swedish(CaseKind, case.kind))
    came = f"{swedish(Channel, case.channel)} {_local(case.opened_at, zone)}"
    return f"Ärende {case.id}{urgent}: {kind}, {came}{due}, {status}."


def line(entry: "Entry", zone: ZoneInfo) -> str:
    """Return an occasion as a line: what it is, when each thing happened, what became of it and why."""
    name = occasion_name(entry.enrolment, entry.survey, entry.period)
    happened = [f"förföll {_local(entry.due_at, zone)}"]
    if entry.opened_at:
        happened.append(f"ställd {_local(entry.opened_at, zone)}")
    if entry.message:
        happened.append(_message(entry.message, zone))
    if entry.closed_at:
        happened.append(f"{in_sentence(swedish(Outcome, entry.outcome))} {_local(entry.closed_at, zone)}")
    elif entry.opened_at:
        happened.append("öppen")
    else:
        happened.append(f"väntar, ses igen {_local(entry.look_at, zone)}")
    why_so = " ".join((worded(entry.reason) or "Väntar på nästa genomgång.", *_notes(entry)))
    return f"{name}: {', '.join(happened)}. {why_so}"


def _message(message: "Message", zone: ZoneInfo) -> str:
    """Return what became of a message, and why where that is told."""
    why_so = f" ({worded(message.reason).rstrip('.')})" if message.reason else ""
    state = in_sentence(swedish(MessageState, message.state))
    return f"{swedish(Channel, message.channel)} {state} {_local(message.at, zone)}{why_so}"


def _notes(entry: "Entry") -> list[str]:
    """Return what staff should know of the answers."""
    notes = [f"Överhoppad: {', '.join(entry.skipped)}."] if entry.skipped else []
    notes += ["Svar har ändrats."] if entry.changed else []
    notes += ["Svar kom sent."] if entry.late else []
    return notes


def _local(at: datetime, zone: ZoneInfo) -> str:
    return at.astimezone(zone).strftime("%Y-%m-%d %H:%M")
