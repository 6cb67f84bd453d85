"""An upload is one file of a bounded size, whatever is posted; the event loop and the disk do not notice."""

import io
import time
from collections.abc import AsyncIterator

import aiohttp
import pytest
from aiohttp import web
from aiohttp.test_utils import TestServer

from bot.web.uploads import TooLarge, file_of

MOST = 1024**2
FORM = {"Content-Type": "multipart/form-data; boundary=x"}


def part(content: bytes, name: str = "file", more: str = "", file_name: str = "nov.csv") -> bytes:
    head = f'Content-Disposition: form-data; name="{name}"; filename="{file_name}"\r\n{more}\r\n'
    return b"--x\r\n" + head.encode() + content + b"\r\n"


END = b"--x--\r\n"
GOOD = part(b"1042") + END


@pytest.fixture
async def url() -> AsyncIterator[str]:
    async def take(request: web.Request) -> web.Response:
        try:
            name, content = await file_of(request, MOST)
        except TooLarge:
            return web.Response(status=413)
        return web.json_response([name, len(content), content[:4].decode()])

    app = web.Application()
    app.router.add_post("/", take)
    async with TestServer(app) as server:
        yield str(server.make_url("/"))


CASES = [
    ("a file", GOOD, [200, "nov.csv", 4, "1042"]),
    ("as large as may be", part(b"x" * MOST) + END, [200, "nov.csv", MOST, "xxxx"]),
    (
        "whose part has a length of its own",
        part(b"1", more="Content-Length: 5000\r\n") + END,
        [200, "nov.csv", 1, "1"],
    ),
    ("no file chosen", part(b"", file_name="") + END, [200, "", 0, ""]),
    ("one byte too large", part(b"x" * (MOST + 1)) + END, [413]),
    ("much too large", part(b"x" * 4 * MOST) + END, [413]),
    ("too large in another part", part(b"1") + part(b"x" * 4 * MOST, name="more") + END, [413]),
    ("too large before its first part", b"\r\n" * 2 * MOST + GOOD, [413]),
    ("ten thousand parts", b"".join(part(b"", name=f"p{number}") for number in range(10_000)) + END, [400]),
    ("ten thousand files", part(b"") * 10_000 + END, [400]),
    ("two files", part(b"1") + part(b"2") + END, [400]),
    ("another field", part(b"1", name="other") + END, [400]),
    ("lines before its first part", b"\r\n" * 100_000 + GOOD, [400]),
    ("many headers", part(b"1", more="A: b\r\n" * 100_000) + END, [400]),
    ("a long header", part(b"1", more="A: " + "b" * 100_000 + "\r\n") + END, [400]),
    ("a broken header", part(b"1", more="no colon\r\n") + END, [400]),
    ("a part without a name", b"--x\r\n\r\n1\r\n" + END, [400]),
    ("a form in the form", part(b"1", more="Content-Type: multipart/mixed; boundary=y\r\n") + END, [400]),
    ("never ended", part(b"1042")[:-2], [400]),
    ("nothing", b"", [400]),
    ("the end alone", END, [400]),
    ("another boundary", GOOD.replace(b"--x", b"--y"), [400]),
]


@pytest.mark.parametrize(("_told", "body", "answer"), CASES, ids=[told for told, _, _ in CASES])
@pytest.mark.parametrize("chunked", [False, True])
async def test_a_form_is_one_small_file(
    url: str, _told: str, body: bytes, answer: list[object], chunked: bool
) -> None:
    async def pieces() -> AsyncIterator[bytes]:
        for at in range(0, len(body), 256 * 1024):
            yield body[at : at + 256 * 1024]

    began = time.monotonic()
    async with aiohttp.ClientSession() as http:
        try:
            async with http.post(url, data=pieces() if chunked else io.BytesIO(body), headers=FORM) as response:
                told = await response.json() if response.status == 200 else []
                assert [response.status, *told] == answer
        except aiohttp.ClientOSError:  # the server closed while the client still wrote
            assert answer == [413]
    assert time.monotonic() - began < 2


@pytest.mark.parametrize(
    "kind", ["multipart/form-data", "multipart/form-data; boundary=" + "x" * 100, "text/plain"]
)
async def test_a_form_without_a_boundary_is_refused(url: str, kind: str) -> None:
    async with (
        aiohttp.ClientSession() as http,
        http.post(url, data=GOOD, headers={"Content-Type": kind}) as response,
    ):
        assert response.status == 400
