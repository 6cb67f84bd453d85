"""aiogram's real Bot against the emulator on loopback."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiogram.exceptions import ClientDecodeError, TelegramMigrateToChat
from aiogram.methods import SendMessage

from bot.channels.telegram.gateway import TelegramGateway, classify
from bot.channels.telegram.updates import Parsed, parse_update
from bot.errors import SettingsError
from bot.simulator.emulator.server import Emulator
from scheduler.delivery.gateway import GatewayError, Kind, OutboundMessage

CHAT = 4242


def message(text: str = "Hur nöjd är du?", to: str = str(CHAT)) -> OutboundMessage:
    return OutboundMessage(
        reference="r1",
        channel="telegram",
        to=to,
        text=text,
        choices=(("o1:overall:5", "Mycket nöjd"), ("o1:overall:1", "Mycket missnöjd")),
        status_url=None,
    )


@pytest_asyncio.fixture
async def emulator() -> AsyncIterator[Emulator]:
    async with Emulator() as running:
        yield running


@pytest_asyncio.fixture
async def gateway(emulator: Emulator) -> AsyncIterator[TelegramGateway]:
    made = TelegramGateway(emulator.bot_token, emulator.url)
    yield made
    await made.close()


async def test_a_message_arrives_with_its_buttons(emulator: Emulator, gateway: TelegramGateway) -> None:
    sent = await gateway.send(message())
    (chat,) = emulator.chats
    assert (str(chat.message_id), chat.chat_id, chat.text) == (sent.external_id, CHAT, "Hur nöjd är du?")
    assert [[(b["callback_data"], b["text"]) for b in row] for row in chat.keyboard] == [
        [("o1:overall:5", "Mycket nöjd")],
        [("o1:overall:1", "Mycket missnöjd")],
    ]


ERRORS: list[tuple[int, str, int | None, Kind, str]] = [
    (403, "Forbidden: bot was blocked by the user", None, "permanent", "403"),
    (400, "Bad Request: chat not found", None, "permanent", "400"),
    (401, "Unauthorized", None, "account", "401"),
    (404, "Not Found", None, "account", "404"),
    (409, "Conflict", None, "transient", "409"),
    (413, "Request Entity Too Large", None, "message", "413"),
    (400, "Bad Request: BUTTON_DATA_INVALID", None, "message", "400"),
    (400, "Bad Request: user is deactivated", None, "permanent", "400"),
    (429, "Too Many Requests: retry after 7", 7, "throttled", "429"),
    (429, "Too Many Requests: retry after 0", 0, "throttled", "429"),
    (418, "Teapot", None, "transient", "refused"),
    (500, "Internal Server Error", None, "unknown", "5xx"),
    (502, "<html>Bad Gateway</html>", None, "unknown", "unreadable"),
    (0, "", None, "unknown", "connection-lost"),
    (-1, "", None, "unknown", "connection-lost"),
]


@pytest.mark.asyncio  # one test, not one per row: aiogram takes 0.25 s to close
async def test_errors_come_back_as_their_kind(emulator: Emulator, gateway: TelegramGateway) -> None:
    for status, text, retry_after, kind, code in ERRORS:
        emulator.fail_next(status, api="telegram", text=text, retry_after=retry_after)
        with pytest.raises(GatewayError) as caught:
            await gateway.send(message())
        error = caught.value
        assert (error.kind, error.code, error.retry_after) == (kind, code, retry_after or None), text


def test_what_the_emulator_cannot_say() -> None:
    moved = TelegramMigrateToChat(SendMessage(chat_id=1, text="x"), "group migrated", -1001)
    assert (classify(moved).kind, classify(moved).code) == ("permanent", "migrated")
    assert classify(ClientDecodeError("?", ValueError(), {"ok": True})).kind == "unknown"
    assert classify(KeyError("surprise")).kind == "unknown"


async def test_the_emulators_own_refusals(emulator: Emulator, gateway: TelegramGateway) -> None:
    emulator.blocked.add(CHAT)
    refusals: list[tuple[OutboundMessage, Kind]] = [
        (message(), "permanent"),
        (message(to="not a chat"), "permanent"),
        (message(text="x" * 4097), "message"),
        (message(text=""), "message"),
    ]
    for what, kind in refusals:
        with pytest.raises(GatewayError) as caught:
            await gateway.send(what)
        assert caught.value.kind == kind
    assert not emulator.chats


async def test_nobody_listening_is_transient() -> None:
    async with Emulator() as gone:
        url = gone.url
    gateway = TelegramGateway("1:emulated", url)
    with pytest.raises(GatewayError) as caught:
        await gateway.send(message())
    await gateway.close()
    assert caught.value.kind == "transient"


async def test_the_bots_name_and_answers_to_taps(emulator: Emulator, gateway: TelegramGateway) -> None:
    assert await gateway.username() == "emulated_bot"
    await gateway.answer_callback("77")
    assert emulator.answered == ["77"]
    await emulator.stop()
    await gateway.answer_callback("78")  # refused, and no error: the answer itself is stored


def test_settings_that_cannot_work_are_refused() -> None:
    with pytest.raises(SettingsError, match="TELEGRAM_BOT_TOKEN is not a bot token"):
        TelegramGateway("nonsense")
    with pytest.raises(SettingsError, match="TELEGRAM_API_URL"):
        TelegramGateway("1:emulated", "localhost")


async def polled(gateway: TelegramGateway, handle: Any, until: asyncio.Event, pauses: list[float]) -> None:
    async def pause(seconds: float) -> None:
        pauses.append(seconds)
        await asyncio.sleep(0)

    task = asyncio.create_task(gateway.poll(handle, seconds=1, pause=pause))
    async with asyncio.timeout(10):
        await until.wait()
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task


async def test_polling_deletes_the_webhook_and_confirms_late(emulator: Emulator, gateway: TelegramGateway) -> None:
    await gateway.set_webhook("https://example.se/webhooks/telegram", "secret")
    await gateway.delete_webhook()
    await emulator.telegram_from(CHAT, "fyra")
    await emulator.tap(CHAT, "o1:overall:4")
    await emulator.deliver({"something_new": {"that": "aiogram does not know"}})
    await gateway.set_webhook("https://example.se/webhooks/telegram", "secret")
    seen: list[Parsed | None] = []
    done = asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        seen.append(parse_update(update))
        if len(seen) == 3:
            done.set()

    await polled(gateway, handle, done, [])
    assert [one and one.kind for one in seen] == ["text", "tap", None]


async def test_an_update_that_was_not_stored_comes_again(emulator: Emulator, gateway: TelegramGateway) -> None:
    for text in ("ett", "två", "tre"):
        await emulator.telegram_from(CHAT, text)
    seen: list[str] = []
    done = asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        seen.append(update["message"]["text"])
        if seen == ["ett", "två"]:
            raise RuntimeError("the database is away")
        if seen[-1] == "tre":
            done.set()

    pauses: list[float] = []
    await polled(gateway, handle, done, pauses)
    assert seen == ["ett", "två", "två", "tre"]
    assert pauses == [1.0]


async def test_an_unreadable_update_does_not_stop_others(emulator: Emulator, gateway: TelegramGateway) -> None:
    await emulator.deliver({"message": {"text": "4"}})
    await emulator.telegram_from(CHAT, "fyra")
    seen: list[Parsed | None] = []
    done = asyncio.Event()

    async def handle(update: dict[str, Any]) -> None:
        seen.append(parse_update(update))
        done.set()

    pauses: list[float] = []
    await polled(gateway, handle, done, pauses)
    assert [one and one.text for one in seen] == ["fyra"]
    assert pauses == []


async def test_polling_gives_up_only_on_a_wrong_token(emulator: Emulator) -> None:
    gateway = TelegramGateway("1:wrong", emulator.url)

    async def handle(_: dict[str, Any]) -> None: ...

    with pytest.raises(GatewayError) as caught:
        await gateway.poll(handle)
    await gateway.close()
    assert caught.value.kind == "account"
