"""The page where a provider's contact person records the month's follow-ups, behind a personal link.

It works without JavaScript: plain forms, one for the whole list. It shows nothing about customers but the number of
their enrolment, and nothing that they have said. A link is bound to the first browser that opens it; another one
needs a code that is sent to the phone (storage/contacts/links.py says why).
"""

import asyncio
import secrets
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from zoneinfo import ZoneInfo

from aiohttp import web

from bot import wording
from bot.web.provider import forms, link_messages
from bot.web.provider.rendering import page, redirect, style
from bot.web.provider.requests import fields_of, saved_of, start_of
from bot.web.uploads import TooLarge, file_of
from storage.contacts import links
from storage.contacts.links import Link
from storage.database.engine import Database
from storage.delivery import outbox
from storage.errors import RecordingRefused
from storage.followups import enrolment_months, recording
from storage.followups.calendar import first_day, month_of, preceding
from storage.followups.recording import Author
from storage.register import followup_rows, reader
from storage.register.files.workbooks import UPLOAD
from survey.unit.profile import UnitProfile

COOKIE = "enhet"
CODE_DIGITS = 6
SHOWN_PROBLEMS = 20  # of a file, at once


@dataclass(frozen=True, slots=True)
class _Answer:
    """What the form shows beside the month: the rows as they were sent, and what was wrong or saved.

    Attributes:
        rows: None for the rows as they are stored.
        month: empty for the one in the address.
        problem: one sentence about the whole form.
        file_problems: sentences about a file.
        saved: how many follow-ups were just recorded; None for no word about it.
    """

    rows: list[forms.Row] | None = None
    month: str = ""
    problem: str = ""
    file_problems: Sequence[str] = ()
    saved: int | None = None


def build(
    db: Database,
    now: Callable[[], datetime],
    zone: ZoneInfo,
    base_url: str,
    wake: Callable[[], object],
    unit: UnitProfile,
) -> web.Application:
    """Return the sub-application for ``link_messages.PATH``.

    Args:
        db: the database.
        now: the clock.
        zone: the unit's zone, in which a month begins and locks.
        base_url: the address that a browser uses; with https the cookie is sent by https alone.
        wake: called when a message has been queued.
        unit: whom a contact person may call.
    """
    pages = _Pages(db, now, zone, base_url.startswith("https://"), wake, unit)
    app = web.Application()
    app.router.add_get("/page.css", style)
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
        unit: UnitProfile,
    ) -> None:
        self._db = db
        self._now = now
        self._zone = zone
        self._secure = secure
        self._wake = wake
        self._unit = unit
        self._reading = asyncio.Lock()  # files are read one at a time: each may take its limit of memory

    async def show(self, request: web.Request) -> web.Response:
        """GET: draw the month's form, or before the link is open, its door."""
        link = await self._link(request)
        if link is None:
            return page("gone.html.j2", self._unit, 404)
        if link.state != "open":
            return self._door(request, link)
        return await self._form(request, link, _Answer(saved=saved_of(request)))

    async def open(self, request: web.Request) -> web.Response:
        """POST: bind the link to this browser, when it is the first."""
        link = await self._link(request)
        if link is None:
            return page("gone.html.j2", self._unit, 404)
        if link.state == "new":
            device = secrets.token_urlsafe(links.TOKEN_BYTES)
            async with self._db.begin() as conn:
                bound = await links.bind(conn, link, device, self._now())
            if bound:
                return self._enter(request, link, device)
            link = await self._link(request)
            if link is None:
                return page("gone.html.j2", self._unit, 404)
        return redirect(request.match_info["token"]) if link.state == "open" else self._door(request, link)

    async def code(self, request: web.Request) -> web.Response:
        """POST: send a code to the phone, or with the code that was sent bind the link to this browser."""
        link = await self._link(request)
        if link is None:
            return page("gone.html.j2", self._unit, 404)
        if link.state != "elsewhere":
            return redirect(request.match_info["token"])
        fields = dict(await fields_of(request))
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
            return page("gone.html.j2", self._unit, 404)
        if link.state != "open":
            return self._door(request, link)
        fields = await fields_of(request)
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
                return redirect(request.match_info["token"], f"?month={month}&saved={len(found)}")
            except RecordingRefused as refused:
                for each in refused.refusals:
                    found[each.place][0].errors[each.field] = wording.refusal(each)
        return await self._form(request, link, _Answer(rows, month, problem))

    async def take_file(self, request: web.Request) -> web.Response:
        """POST: record the follow-ups of a CSV or XLSX file, all or none."""
        link = await self._link(request)
        if link is None:
            return page("gone.html.j2", self._unit, 404)
        if link.state != "open":
            return self._door(request, link)
        try:
            name, content = await file_of(request, UPLOAD.packed)
        except TooLarge:
            return await self._form(
                request, link, _Answer(file_problems=["Filen är för stor: högst 1 MB tas emot."])
            )
        if not name:
            return await self._form(request, link, _Answer(file_problems=["Välj en fil först."]))
        # The file's own name tells a workbook from a CSV file, and is used for nothing else.
        called = "filen.xlsx" if name.lower().endswith(".xlsx") else "filen.csv"
        async with self._reading:
            batch = await asyncio.to_thread(reader.read_content, called, content)
        problems = followup_rows.unfit(batch, "filen")
        if not problems:
            author = Author("file", link.provider_id, link.address_id)
            async with self._db.begin() as conn:
                problems = await followup_rows.record(conn, batch.followups, author, self._today(), self._now())
        if problems:
            sentences = [wording.problem_of_provider(each) for each in problems]
            return await self._form(request, link, _Answer(file_problems=sentences))
        return redirect(
            request.match_info["token"], f"?month={batch.followups[-1].month}&saved={len(batch.followups)}"
        )

    async def _link(self, request: web.Request) -> Link | None:
        async with self._db.read() as conn:
            token, device = request.match_info["token"], request.cookies.get(COOKIE)
            link = await links.find(conn, token, device, self._now())
        return link if link is not None and link.kind == "page" else None

    async def _own(self, link: Link, month: str) -> list[enrolment_months.EnrolmentMonth]:
        """Return the provider's enrolments of the month that ask for a follow-up or have one."""
        async with self._db.read() as conn:
            found = await enrolment_months.of_month(conn, month, link.provider_id)
        return [each for each in found if each.due or each.held_on is not None]

    async def _form(self, request: web.Request, link: Link, answer: _Answer) -> web.Response:
        """Draw the month's form."""
        today = self._today()
        months = self._months(today)
        month = answer.month or await self._wanted(request, link, months)
        own = await self._own(link, month)
        rows = answer.rows
        start = start_of(request, len(own))
        if rows is None:
            missing_first = sorted(own, key=lambda each: each.held_on is not None)
            rows = forms.first_shown(missing_first[start : start + forms.ROWS], today)
        errors = [(row.number, name, text) for row in rows for name, text in row.errors.items()]
        return page(
            "month.html.j2",
            self._unit,
            422 if errors or answer.problem or answer.file_problems else 200,
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
            problem=answer.problem,
            file_problems=answer.file_problems[:SHOWN_PROBLEMS],
            more_problems=max(0, len(answer.file_problems) - SHOWN_PROBLEMS),
            saved=answer.saved,
            until=link.expires_at.astimezone(self._zone).date(),
        )

    def _door(
        self, request: web.Request, link: Link, *, asked: bool | None = None, wrong: bool = False
    ) -> web.Response:
        """Draw what comes before the form: open the link here, or enter the code sent to its phone."""
        return page(
            "door.html.j2",
            self._unit,
            422 if wrong else 200,
            token=request.match_info["token"],
            new=link.state == "new",
            asked=asked,
            wrong=wrong,
        )

    async def _send_code(self, link: Link) -> bool:
        """Queue a code to the link's phone; return False when too many have been sent for this link."""
        code = f"{secrets.randbelow(10**CODE_DIGITS):0{CODE_DIGITS}}"
        now = self._now()
        async with self._db.begin() as conn:
            number = await links.set_code(conn, link, code, now)
            if number is None:
                return False
            key = f"{outbox.REPLY}code:{link.id}:{number}"  # as a reply it is sent at night too
            text = link_messages.code_message(self._unit.short, code)
            await link_messages.queue(conn, key, link.address_id, text, now, links.CODE_LIFETIME)
        self._wake()
        return True

    def _enter(self, request: web.Request, link: Link, device: str) -> web.Response:
        answer = redirect(request.match_info["token"])
        answer.set_cookie(
            COOKIE,
            device,
            path=f"{link_messages.PATH}{request.match_info['token']}",
            max_age=int((link.expires_at - self._now()) / timedelta(seconds=1)),
            httponly=True,
            secure=self._secure,
            samesite="Lax",  # with Strict, a link in a message would open the door and not the form
        )
        return answer

    def _today(self) -> date:
        return self._now().astimezone(self._zone).date()

    def _months(self, today: date) -> list[str]:
        """Return this month, and before it the last month while that is not locked."""
        this = month_of(today)
        before = preceding(this)
        return [this] if recording.is_locked(before, today) else [before, this]

    def _month(self, wanted: str | None) -> str:
        """Return the month that is wanted where it is still open, else this month."""
        months = self._months(self._today())
        return wanted if wanted in months else months[-1]

    async def _wanted(self, request: web.Request, link: Link, months: list[str]) -> str:
        """Return the month in the address; without one, the last month while something in it is missing."""
        if request.query.get("month") in months:
            return request.query["month"]
        if len(months) > 1 and any(each.held_on is None for each in await self._own(link, months[0])):
            return months[0]
        return months[-1]
