"""Registers far longer than any municipality's: every format is written, and says what is in the workbook alone."""

import io
import json
import random

import docx
import pypdfium2
import pytest
from python_calamine import CalamineWorkbook

from reporting.figures.definitions import DEFINITIONS
from reporting.render import csv as csv_
from reporting.render import docx as docx_
from reporting.render import html, pdf, xlsx
from reporting.render import json as json_
from reporting.report.model import QualityReport
from reporting.report.sections import LONG_REGISTER, document
from storage.figures.cells import MonthCounts
from tests.support.disclosure.cubes import YEAR, of_answers, report_of

MANY = LONG_REGISTER + 1


def register(providers: int) -> QualityReport:
    """A provider in four has answers enough at both points."""
    dice = random.Random(providers)
    refs = [f"P{number:05}" for number in range(providers)]
    cube = of_answers({ref: {"start": _count(dice), "end": _count(dice)} for ref in refs})
    for ref in refs:
        cube.months[ref, f"{YEAR}-01"] = MonthCounts(due=3, on_time=2, late=1, answered=1, confirmed=1)
        cube.endings.update({(ref, "work"): dice.randint(0, 5), (ref, "other"): dice.randint(0, 9)})
    cube.months["", f"{YEAR}-01"] = MonthCounts(
        due=3 * providers, on_time=2 * providers, late=providers, answered=providers, confirmed=providers
    )
    return report_of(cube)


def _count(dice: random.Random) -> tuple[int, int]:
    answers = dice.choice((2, 4, 8, 16))
    return dice.randint(1, answers - 1), answers


def test_a_long_table_is_left_to_the_workbook() -> None:
    report = register(MANY)
    page = html.render(document(report)).decode()
    assert page.count("Tabellen står i arbetsboken: den är för lång för att läsas på papper.") == 2  # start and end
    assert "Stapeldiagrammet är utelämnat: fler än 60 anordnare har värden." in page
    assert _height(xlsx.render(report), "Anordnare") == 1 + 3 * (
        MANY + 1
    )  # the heading, three points, the hidden together


@pytest.mark.long
def test_ten_thousand_providers_give_every_document() -> None:
    report = register(10_000)
    made = document(report)
    told = json.loads(json_.render(report))
    assert len(told["definitions"]) == len(DEFINITIONS)
    assert len(csv_.render(report).splitlines()) == len(told["indicators"]) + 1
    with pypdfium2.PdfDocument(pdf.render(made)) as paper:
        assert 500 < len(paper) < 2_000
    assert html.render(made).decode().count("P09999") >= 3  # satisfaction, follow-ups, outcomes
    word = docx.Document(io.BytesIO(docx_.render(made)))
    assert len(word.tables) == sum(1 for section in made.sections for block in section.blocks if _is_table(block))
    assert _height(xlsx.render(report), "Uppföljning") == 10_002


def _is_table(block: object) -> bool:
    return bool(getattr(block, "rows", ()))


def _height(book: bytes, sheet: str) -> int:
    return len(CalamineWorkbook.from_filelike(io.BytesIO(book)).get_sheet_by_name(sheet).to_python())
