"""A draft says in every format, on every page and sheet, that it is working material; a published report never."""

import csv as csv_
import io
import json as json_
from dataclasses import replace

import docx
import openpyxl  # type: ignore[import-untyped]  # ships no types
import pypdfium2
import pytest

from bot.reports import FORMATS, render
from reporting.report.background import Background
from reporting.report.model import QualityReport
from tests.support.disclosure.cubes import of_answers, report_of
from tests.support.disclosure.released import text_of

MARK = "Arbetsmaterial, lämnas inte ut"


def report(revision: int) -> QualityReport:
    cube = of_answers({ref: {"start": (12, 20), "end": (12, 20)} for ref in ("A", "B", "C")})
    return report_of(cube, replace(Background(), revision=revision))


def places(format_: str, content: bytes) -> list[str]:
    """The text of each page, sheet or row, or of the whole where the format has none."""
    if format_ == "pdf":
        with pypdfium2.PdfDocument(content) as paper:
            return [page.get_textpage().get_text_bounded() for page in paper]
    if format_ == "docx":
        return [section.header.paragraphs[0].text for section in docx.Document(io.BytesIO(content)).sections]
    if format_ == "xlsx":
        sheets = openpyxl.load_workbook(io.BytesIO(content)).worksheets
        return [f"{sheet.oddHeader.center.text} {[cell.value for cell in sheet[1]]}" for sheet in sheets]
    if format_ == "csv":
        rows = csv_.DictReader(io.StringIO(content.decode("utf-8-sig"), newline=""), delimiter=";")
        return [row["provider_name"] for row in rows if not row["provider"]]
    return [json_.loads(content)["release"].get("note", "") if format_ == "json" else text_of(content)]


@pytest.mark.parametrize("format_", FORMATS)
def test_a_draft_says_what_it_is(format_: str) -> None:
    found = places(format_, render(report(0), format_))
    assert found
    assert [text for text in found if MARK not in text] == []


@pytest.mark.parametrize("format_", FORMATS)
def test_a_published_report_does_not(format_: str) -> None:
    found = places(format_, render(report(1), format_))
    assert found
    assert [text for text in found if MARK in text] == []


def test_the_sheets_say_it_on_paper_and_screen() -> None:
    for text in places("xlsx", render(report(0), "xlsx")):
        assert text.count(MARK) == 2
