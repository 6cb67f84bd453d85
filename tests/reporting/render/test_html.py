"""The document as a page."""

from reporting.document.blocks import Document
from reporting.render import html


def test_page_escapes_names(full: Document) -> None:
    page = html.render(full).decode()
    assert "<b>" not in page
    assert "&lt;b&gt;Fet" in page
    assert 'lang="sv"' in page
