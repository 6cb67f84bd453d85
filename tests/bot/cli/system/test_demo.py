"""`followup demo --serve`: after the simulated time a person goes on by hand, with phones and report."""

import asyncio
import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from datetime import UTC, date, datetime
from pathlib import Path

import aiohttp
import pytest

from bot.cli.system.demo import run_demo
from tests.support.browser.phone_page import Played, browser_page

SIX_WEEKS = date(2015, 1, 12)  # until the first enrolments of the example have begun


@asynccontextmanager
async def served(folder: Path, capsys: pytest.CaptureFixture[str]) -> AsyncIterator[tuple[str, str]]:
    """Serve the demo of six weeks; yield its address, and what it has printed."""
    stop = asyncio.Event()
    demo = asyncio.create_task(
        run_demo(folder, 2015, True, lambda: datetime.now(UTC), last=SIX_WEEKS, stop=stop), name="demo"
    )
    told = ""
    async with asyncio.timeout(240):
        while "Avsluta med Ctrl+C" not in told:
            await asyncio.sleep(0.05)
            told += capsys.readouterr().out
            if demo.done():
                demo.result()
    found = re.search(r"Telefonerna finns på (http://127\.0\.0\.1:\d+)/phones/", told)
    assert found is not None, told
    try:
        yield found[1], told
    finally:
        stop.set()
        await demo


async def _askable(http: aiohttp.ClientSession, url: str) -> str:
    """Ask a survey of a customer who can be asked now, and return the customer."""
    async with http.get(f"{url}/phones/api/customers?search=E") as answer:
        customers = await answer.json()
    for customer in customers:
        api = f"{url}/phones/api/customers/{customer['ref']}"
        async with http.get(api) as answer:
            enrolments = (await answer.json())["enrolments"]
        for enrolment in enrolments:
            asked = {"survey": "start", "enrolment": enrolment["ref"], "channel": "sms"}
            async with http.post(f"{api}/start", json=asked) as answer:
                if answer.status == 200:
                    return str(customer["ref"])
    raise AssertionError("nobody can be asked")


async def test_phones_and_report_are_at_the_printed_address(
    tmp_path: Path, capsys: pytest.CaptureFixture[str], browser_address: str
) -> None:
    async with served(tmp_path, capsys) as (url, told), aiohttp.ClientSession() as http:
        assert f"Rapporten finns på   {url}/report" in told
        async with http.get(f"{url}/report") as answer:
            assert "<h1" in await answer.text()
        ref = await _askable(http, url)
        async with browser_page(browser_address, url) as page:
            customer = Played(page, ref)
            await customer.choose()
            await customer.said("SMS", "1-5")
            await customer.write("SMS", "4")
            bubbles = customer.phone("SMS").locator(".bot .bubble")
            await bubbles.nth(1).wait_for()
            link = page.get_by_role("link", name="Kvalitetsrapporten")
            assert await link.get_attribute("href") == "/report"
    assert (tmp_path / "indicators-2015.csv").exists()
