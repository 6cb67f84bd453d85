"""Twilio's far end as cheap as can be: as a process it prints its port, and answers each POST after 100 ms."""

import asyncio
import itertools
import json

DELAY = 0.1  # seconds


class Connection(asyncio.Protocol):
    """One keep-alive connection, one request at a time, as HTTP/1.1 clients do without pipelining."""

    numbers = itertools.count(1)

    def connection_made(self, transport: asyncio.BaseTransport) -> None:
        self.transport, self.buffer = transport, b""

    def data_received(self, data: bytes) -> None:
        self.buffer += data
        head, found, body = self.buffer.partition(b"\r\n\r\n")
        if not found or len(body) < int(head.lower().partition(b"content-length:")[2].partition(b"\r\n")[0]):
            return
        self.buffer = b""
        self.take(body)

    def take(self, body: bytes) -> None:
        asyncio.get_running_loop().call_later(DELAY, self.answer, next(self.numbers))

    def answer(self, number: int) -> None:
        made = {"sid": f"SM{number:032}", "status": "queued", "num_segments": "1", "price": None}
        body = json.dumps(made).encode()
        head = f"HTTP/1.1 201 Created\r\nContent-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n"
        self.transport.write(head.encode() + body)  # type: ignore[attr-defined]


async def main() -> None:
    server = await asyncio.get_running_loop().create_server(Connection, "127.0.0.1", 0, backlog=1024)
    print(server.sockets[0].getsockname()[1], flush=True)
    await server.serve_forever()


if __name__ == "__main__":
    asyncio.run(main())
