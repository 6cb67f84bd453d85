"""Telegram: aiogram's real Bot against the emulator on loopback, and everything an update may hold."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from typing import Any

import pytest
import pytest_asyncio
from aiogram.exceptions import ClientDecodeError, TelegramMigrateToChat
from aiogram.methods import SendMessage
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.gateway import Parsed, TelegramGateway, classify, parse_update
from bot.simulator.emulator.server import Emulator
from scheduler.gateway import GatewayError, Kind, OutboundMessage

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


@pytest.mark.asyncio
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
    (418, "Teapot", None, "message", "refused"),
    (500, "Internal Server Error", None, "transient", "5xx"),
    (502, "<html>Bad Gateway</html>", None, "transient", "unreadable"),
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


@pytest.mark.asyncio
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


@pytest.mark.asyncio
async def test_nobody_listening_is_transient() -> None:
    async with Emulator() as gone:
        url = gone.url
    gateway = TelegramGateway("1:emulated", url)
    with pytest.raises(GatewayError) as caught:
        await gateway.send(message())
    await gateway.close()
    assert caught.value.kind == "transient"


@pytest.mark.asyncio
async def test_the_bots_name_and_answers_to_taps(emulator: Emulator, gateway: TelegramGateway) -> None:
    assert await gateway.username() == "emulated_bot"
    await gateway.answer_callback("77")
    assert emulator.answered == ["77"]
    await emulator.stop()
    await gateway.answer_callback("78")  # nobody hears it: no error, the answer itself is stored


def test_settings_that_cannot_work_are_refused_with_a_sentence() -> None:
    with pytest.raises(ValueError, match="TELEGRAM_BOT_TOKEN is not a bot token"):
        TelegramGateway("nonsense")
    with pytest.raises(ValueError, match="TELEGRAM_API_URL"):
        TelegramGateway("1:emulated", "localhost")


# Long polling


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


@pytest.mark.asyncio
async def test_polling_takes_a_webhook_away_and_confirms_after_handling(
    emulator: Emulator, gateway: TelegramGateway
) -> None:
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


@pytest.mark.asyncio
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


@pytest.mark.asyncio
async def test_an_update_that_cannot_be_read_does_not_stop_the_others(
    emulator: Emulator, gateway: TelegramGateway
) -> None:
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


@pytest.mark.asyncio
async def test_polling_gives_up_only_on_a_wrong_token(emulator: Emulator) -> None:
    gateway = TelegramGateway("1:wrong", emulator.url)

    async def handle(_: dict[str, Any]) -> None: ...

    with pytest.raises(GatewayError) as caught:
        await gateway.poll(handle)
    await gateway.close()
    assert caught.value.kind == "account"


# Reading updates


def private(text: object, **more: object) -> dict[str, object]:
    chat = {"id": CHAT, "type": "private"}
    return {"update_id": 9, "message": {"message_id": 1, "date": 0, "chat": chat, "text": text, **more}}


@pytest.mark.parametrize(
    ("text", "kind", "reads", "data"),
    [
        ("fyra", "text", "fyra", ""),
        ("4\0", "text", "4", ""),
        ("/start", "start", "/start", ""),
        ("/start abc_-9", "start", "/start abc_-9", "abc_-9"),
        ("/start@our_bot abc", "start", "/start@our_bot abc", "abc"),
        ("/start två ord", "start", "/start två ord", ""),
        ("/start " + "x" * 65, "start", "/start " + "x" * 65, ""),
        ("/STOP", "text", "stop", ""),
        ("/help@our_bot", "text", "help", ""),
        ("/ 4", "text", "/ 4", ""),
    ],
)
def test_texts(text: str, kind: str, reads: str, data: str) -> None:
    parsed = parse_update(private(text))
    assert parsed is not None
    assert (parsed.external_id, parsed.sender, parsed.kind) == ("9", str(CHAT), kind)
    assert (parsed.text, parsed.data, parsed.callback_id) == (reads, data, None)


def test_taps() -> None:
    query: dict[str, Any] = {"id": "5", "from": {"id": CHAT}, "data": "o1:overall:5"}
    old = parse_update({"update_id": 9, "callback_query": query})
    assert old == Parsed("9", str(CHAT), "tap", data="o1:overall:5", callback_id="5")
    query["message"] = {"chat": {"id": -100, "type": "supergroup"}}
    assert parse_update({"update_id": 9, "callback_query": query}) is None


def test_what_is_not_text_is_other_and_what_is_not_private_is_nothing() -> None:
    photo = {"update_id": 9, "message": {"chat": {"id": CHAT, "type": "private"}, "photo": []}}
    assert parse_update(photo) == Parsed("9", str(CHAT), "other")
    group = {"update_id": 9, "message": {"chat": {"id": -5, "type": "group"}, "text": "4"}}
    assert parse_update(group) is None
    assert parse_update({"update_id": 9, "edited_message": {}}) is None
    assert parse_update({"update_id": 9, "my_chat_member": {}}) is None


@pytest.mark.parametrize(
    "raw",
    [
        None,
        [],
        "text",
        {},
        {"update_id": "9"},
        {"update_id": True},
        {"update_id": 1 << 70},
        {"update_id": 9, "message": None},
        {"update_id": 9, "message": {}},
        {"update_id": 9, "message": {"chat": {"id": "4", "type": "private"}, "text": "4"}},
        private(4),
        private(None),
        private("\ud83d"),
        {"update_id": 9, "callback_query": {}},
        {"update_id": 9, "callback_query": {"id": "5", "from": {"id": 1}, "data": 5}},
        {"update_id": 9, "callback_query": {"id": 5, "from": {"id": 1}, "data": "x"}},
        {"update_id": 9, "callback_query": {"id": "5", "from": {"id": 1}, "data": "x", "message": "no"}},
    ],
)
def test_malformed_updates_are_a_value_error(raw: object) -> None:
    with pytest.raises(ValueError, match=r"^\S.*\.$"):
        parse_update(raw)


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
    max_leaves=8,
)


@given(st.sampled_from(["message", "callback_query", "edited_message"]), JSON, JSON, JSON)
def test_any_json_is_read_or_refused(kind: str, chat: object, text: object, data: object) -> None:
    raw = {"update_id": 1, kind: {"chat": chat, "text": text, "data": data, "id": "1", "from": chat}}
    try:
        parsed = parse_update(raw)
    except ValueError:
        return
    assert parsed is None or parsed.external_id == "1"
