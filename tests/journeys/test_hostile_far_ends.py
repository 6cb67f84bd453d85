"""Far ends that answer with anything that HTTP allows: no message is lost or doubled, and staff are told.

Six messages wait, and every call is answered alike for an hour. Then the far end is as it should be again.
"""

import gzip
from collections import Counter
from pathlib import Path

import pytest
from sqlalchemy import select

from storage.delivery import pacing
from storage.tables import case
from storage.tables import outbox as outbox_table
from tests.support.hostile import Bytes, HostileFarEnd, page
from tests.support.journeys.rig import Rig, set_up

PEOPLE = 6  # more than retry.OUTAGE
CREATED = b"HTTP/1.1 201 x\r\nContent-Type: application/json\r\n"
HTML = "text/html"
SID = "SM" + "a" * 32

# No answer of theirs: the message may be on its way.
BROKEN = {
    "closed": Bytes(),
    "closed when taken": Bytes(taken=True),
    "half a head": Bytes(b"HTTP/1.1 20"),
    "another protocol": Bytes(b"SSH-2.0-OpenSSH_9.2\r\n"),
    "an endless head": Bytes(CREATED, endless=b"X-A: " + b"a" * 4_000 + b"\r\n"),
    "an endless body": Bytes(CREATED + b"\r\n", endless=b"a" * 65_536, taken=True),
    "a body cut off": Bytes(CREATED + b"Content-Length: 900\r\n\r\n{", taken=True),
    "a bad chunk": Bytes(CREATED + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n", taken=True),
    "no gzip": page(201, "{}", "application/json", "Content-Encoding: gzip", taken=True),
    "a gzip bomb": page(
        201, gzip.compress(b"0" * (32 << 20)), "application/json", "Content-Encoding: gzip", taken=True
    ),
    "only 100": Bytes(b"HTTP/1.1 100 Continue\r\n\r\n"),
}
UNREADABLE = {
    "a hotel's page": page(200, "<html>Welcome to our Wi-Fi</html>", HTML),
    "nothing": page(201),
    "a list": page(201, "[]"),
    "null": page(201, "null"),
    "nested deeply": page(201, "[" * 100_000),
    "an unknown charset": page(201, b'{"sid": "\xff"}', "application/json; charset=klingon"),
}
# What stands between: nothing was sent.
BETWEEN = {
    status: page(status, "<html>", HTML, "Location: /elsewhere") for status in (302, 307, 407, 421, 425, 431, 451)
}

Fate = tuple[str, str, str | None]  # the messages' state and reason after the first call; why the channel is paused


def in_doubt(code: str) -> Fate:
    return "unknown", f"in_doubt:{code}", f"outage:{code}"


def tried_again(code: str) -> Fate:
    return "queued", f"retry:{code}", f"outage:{code}"


def our_account(code: str) -> Fate:
    return "queued", f"channel_paused:{code}", f"account:{code}"


def refused(reason: str) -> Fate:
    return "failed", reason, None


EITHER = [
    *((name, answer, *in_doubt("connection-lost")) for name, answer in BROKEN.items()),
    *((name, answer, *in_doubt("unreadable")) for name, answer in UNREADABLE.items()),
    *((str(status), answer, *tried_again(str(status))) for status, answer in BETWEEN.items()),
]
TWILIO = [
    *EITHER,
    ("no sid", page(201, "{}", taken=True), *in_doubt("unreadable")),
    ("sid 5", page(201, '{"sid": 5}', taken=True), *in_doubt("unreadable")),
    ("another sid", page(201, '{"sid": "SM1"}', taken=True), *in_doubt("unreadable")),
    (
        "a price of NUL",
        page(201, f'{{"sid": "{SID}", "price": "\\u0000", "num_segments": "{9:0>30}"}}', taken=True),
        *("sent", "", None),
    ),
    ("403 of a wall", page(403, "<html>blocked</html>", HTML), *our_account("403")),
    ("400 and a list", page(400, "[]"), *tried_again("400")),
    ("400 and a text", page(400, '{"code": "21211", "message": "x"}'), *tried_again("400")),
    ("400 and true", page(400, '{"code": true}'), *tried_again("400")),
    ("21211", page(400, '{"code": 21211, "message": "x"}'), *refused("refused_receiver:21211")),
    ("21610", page(400, '{"code": 21610, "message": "x"}'), *refused("refused_stopped:21610")),
    ("404", page(404, '{"code": 20404}'), *our_account("20404")),
    *(
        (f"429 and {asked}", page(429, "{}", "application/json", f"Retry-After: {asked}"), *tried_again("429"))
        for asked in ("soon", "-5", "nan", "inf", "9" * 400)
    ),
    ("503", page(503, "{}", "application/json", "Retry-After: 5"), *in_doubt("503")),
    ("999", page(999, "{}"), *in_doubt("999")),
]
TELEGRAM = [
    *EITHER,
    ("403 of a wall", page(403, "<html>blocked</html>", HTML), *tried_again("403")),
    ("not ok", page(200, '{"ok": false}'), *tried_again("refused")),
    ("ok and nothing", page(200, '{"ok": true}'), *in_doubt("unreadable")),
    ("ok and 5", page(200, '{"ok": true, "result": 5}'), *in_doubt("unreadable")),
    ("400 and null", page(400, '{"ok": false, "description": null}'), *refused("refused_message:400")),
    (
        "nobody",
        page(400, '{"ok": false, "description": "Bad Request: chat not found"}'),
        *refused("refused_receiver:400"),
    ),
    ("401", page(401, '{"ok": false, "description": "No"}'), *our_account("401")),
    *(
        (
            f"429 and {asked}",
            page(429, f'{{"ok": false, "description": "x", "parameters": {{"retry_after": {asked}}}}}'),
            *tried_again("429"),
        )
        for asked in ("9" * 400, "999999999999")
    ),
    ("502 and null", page(502, '{"ok": false, "description": null}'), *in_doubt("unreadable")),
]
CASES = [("sms", *row) for row in TWILIO] + [("telegram", *row) for row in TELEGRAM]
# Both clients read answers by the same library; what is tried on Twilio is left to the long run on Telegram.
LEFT = {
    *(("telegram", name) for name in {*BROKEN, *UNREADABLE} - {"closed when taken", "an endless body", "null"}),
    *((channel, str(status)) for channel in ("sms", "telegram") for status in BETWEEN if status not in (302, 407)),
}


def copies(rig: Rig) -> Counter[int]:
    """Return how many people got so many copies."""
    got = Counter(sms.to for sms in rig.emulator.sms.values() if sms.direction == "outbound-api")
    got += Counter(str(each.chat_id) for each in rig.emulator.chats if each.author == "bot")
    return Counter(got.values())


@pytest.mark.parametrize(
    ("channel", "answer", "state", "reason", "cause"),
    [
        pytest.param(
            channel, *row, id=f"{channel}: {name[:30]}", marks=pytest.mark.long if (channel, name) in LEFT else ()
        )
        for channel, name, *row in CASES
    ],
)
async def test_whatever_it_answers(
    tmp_path: Path, channel: str, answer: Bytes, state: str, reason: str, cause: str | None
) -> None:
    async with set_up(tmp_path, far_end=HostileFarEnd) as rig:
        far_end = rig.emulator
        assert isinstance(far_end, HostileFarEnd)
        far_end.answer_next(answer, "twilio" if channel == "sms" else "telegram", 10_000)
        await rig.queue(channel, PEOPLE, PEOPLE)
        await rig.deliver()
        assert set(await rig.column(outbox_table.c.state)) == {state}
        assert set(await rig.column(outbox_table.c.reason)) == {reason}
        for _ in range(6):
            await rig.deliver(minutes=10)
        async with rig.db.read() as conn:
            assert [each.code for each in await pacing.pauses(conn)] == ([cause] if cause else [])
            found = [tuple(row) for row in await conn.execute(select(case.c.kind, case.c.status))]
        assert found == ([("channel", "open")] if cause else [])
        far_end.be_friendly()
        for _ in range(4):
            await rig.deliver(minutes=10)
        assert far_end.elsewhere == 0  # no redirect was followed
        if cause is None:  # it ended with the answer
            assert copies(rig) == ({1: PEOPLE} if state == "sent" else {})
        elif channel == "telegram" and answer.taken:  # which cannot be asked: it is repeated once
            assert copies(rig) == {2: PEOPLE}
        else:
            assert copies(rig) == {1: PEOPLE}
            assert set(await rig.column(outbox_table.c.state)) == {"sent"}


ENTRY = f'{{"sid": "{SID}", "direction": "outbound-api", "body": 5, "from": 7, "date_created": "yesterday"}}'
LISTS = {
    "closed": Bytes(),
    "endless": Bytes(CREATED + b"\r\n", endless=b"a" * 65_536),
    "no list": page(200, "{}"),
    "a list of numbers": page(200, '{"messages": [1], "page": 0}'),
    "an entry of nonsense": page(200, f'{{"messages": [{ENTRY}]}}'),
    "a page that is its own next": page(
        200, '{"messages": [{"sid": 1}], "next_page_uri": "/2010-04-01/Accounts/AC1/Messages.json"}'
    ),
}


@pytest.mark.parametrize("answer", LISTS.values(), ids=LISTS)
async def test_whatever_the_list_says(tmp_path: Path, answer: Bytes) -> None:
    """What became of a message is asked again until the list can be read; it is not sent a second time."""
    async with set_up(tmp_path, far_end=HostileFarEnd) as rig:
        far_end = rig.emulator
        assert isinstance(far_end, HostileFarEnd)
        far_end.answer_next(Bytes(taken=True))
        far_end.answer_lists(answer, 100)
        await rig.queue("sms")
        for _ in range(4):
            await rig.deliver(minutes=1)
        far_end.be_friendly()
        for _ in range(4):
            await rig.deliver(minutes=10)
        assert copies(rig) == {1: 1}
        assert await rig.column(outbox_table.c.state) == ["sent"]
