"""A contact person records the month's follow-ups on the page behind the link in the SMS."""

import io
import re
from collections.abc import AsyncIterator
from datetime import date, timedelta
from html import unescape
from pathlib import Path

import aiohttp
import pytest
import xlsxwriter
from sqlalchemy import select

from bot.web.provider import link_messages
from bot.web.provider.forms import ROWS
from storage.contacts import links
from storage.database.engine import Database
from storage.tables import follow_up, follow_up_event, outbox
from survey.packs import segments
from tests.support.journeys.world import World, world
from tests.support.provider_page import Browser, browser, held, link_to
from tests.support.providers import PHONE, REGISTER
from tests.support.workbooks import cell, workbook


@pytest.fixture
async def story(db: Database, tmp_path: Path) -> AsyncIterator[World]:
    async with world(db, tmp_path, "2026-09-01T10:00") as started:
        await started.read(**REGISTER)
        await started.wake("2026-11-25T10:00")
        yield started


async def test_from_the_sms_to_the_record(story: World) -> None:
    address = await link_to(story, "P1")
    async with browser(address) as contact:
        status, page = await contact.get()
        assert (status, "1042" in page, "Öppna" in page) == (
            200,
            False,
            True,
        )  # a preview of the link does not open it
        status, page = await contact.post("/open")
        assert status == 200
        assert "Alfa: 0 av 2 är registrerade. Månaden låses 5 december" in page
        assert "2001" not in page  # another provider's
        assert 'value="2026-11-25"' in page
        status, page = await contact.post(
            month="2026-11",
            ref_1="1042",
            held_1="on",
            date_1="2026-11-03",
            form_1="phone",
            plan_1="on",
            activity_1="coaching",
            next_1="Ring  arbetsgivaren",
            ref_2="1043",
            date_2="2026-11-25",
            form_2="meeting",
        )
        assert (status, "1 uppföljning är sparad." in page) == (200, True)
        assert "1042: 3 november, telefon" in page
        assert await held(story.db) == [("2026-11", date(2026, 11, 3), "phone")]
        async with story.db.read() as conn:
            row = (await conn.execute(select(follow_up))).one()
            event = (await conn.execute(select(follow_up_event))).one()
        assert (row.from_plan, row.plan_changed, row.activities) == (1, 0, "coaching")
        assert row.next_step == "Ring arbetsgivaren"
        assert (event.source, event.address_id is not None, event.who) == ("page", True, "")
        # While the month is open, the contact corrects the day.
        status, page = await contact.post(
            month="2026-11", ref_1="1042", held_1="on", date_1="2026-11-04", form_1="meeting"
        )
        assert "1042: 4 november, möte" in page


async def test_a_shared_link_follows_the_phone(story: World) -> None:
    address = await link_to(story, "P1")
    async with browser(address) as stranger, browser(address) as owner:
        await stranger.post("/open")  # the SMS was passed on before it was opened
        status, page = await owner.get()
        assert (status, "öppnad på ett annat ställe" in page, "1042" in page) == (200, True, False)
        assert "på väg till telefonen" in (await owner.post("/code"))[1]
        await story.deliver()
        sent = re.search(r"kod är (\d{6})", story.texts(PHONE)[-1])
        assert sent is not None
        wrong = f"{(int(sent[1]) + 1) % 1_000_000:06}"
        assert (await owner.post("/code", code=wrong))[0] == 422
        status, page = await owner.post("/code", code=f"{sent[1][:3]} {sent[1][3:]}")
        assert (status, "1042" in page) == (200, True)
        for answer in (await stranger.get(), await stranger.post(month="2026-11", ref_1="1042", held_1="on")):
            assert "1042" not in answer[1]
        assert await held(story.db) == []
        code_text = link_messages.code_message("Nacka", "123456")
        assert segments.count(code_text).parts == 1


async def test_expired_withdrawn_and_guessed_links_say_the_same(story: World) -> None:
    address = await link_to(story, "P1", days=1)
    async with browser(address) as contact, browser(address[:-1] + "!") as guess:
        await contact.post("/open")
        story.clock.advance(story.clock() + timedelta(days=1))
        gone = [
            await contact.get(),
            await contact.post(month="2026-11"),
            await guess.get(),
            await guess.post("/open"),
        ]
        gone += [await contact.post("/code"), await contact.post("/open")]
    newer = await link_to(story, "P1")
    async with browser(newer) as contact:
        await contact.post("/open")
        async with story.db.begin() as conn:
            await links.revoke(conn, 1, story.clock())
        gone.append(await contact.get())
    assert [status for status, _ in gone] == [404] * 7
    assert len({page for _, page in gone}) == 1


async def test_mistakes_are_named_and_typed_values_kept(story: World) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        cases = [
            (("2001", "2026-11-03"), "Insatsen 2001"),  # another provider's
            (("1043\0", "2026-11-26"), "Datumet 2026-11-26 för 1043"),  # tomorrow
            (("1042", "2026-10-30"), "Datumet 2026-10-30 för 1042"),  # of another month
            (("1042", "3/11"), "ÅÅÅÅ-MM-DD"),
        ]
        for (ref, day), words in cases:
            good = {"ref_2": "1043" if ref == "1042" else "1042", "held_2": "on", "date_2": "2026-11-02"}
            good |= {"form_2": "digital", "next_2": 'Säg "hej" & <b>'}
            status, page = await contact.post(
                month="2026-11", ref_1=ref, held_1="on", date_1=day, form_1="meeting", **good
            )
            assert (status, page.count(words) >= 2) == (422, True)  # in the summary, and at the field
            assert "Fel: Uppföljningar november 2026" in page
            assert 'value="2026-11-02"' in page
        status, page = await contact.post(month="2026-11", ref_1="1042", date_1="2026-11-03", form_1="meeting")
        assert (status, "Kryssa i de uppföljningar" in page) == (422, True)
        # A locked month is not offered: the form is that of this month.
        status, page = await contact.post(
            month="2026-10", ref_1="1042", held_1="on", date_1="2026-10-03", form_1="meeting"
        )
        assert status == 422
        assert await held(story.db) == []


async def test_nonsense_in_an_unticked_row_is_shown(story: World) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        await contact.post(month="2026-11", ref_1="1042", held_1="on", date_1="2026-11-03", form_1="phone")
        status, page = await contact.post(month="2026-11", ref_1="1042", date_1="igår", form_1="fax")
    assert (status, "1042: igår, fax" in page) == (422, True)


async def test_text_is_text(story: World) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        await contact.post(
            month="2026-11", ref_1="1042", held_1="on", date_1="2026-11-03", form_1="phone", next_1="<b>&\"'</b>"
        )
        async with contact.http.get(contact.url) as answer:
            assert "&lt;b&gt;&amp;&#34;&#39;&lt;/b&gt;" in await answer.text()


async def test_the_last_month_comes_first_until_locked(story: World) -> None:
    await story.wake("2026-12-04T10:00")
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        _, page = await contact.get()
        assert "<h1>Uppföljningar november 2026</h1>" in page
        assert 'type="date"' in page
        assert 'value="2026-12-04"' not in page  # nobody can tell on which day of November it was
        assert "<h1>Uppföljningar december 2026</h1>" in (await contact.get("?month=2026-12"))[1]
        assert "<h1>Uppföljningar november 2026</h1>" in (await contact.get("?month=2019-01"))[1]
        story.clock.advance(story.clock() + timedelta(days=1))
        _, page = await contact.get("?month=2026-11")
        assert "<h1>Uppföljningar december 2026</h1>" in page


async def test_a_provider_without_enrolments(story: World) -> None:
    await story.read(
        enrolments="ref,customer,provider,started_on,ended_on,end_reason\n2001,K3,P2,2026-09-01,2026-10-31,work\n"
    )
    async with browser(await link_to(story, "P2")) as contact:
        await contact.post("/open")
        status, page = await contact.get()
        assert (status, "Ni har inga insatser som ska följas upp" in page, "Spara" in page) == (200, True, False)
        assert (await contact.post(month="2026-11"))[0] == 422


async def test_a_long_list_is_turned_page_by_page(story: World) -> None:
    total = ROWS + 5
    customers = "".join(f"L{n},\n" for n in range(total))
    enrolments = "".join(f"{3000 + n},L{n},P2,2026-09-01\n" for n in range(total))
    await story.read(
        customers=f"ref,phone\n{customers}", enrolments=f"ref,customer,provider,started_on\n{enrolments}"
    )
    async with browser(await link_to(story, "P2")) as contact:
        await contact.post("/open")
        _, first = await contact.get()
        _, second = await contact.get(f"?from={ROWS}")
        assert (first.count("Uppföljningen är gjord"), second.count("Uppföljningen är gjord")) == (ROWS, 6)
        fields = {}
        for n in range(1, ROWS + 1):  # the whole page at once, with as much as can be written
            fields |= {
                f"ref_{n}": str(2999 + n),
                f"held_{n}": "on",
                f"date_{n}": "2026-11-20",
                f"form_{n}": "digital",
            }
            fields |= {f"next_{n}": "ö" * 200}
        status, page = await contact.post(month="2026-11", **fields)
        assert (status, f"{ROWS} uppföljningar är sparade." in page) == (200, True)


async def test_the_link_leaves_no_copy_behind(story: World) -> None:
    address = await link_to(story, "P1")
    (text,) = story.texts(PHONE)
    long_host = text.replace(story.url, "https://uppfoljning.arbetsenheten.nackakommun.se:8443")
    assert segments.count(long_host).parts == 1
    (erase,) = (tick for tick in story.app.ticks() if tick.name == "links")
    await erase.work()
    async with story.db.read() as conn:
        kept = (await conn.execute(select(outbox.c.say))).scalars().all()
    assert address.rsplit("/", 1)[1] not in "".join(kept)


async def send_file(contact: Browser, content: bytes, name: str = "nov.csv") -> tuple[int, str]:
    form = aiohttp.FormData()
    form.add_field("file", io.BytesIO(content), filename=name, content_type="application/octet-stream")
    async with contact.http.post(contact.url + "/file", data=form) as answer:
        return answer.status, unescape(await answer.text())


async def test_a_file_is_recorded_whole(story: World) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        rows = "insats;månad;datum;form\n1042;2026-11;2026-11-03;telefon\n1043;2026-11;2026-11-04;\n"
        status, page = await send_file(contact, rows.encode())
        assert (status, "2 uppföljningar är sparade." in page) == (200, True)
        assert await held(story.db) == [
            ("2026-11", date(2026, 11, 3), "phone"),
            ("2026-11", date(2026, 11, 4), None),
        ]
        async with story.db.read() as conn:
            events = (await conn.execute(select(follow_up_event))).all()
        assert {(event.source, event.address_id is not None) for event in events} == {("file", True)}


async def test_a_workbook_is_a_file_too(story: World, tmp_path: Path) -> None:
    path = tmp_path / "nov.xlsx"
    with xlsxwriter.Workbook(path) as book:
        sheet = book.add_worksheet()
        for n, row in enumerate((("enrolment", "month", "held_on"), ("1042", "2026-11", "2026-11-03"))):
            sheet.write_row(n, 0, row)
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        status, page = await send_file(contact, workbook(cell("XFD1048576")), "nov.xlsx")  # it ended the service
        assert (status, "XFD1048576 ligger långt utanför tabellen" in page) == (422, True)
        status, page = await send_file(contact, path.read_bytes(), "nov.xlsx")
        assert (status, "1 uppföljning är sparad." in page) == (200, True)


@pytest.mark.parametrize(
    ("content", "words"),
    [
        (
            "insats,månad,datum\n1042,2026-11,2026-11-03\n2001,2026-11,2026-11-03\n",
            "rad 3, insats: insatsen 2001",
        ),
        ("insats,månad,datum\n1042,2026-10,2026-10-03\n", "rad 2, månad: månaden 2026-10 är låst"),
        ("insats,månad,datum\n1042,2026-11,2026-11-26\n", "rad 2, datum: datumet 2026-11-26"),
        ("insats,månad,datum\n1042,november,2026-11-03\n", "”november” är ingen månad"),
        ("insats,månad,datum\n", "filen: den har inga rader"),
        ("ref,name\nP1,Annat namn\n", "filen: den ska bara ha uppföljningar"),
        ("", "filen är tom"),
        ("\0\1", "rubrikraden känns inte igen"),
        ("x" * 1_100_000, "högst 1 MB"),
    ],
)
async def test_a_faulty_file_changes_nothing(story: World, content: str, words: str) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        status, page = await send_file(contact, content.encode())
        assert status == 422
        assert words in page
        assert "Inget av filen är sparat" in page
        assert await held(story.db) == []


async def test_a_file_needs_an_open_link(story: World) -> None:
    rows = b"insats,m\xc3\xa5nad,datum\n1042,2026-11,2026-11-03\n"
    async with browser(await link_to(story, "P1")) as contact, browser(story.url + "/u/guessed") as guess:
        assert "1042" not in (await send_file(contact, rows))[1]  # the link is not open yet
        assert (await send_file(guess, rows))[0] == 404
    assert await held(story.db) == []


async def test_what_is_no_form_is_refused(story: World) -> None:
    async with browser(await link_to(story, "P1")) as contact:
        await contact.post("/open")
        assert (await contact.post("/file", file="1042"))[0] == 400
        async with contact.http.post(contact.url + "/file", data=aiohttp.FormData({"other": "x"})) as answer:
            assert answer.status == 400
        form = aiohttp.FormData(default_to_multipart=True)
        form.add_field("other", "x")
        async with contact.http.post(contact.url + "/file", data=form) as answer:
            assert answer.status == 400
