"""The page's HTTP interface, without a browser: what it shows, does and refuses."""

import asyncio
import os
import signal
import socket
from pathlib import Path
from typing import Any

import aiohttp
import pytest
from sqlalchemy import select, update

from storage.database.engine import Database
from storage.tables import address, measurement, occasion, outbox
from tests.support.browser.phone_page import phones_world
from tests.support.command import FOLLOWUP
from tests.support.journeys.world import World
from tests.support.migrated import new_database

SMS = {"channel": "sms", "address": "+46701000001"}


class Browser:
    """The calls that the page's script makes."""

    def __init__(self, http: aiohttp.ClientSession, url: str) -> None:
        self._http, self._url = http, f"{url}/phones/api/"

    async def see(self, path: str) -> Any:
        async with self._http.get(self._url + path) as answer:
            return await answer.json()

    async def do(self, name: str, ref: str = "K1", **asked: Any) -> Any:
        async with self._http.post(f"{self._url}customers/{ref}/{name}", json=asked) as answer:
            return await answer.json()

    async def start(self, survey: str = "start", **asked: Any) -> Any:
        """Ask a survey, and wait until the question has left; return the customer, or the error."""
        refused = await self.do("start", survey=survey, enrolment="E1", **asked)
        return refused if "error" in refused else await self.until("Hur nöjd är du med hjälpen du får?")

    async def until(self, text: str) -> Any:
        """Return customer K1 once the last message of a phone has ``text`` in it."""
        async with asyncio.timeout(30):
            while True:
                view = await self.see("customers/K1")
                if any(text in phone["messages"][-1]["text"] for phone in view["phones"] if phone["messages"]):
                    return view
                await asyncio.sleep(0.02)


@pytest.fixture
async def http() -> Any:
    async with aiohttp.ClientSession() as session:
        yield session


async def _set_state(story: World, state: str) -> None:
    async with story.db.begin() as conn:
        await conn.execute(update(address).where(address.c.channel == "sms").values(state=state))


async def test_customers_are_found_by_number_enrolment_and_provider(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        found = {
            search: [each["ref"] for each in await page.see(f"customers?search={search}")]
            for search in ("", "k2", "E1", "nya st", "%25", "_", "finns inte")
        }
    assert found == {
        "": ["K1", "K2"],
        "k2": ["K2"],
        "E1": ["K1"],
        "nya st": ["K1"],
        "%25": [],  # a character to look for, not a pattern
        "_": [],
        "finns inte": [],
    }


async def test_a_survey_asked_again_counts_for_nothing(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        await page.start()
        await page.do("write", **SMS, text="4")
        assert (await page.start())["error"] == "Ett annat samtal är öppet med kunden."
        ended = await page.do("end")
        await page.start()
        again = await page.do("write", **SMS, text="1")
        async with db.read() as conn:
            overall = (await conn.execute(select(measurement.c.overall).where(measurement.c.overall > 0))).all()
            periods = (await conn.execute(select(occasion.c.period).order_by(occasion.c.id))).scalars().all()
    assert ended["conversations"][0]["outcome"] == "partial"
    assert [each["trial"] for each in again["conversations"]] == [True, False]
    assert [each["answers"][0]["value"] for each in again["conversations"]] == [1, 4]
    assert overall == [(4,)]
    assert periods == ["", "prov-1"]


async def test_a_planned_survey_is_opened_not_duplicated(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        await story.app.planner.plan(story.clock())  # E1 began 28 days ago
        await Browser(http, story.url).start()
        async with db.read() as conn:
            rows = (await conn.execute(select(occasion.c.survey, occasion.c.period, occasion.c.reason))).all()
        assert ("start", "", "asked") in rows
        assert [survey for survey, *_ in rows].count("start") == 1


async def test_telegram_is_connected_by_the_real_link(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        await page.do("telegram")
        linked = await page.until("Nu kan Nacka kommun ställa frågor")
        (chat,) = [phone["address"] for phone in linked["phones"] if phone["channel"] == "telegram"]
        asked = await page.start(channel="telegram")
        question = asked["phones"][-1]["messages"][-1]
        key = question["buttons"][0][0]
        to = {"channel": "telegram", "address": chat}
        await page.do("attach", **to, kind="sticker")
        tapped = await page.do("tap", **to, message=question["id"], data=key["data"])
    shown = next(each for each in tapped["phones"][-1]["messages"] if each["id"] == question["id"])
    assert [each["text"] for each in tapped["phones"][-1]["messages"] if each["author"] == "person"][1:] == [
        "😀 Klistermärke"
    ]
    assert not shown["buttons"] or shown["buttons"][0][0]["tapped"]
    assert tapped["conversations"][0]["answers"][0]["value"] == 5


@pytest.mark.parametrize(
    ("name", "asked", "sentence"),
    [
        ("write", {**SMS, "text": " "}, "text saknas."),
        ("write", {**SMS, "text": "x" * 1601}, "Meddelandet är längre än 1600 tecken."),
        ("write", {**SMS, "address": "+46701000002", "text": "4"}, "Kunden K1 har ingen sådan telefon."),
        ("tap", {**SMS, "message": 1, "data": "x"}, "Knappar finns bara i Telegram."),
        ("attach", {**SMS, "kind": "photo"}, "Bilder, röst och klistermärken finns bara i Telegram."),
        ("language", {"language": "xx"}, "Språket 'xx' finns inte."),
        ("start", {"survey": "nej", "enrolment": "E1"}, "Enkäten 'nej' finns inte."),
        ("start", {"survey": "end", "enrolment": "E2"}, "Kunden K1 har ingen insats 'E2'."),
        (
            "start",
            {"survey": "end", "enrolment": "E1", "channel": "telegram"},
            "Kunden har ingen adress som går att nå.",
        ),
    ],
)
async def test_what_cannot_be_done_changes_nothing(
    name: str, asked: dict[str, Any], sentence: str, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    db = new_database(tmp_path / "phones.db")
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        before = await page.see("customers/K1")
        assert await page.do(name, **asked) == {"error": sentence}
        assert await page.see("customers/K1") == before
        assert await page.do(name, ref="K9", **asked) in (
            {"error": "Kunden K9 finns inte i registret."},
            {"error": sentence},
        )
        async with db.read() as conn:
            assert (await conn.execute(select(occasion.c.id))).all() == []
    await db.close()


async def test_a_foreign_page_can_neither_read_nor_write(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        url = f"{story.url}/phones/api/customers"
        async with http.get(url, headers={"Host": "evil.example"}) as answer:
            assert answer.status == 403
        async with http.post(f"{url}/K1/end", data={"a": "b"}) as answer:
            assert answer.status == 415
        async with http.post(f"{url}/K1/end", json=[1]) as answer:
            assert answer.status == 400
        async with http.get(f"{story.url}/phones/") as answer:
            assert "default-src 'self'" in answer.headers["Content-Security-Policy"]


async def test_who_said_stop_is_not_asked(db: Database, tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        stopped = await page.do("write", **SMS, text="STOPP")
        assert stopped["phones"][0]["state"] == "opted_out"
        assert (await page.start())["error"] == "Kunden har sagt stopp."
        await _set_state(story, "unreachable")  # the stop is the person's, whatever becomes of the phone
        assert (await page.start())["error"] == "Kunden har sagt stopp."


async def test_who_cannot_be_reached_is_not_asked(
    db: Database, tmp_path: Path, http: aiohttp.ClientSession
) -> None:
    async with phones_world(db, tmp_path) as story:
        page = Browser(http, story.url)
        await _set_state(story, "unreachable")
        assert (await page.start())["error"] == "Kunden har ingen adress som går att nå."


async def test_an_event_follows_every_change(db: Database, tmp_path: Path, http: aiohttp.ClientSession) -> None:
    async with phones_world(db, tmp_path) as story, http.get(f"{story.url}/phones/api/events") as stream:
        first = await _event(stream)
        await Browser(http, story.url).do("write", **SMS, text="Hej")
        assert int(await _event(stream)) > int(first)
        await story.app.web.shutdown()
        async with asyncio.timeout(10):
            await stream.content.read()  # to its end
        assert stream.content.at_eof()


async def _event(stream: aiohttp.ClientResponse) -> bytes:
    async with asyncio.timeout(30):
        while not (line := await stream.content.readline()).startswith(b"data:"):
            assert line
    return line.removeprefix(b"data:").strip()


async def _followup(*args: str, folder: Path, **env: str) -> asyncio.subprocess.Process:
    return await asyncio.create_subprocess_exec(
        FOLLOWUP,
        *args,
        cwd=folder,
        env={"PATH": os.environ["PATH"], **env},
        stdout=asyncio.subprocess.PIPE,
        stderr=asyncio.subprocess.PIPE,
    )


async def _told(process: asyncio.subprocess.Process) -> tuple[int | None, str]:
    _, err = await asyncio.wait_for(process.communicate(), 60)
    return process.returncode, err.decode()


async def test_simulate_serves_the_phones_and_ends_cleanly(tmp_path: Path, http: aiohttp.ClientSession) -> None:
    db = new_database(tmp_path / "followup.db")
    with socket.create_server(("127.0.0.1", 0)) as free:
        port = free.getsockname()[1]
    process = await _followup("run", "--simulate", "--port", str(port), folder=tmp_path)
    assert process.stdout is not None
    async with asyncio.timeout(60):
        said = [(await process.stdout.readline()).decode() for _ in range(2)]
    url = f"http://127.0.0.1:{port}"
    assert said[0].startswith("Simulering: inget riktigt skickas.")
    assert said[1] == f"Telefonerna finns på {url}/phones/ . Avsluta med Ctrl+C.\n"
    async with http.get(f"{url}/phones/api/events") as open_page:  # an open page does not hold the end up
        await _event(open_page)
        assert await Browser(http, url).see("customers") == []
        process.send_signal(signal.SIGINT)
        async with asyncio.timeout(30):
            assert await process.wait() == 0
    assert await process.stderr.read() == b""  # type: ignore[union-attr]
    await db.close()


@pytest.mark.parametrize(
    ("name", "env"),
    [
        (
            "TWILIO_ACCOUNT_SID",
            {"TWILIO_ACCOUNT_SID": "AC1", "TWILIO_AUTH_TOKEN": "t", "TWILIO_FROM": "+46700000001"},
        ),
        ("TELEGRAM_BOT_TOKEN", {"TELEGRAM_BOT_TOKEN": "1:a"}),
    ],
)
async def test_simulate_refuses_to_start_with_a_real_account(
    name: str, env: dict[str, str], tmp_path: Path
) -> None:
    code, told = await _told(await _followup("run", "--simulate", folder=tmp_path, **env))
    assert code == 2
    assert told.startswith(f"--simulate startar inte när {name} är satt")


@pytest.mark.parametrize("host", ["0.0.0.0", "::", "192.0.2.7"])
async def test_simulate_is_for_this_machine_alone(host: str, tmp_path: Path) -> None:
    code, told = await _told(await _followup("run", "--simulate", "--host", host, folder=tmp_path))
    assert code == 2
    assert told.startswith(f"--simulate lyssnar bara på den här datorn, inte på {host}")


async def test_simulate_refuses_a_database_in_real_use(tmp_path: Path) -> None:
    db = new_database(tmp_path / "followup.db")
    async with phones_world(db, tmp_path) as story:
        async with aiohttp.ClientSession() as http:
            await Browser(http, story.url).start()
        async with db.begin() as conn:
            await conn.execute(update(outbox).values(external_id="SM8a61f1c5b1a84bc5a0b0bd2ea1f8e2f4"))
    await db.close()
    code, told = await _told(await _followup("run", "--simulate", folder=tmp_path))
    assert code == 2
    assert told.startswith("--simulate startar inte mot en databas som har skickat riktiga SMS")
