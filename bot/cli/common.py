"""What the commands do: open the database, call the rooms, print for a person."""

import asyncio
import importlib
import re
import secrets
import signal
from collections.abc import Callable, Sequence
from contextlib import asynccontextmanager
from dataclasses import replace
from datetime import datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot import settings as settings_
from bot.errors import BadInput, SettingsError
from bot.settings import Settings
from storage.database.engine import Database
from storage.errors import DatabaseError

if TYPE_CHECKING:
    from collections.abc import AsyncIterator

    from reporting.document.blocks import Document
    from reporting.report.background import Background
    from reporting.report.model import QualityReport
    from scheduler.rules import Rules
    from storage.database.engine import Connection
    from storage.figures.cells import Aggregate

    AskedBy = tuple[Rules, ZoneInfo]

DOCUMENTS = ("pdf", "docx", "html")  # one module of reporting.render each, of the report as it is read
FIGURES = ("xlsx", "csv", "json")  # and of its figures
FORMATS = (*DOCUMENTS, *FIGURES)
LINK_DAYS = 14
TOKEN_BYTES = 24  # 192 bits, 32 characters of Telegram's 64


@asynccontextmanager
async def database(settings: Settings) -> "AsyncIterator[Database]":
    """The database, when it is there and current. Raises SettingsError."""
    db = Database.open(settings.database_url)
    try:
        problem = await db.check()
        if problem:
            raise SettingsError(problem)
        yield db
    finally:
        await db.close()


async def init(from_: str = "") -> str:
    """Create or upgrade the database; ``from_``: the URL of another, all of which is moved here."""
    from storage.migrations.upgrade import create_or_upgrade  # Alembic is needed by `init` alone

    db = Database.open(settings_.load().database_url)
    try:
        await create_or_upgrade(db)
        return "Databasen är klar." if not from_ else await _move(from_, db)
    finally:
        await db.close()


async def _move(url: str, db: Database) -> str:
    from storage.database.transfer import move

    try:
        old = Database.open(url)
    except DatabaseError as error:
        raise BadInput("--from ska vara en databas-URL som börjar med sqlite eller postgresql.") from error
    try:
        moved = await move(old, db)
    finally:
        await old.close()
    return f"{moved} rader är flyttade. Kör inte tjänsten på den gamla databasen mer: den skulle fråga igen."


class _DryRun(Exception):
    """Undoes an import that was only to be tried."""


async def import_files(paths: Sequence[Path], dry_run: bool, now: datetime, by: str = "", reason: str = "") -> str:
    """Take in register files, whole or not at all. Raises RegisterError."""
    from storage.register import importer, reader

    settings = settings_.load()
    batch = reader.read(_files(paths))
    today = now.astimezone(settings.zone).date()
    async with database(settings) as db:
        try:
            async with db.begin() as conn:
                imported = await importer.apply(conn, batch, today, now, by, reason)
                if dry_run:
                    raise _DryRun
        except _DryRun:
            return f"Filerna är riktiga ({imported}). Inget sparades: det var en provkörning."
    return f"Inläst: {imported}."


def _files(paths: Sequence[Path]) -> list[Path]:
    files: list[Path] = []
    for path in paths:
        if path.is_dir():
            files += sorted(each for each in path.iterdir() if each.suffix.lower() in (".csv", ".xlsx"))
        elif path.is_file():
            files.append(path)
        else:
            raise BadInput(f"Filen {path} finns inte.")
    if not files:
        raise BadInput("Där finns ingen CSV- eller XLSX-fil.")
    return files


async def run(host: str, port: int, now: Callable[[], datetime], simulate: bool = False) -> None:
    """Serve until SIGTERM or SIGINT; ``simulate``: against phones on a page. Raises SettingsError."""
    from bot import logs
    from bot.app import serve
    from scheduler import crash_points

    settings = settings_.load()
    if settings.crash_at:
        try:
            crash_points.arm(settings.crash_at)
        except ValueError as error:
            raise SettingsError(f"FOLLOWUP_CRASH_AT: {error}") from error
    logs.configure()
    stop = stopped_by_signal()
    if simulate:
        from bot.simulator.service import serve_simulated

        await serve_simulated(settings, now, host, port, stop)
        return
    await serve(settings, now, host, port, lambda url: _announce(settings, url), stop)


def stopped_by_signal() -> asyncio.Event:
    """Set when the process is asked to end."""
    stop = asyncio.Event()
    loop = asyncio.get_running_loop()
    for number in (signal.SIGTERM, signal.SIGINT):
        loop.add_signal_handler(number, stop.set)
    return stop


def _announce(settings: Settings, url: str) -> None:
    print(f"Igång på {url}. Avsluta med Ctrl+C.", flush=True)
    if settings.twilio is None:
        print("SMS är avstängt: TWILIO_ACCOUNT_SID saknas.", flush=True)
    elif settings.public_url is None:
        print(
            "FOLLOWUP_PUBLIC_URL saknas: svar tas emot på adressen ovan och leveranskvitton hämtas inte.",
            flush=True,
        )
    if settings.telegram is None:
        print("Telegram är avstängt: TELEGRAM_BOT_TOKEN saknas.", flush=True)


async def invite(customer_ref: str, now: datetime) -> str:
    """A one-time Telegram link for a customer. Raises BadInput and SettingsError."""
    from storage.outcomes import history
    from storage.people import addresses

    settings = settings_.load()
    if settings.telegram is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is missing: the link leads to that bot.")
    from bot.channels.telegram.gateway import TelegramGateway

    async with database(settings) as db:
        async with db.read() as conn:
            customer_id = await history.customer_id(conn, customer_ref)
        if customer_id is None:
            raise BadInput(f"Kunden {customer_ref} finns inte i registret.")
        gateway = TelegramGateway(settings.telegram.token, settings.telegram.api_url)
        try:
            username = await gateway.username()
        finally:
            await gateway.close()
        token = secrets.token_urlsafe(TOKEN_BYTES)
        async with db.begin() as conn:
            await addresses.issue_token(conn, customer_id, token, now + timedelta(days=LINK_DAYS))
    return f"https://t.me/{username}?start={token}"


async def report(
    year: int,
    out: Path,
    formats: Sequence[str],
    now: datetime,
    *,
    publish: bool = False,
    revise: str | None = None,
    draft: bool = False,
) -> list[Path]:
    """Write the year's quality report in ``formats``; the files' paths. Raises BadInput and PublishError.

    A published year is written as it was published, unless a ``draft`` of today's figures is asked for.
    """
    if draft and (publish or revise is not None):
        raise BadInput("Ett utkast publiceras inte: välj --draft eller --publish.")
    unknown = [name for name in formats if name.strip() not in FORMATS]
    if unknown:  # before anything is published
        raise BadInput(f"Formatet {unknown[0]!r} finns inte: välj bland {', '.join(FORMATS)}.")
    from scheduler.rules_file import load as load_rules

    settings = settings_.load()
    asked_by = (load_rules(settings.rules, settings.zone)[0], settings.zone)
    now = now.astimezone(settings.zone)  # a month is over when it is over here
    async with database(settings) as db:
        if publish or revise is not None:
            quality = await publish_report(db, year, now, revise, asked_by)
        else:
            quality = await quality_report(db, year, now, draft=draft, asked_by=asked_by)
        return write_report(quality, out, formats)


async def quality_report(
    db: Database, year: int, now: datetime, *, draft: bool = False, asked_by: "AskedBy | None" = None
) -> "QualityReport":
    """The one value behind every output: as published, or else of today's figures.

    ``asked_by``: the rules in force and the unit's zone; with them it tells what became of each planned question.
    """
    from reporting.publishing.publish import published

    async with db.read() as conn:
        frozen = None if draft else await published(conn, year)
        return frozen or await _drafted(conn, year, now, asked_by)


async def publish_report(
    db: Database, year: int, now: datetime, reason: str | None, asked_by: "AskedBy | None" = None
) -> "QualityReport":
    """Freeze today's figures as the year's report; ``reason`` makes it a revision. Raises PublishError."""
    from reporting.publishing.publish import publish

    async with db.begin() as conn:
        counts, beside = await _counted(conn, year, now, asked_by)
        return await publish(conn, counts, beside, now, reason)


async def _drafted(conn: "Connection", year: int, now: datetime, asked_by: "AskedBy | None") -> "QualityReport":
    from reporting.report.build import build

    counts, beside = await _counted(conn, year, now, asked_by)
    return build(counts, year, now, background=beside)


async def _counted(
    conn: "Connection", year: int, now: datetime, asked_by: "AskedBy | None"
) -> "tuple[Aggregate, Background]":
    from reporting.publishing.publish import background, wordings
    from storage.figures.aggregates import aggregate

    beside = await background(conn, year, wordings(), now.date())
    if asked_by is not None:
        from reporting.figures.contact_outcomes import dues
        from scheduler.reconciliation import accounts

        beside = replace(beside, dues=dues(await accounts(conn, *asked_by, now), year))
    return await aggregate(conn, year, now), beside


async def export_themes(year: int, out: Path) -> str:
    """Write the year's comments to a workbook in which a person codes them. Raises BadInput."""
    from reporting.comments import workbook
    from storage.figures import themes

    async with database(settings_.load()) as db, db.read() as conn:
        comments = await themes.comments(conn, year)
    if not comments:
        raise BadInput(f"Det finns inga kommentarer för {year}.")
    write(out, workbook.write(comments, year))
    coded = sum(bool(comment.themes) for comment in comments)
    return (
        f"{out}: {len(comments)} kommentarer, {coded} av dem kodade. Filen är kunders egna ord: lägg den skyddat."
    )


async def import_themes(path: Path, dry_run: bool, now: datetime) -> str:
    """Store the themes chosen in a workbook, whole or not at all. Raises BadInput and ThemesRefused."""
    from reporting.comments import workbook
    from storage.figures import themes

    coded = workbook.read(_files([path])[0])
    async with database(settings_.load()) as db, db.begin() as conn:
        workbook.check(coded, await themes.commented(conn, coded.themes))
        if not dry_run:
            await themes.save(conn, coded.themes, now)
    number = f"{len(coded.themes)} kommentarer"
    if dry_run:
        return f"Filen är riktig ({number}). Inget sparades: det var en provkörning."
    return f"Kodade: {number}."


def write_report(quality: "QualityReport", out: Path, formats: Sequence[str]) -> list[Path]:
    """Render ``quality`` in each of ``formats`` into the folder ``out``. Raises BadInput."""
    paths = []
    for name in formats:
        content = render(quality, name.strip())
        stem = "indicators" if name.strip() in ("csv", "json") else "kvalitetsrapport"
        paths.append(write(out / f"{stem}-{quality.year}.{name.strip()}", content))
    return paths


async def export_indicators(year: int, format_: str, now: datetime) -> bytes:
    """The indicators alone. Raises BadInput."""
    if format_ not in ("csv", "xlsx", "json"):
        raise BadInput(f"Formatet {format_!r} finns inte: välj csv, xlsx eller json.")
    settings = settings_.load()
    async with database(settings) as db:
        return render(await quality_report(db, year, now.astimezone(settings.zone)), format_)


def render(quality: "QualityReport", format_: str) -> bytes:
    """One format of the report. Raises BadInput when it does not exist."""
    if format_ in FIGURES:
        return bytes(importlib.import_module(f"reporting.render.{format_}").render(quality))
    if format_ in DOCUMENTS:
        from reporting.report.sections import document

        return draw(document(quality), format_)
    raise BadInput(f"Formatet {format_!r} finns inte: välj {', '.join(FORMATS)}.")


def draw(document: "Document", format_: str) -> bytes:
    """A document in one of DOCUMENTS."""
    return bytes(importlib.import_module(f"reporting.render.{format_}").render(document))


def write(path: Path, content: bytes) -> Path:
    """Write a file and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path


def moment(text: str | None, default: datetime) -> datetime:
    """An ISO time given on the command line; local when it names no zone. Raises BadInput."""
    if text is None:
        return default
    try:
        at = datetime.fromisoformat(text)
    except ValueError as error:
        raise BadInput(f"{text!r} är ingen tid: skriv till exempel 2026-11-25T09:00.") from error
    return at if at.tzinfo else at.replace(tzinfo=settings_.load().zone)


def check_month(month: str) -> None:
    """Raises BadInput unless ``month`` is YYYY-MM."""
    if not re.fullmatch(r"(19|20)[0-9]{2}-(0[1-9]|1[0-2])", month):
        raise BadInput(f"{month!r} är ingen månad: skriv till exempel 2026-10.")


async def check() -> bool:
    """Settings, database, packs and quarantine, a line each; False when something must be mended."""
    from bot.cli.system.check import findings

    good = True
    for finding in await findings():
        print(("  ok    " if finding.ok else "  FEL   ") + finding.text)
        good = good and finding.ok
    return good
