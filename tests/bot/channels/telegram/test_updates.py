"""Everything that a Telegram update may hold."""

import pytest
from hypothesis import given
from hypothesis import strategies as st

from bot.channels.telegram.updates import Parsed, parse_update

CHAT = 4242


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
        ("/cancel", "text", "help", ""),  # bots take it as "leave off", which is no STOP
        ("/ 4", "text", "/ 4", ""),
    ],
)
def test_a_text_is_read_as_word_or_command(text: str, kind: str, reads: str, data: str) -> None:
    parsed = parse_update(private(text))
    assert parsed is not None
    assert (parsed.external_id, parsed.sender, parsed.kind) == ("9", str(CHAT), kind)
    assert (parsed.text, parsed.data, parsed.callback_id) == (reads, data, None)


def test_a_tap_is_read_in_private_chats_only() -> None:
    query: dict[str, object] = {"id": "5", "from": {"id": CHAT}, "data": "o1:overall:5"}
    old = parse_update({"update_id": 9, "callback_query": query})
    assert old == Parsed("9", str(CHAT), "tap", data="o1:overall:5", callback_id="5")
    query["message"] = {"chat": {"id": -100, "type": "supergroup"}}
    assert parse_update({"update_id": 9, "callback_query": query}) is None


@pytest.mark.parametrize(
    ("content", "kind", "text"),
    [
        ({"photo": []}, "other", ""),
        ({"photo": [], "caption": "4"}, "text", "4"),
        ({"voice": {}}, "other", ""),
        ({"sticker": {}}, "greeting", ""),
    ],
)
def test_what_is_no_text_is_read(content: dict[str, object], kind: str, text: str) -> None:
    parsed = parse_update({"update_id": 9, "message": {"chat": {"id": CHAT, "type": "private"}, **content}})
    assert parsed is not None
    assert (parsed.kind, parsed.text) == (kind, text)


@pytest.mark.parametrize(
    "name", ["pinned_message", "new_chat_members", "message_auto_delete_timer_changed", "write_access_allowed"]
)
def test_service_messages_are_nobodys_words(name: str) -> None:
    assert parse_update({"update_id": 9, "message": {"chat": {"id": CHAT, "type": "private"}, name: {}}}) is None


def test_a_reply_names_its_message() -> None:
    parsed = parse_update(private("3", reply_to_message={"message_id": 77}))
    assert parsed is not None
    assert (parsed.message_id, parsed.reply_to, parsed.is_edit) == ("1", "77", False)


def test_an_edit_is_read_with_its_text() -> None:
    chat = {"id": CHAT, "type": "private"}
    edited = {"message_id": 5, "date": 0, "edit_date": 60, "chat": chat, "text": "3"}
    parsed = parse_update({"update_id": 9, "edited_message": edited})
    assert parsed is not None
    assert (parsed.kind, parsed.text, parsed.message_id, parsed.is_edit) == ("text", "3", "5", True)
    place = {"message_id": 5, "date": 0, "edit_date": 60, "chat": chat, "location": {}}
    assert parse_update({"update_id": 9, "edited_message": place}) is None


def test_only_private_chats_are_read() -> None:
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
