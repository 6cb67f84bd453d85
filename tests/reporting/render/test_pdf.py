"""The document as PDF/A and PDF/UA."""

from reporting.document.blocks import Document
from reporting.render import pdf


def test_file_is_marked_as_archived_and_accessible(full: Document) -> None:
    content = pdf.render(full)
    assert b"<pdfaid:part>2</pdfaid:part>" in content
    assert b"<pdfaid:conformance>A</pdfaid:conformance>" in content
    assert b"<pdfuaid:part>1</pdfuaid:part>" in content
    assert b"/Lang (sv-SE)" in content or b"/Lang(sv-SE)" in content
