"""Where a process listens, as an address."""

import pytest

from bot.service import Listener


@pytest.mark.parametrize(
    ("host", "url"),
    [
        ("127.0.0.1", "http://127.0.0.1:8080"),
        ("localhost", "http://localhost:8080"),
        ("::1", "http://[::1]:8080"),  # RFC 3986: an IPv6 address stands in brackets
    ],
)
def test_a_listener_has_an_address(host: str, url: str) -> None:
    assert Listener(host, 8080).url == url
