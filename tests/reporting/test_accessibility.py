"""The pages pass axe-core in a real browser, wide and narrow. Skipped where there is no Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from reporting.dialogue import dialogue
from reporting.render import html
from reporting.report import build
from reporting.sections import document
from tests import chromium
from tests.reporting.cubes import NOW, YEAR, CubeOf
from tests.reporting.test_documents import BESIDE, CUBE

WIDTHS = (1280, 360)  # a desk, and a telephone
FULL = build(CUBE, YEAR, NOW, background=BESIDE)
PAGES = {
    "report": document(FULL),
    "empty report": document(build(CubeOf(), YEAR, NOW)),
    "dialogue pack": dialogue(FULL, "A"),
}


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    program = chromium.find()
    if program is None:
        pytest.skip(chromium.MISSING)
    with sync_playwright() as playwright:
        started = playwright.chromium.launch(executable_path=program, args=list(chromium.FLAGS))
        yield started
        started.close()


@pytest.mark.parametrize("name", PAGES)
def test_a_page_has_no_violation_and_no_sideways_scrolling(browser: Browser, name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(html.render(PAGES[name]))
    for width in WIDTHS:
        page = browser.new_page(viewport={"width": width, "height": 900})
        try:
            page.goto(path.as_uri())
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        finally:
            page.close()
