"""The pages pass axe-core in a real browser, wide and narrow. Skipped on a machine without Chromium."""

from collections.abc import Iterator
from pathlib import Path

import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Browser, sync_playwright

from reporting.providers.dialogue_pack import dialogue
from reporting.render import html
from reporting.report.sections import document
from tests.support.disclosure.cubes import counted, report_of
from tests.support.reports import BESIDE, CUBE

WIDTHS = (1280, 360)  # pixels: a desktop, and a phone
FULL = report_of(CUBE, BESIDE)
PAGES = {
    "report": document(FULL),
    "empty report": document(report_of(counted())),
    "dialogue pack": dialogue(FULL, "A"),
}


@pytest.fixture(scope="module")
def browser(browser_address: str) -> Iterator[Browser]:
    with sync_playwright() as playwright:
        yield playwright.chromium.connect_over_cdp(browser_address)


@pytest.mark.parametrize("name", PAGES)
def test_pages_pass_axe_and_never_scroll_sideways(browser: Browser, name: str, tmp_path: Path) -> None:
    path = tmp_path / "page.html"
    path.write_bytes(html.render(PAGES[name]))
    for width in WIDTHS:
        context = browser.new_context(viewport={"width": width, "height": 900})
        page = context.new_page()
        try:
            page.goto(path.as_uri())
            found = Axe().run(page)
            assert found.violations_count == 0, found.generate_report()
            assert page.evaluate("document.documentElement.scrollWidth") <= width
        finally:
            context.close()
