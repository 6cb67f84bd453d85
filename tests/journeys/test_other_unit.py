"""Another municipality runs the demo: nothing stored, sent, shown, written or logged names the first one."""

import io
import logging
import re
import zipfile
from datetime import date
from pathlib import Path

import pypdfium2
import pytest
from aiohttp import ClientSession
from sqlalchemy import select

from bot.reports import FORMATS, AskedBy, quality_report, render
from bot.simulator.year import ZONE, simulated_year
from storage.database.engine import Database
from storage.tables import metadata
from survey.unit import profile_file
from tests.support.profile import OTHER

FIRST = re.compile(r"nacka|718\s?80|4687188000|arbets- och företag|exempelkommun", re.IGNORECASE)
TEN_WEEKS = date(2015, 2, 9)  # the first digest goes out, and the first surveys are answered


async def rows_of(db: Database) -> dict[str, str]:
    """Every value of every row, by table."""
    async with db.read() as conn:
        return {
            table.name: "\n".join(repr(tuple(row)) for row in (await conn.execute(select(table))).all())
            for table in metadata.sorted_tables
        }


def text_of(content: bytes, format_: str) -> str:
    if format_ == "pdf":
        return "\n".join(page.get_textpage().get_text_range() for page in pypdfium2.PdfDocument(content))
    if format_ in ("docx", "xlsx"):
        with zipfile.ZipFile(io.BytesIO(content)) as archive:
            return "\n".join(archive.read(name).decode("utf-8", "replace") for name in archive.namelist())
    return content.decode("utf-8-sig")


async def test_no_trace_of_another_unit(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    (tmp_path / "unit.toml").write_text(OTHER, encoding="utf-8")
    unit = profile_file.load(tmp_path / "unit.toml")
    async with simulated_year(tmp_path, 2015, unit=unit) as year:
        async for _ in year.days(TEN_WEEKS):
            pass
        found = await rows_of(year.app.db)
        sent = [message.body for message in year.emulator.sms.values()]
        found["sms"] = "\n".join(sent)
        async with ClientSession() as http, http.get(f"{year.app.settings.public_url}/u/nobody") as answer:
            found["page"] = await answer.text()
        asked_by = AskedBy(year.app.rules, ZONE)
        quality = await quality_report(year.app.db, 2015, year.clock(), unit=unit, draft=True, asked_by=asked_by)
        written = {format_: text_of(render(quality, format_), format_) for format_ in FORMATS}
    found |= written | {"log": caplog.text}
    assert {name: FIRST.findall(text) for name, text in found.items() if FIRST.search(text)} == {}
    assert sum(body.startswith("Övre kommun") for body in sent) > 10
    assert any(body.startswith("Övre: ") for body in sent)  # a digest
    assert "Övre kommun, jobbcentrum" in found["page"]
    for format_ in ("pdf", "html", "docx"):
        assert "Övre kommun, jobbcentrum" in written[format_]
        assert "KS 2016/117" in written[format_]
