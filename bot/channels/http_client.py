"""The HTTP client of the gateways. It believes of an answer a body that we can hold, and a wait of up to a day."""

from typing import Any

from aiohttp import (
    ClientConnectorError,
    ClientPayloadError,
    ClientResponse,
    ClientSession,
    ConnectionTimeoutError,
    TCPConnector,
)

CONNECTIONS = 200  # at once; with aiohttp's default of 100 throughput stopped growing when it was measured
LARGEST = 8 << 20  # bytes; a page of a thousand of Twilio's messages has about one MiB
LONGEST_WAIT = 86_400.0  # seconds
NEVER_CONNECTED = (ClientConnectorError, ConnectionTimeoutError)  # after these nothing has left


class _BoundedResponse(ClientResponse):
    """An HTTP response whose body is given up as soon as it is larger than LARGEST."""

    async def read(self) -> bytes:
        """Return the body.

        Raises:
            ClientPayloadError: it is too large. The connection is closed.
        """
        if self._body is None:
            body = bytearray()
            async for part in self.content.iter_any():
                body += part
                if len(body) > LARGEST:
                    self.close()
                    raise ClientPayloadError(f"an answer of more than {LARGEST} bytes")
            self._body = bytes(body)
        return self._body


def client() -> ClientSession:
    """Return a client. Call it inside the running event loop, and give each request a time-out."""
    return ClientSession(connector=TCPConnector(limit=CONNECTIONS), response_class=_BoundedResponse)


def seconds_of(asked: Any) -> float | None:
    """Return how long a far end asks us to wait; None where that is no number, or more than LONGEST_WAIT."""
    try:
        seconds = float(asked)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds <= LONGEST_WAIT else None
