"""`followup report --provider REF`: write the pack for the yearly dialogue with a provider."""

from collections.abc import Sequence
from datetime import datetime
from pathlib import Path

from bot.database import database
from bot.errors import BadInput
from bot.reports import DOCUMENTS, draw, published_report, put_on_record, quality_report, write
from bot.settings import load as load_settings


async def dialogue_pack(
    year: int, provider: str, out: Path, formats: Sequence[str], now: datetime, *, draft: bool = False
) -> list[Path]:
    """Write the pack of ``provider`` in ``formats`` into the folder ``out``; return the files' paths.

    It is made of the published report; of a ``draft`` for the unit's own staff.

    Raises:
        BadInput: a format does not exist, or the year is not published.
        NoDialogue: no pack is made for this provider.
    """
    from reporting.providers.dialogue_pack import dialogue
    from storage.cases.handling import open_about_provider

    unknown = [name for name in formats if name.strip() not in DOCUMENTS]
    if unknown:
        raise BadInput(f"Underlaget görs inte som {unknown[0]!r}: välj bland {', '.join(DOCUMENTS)}.")
    chosen = load_settings()
    now = now.astimezone(chosen.zone)
    async with database(chosen) as db:
        if draft:
            quality = await quality_report(db, year, now, unit=chosen.unit, draft=True)
        else:
            quality = await published_report(db, year)
        async with db.read() as conn:
            waiting = await open_about_provider(conn, provider)
        pack = dialogue(quality, provider, waiting)
        drawn = {name.strip(): draw(pack, name.strip()) for name in formats}
        await put_on_record(db, quality, "pack", b"".join(drawn.values()), now, provider)
    stem = "".join(letter if letter.isalnum() or letter in "-_" else "_" for letter in provider)
    return [write(out / f"dialog-{year}-{stem}.{name}", content) for name, content in drawn.items()]
