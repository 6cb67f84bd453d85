"""The emulator against a small aiohttp application that stands for the service."""

from __future__ import annotations

import asyncio
import itertools
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiohttp import ClientSession, web

from bot.channels.sms.webhook import twiml, verify
from bot.simulator.emulator.server import Emulator, EmulatorError

PUBLIC = "https://followup.example.se"
TOKEN = "emulated"
PHONE = "+46701234567"


class App:
    """A system under trial that keeps what came, and answers with a fixed reply."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, dict[str, Any]]] = []
        self.updates: list[tuple[str | None, Any]] = []
        self.reply: str | None = "Tack & hej!"

    async def twilio(self, request: web.Request) -> web.Response:
        form = await request.post()
        if not verify(TOKEN, PUBLIC + request.path, form, request.headers.get("X-Twilio-Signature")):
            return web.Response(status=403, text="wrongly signed")
        self.forms.append((request.path, dict(form)))
        return web.Response(text=twiml(self.reply), content_type="application/xml")

    async def telegram(self, request: web.Request) -> web.Response:
        self.updates.append((request.headers.get("X-Telegram-Bot-Api-Secret-Token"), await request.json()))
        return web.Response()


@pytest_asyncio.fixture
async def app() -> AsyncIterator[tuple[App, str]]:
    system = App()
    application = web.Application()
    application.router.add_post("/webhooks/twilio/{rest:.*}", system.twilio)
    application.router.add_post("/webhooks/telegram", system.telegram)
    runner = web.AppRunner(application)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    yield system, f"http://127.0.0.1:{runner.addresses[0][1]}"
    await runner.cleanup()


@pytest_asyncio.fixture
async def emulator(app: tuple[App, str]) -> AsyncIterator[Emulator]:
    async with Emulator(auth_token=TOKEN, public_url=PUBLIC, reach=app[1], ids=itertools.count(100)) as running:
        yield running


async def call(emulator: Emulator, method: str, **fields: object) -> dict[str, Any]:
    url = f"{emulator.url}/bot{emulator.bot_token}/{method}"
    async with ClientSession() as http, http.post(url, json=fields) as answer:
        body: dict[str, Any] = await answer.json()
        return body


@pytest.mark.asyncio
async def test_an_sms_is_posted_as_twilio_posts_it(emulator: Emulator, app: tuple[App, str]) -> None:
    heard: list[tuple[str, str, str]] = []
    emulator.on_sms = lambda to, body, sid: heard.append((to, body, sid))
    assert await emulator.sms_from(PHONE, "4 åäö €") == "Tack & hej!"
    ((path, form),) = app[0].forms
    assert path == "/webhooks/twilio/sms"
    assert form["MessageSid"] == "SM" + f"{100:032x}"
    assert (form["From"], form["To"], form["Body"]) == (PHONE, emulator.number, "4 åäö €")
    assert (form["AccountSid"], form["NumMedia"], form["NumSegments"]) == (emulator.account_sid, "0", "1")
    assert heard == [(PHONE, "Tack & hej!", "SM" + f"{101:032x}")]
    assert [sms.direction for sms in emulator.sms.values()] == ["inbound", "outbound-reply"]


@pytest.mark.asyncio
async def test_the_same_sms_can_be_delivered_again(emulator: Emulator, app: tuple[App, str]) -> None:
    app[0].reply = None
    assert await emulator.sms_from(PHONE, "4") is None
    (sid,) = emulator.sms
    assert await emulator.sms_from(PHONE, "4", sid=sid) is None
    assert [form["MessageSid"] for _, form in app[0].forms] == [sid, sid]
    assert len(emulator.sms) == 1


@pytest.mark.asyncio
async def test_a_refused_webhook_raises_its_status(emulator: Emulator) -> None:
    emulator.auth_token = "another"
    with pytest.raises(EmulatorError, match="403") as caught:
        await emulator.sms_from(PHONE, "4")
    assert (caught.value.status, caught.value.body) == (403, "wrongly signed")


@pytest.mark.asyncio
async def test_a_status_is_posted_to_its_reference(emulator: Emulator, app: tuple[App, str]) -> None:
    sms = emulator.keep_inbound(PHONE, "x")
    await emulator.status(f"{PUBLIC}/webhooks/twilio/status/r1", sms.sid, "undelivered", 30003)
    await emulator.status(None, sms.sid, "failed")  # it has no StatusCallback
    ((path, form),) = app[0].forms
    assert path == "/webhooks/twilio/status/r1"
    assert (form["MessageStatus"], form["ErrorCode"]) == ("undelivered", "30003")
    assert sms.status == "failed"


@pytest.mark.asyncio
async def test_what_a_callback_returns_runs_on_its_own(emulator: Emulator) -> None:
    answers: list[str | None] = []

    async def answer(to: str, body: str, sid: str) -> None:
        await asyncio.sleep(0)
        answers.append(to)
        raise RuntimeError("seen by settled")

    emulator.on_sms = answer
    await emulator.sms_from(PHONE, "4")
    with pytest.raises(RuntimeError, match="seen by settled"):
        await emulator.settled()
    assert answers == [PHONE]
    await emulator.settled()


@pytest.mark.asyncio
async def test_updates_go_to_the_webhook_with_its_secret(emulator: Emulator, app: tuple[App, str]) -> None:
    assert (await call(emulator, "setWebhook", url=f"{PUBLIC}/webhooks/telegram", secret_token="s"))["ok"]
    assert (await call(emulator, "getUpdates"))["error_code"] == 409
    await emulator.telegram_from(7, "/start abc")
    await emulator.tap(7, "o1:overall:5", update_id=3)
    secrets = [secret for secret, _ in app[0].updates]
    first, second = (update for _, update in app[0].updates)
    assert secrets == ["s", "s"]
    assert (first["message"]["text"], first["message"]["chat"]["id"]) == ("/start abc", 7)
    assert (second["update_id"], second["callback_query"]["data"]) == (3, "o1:overall:5")
    assert (await call(emulator, "getWebhookInfo"))["result"]["url"] == f"{PUBLIC}/webhooks/telegram"


@pytest.mark.asyncio
async def test_updates_wait_until_confirmed(emulator: Emulator) -> None:
    await emulator.telegram_from(7, "ett")
    await emulator.telegram_from(7, "två")
    updates = (await call(emulator, "getUpdates"))["result"]
    assert (await call(emulator, "getUpdates"))["result"] == updates
    left = (await call(emulator, "getUpdates", offset=updates[0]["update_id"] + 1))["result"]
    assert left == updates[1:]
    waiting = asyncio.create_task(call(emulator, "getUpdates", offset=left[0]["update_id"] + 1, timeout=5))
    await asyncio.sleep(0.05)
    await emulator.telegram_from(7, "tre")
    assert [update["message"]["text"] for update in (await waiting)["result"]] == ["tre"]


@pytest.mark.asyncio
async def test_the_bots_other_methods(emulator: Emulator) -> None:
    heard: list[tuple[int, str, list[list[dict[str, str]]]]] = []
    emulator.on_telegram = lambda chat, text, keyboard: heard.append((chat, text, keyboard))
    buttons = [[{"text": "Ja", "callback_data": "1"}]]
    sent = await call(emulator, "sendMessage", chat_id=7, text="Hej", reply_markup={"inline_keyboard": buttons})
    assert heard == [(7, "Hej", buttons)]
    number = sent["result"]["message_id"]
    edited = await call(emulator, "editMessageText", chat_id=7, message_id=number, text="Hej då")
    assert edited["result"]["text"] == "Hej då"
    assert emulator.chats[0].keyboard == []
    assert (await call(emulator, "editMessageText", message_id=1, text="?"))["error_code"] == 400
    assert (await call(emulator, "sendMessage", chat_id="x", text="?"))["error_code"] == 400
    long = [[{"text": "Ja", "callback_data": "å" * 33}]]
    refused = await call(emulator, "sendMessage", chat_id=7, text="?", reply_markup={"inline_keyboard": long})
    assert refused["description"] == "Bad Request: BUTTON_DATA_INVALID"
    assert (await call(emulator, "getMe"))["result"]["username"] == "emulated_bot"
    assert (await call(emulator, "launchRocket"))["error_code"] == 404


@pytest.mark.asyncio
async def test_messages_are_listed_newest_first_in_pages(emulator: Emulator) -> None:
    for n in range(5):
        emulator.keep_inbound(PHONE, str(n))
    url = f"{emulator.url}/2010-04-01/Accounts/{emulator.account_sid}/Messages.json"
    headers = {"Authorization": emulator.authorization}
    async with ClientSession(headers=headers) as http:
        async with http.get(url, params={"PageSize": "2", "Page": "1", "From": PHONE}) as answer:
            page = await answer.json()
        assert [one["body"] for one in page["messages"]] == ["2", "1"]
        async with http.get(emulator.url + page["next_page_uri"]) as answer:
            last = await answer.json()
        assert [one["body"] for one in last["messages"]] == ["0"]
        assert last["next_page_uri"] is None
        async with http.get(url, headers={"Authorization": "Basic x"}) as answer:
            assert (answer.status, (await answer.json())["code"]) == (401, 20003)


@pytest.mark.asyncio
async def test_a_stopped_emulator_says_so() -> None:
    with pytest.raises(RuntimeError, match="not started"):
        await Emulator(public_url=PUBLIC).sms_from(PHONE, "4")
