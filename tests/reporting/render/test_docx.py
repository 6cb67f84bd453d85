"""The document for Word."""

import io
import zipfile

from reporting.document.blocks import Document, Grid
from reporting.render import docx as docx_


def test_file_is_swedish_and_repeats_headers(full: Document) -> None:
    archive = zipfile.ZipFile(io.BytesIO(docx_.render(full)))
    styles, body = archive.read("word/styles.xml").decode(), archive.read("word/document.xml").decode()
    assert 'w:val="sv-SE"' in styles
    grids = [
        block for section in full.sections for block in section.blocks if isinstance(block, Grid) and block.rows
    ]
    assert body.count("<w:tblHeader/>") == len(grids)
    assert "<dc:language>sv-SE</dc:language>" in archive.read("docProps/core.xml").decode()
