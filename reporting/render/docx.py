"""Draw a document for Word: real headings, header rows that repeat, alt texts, Swedish."""

import io
from datetime import UTC
from itertools import zip_longest
from typing import Any

import docx
from docx.enum.style import WD_STYLE_TYPE
from docx.enum.text import WD_ALIGN_PARAGRAPH
from docx.oxml import OxmlElement
from docx.oxml.ns import qn
from docx.shared import Mm, Pt, RGBColor

from reporting.document.blocks import Block, Chart, Document, Grid, Heading, Paragraph
from reporting.document.printable import printable
from reporting.render import charts
from reporting.render.archive import with_fixed_time
from reporting.render.docx_table import ROOM, clean, table

# Word has it, and other programs have one of the same widths (Liberation Sans, Arimo): no word is broken there.
TYPEFACE = "Arial"
DEEP, INK, SOFT = RGBColor(0x12, 0x43, 0x6D), RGBColor(0x1B, 0x23, 0x30), RGBColor(0x4A, 0x55, 0x63)
LANGUAGE = "sv-SE"
STYLES = {"text": "Normal", "note": "Small", "key": "Key"}


def render(document: Document) -> bytes:
    """Return the file; the same document gives the same bytes."""
    document = printable(document)
    word = docx.Document()
    _set_up(word, document)
    word.add_heading(document.title, 0)
    _text(word, f"{document.subtitle}. {document.imprint}.", "Small")
    for paragraph in document.opening:
        _text(word, paragraph.text, STYLES[paragraph.kind])
    for fact in document.facts:
        line = word.add_paragraph(style="Fact")
        line.add_run(f"{fact.label}: ")
        line.add_run(fact.value).bold = True
        line.add_run(f" ({fact.detail})")
    if document.contents:
        _text(word, "Innehåll", "Contents")
    for section in document.sections if document.contents else ():
        _link(word.add_paragraph(style="Fact"), f"{section.number}. {section.title}", f"s{section.number}")
    for section in document.sections:
        heading = word.add_heading(f"{section.number}. {section.title}", 1)
        heading.paragraph_format.page_break_before = document.paged and section is not document.sections[0]
        _bookmark(heading, section.number, f"s{section.number}")
        for block, following in zip_longest(section.blocks, section.blocks[1:]):
            _add(word, block, before_grid=isinstance(following, Grid))
    out = io.BytesIO()
    word.save(out)
    return with_fixed_time(out.getvalue(), document.created_at)


def _add(word: Any, block: Block, before_grid: bool) -> None:
    if isinstance(block, Paragraph):
        _text(word, block.text, STYLES[block.kind]).paragraph_format.keep_with_next = before_grid
    elif isinstance(block, Heading):
        word.add_heading(clean(block.text), 2)
    elif isinstance(block, Grid):
        _text(word, block.caption, "Caption")
        if block.rows:
            _text(word, "", "Cell")._p.addprevious(table(block))
        else:
            _text(word, block.nothing, "Small")
    else:
        _add_chart(word, block)


def _text(word: Any, text: str, style: str) -> Any:
    return word.add_paragraph(clean(text), style=style)


def _add_chart(word: Any, chart: Chart) -> None:
    _text(word, chart.caption, "Caption")
    picture = word.add_paragraph().add_run().add_picture(io.BytesIO(charts.png(chart)), width=Mm(ROOM))
    picture._inline.docPr.set("descr", clean(chart.alt))


def _set_up(word: Any, document: Document) -> None:
    """Set A4, the styles, the properties, and a page number at the foot."""
    page = word.sections[0]
    page.page_width, page.page_height = Mm(210), Mm(297)
    page.left_margin = page.right_margin = Mm((210 - ROOM) / 2)
    page.top_margin, page.bottom_margin = Mm(22), Mm(20)
    if document.mark:
        header = page.header.paragraphs[0]
        header.alignment = WD_ALIGN_PARAGRAPH.CENTER
        header.add_run(document.mark).bold = True
    at = document.created_at.astimezone(UTC).replace(tzinfo=None)
    properties = word.core_properties
    properties.title, properties.subject, properties.author = document.title, document.subtitle, ""
    properties.language, properties.comments = LANGUAGE, ""
    properties.created = properties.modified = at
    styles = word.styles
    _language(styles)
    _style(styles["Normal"], 10, INK, after=6)
    _style(styles["Title"], 26, DEEP, bold=True, after=4)
    _style(styles["Heading 1"], 16, DEEP, bold=True, before=22, after=6)
    _style(styles["Heading 2"], 12.5, INK, bold=True, before=14, after=4)
    _style(styles["Caption"], 9.5, INK, bold=True, before=8, after=3)
    styles["Caption"].paragraph_format.keep_with_next = True
    for name, size, colour, after in (
        ("Small", 9, SOFT, 6),
        ("Key", 10, INK, 6),
        ("Cell", 8, INK, 0),
        ("Fact", 10, INK, 2),
        ("Contents", 12.5, INK, 3),
    ):
        _style(styles.add_style(name, WD_STYLE_TYPE.PARAGRAPH), size, colour, after=after)
    styles["Contents"].font.bold = True
    styles["Contents"].paragraph_format.space_before = Pt(12)
    styles["Key"].paragraph_format.left_indent = Mm(4)
    for element in styles["Title"].element.xpath("w:pPr/w:pBdr"):  # the line that python-docx draws under titles
        element.getparent().remove(element)
    foot = page.footer.paragraphs[0]
    foot.alignment = WD_ALIGN_PARAGRAPH.CENTER
    _field(foot, "PAGE")


def _style(
    style: Any, size: float, colour: RGBColor, *, bold: bool = False, before: float = 0, after: float = 0
) -> None:
    font = style.font
    font.name, font.size, font.bold, font.italic = TYPEFACE, Pt(size), bold, False
    font.color.rgb = colour
    fonts = style.element.get_or_add_rPr().get_or_add_rFonts()
    for name in [name for name in fonts.attrib if name.endswith("Theme")]:
        del fonts.attrib[name]  # else the theme's typeface would be used
    for name in ("w:eastAsia", "w:cs", "w:hAnsi"):
        fonts.set(qn(name), TYPEFACE)
    style.paragraph_format.space_before, style.paragraph_format.space_after = Pt(before), Pt(after)


def _language(styles: Any) -> None:
    defaults = styles.element.xpath("w:docDefaults/w:rPrDefault/w:rPr")[0]
    for old in defaults.xpath("w:lang"):
        defaults.remove(old)
    language = OxmlElement("w:lang")
    for name in ("w:val", "w:eastAsia"):
        language.set(qn(name), LANGUAGE)
    language.set(qn("w:bidi"), "ar-SA")
    defaults.append(language)


def _field(paragraph: Any, instruction: str) -> None:
    field = OxmlElement("w:fldSimple")
    field.set(qn("w:instr"), instruction)
    run = OxmlElement("w:r")
    text = OxmlElement("w:t")
    text.text = "1"
    run.append(text)
    field.append(run)
    paragraph._p.append(field)


def _bookmark(paragraph: Any, number: int, name: str) -> None:
    for tag, place in (("w:bookmarkStart", 1), ("w:bookmarkEnd", len(paragraph._p) + 1)):
        mark = OxmlElement(tag)
        mark.set(qn("w:id"), str(number))
        if tag == "w:bookmarkStart":
            mark.set(qn("w:name"), name)
        paragraph._p.insert(place, mark)


def _link(paragraph: Any, text: str, bookmark: str) -> None:
    link = OxmlElement("w:hyperlink")
    link.set(qn("w:anchor"), bookmark)
    run = paragraph.add_run(clean(text))
    run.font.color.rgb = DEEP
    link.append(run._r)
    paragraph._p.append(link)
