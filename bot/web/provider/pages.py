"""The page where a provider's contact person records the month's follow-ups, behind a personal link.

It works without JavaScript: plain forms, one for the whole list. Nothing about customers is on it but the
enrolment's own number, and nothing that they have said.
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from datetime import date, datetime, timedelta
from functools import cache
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any
from urllib.parse import parse_qsl
from zoneinfo import ZoneInfo

from aiohttp import BodyPartReader, web
from jinja2 import Environment, PackageLoader, StrictUndefined

from bot.web.provider import forms, link_messages, words
from storage.contacts import links
from storage.contacts.links import Link
from storage.database.engine import Database
from storage.delivery import outbox
from storage.followups import enrolment_months, recording
from storage.followups.calendar import first_day, month_of, preceding
from storage.followups.recording import ACTIVITIES, FORMS, Author, Refused
from storage.register import followup_rows, reader
from storage.register.rows import RegisterBatch

COOKIE = "enhet"
CODE_DIGITS = 6
MAX_FIELDS = 2_000
FILE_LIMIT = 1024**2  # bytes
SHOWN_PROBLEMS = 20  # of a file, at once
# The page loads its own style and nothing else; the link must not leave with a referrer or stay in a cache.
HEADERS = {
    "Content-Security-Policy": "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; "
    "base-uri 'none'",
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "no-referrer",
    "X-Robots-Tag": "noindex",
    "Cache-Control": "no-store",
}


def build(
    db: Database, now: Callable[[], datetime], zone: ZoneInfo, base_url: str, wake: Callable[[], object]
) -> web.Application:
    """The sub-application for ``link_messages.PATH``. ``wake`` is called when a message has been queued."""
    pages = _Pages(db, now, zone, base_url.startswith("https://"), wake)
    app = web.Application()
    app.router.add_get("/page.css", _style)
    app.router.add_get("/{token}", pages.show)
    app.router.add_post("/{token}", pages.record)
    app.router.add_post("/{token}/file", pages.take_file)
    app.router.add_post("/{token}/open", pages.open)
    app.router.add_post("/{token}/code", pages.code)
    return app


class _Pages:
    def __init__(
        self,
        db: Database,
        now: Callable[[], datetime],
        zone: ZoneInfo,
        secure: bool,
        wake: Callable[[], object],
    ) -> None:
        self._db = db
        self._now = now
        self._zone = zone
        self._secure = secure
        self._wake = wake

    async def show(self, request: web.Request) -> web.Response:
        """GET: the month's form; before that, the door."""
        link = await self._link(request)
        if link is None:
            return _page("gone.html.j2", 404)
        if link.state != "open":
            return self._door(request, link)
        saved = request.query.get("saved", "")
        return await self._form(request, link, saved=int(saved) if saved.isdecimal() and len(saved) < 4 else None)

    async def open(self, request: web.Request) -> web.Response:
        """POST: the first browser keeps the link."""
        link = await self._link(request)
        if link is None:
            return _page("gone.html.j2", 404)
        if link.state == "new":
            device = secrets.token_urlsafe(links.TOKEN_BYTES)
            async with self._db.begin() as conn:
                bound = await links.bind(conn, link, device, self._now())
            if bound:
                return self._enter(request, link, device)
            link = await self._link(request)
            if link is None:
                return _page("gone.html.j2", 404)
        return _back(request) if link.state == "open" else self._door(request, link)

    async def code(self, request: web.Request) -> web.Response:
        """POST: send a code to the phone, or move the link here with the code that was sent."""
        link = await self._link(request)
        if link is None:
            return _page("gone.html.j2", 404)
        if link.state != "elsewhere":
            return _back(request)
        fields = dict(await _fields(request))
        given = "".join(fields.get("code", "").split())
        if "code" not in fields:
            return self._door(request, link, asked=await self._send_code(link))
        device = secrets.token_urlsafe(links.TOKEN_BYTES)
        async with self._db.begin() as conn:
            moved = await links.enter_code(conn, link, given, device, self._now())
        return self._enter(request, link, device) if moved else self._door(request, link, asked=True, wrong=True)

    async def record(self, request: web.Request) -> web.Response:
        """POST: record the ticked follow-ups, all or none."""
        link = await self._link(request)
        if link is None:
            return _page("gone.html.j2", 404)
        if link.state != "open":
            return self._door(request, link)
        fields = await _fields(request)
        month = self._month(dict(fields).get("month"))
        today = self._today()
        own = await self._own(link, month)
        rows = forms.sent(fields, {each.enrolment: each for each in own})
        found = forms.entries(rows, month)
        problem = "" if any(row.ticked for row in rows) else "Kryssa i de uppföljningar som är gjorda."
        if not problem and not any(row.errors for row in rows):
            author = Author("page", link.provider_id, link.address_id)
            try:
                async with self._db.begin() as conn:
                    entries = [entry for _, entry in found]
                    await recording.record(conn, entries, author, today, self._now())
                return _back(request, f"?month={month}&saved={len(found)}")
            except Refused as refused:
                for each in refused.refusals:
                    found[each.place][0].errors[each.field] = each.sentence
        return await self._form(request, link, rows=rows, month=month, problem=problem)

    async def take_file(self, request: web.Request) -> web.Response:
        """POST: record the follow-ups of a CSV or XLSX file, all or none."""
        link = await self._link(request)
        if link is None:
            return _page("gone.html.j2", 404)
        if link.state != "open":
            return self._door(request, link)
        name, content = await _file(request)
        if len(content) > FILE_LIMIT:
            return await self._form(request, link, file_problems=["Filen är för stor: högst 1 MB tas emot."])
        if not name:
            return await self._form(request, link, file_problems=["Välj en fil först."])
        batch = await asyncio.to_thread(_read, name, content)
        problems = followup_rows.unfit(batch)
        if not problems:
            author = Author("file", link.provider_id, link.address_id)
            async with self._db.begin() as conn:
                problems = await followup_rows.record(conn, batch.followups, author, self._today(), self._now())
        if problems:
            return await self._form(
                request, link, file_problems=[str(followup_rows.in_swedish(each)) for each in problems]
            )
        return _back(request, f"?month={batch.followups[-1].month}&saved={len(batch.followups)}")

    async def _link(self, request: web.Request) -> Link | None:
        async with self._db.read() as conn:
            token, device = request.match_info["token"], request.cookies.get(COOKIE)
            link = await links.find(conn, token, device, self._now())
        return link if link is not None and link.kind == "page" else None

    async def _own(self, link: Link, month: str) -> list[enrolment_months.EnrolmentMonth]:
        """The provider's enrolments of the month that ask for a follow-up or have one."""
        async with self._db.read() as conn:
            found = await enrolment_months.of_month(conn, month, link.provider_id)
        return [each for each in found if each.due or each.held_on is not None]

    async def _form(
        self,
        request: web.Request,
        link: Link,
        *,
        rows: list[forms.Row] | None = None,
        month: str = "",
        problem: str = "",
        file_problems: Sequence[str] = (),
        saved: int | None = None,
    ) -> web.Response:
        today = self._today()
        months = self._months(today)
        if not month:
            month = await self._wanted(request, link, months)
        own = await self._own(link, month)
        start = _start(request, len(own))
        if rows is None:
            missing_first = sorted(own, key=lambda each: each.held_on is not None)
            rows = forms.first_shown(missing_first[start : start + forms.ROWS], today)
        errors = [(row.number, name, text) for row in rows for name, text in row.errors.items()]
        return _page(
            "month.html.j2",
            422 if errors or problem or file_problems else 200,
            token=request.match_info["token"],
            provider=link.provider_name,
            month=month,
            months=months,
            locks_on=recording.locks_on(month),
            rows=rows,
            total=len(own),
            done=sum(each.held_on is not None for each in own),
            start=start,
            page=forms.ROWS,
            first=first_day(month),
            today=today,
            errors=errors,
            problem=problem,
            file_problems=file_problems[:SHOWN_PROBLEMS],
            more_problems=max(0, len(file_problems) - SHOWN_PROBLEMS),
            saved=saved,
            until=link.expires_at.astimezone(self._zone).date(),
        )

    def _door(
        self, request: web.Request, link: Link, *, asked: bool | None = None, wrong: bool = False
    ) -> web.Response:
        """Before the list: open the link here, or prove that the phone it was sent to is at hand."""
        return _page(
            "door.html.j2",
            422 if wrong else 200,
            token=request.match_info["token"],
            new=link.state == "new",
            asked=asked,
            wrong=wrong,
        )

    async def _send_code(self, link: Link) -> bool:
        """False when too many codes have been sent to this link."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        now = self._now()
        async with self._db.begin() as conn:
            number = await links.set_code(conn, link, code, now)
            if number is None:
                return False
            key = f"{outbox.REPLY}code:{link.id}:{number}"  # somebody waits for it, whatever the hour
            text = link_messages.code_message(code)
            await link_messages.queue(conn, key, link.address_id, text, now, links.CODE_LIFETIME)
        self._wake()
        return True

    def _enter(self, request: web.Request, link: Link, device: str) -> web.Response:
        answer = _back(request)
        answer.set_cookie(
            COOKIE,
            device,
            path=f"{link_messages.PATH}{request.match_info['token']}",
            max_age=int((link.expires_at - self._now()) / timedelta(seconds=1)),
            httponly=True,
            secure=self._secure,
            samesite="Lax",  # a link in a message must open the list at once
        )
        return answer

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _months(self, today: date) -> list[str]:
        """This month, and the one before it while that is not locked; the earlier first."""
        this = month_of(today)
        before = preceding(this)
        return [this] if recording.is_locked(before, today) else [before, this]

    def _month(self, wanted: str | None) -> str:
        """The month that was asked for where it is still open, else this month."""
        months = self._months(self._today())
        return wanted if wanted in months else months[-1]

    async def _wanted(self, request: web.Request, link: Link, months: list[str]) -> str:
        """The month in the address; else the month before, while something of it is missing."""
        if request.query.get("month") in months:
            return request.query["month"]
        if len(months) > 1 and any(each.held_on is None for each in await self._own(link, months[0])):
            return months[0]
        return months[-1]


def _start(request: web.Request, total: int) -> int:
    start = request.query.get("from", "0")
    return int(start) if start.isdecimal() and len(start) < 6 and int(start) < total else 0


async def _fields(request: web.Request) -> list[tuple[str, str]]:
    """The form's fields. Raises 400 and 413."""
    try:
        text = (await request.read()).decode()
        fields = parse_qsl(text, keep_blank_values=True, max_num_fields=MAX_FIELDS)
        return [(name, value.replace("\0", "")) for name, value in fields]
    except ValueError as error:
        raise web.HTTPBadRequest(text="Formuläret kan inte läsas.") from error


async def _file(request: web.Request) -> tuple[str, bytes]:
    """The name and content of the file that was chosen, of a large one the beginning. Raises 400."""
    try:
        async for part in await request.multipart():
            if not isinstance(part, BodyPartReader) or part.name != "file":
                continue
            content = bytearray()
            while len(content) <= FILE_LIMIT and (chunk := await part.read_chunk()):
                content += chunk
            return part.filename or "", bytes(content)
    except (ValueError, AssertionError) as error:  # aiohttp says so of what is no multipart form
        raise web.HTTPBadRequest(text="Formuläret kan inte läsas.") from error
    return "", b""


def _read(name: str, content: bytes) -> RegisterBatch:
    """A register file that is not on disk. Of the name it came with, only what kind of file it is counts."""
    with TemporaryDirectory() as folder:
        path = Path(folder) / ("filen.xlsx" if name.lower().endswith(".xlsx") else "filen.csv")
        path.write_bytes(content)
        return reader.read([path])


def _back(request: web.Request, query: str = "") -> web.Response:
    location = f"{link_messages.PATH}{request.match_info['token']}{query}"
    return web.Response(status=303, headers={"Location": location, **HEADERS})


def _page(name: str, status: int = 200, **values: Any) -> web.Response:
    text = _templates().get_template(name).render(**values)
    return web.Response(text=text, status=status, content_type="text/html", headers=HEADERS)


async def _style(_request: web.Request) -> web.Response:
    return web.Response(text=_css(), content_type="text/css", headers={"Cache-Control": "max-age=3600"})


@cache
def _css() -> str:
    return (Path(__file__).parent / "templates" / "page.css").read_text(encoding="utf-8")


@cache
def _templates() -> Environment:
    environment = Environment(
        loader=PackageLoader("bot.web.provider", "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        path=link_messages.PATH, forms=FORMS, activities=ACTIVITIES, words=words, length=recording.NEXT_STEP_LENGTH
    )
    return environment
