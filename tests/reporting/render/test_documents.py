"""The report as people read it: HTML, PDF and DOCX say the same, whatever a provider is called."""

import io
import re
import zipfile
from datetime import date

import altair
import docx
import pypdfium2
import pytest

from reporting.document.blocks import Bars, Document, Funnel, Grid, Heading, Paragraph, cell_text
from reporting.figures.case_mix import Expectation
from reporting.figures.previous_year import PreviousReport, QuestionWording, SeriesBreak
from reporting.figures.themes import ThemeRow
from reporting.render import docx as docx_
from reporting.render import html, pdf
from reporting.render.charts import specification
from reporting.render.docx_table import CELL, ROOM, column_widths
from reporting.render.fonts import REGULAR
from reporting.render.glyphs import drawable
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from reporting.report.tables.actions import Action
from storage.figures.cells import MonthCounts
from storage.figures.year_values import ContextFigure, Volumes
from survey.codes import CaseKind
from tests.support.disclosure.cubes import NOW, YEAR, CubeOf, of_answers, random_cube

BAD = '<b>Fet</b>\n"Stig & Co" #let x'
FORMULA = '=HYPERLINK("http://evil.example";"x")'
HEBREW, ARABIC, CHINESE = "שלום בע״מ", "شركة النجاح", "中文公司 😀"
NAMES = {"A": BAD, "B": FORMULA, "C": HEBREW, "D": ARABIC, "E": CHINESE, "F": "$ *Fyr* _x_ \\ `y` @z"}
ANSWERS = {
    "A": {"start": (34, 100), "end": (40, 60)},
    "B": {"start": (80, 100), "end": (45, 60)},
    "C": {"start": (240, 300), "end": (45, 60)},
    "D": {"start": (2, 3)},
    "E": {"start": (5, 8)},
    "F": {},
}
CUBE = of_answers(ANSWERS, NAMES)
LAST_YEAR = build(of_answers({"A": {"start": (70, 100)}}, year=YEAR - 1), YEAR - 1, NOW)
BESIDE = Background(
    targets={"satisfaction.overall": 65.0},
    context=(ContextFigure("Arbetslöshet", YEAR, 4.6, "procent", "SCB", date(2026, 1, 2)),),
    themes=(ThemeRow("other", "Väntetid", 9, 3, "ok"), ThemeRow("praise", "Beröm", None, None, "too_few")),
    questions=(QuestionWording("start", 1, "overall", "Hur nöjd är du med stödet?"),),
    previous=PreviousReport(YEAR - 1, 1, NOW, LAST_YEAR.indicators, ()),
    breaks=(SeriesBreak("outcome.all_endings", "", YEAR - 1, "definitionen är ny"),),
    volumes=Volumes(customers=503, enrolments=560, women=221, young=91, customers_of={"A": 7, "B": 5}),
    expectations=(Expectation("A", 31.0, 14, 20.2, 0.69, 0.41, 0.97),),
    actions=(Action("B", "Sena uppföljningar", "Ny rutin", date(2026, 3, 1), "Pågår"),),
    revision=2,
    revised_because="Två svar var dubbla.",
)


@pytest.fixture(scope="module")
def full() -> Document:
    return document(build(CUBE, YEAR, NOW, background=BESIDE))


def test_the_ten_sections_stand_in_order_in_every_format(full: Document) -> None:
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
                assert _escaped(text) in page
                assert text in word
                if not any(letter in text for letter in "שם中"):  # extracted in the order of drawing, or not drawn
                    assert _squeezed(text) in paper


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;").replace('"', "&#34;")


def _squeezed(text: str) -> str:
    """Letters and digits alone: a line may be broken anywhere between words."""
    return re.sub(r"[\W_]+", "", text)


def _docx_text(content: bytes) -> str:
    word = docx.Document(io.BytesIO(content))
    cells = (cell.text for table in word.tables for row in table.rows for cell in row.cells)
    return "\n".join((*(each.text for each in word.paragraphs), *cells))


def test_the_page_escapes_names_and_says_what_the_rules_say(full: Document) -> None:
    page = html.render(full).decode()
    assert "<b>" not in page
    assert "&lt;b&gt;Fet" in page
    assert 'lang="sv"' in page
    # 34 of 100 against (80 + 240 + 2 + 5) of (100 + 300 + 3 + 8) = 327 of 411 = 79.6 %
    assert "ligger tydligt lägre än övriga (34 mot 80 procent, 100 svar)." in page
    # 361 of 511 answers at the start; Wilson: 66.6 to 74.4.
    assert "361 av 511 svarande (71 procent, intervall 67–74) var mycket nöjda eller nöjda." in page
    assert "Övriga anordnare (2)" in page  # the two small ones, 7 of 11
    assert "2024 var andelen 70 procent." in page
    assert "Egen försörjning, alla avslut är inte jämförbar med 2024: definitionen är ny." in page


def test_the_pdf_is_marked_as_archived_and_accessible(full: Document) -> None:
    content = pdf.render(full)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang (sv-SE)" in content or b"/Lang(sv-SE)" in content


def test_every_chart_has_a_text_that_states_its_finding(full: Document) -> None:
    charts = [block for section in full.sections for block in section.blocks if isinstance(block, Bars | Funnel)]
    assert {type(chart) for chart in charts} == {Bars, Funnel}
    for chart in charts:
        assert altair.Chart.from_dict(specification(chart))  # checked against Vega-Lite's schema
    page = html.render(full).decode()
    word = zipfile.ZipFile(io.BytesIO(docx_.render(full))).read("word/document.xml").decode()
    for chart in charts:
        assert "Tydligt lägre än övriga: <b>Fet</b>" in chart.alt or "Ingen anordnare" in chart.alt
        assert f'alt="{_escaped(chart.alt)}"' in page
        assert f'descr="{_escaped(chart.alt).replace("&#34;", "&quot;")}"' in word


def test_the_word_document_is_swedish_and_repeats_its_header_rows(full: Document) -> None:
    archive = zipfile.ZipFile(io.BytesIO(docx_.render(full)))
    styles, body = archive.read("word/styles.xml").decode(), archive.read("word/document.xml").decode()
    assert 'w:val="sv-SE"' in styles
    grids = [
        block for section in full.sections for block in section.blocks if isinstance(block, Grid) and block.rows
    ]
    assert body.count("<w:tblHeader/>") == len(grids)
    assert "<dc:language>sv-SE</dc:language>" in archive.read("docProps/core.xml").decode()


def test_tables_are_as_wide_as_they_need_and_never_wider_than_the_page(full: Document) -> None:
    for section in full.sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                assert sum(column_widths(block)) <= ROOM + 0.01


@pytest.mark.parametrize(
    ("word", "units"),  # Calibri's own advance widths, of 2,048 units to the em, without and with bold
    [
        ("Totalomdöme", 998 + 1080 + 686 + 981 + 470 + 1080 + 1636 + 1076 + 1080 + 1636 + 1019),
        ("Undantagna", 1294 + 1110 + 1110 + 1038 + 1110 + 711 + 1012 + 971 + 1110 + 1012),
        ("Månadsavstämning", 1751 + 981 + 1076 + 981 + 1076 + 801 + 981 + 925 + 801 + 686 + 981 + 1636 + 3 * 1076),
        ("Wmmm", 1823 + 3 * 1636),
    ],
)
def test_no_word_of_a_table_is_broken_in_word(word: str, units: int) -> None:
    millimetres = units / 2048 * 9 * 25.4 / 72  # of a 9 point typeface
    (column,) = column_widths(Grid("Tabell", (word,), ((word,),)))
    assert millimetres <= column - CELL <= millimetres * 1.2


def test_same_document_same_bytes(full: Document) -> None:
    again = document(build(CUBE, YEAR, NOW, background=BESIDE))
    for renderer in (html, pdf, docx_):
        assert renderer.render(full) == renderer.render(again)


def test_no_case_is_told_by_its_code() -> None:
    cube = of_answers(ANSWERS, NAMES)
    cube.cases.update(dict.fromkeys(CaseKind, 7))
    told = dict(row[:2] for row in build(cube, YEAR, NOW).changes.rows)
    assert told["Klagomål"] == told["Kan vara i fara"] == told["Överlämning till ny anordnare"] == 7
    assert not told.keys() & set(CaseKind)


@pytest.mark.parametrize(
    "cube",
    [
        CubeOf(),
        of_answers({"A": {}}),  # a provider without customers
        of_answers({"A": {"start": (3, 5)}}),
        of_answers({"A": {"start": (30, 50), "end": (9, 20)}, "B": {}, "C": {}}),  # all answers from one provider
    ],
)
def test_sparse_years_give_every_document(cube: CubeOf) -> None:
    made = document(build(cube, YEAR, NOW))
    for renderer in (html, pdf, docx_):
        assert renderer.render(made)
    if not cube.satisfaction:
        assert "Det finns inga mätpunkter för 2025" in html.render(made).decode()


def test_random_registers_give_every_document() -> None:
    for seed in range(6):
        made = document(build(random_cube(seed), YEAR, NOW))
        for renderer in (html, pdf, docx_):
            assert renderer.render(made)


def test_a_letter_that_no_typeface_has_becomes_a_question_mark() -> None:
    assert drawable("Åsa 中 😀 שלום مرحبا 1\u202f000", REGULAR) == "Åsa ? ? שלום مرحبا 1\u202f000"


def test_section_5_counts_exempt_months_apart() -> None:
    cube = of_answers({"A": {"start": (20, 40)}, "B": {}})
    cube.months.update(
        {
            ("A", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
            ("", "2025-01"): MonthCounts(due=10, on_time=8, late=1),
        }
    )
    cube.exempt.update({("A", "2025-01"): {"illness": 2}, ("B", "2025-02"): {"illness": 4, "holiday": 6}})
    report = build(cube, YEAR, NOW)
    columns = report.followups.columns
    assert columns == (
        "Anordnare", "Förväntade", "I tid", "Sent", "Saknas", "Undantagna", "Andel i tid", "Bekräftat av kund",
        "Avvikelser",
    )  # fmt: skip
    # A: 10 due, 8 + 1 followed up, 1 missing; exempt months are beside the due ones. B had nothing else.
    assert [row[1:6] for row in report.followups.rows] == [(10, 8, 1, 1, 2), (0, 0, 0, 0, 10), (10, 8, 1, 1, 12)]
    assert report.exempt_sentence.endswith("6 för sjukdom och 6 för ledighet enligt planen.")


def test_section_8_tells_why_customers_changed_as_themes_and_that_nobody_complained() -> None:
    reasons = (ThemeRow("1", "Fick inte rätt hjälp", 9, 3, "ok"), ThemeRow("5", "Annat", None, None, "too_few"),
               ThemeRow("2", "Bemötandet", None, None, "no_answers"))  # fmt: skip
    made = document(build(CUBE, YEAR, NOW, background=Background(change_reasons=reasons)))
    section = next(each for each in made.sections if each.number == 8)
    tables = [block for block in section.blocks if isinstance(block, Grid)]
    assert tables[1].rows == (("Fick inte rätt hjälp", 9, 3), ("Annat", "–", "–"))
    assert ("Klagomål", 0) in tables[0].rows
