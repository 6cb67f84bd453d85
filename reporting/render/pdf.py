"""Draw a document as PDF/A-2a and PDF/UA-1 with typst, which refuses a file without titles, alt texts and headings.

The same document gives the same bytes: the file's time is the document's, and the typefaces come from packages.
"""

import json
from functools import lru_cache
from importlib import resources
from typing import Any

import typst

from reporting.document.blocks import Block, Document, Grid, Heading, Paragraph, cell_text
from reporting.render import charts, fonts
from reporting.render.glyphs import drawable

PAGE = 100  # characters across
# With more rows, we tell typst the widths of a table's columns: measuring each cell takes three times the memory.
LONG = 300
STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]


def render(document: Document) -> bytes:
    """Return the file. A letter that none of the typefaces has is printed as a question mark."""
    content = json.dumps(_content(document), ensure_ascii=False)
    found = _compiler().compile(
        input=resources.files("reporting.render").joinpath("document.typ").read_bytes(),
        sys_inputs={"document": drawable(content, fonts.REGULAR)},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(document.created_at.timestamp()),
    )
    assert isinstance(found, bytes)
    return found


@lru_cache(maxsize=1)
def _compiler() -> typst.Compiler:
    ours = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(fonts.SANS), str(fonts.OTHER_SCRIPTS)],
    )
    return typst.Compiler(font_paths=ours, ignore_system_fonts=True)


def _content(document: Document) -> dict[str, Any]:
    """Return what document.typ reads. It takes every string as text, never as markup."""
    return {
        "title": document.title,
        "subtitle": document.subtitle,
        "imprint": document.imprint,
        "mark": document.mark,
        "day": [document.created_at.year, document.created_at.month, document.created_at.day],
        "contents": document.contents,
        "paged": document.paged,
        "opening": [paragraph.text for paragraph in document.opening],
        "facts": [[fact.label, fact.value, fact.detail] for fact in document.facts],
        "sections": [
            {
                "title": f"{section.number}. {section.title}",
                "blocks": [_block(block) for block in section.blocks],
            }
            for section in document.sections
        ],
    }


def _block(block: Block) -> dict[str, Any]:
    if isinstance(block, Paragraph):
        return {"type": block.kind, "text": block.text}
    if isinstance(block, Heading):
        return {"type": "heading", "text": block.text}
    if isinstance(block, Grid):
        return {
            "type": "grid",
            "caption": block.caption,
            "columns": [heading.split("\n") for heading in block.headings()],
            "widths": block.widths(PAGE) if len(block.rows) > LONG else None,
            "words": sorted(block.words),
            "total": block.total,
            "blank": block.blank,
            "nothing": block.nothing,
            "rows": [[cell_text(cell) for cell in row] for row in block.rows],
        }
    return {"type": "chart", "caption": block.caption, "alt": block.alt, "svg": charts.svg(block)}
