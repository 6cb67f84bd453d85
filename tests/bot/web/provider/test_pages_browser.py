"""The contact person's page in a real browser: axe-core, a narrow phone, the keyboard alone without JavaScript."""

from collections.abc import AsyncIterator
from datetime import date
from pathlib import Path

import pytest
from axe_playwright_python.async_playwright import Axe
from playwright.async_api import Browser, Page, async_playwright

from tests.support.journeys.world import World, world
from tests.support.migrated import new_database
from tests.support.provider_page import held, link_to
from tests.support.providers import REGISTER

PHONE_WIDTH = 360


@pytest.fixture
async def story(tmp_path: Path) -> AsyncIterator[World]:
    """Use SQLite alone: the page is the same on both databases."""
    database = new_database(tmp_path / "page.db")
    async with world(database, tmp_path, "2026-09-01T10:00") as started:
        await started.read(**REGISTER)
        await started.wake("2026-11-25T10:00")
        yield started
    await database.close()


@pytest.fixture
async def browser(browser_address: str) -> AsyncIterator[Browser]:
    async with async_playwright() as playwright:
        yield await playwright.chromium.connect_over_cdp(browser_address)


async def check(page: Page) -> None:
    """Expect no violation of axe-core's rules, and no need to scroll sideways."""
    found = await Axe().run(page)
    assert found.violations_count == 0, found.generate_report()
    assert await page.evaluate("document.documentElement.scrollWidth") <= PHONE_WIDTH


async def test_every_state_of_the_page_is_accessible(story: World, browser: Browser) -> None:
    address = await link_to(story, "P1")
    one, two = [await browser.new_context(viewport={"width": PHONE_WIDTH, "height": 740}) for _ in range(2)]
    page = await one.new_page()
    await page.goto(address)
    await check(page)  # the door
    await page.get_by_role("button", name="Öppna").click()
    await page.get_by_text("Aktiviteter och nästa steg").first.click()
    await check(page)  # the form, with its details open
    await page.get_by_role("button", name="Spara").click()
    await page.get_by_role("alert").wait_for()
    await check(page)  # the error that nothing was ticked
    first = page.get_by_role("group", name="1042")
    await first.get_by_label("Uppföljningen är gjord").check()
    await first.get_by_label("Datum").fill("2026-11-03")
    await page.get_by_role("button", name="Spara").click()
    await page.get_by_text("1 uppföljning är sparad.").wait_for()
    await check(page)  # saved, with a row that can be changed
    await page.get_by_text("Ladda upp en fil i stället").click()
    await check(page)  # the form for a file
    content = "insats;månad;datum\n2001;2026-11;2026-11-03\n".encode()
    file = page.get_by_label("CSV eller Excel")
    await file.set_input_files({"name": "nov.csv", "mimeType": "text/csv", "buffer": content})
    await page.get_by_role("button", name="Ladda upp").click()
    await page.get_by_text("Inget av filen är sparat").wait_for()
    await check(page)  # a file that was refused
    other = await two.new_page()
    await other.goto(address)
    await check(other)  # the link is open elsewhere
    await other.get_by_role("button", name="Skicka en kod").click()
    await check(other)
    await other.get_by_label("Kod, sex siffror").fill("000000")
    await other.get_by_role("button", name="Öppna listan här").click()
    await other.get_by_role("alert").wait_for()
    await check(other)  # the wrong code
    await other.goto(address + "x")
    await check(other)  # no such link
    assert await held(story.db) == [("2026-11", date(2026, 11, 3), "meeting")]
    await one.close()
    await two.close()


async def test_the_keyboard_alone_is_enough_without_javascript(story: World, browser: Browser) -> None:
    context = await browser.new_context(java_script_enabled=False, viewport={"width": PHONE_WIDTH, "height": 740})
    page = await context.new_page()
    await page.goto(await link_to(story, "P1"))
    await page.keyboard.press("Tab")
    await page.keyboard.press("Enter")  # the door's only button
    await page.get_by_role("heading", name="Uppföljningar november 2026").wait_for()
    # The first field is "Uppföljningen är gjord" of 1042. The usual values are filled in, so Enter sends the form.
    await page.keyboard.press("Tab")
    await page.keyboard.press("Space")
    await page.keyboard.press("Enter")
    await page.get_by_text("1 uppföljning är sparad.").wait_for()
    assert await held(story.db) == [("2026-11", date(2026, 11, 25), "meeting")]
    await context.close()
