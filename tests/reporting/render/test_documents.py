"""The report as people read it: HTML, PDF and DOCX say the same, whatever a provider is called."""

import io
import re

import docx
import pypdfium2
import pytest

from reporting.document.blocks import Document, Grid, Heading, Paragraph, cell_text
from reporting.render import docx as docx_
from reporting.render import html, pdf
from reporting.report.sections import document
from storage.figures.cells import Aggregate
from tests.support.disclosure.cubes import counted, of_answers, random_cube, report_of
from tests.support.reports import BESIDE, CUBE, escaped


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
                if not any(letter in text for letter in "שם中"):  # extracted in the order of drawing, or not drawn
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
