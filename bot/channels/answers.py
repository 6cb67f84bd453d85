"""What is believed of a far end's answer: a body that we can hold, and a wait of up to a day."""

from typing import Any

from aiohttp import ClientPayloadError, ClientResponse

LARGEST = 8 << 20  # bytes; a page of a thousand of Twilio's messages has about one MiB
LONGEST_WAIT = 86_400.0  # seconds


class BoundedResponse(ClientResponse):
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


def seconds_of(asked: Any) -> float | None:
    """Return how long a far end asks us to wait; None where that is no number, or more than LONGEST_WAIT."""
    try:
        seconds = float(asked)
    except (TypeError, ValueError, OverflowError):
        return None
    return seconds if 0 < seconds <= LONGEST_WAIT else None
