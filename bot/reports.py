"""The quality report as a value, published or drafted, and its files: what commands and pages share.

Every output of a year is rendered from one QualityReport, so that no two files can differ. The modules that make
and draw it are imported when they are needed: `followup export` draws no PDF, and must start quickly.
"""

import importlib
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from storage.database.engine import Connection, Database

if TYPE_CHECKING:
    from reporting.document.blocks import Document
    from reporting.report.background import Background
    from reporting.report.model import QualityReport
    from scheduler.planning.rules import Rules
    from storage.figures.cells import Aggregate

# Each format is a module of reporting.render.
DOCUMENTS = ("pdf", "docx", "html")  # the report as it is read
FIGURES = ("xlsx", "csv", "json")  # its figures
FORMATS = (*DOCUMENTS, *FIGURES)


@dataclass(frozen=True, slots=True)
class AskedBy:
    """The rules and the zone by which customers are asked. A report needs them to tell what became of each."""

    rules: "Rules"
    zone: ZoneInfo


async def quality_report(
    db: Database, year: int, now: datetime, *, draft: bool = False, asked_by: AskedBy | None = None
) -> "QualityReport":
    """Return the year's report as it was published, or else one of today's figures.

    Args:
        db: the database.
        year: the calendar year.
        now: aware, in the unit's zone: a month is over when it is over there.
        draft: today's figures even where the year is published.
        asked_by: None leaves out what became of each planned question.
    """
    from reporting.publishing.publish import published

    async with db.read() as conn:
        frozen = None if draft else await published(conn, year)
        return frozen or await _drafted(conn, year, now, asked_by)


async def publish_report(
    db: Database, year: int, now: datetime, reason: str | None, asked_by: AskedBy | None = None
) -> "QualityReport":
    """Freeze today's figures as the year's report; a ``reason`` makes it a revision.

    Raises:
        PublishError: the year is published already, or there is nothing to revise.
    """
    from reporting.publishing.publish import publish

    async with db.begin() as conn:
        counts, background = await _counted(conn, year, now, asked_by)
        return await publish(conn, counts, background, now, reason)


async def _drafted(conn: Connection, year: int, now: datetime, asked_by: AskedBy | None) -> "QualityReport":
    from reporting.report.build import build

    counts, background = await _counted(conn, year, now, asked_by)
    return build(counts, year, now, background=background)


async def _counted(
    conn: Connection, year: int, now: datetime, asked_by: AskedBy | None
) -> "tuple[Aggregate, Background]":
    """Read what a report is made of: the answers and follow-ups counted, and the facts beside them."""
    from reporting.publishing.background_reader import read_background, wordings
    from storage.figures.aggregates import aggregate

    beside = await read_background(conn, year, wordings(), now.date())
    if asked_by is not None:
        from reporting.figures.contact_outcomes import dues
        from scheduler.planning.reconciliation import accounts

        beside = replace(beside, dues=dues(await accounts(conn, asked_by.rules, asked_by.zone, now), year))
    return await aggregate(conn, year, now), beside


def write_report(quality: "QualityReport", out: Path, formats: Sequence[str]) -> list[Path]:
    """Render the report in each of ``formats`` into the folder ``out``, and return the files' paths.

    Raises:
        BadInput: a format does not exist.
    """
    paths = []
    for name in formats:
        content = render(quality, name.strip())
        stem = "indicators" if name.strip() in ("csv", "json") else "kvalitetsrapport"
        paths.append(write(out / f"{stem}-{quality.year}.{name.strip()}", content))
    return paths


def render(quality: "QualityReport", format_: str) -> bytes:
    """Return the report in one format.

    Raises:
        BadInput: the format does not exist.
    """
    if format_ in FIGURES:
        return bytes(importlib.import_module(f"reporting.render.{format_}").render(quality))
    if format_ in DOCUMENTS:
        from reporting.report.sections import document

        return draw(document(quality), format_)
    raise BadInput(f"Formatet {format_!r} finns inte: välj {', '.join(FORMATS)}.")


def draw(document: "Document", format_: str) -> bytes:
    """Return a document in one of DOCUMENTS."""
    return bytes(importlib.import_module(f"reporting.render.{format_}").render(document))


def write(path: Path, content: bytes) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
