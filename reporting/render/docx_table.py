"""Write a table as WordprocessingML. python-docx searches for each cell, which is too slow for long tables."""

import re
from collections.abc import Iterable, Sequence
from xml.sax.saxutils import escape, quoteattr

from docx.oxml import parse_xml
from docx.oxml.ns import nsdecls
from docx.oxml.xmlchemy import BaseOxmlElement

from reporting.document.blocks import Grid, cell_text

ROOM = 170  # mm between the margins of an A4 page
CHARACTER = 1.56  # mm, the average width of a character in a table
# The widths of other characters in average ones: those of Arial with 8 points, with a little to spare for bold.
# They hold for 9 points of Calibri, too.
BROAD = dict.fromkeys("mw%@", 1.65) | dict.fromkeys("MW", 1.85)
NARROW = dict.fromkeys("ijl .,:;'|", 0.52) | dict.fromkeys("frtI()-/", 0.74)
CAPITAL, USUAL = 1.25, 1.06
CELL = 3.1  # mm of padding, both sides of a cell together
PAGE = 108  # characters across
BLANK = (0.6, 0.2, 0.2)  # the columns of a form, as parts of the page
BLANK_ROW = 600  # twips high
SHORT = 40  # rows; a table with no more is kept on one page
TWIPS = 56.6929  # in a millimetre
DEEP, LINE, PALE = "12436D", "C9D1DB", "F3F6F9"

_NOT_XML = re.compile("[^\t\n\r\u0020-\ud7ff\ue000-\ufffd\U00010000-\U0010ffff]")  # XML 1.0, Char


def table(grid: Grid) -> BaseOxmlElement:
    """Return the ``w:tbl`` of ``grid``: columns of fixed width, a header row that repeats, rows never split."""
    widths = [round(width * TWIPS) for width in column_widths(grid)]
    last = len(grid.rows)
    rows = [_row(grid.headings(), grid, widths, header=True)]
    rows += [
        _row(
            [cell_text(cell) for cell in row],
            grid,
            widths,
            bold=grid.total and number == last,
            shaded=number % 2 == 0,
            together=last <= SHORT and number < last,
        )
        for number, row in enumerate(grid.rows, 1)
    ]
    columns = "".join(f'<w:gridCol w:w="{width}"/>' for width in widths)
    return parse_xml(
        f"<w:tbl {nsdecls('w')}><w:tblPr>"
        f'<w:tblW w:w="{sum(widths)}" w:type="dxa"/><w:tblLayout w:type="fixed"/>'
        '<w:tblCellMar><w:left w:w="80" w:type="dxa"/><w:right w:w="80" w:type="dxa"/></w:tblCellMar>'
        '<w:tblLook w:val="0020" w:firstRow="1" w:lastRow="0" w:firstColumn="1" w:lastColumn="0"/>'
        f"<w:tblCaption w:val={quoteattr(clean(grid.caption))}/>"
        f"</w:tblPr><w:tblGrid>{columns}</w:tblGrid>{''.join(rows)}</w:tbl>"
    )


def column_widths(grid: Grid) -> list[float]:
    """Return the width of each column in millimetres; together they fit the page."""
    if grid.blank:
        return [ROOM * part for part in BLANK]
    natural = [characters * CHARACTER + CELL for characters in grid.widths(PAGE, breadth)]
    return [width * min(1.0, ROOM / sum(natural)) for width in natural]


def breadth(text: str) -> float:
    """Return the width of ``text`` in characters of average width."""
    return sum(_BREADTHS.get(each, CAPITAL if each.isupper() else USUAL) for each in text)


_BREADTHS = BROAD | NARROW


def clean(text: str) -> str:
    """Return ``text`` without the characters that XML cannot hold."""
    return _NOT_XML.sub("", text)


def _lines(text: str) -> str:
    return "<w:br/>".join(f'<w:t xml:space="preserve">{escape(line)}</w:t>' for line in clean(text).split("\n"))


def _row(
    texts: Iterable[str],
    grid: Grid,
    widths: Sequence[int],
    *,
    header: bool = False,
    bold: bool = False,
    shaded: bool = False,
    together: bool = False,
) -> str:
    line = f'w:val="single" w:sz="{12 if header else 4}" w:space="0" w:color="{DEEP if header else LINE}"'
    shade = f'<w:shd w:val="clear" w:color="auto" w:fill="{PALE}"/>' if shaded else ""
    style = "<w:rPr><w:b/></w:rPr>" if header or bold else ""
    cells = "".join(
        f'<w:tc><w:tcPr><w:tcW w:w="{width}" w:type="dxa"/><w:tcBorders><w:bottom {line}/></w:tcBorders>{shade}'
        f'<w:vAlign w:val="{"bottom" if header else "top"}"/></w:tcPr><w:p><w:pPr><w:pStyle w:val="Cell"/>'
        f"{'<w:keepNext/>' if header or together else ''}"
        f'<w:jc w:val="{"left" if place in grid.words else "right"}"/></w:pPr>'
        f"<w:r>{style}{_lines(text)}</w:r></w:p></w:tc>"
        for place, (text, width) in enumerate(zip(texts, widths, strict=True))
    )
    height = f'<w:trHeight w:val="{BLANK_ROW}"/>' if grid.blank and not header else ""
    return f"<w:tr><w:trPr><w:cantSplit/>{height}{'<w:tblHeader/>' if header else ''}</w:trPr>{cells}</w:tr>"
