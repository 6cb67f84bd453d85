"""A contact person's browser at the provider's page, and what is recorded there."""

import re
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from dataclasses import dataclass
from datetime import date, timedelta
from html import unescape

import aiohttp
from sqlalchemy import select

from bot.web.provider import link_messages
from storage.contacts import links
from storage.database.engine import Database
from storage.tables import follow_up
from tests.support.journeys.world import World
from tests.support.providers import OTHER_PHONE, PHONE

HEADERS = ("Content-Security-Policy", "Referrer-Policy", "Cache-Control", "X-Content-Type-Options")


@dataclass
class Browser:
    """A browser with its own cookies, at the address of a link."""

    http: aiohttp.ClientSession
    url: str

    async def get(self, query: str = "") -> tuple[int, str]:
        """Return the status and the text of a page, which has every header."""
        async with self.http.get(self.url + query) as answer:
            assert [name for name in HEADERS if name not in answer.headers] == []
            return answer.status, unescape(await answer.text())

    async def post(self, path: str = "", **fields: str) -> tuple[int, str]:
        """Send a form; return the status and the text of the page that it leads to."""
        data = {name.replace("_", "."): value for name, value in fields.items()}
        async with self.http.post(self.url + path, data=data) as answer:
            return answer.status, unescape(await answer.text())


@asynccontextmanager
async def browser(url: str) -> AsyncIterator[Browser]:
    """Open a browser at a link."""
    async with aiohttp.ClientSession(cookie_jar=aiohttp.CookieJar(unsafe=True)) as http:
        yield Browser(http, url)


async def link_to(story: World, provider: str, days: int = 45) -> str:
    """Send the provider a link; return its address as it stands in the SMS."""
    async with story.db.begin() as conn:
        found = await links.provider_named(conn, provider)
        assert found is not None
        provider_id, _, phone = found
        assert phone is not None
        ends = story.clock() + timedelta(days=days)
        base = story.url + link_messages.PATH
        new = link_messages.NewLink(provider_id, phone, base, ends.date(), ends, "Nacka")
        await link_messages.send(conn, new, story.clock())
    await story.deliver()
    text = story.texts(PHONE if provider == "P1" else OTHER_PHONE)[-1]
    address = re.search(r"http\S+", text)
    assert address is not None
    return address[0]


async def held(db: Database) -> list[tuple[str, date, str | None]]:
    """Return the recorded follow-ups as (month, day, form)."""
    f = follow_up.c
    async with db.read() as conn:
        rows = await conn.execute(select(f.month, f.held_on, f.form).order_by(f.enrolment_id, f.month))
        return [tuple(row) for row in rows]
