"""Twilio's real client against the emulator on loopback."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator
from datetime import UTC, datetime, timedelta

import pytest
import pytest_asyncio
from aiohttp import web

from bot.channels.sms.error_codes import CODES
from bot.channels.sms.gateway import SmsGateway
from bot.errors import SettingsError
from bot.simulator.emulator.faults import BadDay
from bot.simulator.emulator.server import Emulator
from scheduler.delivery.gateway import GatewayError, OutboundMessage

NUMBER, OLDER, FOREIGN = "+46700000001", "+46700000002", "+46700000003"
SERVICE = "MG" + "1" * 32


def message(text: str = "Hej! Hur nöjd är du? Svara 1-5.", to: str = "+46701234567") -> OutboundMessage:
    return OutboundMessage(
        reference="r1",
        channel="sms",
        to=to,
        text=text,
        choices=(),
        status_url="https://example.se/webhooks/twilio/status/r1",
    )


@pytest_asyncio.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator(number=NUMBER) as running:
        yield running


@pytest_asyncio.fixture
async def gateway(emulator: Emulator) -> AsyncIterator[SmsGateway]:
    made = SmsGateway(emulator.account_sid, emulator.auth_token, [NUMBER], api_url=emulator.url)
    yield made
    await made.close()


async def refused(gateway: SmsGateway, what: OutboundMessage | None = None) -> GatewayError:
    with pytest.raises(GatewayError) as caught:
        await gateway.send(what or message())
    return caught.value


async def test_a_message_arrives_as_it_was_sent(emulator: Emulator, gateway: SmsGateway) -> None:
    sent = await gateway.send(message())
    sms = emulator.sms[sent.external_id]
    assert (sms.to, sms.body, sms.sender) == ("+46701234567", "Hej! Hur nöjd är du? Svara 1-5.", NUMBER)
    assert sms.status_callback == "https://example.se/webhooks/twilio/status/r1"
    assert sent.segments == 1


async def test_a_messaging_service_chooses_the_number(emulator: Emulator) -> None:
    gateway = SmsGateway(emulator.account_sid, emulator.auth_token, (), SERVICE, api_url=emulator.url + "/")
    sent = await gateway.send(message())
    await gateway.close()
    assert emulator.sms[sent.external_id].to == "+46701234567"


async def test_many_messages_at_once_each_go_once(emulator: Emulator, gateway: SmsGateway) -> None:
    texts = [f"Nummer {n}" for n in range(60)]
    sent = await asyncio.gather(*(gateway.send(message(text)) for text in texts))
    assert len({one.external_id for one in sent}) == 60
    assert sorted(sms.body for sms in emulator.sms.values()) == sorted(texts)


@pytest.mark.parametrize("code", sorted(CODES))
async def test_each_error_code_comes_back_classified(emulator: Emulator, gateway: SmsGateway, code: int) -> None:
    emulator.fail_next(429 if code == 20429 else 400, code)
    error = await refused(gateway)
    assert (error.kind, error.code) == (CODES[code], str(code))
    assert not emulator.sms


async def test_the_emulators_own_refusals(emulator: Emulator, gateway: SmsGateway) -> None:
    emulator.opted_out.add("+46701234567")
    assert (await refused(gateway)).kind == "opted_out"
    assert (await refused(gateway, message(to="0701234567"))).code == "21211"
    assert (await refused(gateway, message("x" * 1601, to="+46701234568"))).kind == "message"


async def test_a_wrong_token_is_our_accounts_fault(emulator: Emulator) -> None:
    gateway = SmsGateway(emulator.account_sid, "wrong", NUMBER, api_url=emulator.url)
    assert (await refused(gateway)).kind == "account"
    await gateway.close()


async def test_a_proxys_error_page_leaves_it_unknown(emulator: Emulator, gateway: SmsGateway) -> None:
    emulator.fail_next(502)
    assert (await refused(gateway)).kind == "unknown"


async def test_503_is_one_request_not_three(emulator: Emulator, gateway: SmsGateway) -> None:
    emulator.fail_next(503, 20503)
    assert (await refused(gateway)).kind == "transient"
    assert not emulator.sms


@pytest.mark.parametrize(("failure", "taken"), [(0, False), (-1, True)])
async def test_a_lost_connection_is_unknown_until_looked_up(
    emulator: Emulator, gateway: SmsGateway, failure: int, taken: bool
) -> None:
    other = await gateway.send(message("Något annat"))
    emulator.fail_next(failure)
    assert (await refused(gateway)).kind == "unknown"
    found = await gateway.find(message(), known={other.external_id})
    assert (found is not None) is taken
    if found is not None:
        assert emulator.sms[found.external_id].body == message().text


@pytest.mark.parametrize("redacts", [False, True])
async def test_a_look_up_needs_no_text(emulator: Emulator, gateway: SmsGateway, redacts: bool) -> None:
    """The carrier keeps none, or an upgrade has worded the message anew: our ledger tells which are known."""
    emulator.redacts = redacts
    known = await gateway.send(message("Något annat"))
    taken = await gateway.send(message("Hej! Så löd frågan före uppgraderingen."))
    found = await gateway.find(message(), known={known.external_id})
    assert found is not None
    assert found.external_id == taken.external_id
    assert await gateway.find(message(), known={known.external_id, taken.external_id}) is None


async def test_a_look_up_prefers_the_same_text(emulator: Emulator, gateway: SmsGateway) -> None:
    sent = [await gateway.send(message(text)) for text in ("Först", message().text, "Sist")]
    found = await gateway.find(message())
    assert found is not None
    assert found.external_id == sent[1].external_id
    first = await gateway.find(message("Ny lydelse"))
    assert first is not None
    assert first.external_id == sent[0].external_id


async def test_a_look_up_passes_by_other_senders(emulator: Emulator, gateway: SmsGateway) -> None:
    other = SmsGateway(emulator.account_sid, emulator.auth_token, [FOREIGN], api_url=emulator.url)
    await other.send(message())
    await other.close()
    assert await gateway.find(message()) is None


# Our numbers: in the settings, and of a messaging service; and the phones' texts that are read.
OWN = [
    ((NUMBER,), None, ["till oss"]),
    ((NUMBER, OLDER), None, ["till oss", "till det gamla numret"]),
    ((), SERVICE, ["till oss", "till det gamla numret"]),
    ((NUMBER,), SERVICE, ["till oss", "till det gamla numret"]),
]


@pytest.mark.parametrize(("numbers", "service", "read"), OWN)
async def test_only_what_was_written_to_us_is_read(
    emulator: Emulator, numbers: tuple[str, ...], service: str | None, read: list[str]
) -> None:
    """The account has a number for something else, too."""
    emulator.services[SERVICE] = [NUMBER, OLDER]
    emulator.keep_inbound("+46701234567", "till oss", NUMBER)
    emulator.keep_inbound("+46701234567", "till det gamla numret", OLDER)
    emulator.keep_inbound("+46701234567", "till någon annan", FOREIGN)
    gateway = SmsGateway(emulator.account_sid, emulator.auth_token, numbers, service, api_url=emulator.url)
    found = [each.text async for each in gateway.inbound(datetime(2026, 1, 1, tzinfo=UTC))]
    await gateway.close()
    assert found == read


async def test_an_unknown_service_cannot_be_swept(emulator: Emulator) -> None:
    gateway = SmsGateway(emulator.account_sid, emulator.auth_token, (), SERVICE, api_url=emulator.url)
    with pytest.raises(GatewayError):
        [each async for each in gateway.inbound(datetime(2026, 1, 1, tzinfo=UTC))]
    await gateway.close()


async def test_the_first_number_sends(emulator: Emulator) -> None:
    gateway = SmsGateway(emulator.account_sid, emulator.auth_token, [NUMBER, OLDER], api_url=emulator.url)
    sent = await gateway.send(message())
    await gateway.close()
    assert emulator.sms[sent.external_id].sender == NUMBER


async def test_an_inbound_copy_is_not_our_message(emulator: Emulator, gateway: SmsGateway) -> None:
    emulator.keep_inbound("+46701234567", message().text)
    assert await gateway.find(message()) is None
    assert await gateway.find(message(to=NUMBER)) is None


async def test_nobody_listening_is_transient() -> None:
    async with Emulator() as gone:
        url = gone.url
    gateway = SmsGateway("AC1", "t", [NUMBER], api_url=url)
    assert (await refused(gateway)).kind == "transient"
    await gateway.close()


async def test_a_server_without_answer_is_given_up() -> None:
    async def never(_: web.Request) -> web.Response:
        await asyncio.sleep(30)
        return web.Response()

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", never)
    runner = web.AppRunner(app, shutdown_timeout=0.1)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gateway = SmsGateway("AC1", "t", [NUMBER], api_url=f"http://127.0.0.1:{runner.addresses[0][1]}", timeout=0.2)
    began = time.monotonic()
    error = await refused(gateway)
    await gateway.close()
    await runner.cleanup()
    assert (error.kind, error.code) == ("unknown", "timeout")
    assert time.monotonic() - began < 5


async def test_an_answer_without_sense_is_unknown() -> None:
    async def nonsense(_: web.Request) -> web.Response:
        return web.Response(status=201, text="<html>created?</html>")

    app = web.Application()
    app.router.add_route("*", "/{path:.*}", nonsense)
    runner = web.AppRunner(app)
    await runner.setup()
    await web.TCPSite(runner, "127.0.0.1", 0).start()
    gateway = SmsGateway("AC1", "t", [NUMBER], api_url=f"http://127.0.0.1:{runner.addresses[0][1]}/prefix")
    assert (await refused(gateway)).kind == "unknown"
    await gateway.close()
    await runner.cleanup()


async def test_no_phone_number_reaches_the_log(
    emulator: Emulator, gateway: SmsGateway, caplog: pytest.LogCaptureFixture
) -> None:
    with caplog.at_level(logging.DEBUG):
        await gateway.send(message())
        await gateway.find(message())
    assert "46701234567" not in caplog.text


async def test_a_closed_gateway_can_be_used_again(emulator: Emulator, gateway: SmsGateway) -> None:
    await gateway.send(message())
    await gateway.close()
    await gateway.close()
    await gateway.send(message())
    assert len(emulator.sms) == 2


def test_settings_that_cannot_send_are_refused() -> None:
    with pytest.raises(SettingsError, match="TWILIO_FROM or TWILIO_MESSAGING_SERVICE_SID"):
        SmsGateway("AC1", "t", None, None)
    with pytest.raises(SettingsError, match="TWILIO_API_URL"):
        SmsGateway("AC1", "t", [NUMBER], api_url="localhost:8080")


async def test_replies_of_responses_are_listed() -> None:
    """By phone and time, and no message that went by the API."""
    now = datetime(2026, 3, 2, 9, tzinfo=UTC)
    async with BadDay(number=NUMBER, now=lambda: now) as emulator:
        gateway = SmsGateway(emulator.account_sid, emulator.auth_token, [NUMBER], api_url=emulator.url)
        for direction, to in (
            ("outbound-reply", "+46701"),
            ("outbound-api", "+46701"),
            ("outbound-reply", "+46702"),
        ):
            emulator._keep(direction, NUMBER, to, "", "sent")
        assert await gateway.all_replied(now) == [("+46702", now), ("+46701", now)]
        assert await gateway.replied("+46701", now) == [now]
        assert await gateway.replied("+46701", now + timedelta(seconds=1)) == []
        await gateway.close()
