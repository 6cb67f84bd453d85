"""`followup import` and `followup invite`: the register's files in, and a customer's Telegram tied to it."""

import gc
import io
import secrets
import shutil
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import asynccontextmanager, contextmanager
from datetime import date, datetime, timedelta
from pathlib import Path
from typing import TYPE_CHECKING

from bot import wording
from bot.cli.arguments import files_of
from bot.database import database
from bot.errors import BadInput, SettingsError
from bot.settings import load as load_settings
from survey.codes import Channel

if TYPE_CHECKING:
    from storage.database.engine import Connection
    from storage.register.comparison.changes import Changes
    from storage.register.importer import Imported
    from storage.register.rows import RegisterBatch

LINK_DAYS = 14  # until an invitation is no longer valid
CHANGES = 200  # that a trial run shows
TOKEN_BYTES = 24  # 192 bits: 32 of the 64 characters that Telegram allows in a link


@asynccontextmanager
async def _without_cycles() -> AsyncIterator[None]:
    """Look for no cycles of objects: 400,000 rows are none, and to go through them took a fifth of an import."""
    was_on = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if was_on:
            gc.enable()


@contextmanager
def _progress() -> Iterator[Callable[[str], None]]:
    """Show what is being done, on a terminal alone: a register of 200,000 customers takes half a minute."""
    from rich.progress import Progress, SpinnerColumn, TextColumn, TimeElapsedColumn

    from bot.cli.console import console

    shown = console(errors=True)
    if not shown.is_terminal:
        yield lambda _: None
        return
    columns = (SpinnerColumn(), TextColumn("{task.description}"), TimeElapsedColumn())
    with Progress(*columns, console=shown, transient=True) as progress:
        task = progress.add_task("", total=None)
        yield lambda text: progress.update(task, description=text)


class _DryRun(Exception):
    """Undoes the transaction of an import that was only to be tried."""


@_without_cycles()
async def import_files(
    paths: Sequence[Path],
    dry_run: bool,
    now: datetime,
    by: str = "",
    reason: str = "",
    *,
    allow_emptying: bool = False,
    profile: Path | None = None,
) -> str:
    """Take in register files, all or nothing; return what was new, changed and unchanged.

    Args:
        paths: files, or folders with such files.
        dry_run: check everything and save nothing.
        now: aware.
        by: who corrects follow-ups of a month that is locked.
        reason: why.
        allow_emptying: let empty cells remove what is stored.
        profile: the file that tells how another system lays these files out.

    Raises:
        BadInput: there is no file.
        RegisterError: a row was refused, or the profile; the message names each.
    """
    from storage.register import reader
    from storage.register.layout import profile_file

    settings = load_settings()
    layout = profile_file.read_profile(profile) if profile else None
    today = now.astimezone(settings.zone).date()
    author, may_empty = (by, reason), allow_emptying or dry_run
    with _progress() as told:
        batch = reader.read(files_of(paths), layout, lambda rows: told(f"Läser filerna: {rows} rader"))
        told("Jämför med registret och sparar")
        async with database(settings) as db:
            try:
                async with db.begin() as conn:
                    found, done = await _save(conn, batch, now, today, author, may_empty)
                    if dry_run:
                        raise _DryRun
            except _DryRun:
                said = f"Filerna är riktiga ({wording.imported(done)}). Inget sparades: det var en provkörning."
            else:
                said = f"Inläst: {wording.imported(done)}."
    return "\n".join(
        filter(
            None,
            (
                said,
                wording.changed(found),
                _table(found) if dry_run else "",
                wording.uncounted(done),
                wording.notes((*batch.notes, *done.notes)),
            ),
        )
    )


async def _save(
    conn: "Connection",
    batch: "RegisterBatch",
    now: datetime,
    today: date,
    author: tuple[str, str],
    may_empty: bool,
) -> tuple["Changes", "Imported"]:
    """Save a batch in the caller's transaction; return what it changes, and what it held.

    Raises:
        RegisterError: rows are wrong, or empty cells would remove what is stored and may not.
    """
    from scheduler.delivery import fallback
    from scheduler.delivery.fallback import Context
    from storage.errors import RegisterError
    from storage.register import importer
    from storage.register.comparison import changes

    found = await changes.of_batch(conn, batch)
    emptied = () if may_empty else found.emptied
    try:
        done = await importer.apply(conn, batch, today, now, *author)
    except RegisterError as error:
        raise RegisterError((*error.problems, *emptied)) from error
    if emptied:
        raise RegisterError(emptied)
    # Whether a channel is on is for the service to say, which may run elsewhere with its own settings.
    await fallback.give_up(conn, done.given_up, Context(tuple(Channel), now, today))
    return found, done


def _table(found: "Changes") -> str:
    """Return what becomes of each cell that a trial run would change, as wide as the terminal."""
    from rich.table import Table

    from bot.cli.console import console

    if not found.cells:
        return ""
    table = Table(box=None, pad_edge=False)
    for title in ("Rad", "Kolumn", "Är", "Blir"):
        table.add_column(title, overflow="fold")
    for each in found.cells[:CHANGES]:
        cells = (f"{each.file}, rad {each.row}", each.column, each.before or "(tom)", each.after or "(tom)")
        table.add_row(*cells)
    out = io.StringIO()
    console(width=shutil.get_terminal_size().columns, file=out).print(table)
    more = len(found.cells) - CHANGES
    lines = [line.rstrip() for line in out.getvalue().splitlines()]
    return "\n".join([*lines, *([f"och {more} ändringar till"] if more > 0 else [])])


async def invite(customer_ref: str, now: datetime) -> str:
    """Return a one-time link by which a customer ties a Telegram chat to the register.

    Raises:
        BadInput: the register has no such customer.
        SettingsError: Telegram is off, or its token is not valid.
        OperationError: Telegram did not answer.
    """
    from storage.outcomes import history
    from storage.people import addresses

    settings = load_settings()
    if settings.telegram is None:
        raise SettingsError("TELEGRAM_BOT_TOKEN is missing: the link leads to that bot.")
    from bot.channels.telegram.deep_links import deep_link

    async with database(settings) as db:
        async with db.read() as conn:
            customer_id = await history.customer_id(conn, customer_ref)
        if customer_id is None:
            raise BadInput(f"Kunden {customer_ref} finns inte i registret.")
        base = await deep_link(settings.telegram)
        token = secrets.token_urlsafe(TOKEN_BYTES)
        async with db.begin() as conn:
            await addresses.issue_token(conn, customer_id, token, now + timedelta(days=LINK_DAYS))
    return base + token
