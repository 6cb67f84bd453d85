"""What Twilio posts to us: verified, read and answered. No I/O."""

import hmac
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlparse
from xml.sax.saxutils import escape

from twilio.request_validator import RequestValidator, add_port, remove_port


def sign(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """Twilio's signature of a webhook: HMAC-SHA1 over the URL and the sorted form, base64."""
    return str(RequestValidator(auth_token).compute_signature(url, params))


def verify(auth_token: str, url: str, params: Mapping[str, Any], signature: str | None) -> bool:
    """Whether a webhook was signed by Twilio. Never raises, whatever the form holds.

    Args:
        auth_token: the account's token.
        url: the configured public URL with path and query, never one made from the request's own headers.
        params: the form, a MultiDict or a plain mapping.
        signature: the ``X-Twilio-Signature`` header, None when there was none.
    """
    if not signature:
        return False
    try:
        given = signature.encode("utf-8", "surrogatepass")
        validator = RequestValidator(auth_token)
        if hmac.compare_digest(validator.compute_signature(url, params).encode(), given):
            return True
        # Twilio is not consistent about ports: its own validator tries both ways too.
        parsed = urlparse(url)
        other = remove_port(parsed) if parsed.port else add_port(parsed)
        return hmac.compare_digest(validator.compute_signature(other, params).encode(), given)
    except (ValueError, TypeError, AttributeError, LookupError):  # lone surrogates, uploads in place of text
        return False


def twiml(reply: str | None) -> str:
    """The body that answers an inbound SMS: with one message, or with none."""
    if not reply:
        return '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    text = "".join(c for c in reply if c >= " " or c in "\n\t\r")  # XML 1.0 has no other control characters
    return f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{escape(text)}</Message></Response>'


def parse_inbound(form: Mapping[str, Any]) -> tuple[str, str, str]:
    """Reads an inbound SMS: ``(external_id, sender, text)``, NUL characters removed.

    Raises:
        ValueError: with a sentence naming the field that is missing or unreadable. ``Body`` may be empty.
    """
    return (
        _field(form, "MessageSid", limit=64),
        _field(form, "From", limit=64),
        _field(form, "Body", empty=True),
    )


def parse_status(form: Mapping[str, Any]) -> tuple[str, str, int | None]:
    """Reads a status callback: ``(external_id, status, error_code)``.

    Raises:
        ValueError: with a sentence naming the field that is missing or unreadable.
    """
    code = _field(form, "ErrorCode", empty=True) if "ErrorCode" in form else ""
    if code and not (code.isascii() and code.isdecimal() and len(code) <= 9):
        raise ValueError("ErrorCode is not a number.")
    return (
        _field(form, "MessageSid", limit=64),
        _field(form, "MessageStatus", limit=32).lower(),
        int(code) if code else None,
    )


def _field(form: Mapping[str, Any], name: str, *, limit: int | None = None, empty: bool = False) -> str:
    value = form.get(name)
    if not isinstance(value, str):
        raise ValueError(f"{name} is missing from the form." if value is None else f"{name} is not text.")
    value = value.replace("\0", "")
    if not value and not empty:
        raise ValueError(f"{name} is empty.")
    if limit is not None and len(value) > limit:
        raise ValueError(f"{name} is longer than {limit} characters.")
    try:
        value.encode()
    except UnicodeEncodeError:
        raise ValueError(f"{name} is not valid Unicode text.") from None
    return value
