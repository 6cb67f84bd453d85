"""`followup themes`: the year's comments out to a workbook in which a person codes them, and back in."""

from datetime import datetime
from pathlib import Path

from bot.cli.arguments import files_of
from bot.database import database
from bot.errors import BadInput
from bot.reports import write_private
from bot.settings import load as load_settings


async def export_themes(year: int, out: Path) -> str:
    """Write the year's comments to the workbook ``out``; return a sentence that says how many are coded.

    Raises:
        BadInput: the year has no comments.
    """
    from reporting.comments import workbook
    from storage.figures import themes

    async with database(load_settings()) as db, db.read() as conn:
        comments = await themes.comments(conn, year)
    if not comments:
        raise BadInput(f"Det finns inga kommentarer för {year}.")
    write_private(out, workbook.write(comments, year))
    coded = sum(bool(comment.themes) for comment in comments)
    return (
        f"{out}: {len(comments)} kommentarer, {coded} av dem kodade. Filen är kunders egna ord: lägg den skyddat."
    )


async def import_themes(path: Path, dry_run: bool, now: datetime) -> str:
    """Store the themes chosen in a workbook, all or nothing; return a sentence that says how many.

    Raises:
        BadInput: there is no such file.
        ThemesRefused: a row was refused; the message names each.
    """
    from reporting.comments import workbook
    from storage.figures import themes

    coded = workbook.read(files_of([path])[0])
    async with database(load_settings()) as db, db.begin() as conn:
        workbook.check(coded, await themes.commented(conn, coded.themes))
        if not dry_run:
            await themes.save(conn, coded.themes, now)
    number = f"{len(coded.themes)} kommentarer"
    if dry_run:
        return f"Filen är riktig ({number}). Inget sparades: det var en provkörning."
    return f"Kodade: {number}."
