"""The report as people read it: HTML, PDF and DOCX say the same, whatever a provider is called."""

import io
import re
from dataclasses import replace
from datetime import date

import docx
import pypdfium2
import pytest

from reporting.document.blocks import Document, Grid, Heading, Paragraph, cell_text
from reporting.figures.themes import ThemeRow
from reporting.render import csv, html, pdf, xlsx
from reporting.render import docx as docx_
from reporting.report.sections import document
from reporting.report.tables.actions import Action
from storage.figures.cells import Aggregate
from storage.figures.year_values import ContextFigure
from tests.support.disclosure.cubes import counted, of_answers, random_cube, report_of
from tests.support.reports import ANSWERS, BESIDE, CUBE, NAMES, escaped


def test_ten_sections_stand_in_order(full: Document) -> None:
    titles = [f"{section.number}. {section.title}" for section in full.sections]
    assert [int(title.split(".")[0]) for title in titles] == list(range(1, 11))
    page = html.render(full).decode()
    assert re.findall(r"<h2 id=\"s\d+\">(.*?)</h2>", page) == titles
    word = docx.Document(io.BytesIO(docx_.render(full)))
    assert [each.text for each in word.paragraphs if each.style.name == "Heading 1"] == titles
    assert [title for title, _ in _outline(pdf.render(full)) if title[0].isdigit()] == titles


def _outline(content: bytes) -> list[tuple[str, int]]:
    with pypdfium2.PdfDocument(content) as read:
        return [(item.get_title(), item.level) for item in read.get_toc()]


def _pdf_text(content: bytes) -> str:
    with pypdfium2.PdfDocument(content) as read:
        return "\n".join(page.get_textpage().get_text_bounded() for page in read)


def test_every_table_and_sentence_is_in_every_format(full: Document) -> None:
    page = html.render(full).decode()
    word = _docx_text(docx_.render(full))
    paper = _squeezed(_pdf_text(pdf.render(full)))
    for section in full.sections:
        for block in section.blocks:
            if isinstance(block, Paragraph | Heading):
                texts = [block.text]
            elif isinstance(block, Grid):
                texts = [block.caption, *(cell_text(cell) for row in block.rows for cell in row)]
            else:
                texts = [block.caption]
            for text in texts:
                assert escaped(text) in page
                assert text in word
                if not any(letter in text for letter in "שםش"):  # extracted in the order of drawing
                    assert _squeezed(text) in paper


def _squeezed(text: str) -> str:
    """Letters and digits alone: a line may be broken anywhere between words."""
    return re.sub(r"[\W_]+", "", text)


def _docx_text(content: bytes) -> str:
    word = docx.Document(io.BytesIO(content))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(each.text for each in word.paragraphs), *cells))


def test_same_document_same_bytes(full: Document) -> None:
    again = document(report_of(CUBE, BESIDE))
    for renderer in (html, pdf, docx_):
        assert renderer.render(full) == renderer.render(again)


@pytest.mark.parametrize(
    "cube",
    [
        counted(),
        of_answers({"A": {}}),  # a provider without customers
        of_answers({"A": {"start": (3, 5)}}),
        of_answers({"A": {"start": (30, 50), "end": (9, 20)}, "B": {}, "C": {}}),  # all answers from one provider
    ],
)
def test_sparse_years_give_every_document(cube: Aggregate) -> None:
    made = document(report_of(cube))
    for renderer in (html, pdf, docx_):
        assert renderer.render(made)
    if not cube.satisfaction:
        assert "Det finns inga mätpunkter för 2025" in html.render(made).decode()


def test_random_registers_give_every_document() -> None:
    for seed in range(6):
        made = document(report_of(random_cube(seed)))
        for renderer in (html, pdf, docx_):
            assert renderer.render(made)


AWKWARD = "Al\x02fa\u202e \u200d" + "x" * 80


def test_text_from_outside_stops_no_format() -> None:
    """A control character in a context name stopped the whole report, and a long word overprinted its row."""
    beside = replace(
        BESIDE,
        context=(ContextFigure(AWKWARD, 2025, 4.6, AWKWARD, AWKWARD, date(2026, 1, 2)),),
        actions=(Action("B", AWKWARD, AWKWARD, None, AWKWARD),),
        themes=(ThemeRow("other", AWKWARD, 9, 3, "ok"),),
        revised_because=AWKWARD,
    )
    report = report_of(of_answers(ANSWERS, {**NAMES, "A": AWKWARD, "C": "ትግርኛ \U00010330"}), beside)
    made = document(report)
    paper = _pdf_text(pdf.render(made))
    for content in (html.render(made).decode(), _docx_text(docx_.render(made)), paper):
        assert not set("\x02\u202e") & set(content)
        assert "Alfa" in content
    assert "ትግርኛ" in paper
    assert "[U+10330] gothic letter ahsa" in " ".join(paper.split())
    assert xlsx.render(report)
    assert csv.render(report)


def test_long_words_stay_on_the_page() -> None:
    report = report_of(of_answers({"A": {"start": (20, 40)}, "B": {"start": (30, 40)}}, {"A": "x" * 80}))
    with pypdfium2.PdfDocument(pdf.render(document(report))) as read:
        for page in read:
            text = page.get_textpage()
            boxes = [text.get_rect(number) for number in range(text.count_rects())]
            assert all(right <= page.get_width() - 50 for _, _, right, _ in boxes)
