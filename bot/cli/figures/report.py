"""`followup report` and `followup export indicators`: the year's quality report and its figures."""

from collections.abc import Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path

from bot.database import database
from bot.errors import BadInput
from bot.reports import (
    FORMATS,
    AskedBy,
    publish_report,
    published_report,
    put_on_record,
    quality_report,
    render,
    write_report,
)
from bot.settings import load as load_settings


@dataclass(frozen=True, slots=True)
class Wanted:
    """Which state of a year's report is asked for: as it is published, unless one of these says otherwise.

    Attributes:
        publish: freeze today's figures as the year's report.
        revise: freeze them as a revision, for this reason.
        draft: today's figures, though the year is published.
    """

    publish: bool = False
    revise: str | None = None
    draft: bool = False


async def report(
    year: int, out: Path, formats: Sequence[str], now: datetime, wanted: Wanted | None = None
) -> list[Path]:
    """Write the year's quality report in ``formats`` into the folder ``out``, and return the files' paths.

    Raises:
        BadInput: a format does not exist, or what is wanted contradicts itself.
        PublishError: the report cannot be published as asked.
    """
    wanted = wanted or Wanted()
    publish = wanted.publish or wanted.revise is not None
    if wanted.draft and publish:
        raise BadInput("Ett utkast publiceras inte: välj --draft eller --publish.")
    unknown = [name for name in formats if name.strip() not in FORMATS]
    if unknown:  # before anything is published
        raise BadInput(f"Formatet {unknown[0]!r} finns inte: välj bland {', '.join(FORMATS)}.")
    from scheduler.planning.rules_file import load as load_rules

    settings = load_settings()
    asked_by = AskedBy(load_rules(settings.rules, settings.zone)[0], settings.zone)
    now = now.astimezone(settings.zone)  # a month is over when it is over in the unit's zone
    async with database(settings) as db:
        if publish:
            quality = await publish_report(db, year, now, wanted.revise, unit=settings.unit, asked_by=asked_by)
        else:
            quality = await quality_report(db, year, now, unit=settings.unit, draft=wanted.draft, asked_by=asked_by)
        return write_report(quality, out, formats)


async def export_indicators(year: int, format_: str, now: datetime, *, draft: bool = False) -> bytes:
    """Return the year's indicators as they were published, or with ``draft`` today's, as csv, xlsx or json.

    Raises:
        BadInput: the format is another, or the year is not published.
    """
    if format_ not in ("csv", "xlsx", "json"):
        raise BadInput(f"Formatet {format_!r} finns inte: välj csv, xlsx eller json.")
    settings = load_settings()
    async with database(settings) as db:
        here = now.astimezone(settings.zone)
        if draft:
            quality = await quality_report(db, year, here, unit=settings.unit, draft=True)
        else:
            quality = await published_report(db, year)
        content = render(quality, format_)
        await put_on_record(db, quality, "export", content, now)
    return content
