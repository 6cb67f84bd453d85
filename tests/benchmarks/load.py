"""The load client, a process of its own: signed SMS replies over 64 keep-alive connections on loopback.

``python load.py PORT FIRST COUNT``: one reply from each of COUNT customers; prints the seconds it took, and
the 99th percentile of the replies' latency in ms.
Standard library alone, requests made before the clock starts, so that the client is not what is measured.
"""

import asyncio
import base64
import hashlib
import hmac
import sys
import time
from urllib.parse import urlencode

CONNECTIONS = 64
TOKEN = "bench-token"
ACCOUNT = "AC" + "0" * 32
SENDER = "+99990000000"
BASE_URL = "http://bench.invalid"
PATH = "/webhooks/twilio/sms"


def phone(number: int) -> str:
    return f"+999{number:09}"


def request(number: int) -> bytes:
    """What Twilio sends (the fields that it always sends), signed with a bare HMAC."""
    form = {
        "ToCountry": "SE",
        "SmsMessageSid": f"SM{number:032}",
        "NumMedia": "0",
        "SmsSid": f"SM{number:032}",
        "SmsStatus": "received",
        "Body": "5",
        "FromCountry": "SE",
        "To": SENDER,
        "NumSegments": "1",
        "MessageSid": f"SM{number:032}",
        "AccountSid": ACCOUNT,
        "From": phone(number),
        "ApiVersion": "2010-04-01",
    }
    signed = BASE_URL + PATH + "".join(key + form[key] for key in sorted(form))
    signature = base64.b64encode(hmac.digest(TOKEN.encode(), signed.encode(), hashlib.sha1)).decode()
    body = urlencode(form).encode()
    head = (
        f"POST {PATH} HTTP/1.1\r\nHost: bench\r\nX-Twilio-Signature: {signature}\r\n"
        f"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {len(body)}\r\n\r\n"
    )
    return head.encode() + body


class _Connection(asyncio.Protocol):
    """One keep-alive connection: a request at a time, the next when its answer is whole."""

    def __init__(self, waiting: list[bytes], done: "asyncio.Future[None]") -> None:
        self.waiting, self.done, self.buffer = waiting, done, b""
        self.latencies: list[float] = []  # seconds

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport = transport

    def next(self) -> None:
        if self.waiting:
            self.began = time.perf_counter()
            self.transport.write(self.waiting.pop())  # type: ignore[attr-defined]
        else:
            self.done.set_result(None)

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found:
            return
        length = int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0])
        if len(body) < length:
            return
        if not head.startswith(b"HTTP/1.1 200") or b"<Message>" not in body:
            self.done.set_exception(RuntimeError(f"unexpected answer: {self.buffer[:500]!r}"))
            return
        self.buffer = b""
        self.latencies.append(time.perf_counter() - self.began)
        self.next()

    def connection_lost(self, exc: Exception | None) -> None:
        if not self.done.done():
            self.done.set_exception(RuntimeError("the server closed the connection"))


async def main(port: int, first: int, count: int) -> None:
    loop = asyncio.get_running_loop()
    waiting = [request(number) for number in range(first, first + count)]
    connections = []
    for _ in range(CONNECTIONS):
        _, protocol = await loop.create_connection(
            lambda: _Connection(waiting, loop.create_future()), "127.0.0.1", port
        )
        connections.append(protocol)
    started = time.perf_counter()
    for protocol in connections:
        protocol.next()
    await asyncio.wait_for(asyncio.gather(*(protocol.done for protocol in connections)), 120)
    taken = time.perf_counter() - started
    latencies = sorted(each for protocol in connections for each in protocol.latencies)
    print(taken, latencies[len(latencies) * 99 // 100] * 1000)


if __name__ == "__main__":
    asyncio.run(main(*map(int, sys.argv[1:4])))
