"""Draw a document as PDF/A-2a and PDF/UA-1 with typst, which refuses a file without titles, alt texts and headings.

The same document gives the same bytes: the file's time is the document's, and the typefaces come from packages.
"""

import json
import unicodedata
from collections.abc import Iterable
from dataclasses import replace
from functools import lru_cache
from importlib import resources
from pathlib import Path
from typing import Any

import typst

from reporting.document.blocks import Block, Document, Grid, Heading, Paragraph, cell_text
from reporting.document.printable import printable
from reporting.document.swedish import listed
from reporting.render import charts
from reporting.render.fonts import Typefaces, named, typefaces, with_codes
from survey.plain_text import breakable

PAGE = 100  # characters across
# With more rows, we tell typst the widths of a table's columns: measuring each cell takes three times the memory.
LONG = 300
STANDARDS: "list[typst.PDFStandard]" = ["a-2a", "ua-1"]


def render(document: Document) -> bytes:
    """Return the file. A letter that none of the typefaces has is printed as its code, and a note names it."""
    found, text = source(document)
    made = _compiler(found.folders).compile(
        input=resources.files("reporting.render").joinpath("document.typ").read_bytes(),
        sys_inputs={"document": text},
        format="pdf",
        pdf_standards=STANDARDS,
        timestamp=int(document.created_at.timestamp()),
    )
    assert isinstance(made, bytes)
    return made


def source(document: Document) -> tuple[Typefaces, str]:
    """Return the typefaces, and the text that document.typ reads."""
    document = printable(document)
    content = _content(document)
    text = json.dumps(content, ensure_ascii=False)
    found = typefaces(text)
    if found.missing:
        text = json.dumps(_content(_noted(document, found.missing)), ensure_ascii=False)
        text = with_codes(text, found.missing)
    families = json.dumps(found.families)
    return found, f'{{"families": {families}, {text[1:]}'


def _noted(document: Document, missing: Iterable[str]) -> Document:
    """Return the document with a note of the letters that are printed as their codes."""
    names = [f"{named(each)} {unicodedata.name(each, '').lower()}".strip() for each in sorted(missing)]
    note = Paragraph(f"Rapportens typsnitt saknar tecken, som därför står med sin kod: {listed(names)}.", "note")
    *before, last = document.sections
    return replace(document, sections=(*before, replace(last, blocks=(*last.blocks, note))))


@lru_cache(maxsize=4)
def _compiler(folders: tuple[Path, ...]) -> typst.Compiler:
    ours = typst.Fonts(
        include_system_fonts=False,
        include_embedded_fonts=False,
        font_paths=[str(folder) for folder in folders],
    )
    return typst.Compiler(font_paths=ours, ignore_system_fonts=True)


def _content(document: Document) -> dict[str, Any]:
    """Return what document.typ reads. It takes every string as text, never as markup."""
    return {
        "title": breakable(document.title),
        "subtitle": breakable(document.subtitle),
        "imprint": document.imprint,
        "mark": document.mark,
        "day": [document.created_at.year, document.created_at.month, document.created_at.day],
        "contents": document.contents,
        "paged": document.paged,
        "opening": [breakable(paragraph.text) for paragraph in document.opening],
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
        return {"type": block.kind, "text": breakable(block.text)}
    if isinstance(block, Heading):
        return {"type": "heading", "text": breakable(block.text)}
    if isinstance(block, Grid):
        return {
            "type": "grid",
            "caption": breakable(block.caption),
            "columns": [heading.split("\n") for heading in block.headings()],
            "widths": block.widths(PAGE) if len(block.rows) > LONG else None,
            "words": sorted(block.words),
            "total": block.total,
            "blank": block.blank,
            "nothing": block.nothing,
            "rows": [[breakable(cell_text(cell)) for cell in row] for row in block.rows],
        }
    return {"type": "chart", "caption": block.caption, "alt": block.alt, "svg": charts.svg(block)}
