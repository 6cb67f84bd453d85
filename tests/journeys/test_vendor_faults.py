"""Vendors on a bad day, through the real clients: every message arrives once, or its outcome is on record."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator
from dataclasses import replace
from datetime import timedelta
from pathlib import Path
from urllib.parse import urlencode

import pytest
from aiohttp import ClientSession
from sqlalchemy import func, select

from bot.channels.sms.webhook import sign
from bot.cli.system.check import database_findings
from bot.service import receive_telegram
from bot.settings import Twilio
from bot.web.webhooks import is_ours
from storage.conversation.inbox import quarantined
from storage.tables import address, inbox
from storage.tables import outbox as outbox_table
from tests.support.journeys.rig import CHAT, IMPATIENT, PATIENT, PHONE, START, Rig, set_up


@pytest.fixture
async def rig(tmp_path: Path, request: pytest.FixtureRequest) -> AsyncIterator[Rig]:
    """Return a patient rig. ``parametrize(..., indirect=True)`` gives it another lease in seconds."""
    async with set_up(tmp_path, getattr(request, "param", PATIENT)) as made:
        yield made


async def test_a_slow_answer_is_an_answer(rig: Rig) -> None:
    rig.emulator.delay = 0.1
    await rig.queue("sms", 20)
    await rig.deliver()
    assert len(rig.emulator.sms) == 20
    assert set(await rig.column(outbox_table.c.state)) == {"sent"}


@pytest.mark.parametrize("status", [500, 502])
async def test_an_error_page_leads_to_a_look_up(rig: Rig, status: int) -> None:
    rig.emulator.fail_next(status)
    await rig.queue("sms")
    await rig.deliver()
    assert await rig.column(outbox_table.c.state) == ["unknown"]
    await rig.deliver(minutes=1)
    assert len(rig.emulator.sms) == 1
    assert await rig.column(outbox_table.c.lookups) == [1]


@pytest.mark.parametrize("rig", [IMPATIENT], indirect=True)
async def test_a_server_that_hangs_gets_no_duplicate(rig: Rig) -> None:
    rig.emulator.hang_next()
    await rig.queue("sms")
    await rig.deliver()
    assert await rig.column(outbox_table.c.state) == ["unknown"]
    for _ in range(5):
        await rig.deliver(minutes=1)
    (sms,) = rig.emulator.sms.values()
    assert await rig.column(outbox_table.c.external_id) == [sms.sid]
    assert await rig.column(outbox_table.c.state) == ["sent"]
    assert rig.emulator.posts["twilio"] == 1


@pytest.mark.parametrize("channel", ["sms", "telegram"])
async def test_429_is_waited_for_as_asked(rig: Rig, channel: str) -> None:
    api = {"sms": "twilio", "telegram": "telegram"}[channel]
    rig.emulator.throttle_next(90, api)  # type: ignore[arg-type]  # one of two literals
    await rig.queue(channel)
    await rig.deliver()
    await rig.deliver(minutes=1)
    assert rig.emulator.posts[api] == 1  # type: ignore[index]  # as above
    await rig.deliver(minutes=1)
    assert await rig.column(outbox_table.c.state) == ["sent"]


@pytest.mark.parametrize("rig", [IMPATIENT], indirect=True)
async def test_a_hanging_telegram_gets_one_repeat(rig: Rig) -> None:
    rig.emulator.hang_next("telegram", times=9)
    await rig.queue("telegram")
    for _ in range(6):
        await rig.deliver(minutes=1)
    assert rig.emulator.posts["telegram"] == 2
    assert await rig.column(outbox_table.c.state) == ["unknown"]


async def test_telegrams_error_page_is_tried_again(rig: Rig) -> None:
    rig.emulator.fail_next(502, api="telegram", text="<html>Bad Gateway</html>")
    await rig.queue("telegram")
    await rig.deliver()
    await rig.deliver(minutes=2)
    assert [chat.chat_id for chat in rig.emulator.chats] == [CHAT]


async def test_receipts_twice_and_in_any_order_end_delivered(rig: Rig) -> None:
    rig.emulator._shuffle = random.Random(7)
    await rig.queue("sms", 20)
    await rig.deliver()
    await rig.emulator.settled()
    assert set(await rig.column(outbox_table.c.state)) == {"delivered"}
    assert set(await rig.column(outbox_table.c.status)) == {"delivered"}
    assert rig.emulator.receipts_lost == 0


async def posted(rig: Rig, path: str, body: bytes, form: dict[str, str], content_type: str) -> int:
    """Post ``body`` with a signature that is right for ``form``."""
    url = f"{rig.emulator.public_url}{path}"
    headers = {
        "Content-Type": content_type,
        "X-Twilio-Signature": sign(rig.emulator.auth_token, url, form),
        "X-Telegram-Bot-Api-Secret-Token": rig.emulator.secret,
    }
    async with ClientSession() as http, http.post(url, data=body, headers=headers) as answer:
        return answer.status


FORM = "application/x-www-form-urlencoded"


async def test_signed_nonsense_is_never_a_500(rig: Rig) -> None:
    status = {"MessageSid": "SM" + "1" * 32, "MessageStatus": "failed", "AccountSid": rig.emulator.account_sid}
    inbound = {"MessageSid": "SM" + "2" * 32, "From": PHONE, "To": rig.emulator.number, "Body": "å"}
    inbound |= {"AccountSid": rig.emulator.account_sid}
    sms, receipt = "/webhooks/twilio/sms", "/webhooks/twilio/status/nobody"
    whole = urlencode(inbound).encode()
    cases = [
        (receipt, urlencode(status | {"ErrorCode": "30x"}).encode(), status | {"ErrorCode": "30x"}, FORM, 400),
        (receipt, urlencode(status | {"ErrorCode": "٣"}).encode(), status | {"ErrorCode": "٣"}, FORM, 400),
        (receipt, urlencode(status | {"ErrorCode": "30003"}).encode(), status | {"ErrorCode": "30003"}, FORM, 404),
        (sms, b"Body=%FF%FE&" + whole, inbound, FORM, 400),
        (sms, b"Body=\xff\xfe", inbound, FORM, 400),
        (sms, whole, inbound, FORM + "; charset=klingon", 200),  # read as UTF-8, whatever charset it names
        (sms, whole, inbound, FORM + "; charset=utf-16", 200),
        (sms, whole + b"&Body=5", inbound, FORM, 400),
        (sms, b"&".join([b"a=1"] * 500), inbound, FORM, 400),
        (sms, b"x" * 70_000, inbound, FORM, 413),
        (sms, whole, inbound, "application/json", 415),
        (sms, whole, inbound, "", 415),
        ("/webhooks/telegram", b"\xff\xfe", {}, "application/json", 400),
        ("/webhooks/telegram", b"[" * 60_000, {}, "application/json", 400),
        ("/webhooks/telegram", b'{"update_id": 1, "message": {"text": "\\ud800"}}', {}, "application/json", 200),
    ]
    for path, body, form, content_type, expected in cases:
        assert await posted(rig, path, body, form, content_type) == expected, (path, body[:40], content_type)
    async with rig.db.read() as conn:
        assert await quarantined(conn) == [("telegram", "1", "ValueError")]


async def test_a_captured_request_is_no_new_event(rig: Rig) -> None:
    """Twilio signs keys and values without a separator, so that what is moved into another field stays signed."""
    own = {"AccountSid": rig.emulator.account_sid, "To": rig.emulator.number}
    form = {**own, "Body": "5", "From": PHONE, "MessageSid": "SM" + "a" * 32, "NumMedia": "0"}
    moved = {key: value for key, value in form.items() if key != "NumMedia"}
    moved["MessageSid"] += "NumMedia0"
    without_account = {key: value for key, value in form.items() if key != "AccountSid"}
    without_to = {key: value for key, value in form.items() if key != "To"}
    elsewhere = {**form, "To": "+46700009999"}
    cases = [(form, 200), (moved, 400), (without_account, 403), (without_to, 400), (elsewhere, 403)]
    for sent, expected in cases:
        assert await posted(rig, "/webhooks/twilio/sms", urlencode(sent).encode(), sent, FORM) == expected
    assert await _heard(rig) == 1


# What a form names, the numbers in the settings, the service there, the numbers known to be the service's.
OURS = [
    ({"To": "+46700000001"}, ("+46700000001",), None, (), True),
    ({"To": "+46700000002"}, ("+46700000001", "+46700000002"), None, (), True),
    ({"To": "+46700000003"}, ("+46700000001",), None, (), False),
    ({}, ("+46700000001",), None, (), False),
    ({"To": "+46700000003"}, (), "MG1", ("+46700000003",), True),
    ({"To": "+46700000003"}, (), "MG1", (), False),
    ({"To": "+46700000003", "MessagingServiceSid": "MG1"}, (), "MG1", (), True),
    ({"To": "+46700000003", "MessagingServiceSid": "MG2"}, (), "MG1", (), False),
    ({"To": "+46700000003", "MessagingServiceSid": "MG1"}, ("+46700000001",), None, (), False),
]


@pytest.mark.parametrize(("form", "numbers", "service", "known", "ours"), OURS)
def test_which_numbers_are_ours(
    form: dict[str, str], numbers: tuple[str, ...], service: str | None, known: tuple[str, ...], ours: bool
) -> None:
    assert is_ours(Twilio("AC1", "t", numbers, service, None), form, known) is ours


async def test_a_hundred_replays_are_one_event(rig: Rig) -> None:
    sid = "SM" + "7" * 32
    replies = {await rig.emulator.sms_from(PHONE, "hej", sid=sid) for _ in range(100)}
    assert len(replies) == 1
    async with rig.db.read() as conn:
        assert (await conn.execute(select(func.count()).select_from(inbox))).scalar() == 1


async def test_the_sweep_takes_in_missing_sms_once(rig: Rig) -> None:
    assert rig.app.sweep is not None
    rig.emulator.keep_inbound(PHONE, "STOPP")
    await rig.app.sweep.run()
    assert await _heard(rig) == 0  # it may still come by itself
    rig.clock.advance(START + timedelta(minutes=10))
    for _ in range(3):
        await rig.app.sweep.run()
        await rig.deliver()
    assert await _heard(rig) == 1
    async with rig.db.read() as conn:
        assert (await conn.execute(select(address.c.state))).scalar() == "opted_out"
    assert [sms.to for sms in rig.emulator.sms.values() if sms.direction == "outbound-api"] == [PHONE]


async def _heard(rig: Rig) -> int:
    async with rig.db.read() as conn:
        return int((await conn.execute(select(func.count()).select_from(inbox))).scalar_one())


async def test_a_webhook_is_set_when_telegram_returns(rig: Rig) -> None:
    port = int(rig.emulator.url.rpartition(":")[2])
    await rig.emulator.stop()
    receiving = asyncio.create_task(receive_telegram(rig.app))
    await asyncio.sleep(0.2)
    assert not receiving.done()
    await rig.emulator.start(port=port)
    async with asyncio.timeout(10):
        while rig.emulator._webhook is None:  # noqa: ASYNC110  # the emulator tells nobody
            await asyncio.sleep(0.05)
    receiving.cancel()
    await asyncio.gather(receiving, return_exceptions=True)


async def test_a_refused_account_pauses_its_channel(rig: Rig, tmp_path: Path) -> None:
    rig.emulator.fail_next(401, 20003)
    await rig.queue("sms", 2)
    await rig.deliver()
    settings = replace(rig.app.settings, database_url=f"sqlite+aiosqlite:///{tmp_path / 'rig.db'}")
    (told,) = [finding.text for finding in await database_findings(settings) if not finding.ok]
    assert (told.startswith("Kanalen sms är pausad"), "20003" in told) == (True, True)
    assert b'followup_channel_paused{channel="sms"} 1.0' in await rig.app.metrics.text()
    assert b'followup_channel_paused{channel="telegram"} 0.0' in await rig.app.metrics.text()
    await rig.deliver(minutes=6)
    await rig.deliver(minutes=1)
    assert set(await rig.column(outbox_table.c.state)) == {"sent"}
    assert b'followup_channel_paused{channel="sms"} 0.0' in await rig.app.metrics.text()
    assert [finding.ok for finding in await database_findings(settings)] == [True]
