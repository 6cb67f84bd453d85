"""The page of phones on a whole system, in a real headless Chromium."""

import asyncio
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

from playwright.async_api import Locator, Page, async_playwright

from bot.app import App
from bot.simulator.emulator.server import Emulator
from bot.simulator.phones.web import Phones
from storage.database.engine import Database
from tests.support.journeys.world import World, world

REFUSED = "status of 409"  # Chromium logs every refusal, which the page shows as a sentence
STEP_MS = 30_000  # how long the page may take to show what follows
PROVIDERS = "ref,name,phone,authorised_from,authorised_to\nP1,Nya Steget,,,\nP2,Lilla Lotsen,,,\n"
CUSTOMERS = "ref,phone,language,gender,birth_year\nK1,+46701000001,sv,K,1990\nK2,+46701000002,en,M,1980\n"
ENROLMENTS = (
    "ref,customer,provider,started_on,planned_end_on,ended_on,end_reason,difficulty\n"
    "E1,K1,P1,2026-03-02,,,,\nE2,K2,P2,2026-03-16,,,,\n"
)


@asynccontextmanager
async def phones_world(db: Database, folder: Path) -> AsyncIterator[World]:
    """Set up two customers on a Monday at ten, with the page, and deliver what is queued as it comes."""

    def extend(app: App, emulator: Emulator) -> None:
        phones = Phones(app, emulator)
        phones.plug_in()
        app.web.add_subapp("/phones/", phones.site())

    async with world(db, folder, "2026-03-30T10:00", extend) as story:
        await story.read(providers=PROVIDERS, customers=CUSTOMERS, enrolments=ENROLMENTS)
        delivering = asyncio.create_task(story.app.delivery.run(story.clock, 5.0))
        try:
            yield story
        finally:
            story.app.delivery.stop()
            await delivering


@asynccontextmanager
async def browser_page(browser_address: str, url: str, width: int = 1280) -> AsyncIterator[Page]:
    """Open the page, and fail the test when anything is written to its console."""
    complaints: list[str] = []
    async with async_playwright() as playwright:
        browser = await playwright.chromium.connect_over_cdp(browser_address)
        context = await browser.new_context(viewport={"width": width, "height": 900}, reduced_motion="reduce")
        page = await context.new_page()
        page.set_default_timeout(STEP_MS)
        page.on("console", lambda message: complaints.append(message.text) if REFUSED not in message.text else None)
        page.on("pageerror", lambda error: complaints.append(str(error)))
        await page.goto(f"{url}/phones/")
        yield page
        await context.close()
    assert complaints == []


class Played:
    """One customer on the page."""

    def __init__(self, page: Page, ref: str) -> None:
        self.page, self.ref = page, ref
        self.part = page.get_by_role("article", name=f"Kund {ref}")

    async def choose(self) -> None:
        await self.page.get_by_role("button", name=self.ref).click()
        await self.part.wait_for()

    def phone(self, channel: str) -> Locator:
        return self.part.get_by_role("region", name=f"{channel}, kund {self.ref}")

    async def said(self, channel: str, text: str) -> None:
        """Wait until the last bubble from us has ``text`` in it."""
        await self.phone(channel).locator(".bot .bubble").last.filter(has_text=text).wait_for()

    async def write(self, channel: str, text: str) -> None:
        field = self.phone(channel).get_by_role("textbox")
        await field.fill(text)
        await field.press("Enter")
