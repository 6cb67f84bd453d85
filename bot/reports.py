"""The quality report as a value, published or drafted, and its files: what commands and pages share.

Every output of a year is rendered from one QualityReport, so that no two files can differ. The modules that make
and draw it are imported when they are needed: `followup export` draws no PDF, and must start quickly.
"""

import importlib
import os
from collections.abc import Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from hashlib import sha256
from pathlib import Path
from typing import TYPE_CHECKING
from zoneinfo import ZoneInfo

from bot.errors import BadInput
from storage.database.engine import Connection, Database
from survey.unit.profile import UnitProfile

if TYPE_CHECKING:
    from reporting.document.blocks import Document
    from reporting.report.build import Counted
    from reporting.report.model import QualityReport
    from scheduler.planning.rules import Rules

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
    db: Database,
    year: int,
    now: datetime,
    *,
    unit: UnitProfile,
    draft: bool = False,
    asked_by: AskedBy | None = None,
) -> "QualityReport":
    """Return the year's report as it was published, or else a draft of today's figures.

    Args:
        db: the database.
        year: the calendar year.
        now: aware, in the unit's zone: a month is over when it is over there.
        unit: whose report it is, and how many answers a figure of it needs.
        draft: today's figures even where the year is published.
        asked_by: None leaves out what became of each planned question.
    """
    from reporting.publishing import publish

    async with db.read() as conn:
        frozen = None if draft else await publish.published(conn, year)
        if frozen:
            return frozen
        return await publish.draft(conn, await _counted(conn, year, now, unit, asked_by), now, unit.min_answers)


async def published_report(db: Database, year: int) -> "QualityReport":
    """Return the published report, of which everything is made that leaves the unit.

    Raises:
        BadInput: the year is not published.
    """
    from reporting.publishing.publish import published

    async with db.read() as conn:
        report = await published(conn, year)
    if report is None:
        raise BadInput(
            f"Rapporten för {year} är inte publicerad: --draft ger dagens siffror, som arbetsmaterial för enheten."
        )
    return report


async def put_on_record(
    db: Database, report: "QualityReport", kind: str, content: bytes, now: datetime, to: str = ""
) -> None:
    """Put on record that something made of a published report was written; of a draft nothing is recorded.

    Args:
        db: the database.
        report: what it is made of.
        kind: pack or export.
        content: what was written.
        now: when.
        to: the provider that it is made for, by ref; empty for everybody.
    """
    from storage.figures import releases
    from storage.figures.release_values import Release

    if not report.is_draft:
        edition, digest = report.background.revision, sha256(content).hexdigest()
        async with db.begin() as conn:
            await releases.add(conn, Release(kind, report.year, edition, now, digest, to))


async def publish_report(
    db: Database,
    year: int,
    now: datetime,
    reason: str | None,
    *,
    unit: UnitProfile,
    asked_by: AskedBy | None = None,
) -> "QualityReport":
    """Freeze today's figures as the year's report; a ``reason`` makes it a revision.

    Raises:
        PublishError: the year is published already, or there is nothing to revise.
    """
    from reporting.publishing.publish import publish

    async with db.begin() as conn:
        counted = await _counted(conn, year, now, unit, asked_by)
        return await publish(conn, counted, now, reason, unit.min_answers)


async def _counted(
    conn: Connection, year: int, now: datetime, unit: UnitProfile, asked_by: AskedBy | None
) -> "Counted":
    """Read what a report is made of: the answers and follow-ups counted, and the facts beside them."""
    from reporting.publishing.counted_reader import read_counted, wordings
    from reporting.report.background import Cover

    counted = await read_counted(conn, year, wordings(unit), now)
    cover = Cover(unit.name, unit.unit, unit.committee, unit.diary_number, unit.phone)
    counted = replace(counted, background=replace(counted.background, cover=cover))
    if asked_by is None:
        return counted
    from reporting.figures.contact_outcomes import dues
    from scheduler.planning.reconciliation import accounts

    planned = dues(await accounts(conn, asked_by.rules, asked_by.zone, now), year)
    return replace(counted, background=replace(counted.background, dues=planned))


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


def write_private(path: Path, content: bytes) -> Path:
    """Write a file that nobody but its owner may read, because it tells of customers or enrolments one by one."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.unlink(missing_ok=True)  # a file that is there may be open to others
    with open(path, "xb", opener=lambda name, flags: os.open(name, flags, 0o600)) as file:
        file.write(content)
    return path


def write(path: Path, content: bytes) -> Path:
    """Write a file, and the folders above it."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_bytes(content)
    return path
