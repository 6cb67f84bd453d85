"""What Twilio posts to us: verify it, read it, word the answer. No I/O.

Source: https://www.twilio.com/docs/usage/webhooks/webhooks-security and the messaging webhooks beside it.
"""

import hmac
import re
from collections.abc import Mapping
from dataclasses import dataclass
from urllib.parse import urlparse
from xml.sax.saxutils import escape

from twilio.request_validator import RequestValidator, add_port, remove_port

SID = re.compile(r"(?:SM|MM)[0-9a-f]{32}")


@dataclass(frozen=True, slots=True)
class Receipt:
    """What a carrier says became of an SMS of ours.

    Attributes:
        reference: our own name for the message, from the address that the receipt was posted to.
        external_id: Twilio's name for it.
        status: Twilio's word, in lower case: ``sent``, ``delivered``, ``undelivered``, ``failed`` and others.
        error_code: Twilio's number for what went wrong, or None.
    """

    reference: str
    external_id: str
    status: str
    error_code: int | None


def sign(auth_token: str, url: str, params: Mapping[str, str]) -> str:
    """Return Twilio's signature of a webhook: HMAC-SHA1 over the URL and the sorted form, in base64."""
    return str(RequestValidator(auth_token).compute_signature(url, params))


def verify(auth_token: str, url: str, params: Mapping[str, object], signature: str | None) -> bool:
    """Say whether a webhook was signed by Twilio. Never raise, whatever the form holds.

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
        # Twilio signs some URLs with their port and some without: its own validator tries both too.
        parsed = urlparse(url)
        other = remove_port(parsed) if parsed.port else add_port(parsed)
        return hmac.compare_digest(validator.compute_signature(other, params).encode(), given)
    except (ValueError, TypeError, AttributeError, LookupError):  # lone surrogates, uploads instead of text
        return False


def twiml(reply: str | None) -> str:
    """Return the body that answers an inbound SMS: with one message, or with none."""
    if not reply:
        return '<?xml version="1.0" encoding="UTF-8"?><Response/>'
    # XML 1.0 has no other control characters.
    text = "".join(char for char in reply if char >= " " or char in "\n\t\r")
    return f'<?xml version="1.0" encoding="UTF-8"?><Response><Message>{escape(text)}</Message></Response>'


def opt_out_type(form: Mapping[str, object]) -> str:
    """Return what Twilio has taken an inbound SMS for: "stop", "start", "help" or empty (``OptOutType``).

    Twilio sends it with its own words and with those of the sender's Advanced Opt-Out. After "stop" it lets no
    message of ours through, whatever we understand.
    """
    taken_for = form.get("OptOutType", "")
    return taken_for.lower() if isinstance(taken_for, str) else ""


def parse_inbound(form: Mapping[str, object]) -> tuple[str, str, str]:
    """Read an inbound SMS: ``(external_id, sender, text)``, without NUL characters. ``Body`` may be empty.

    Raises:
        ValueError: a field is missing or cannot be read; the sentence names it. ``To`` must be there, too.
    """
    found = (_message_sid(form), _field(form, "From", limit=64), _field(form, "Body", empty=True))
    _field(form, "To", limit=64)
    return found


def parse_receipt(reference: str, form: Mapping[str, object]) -> Receipt:
    """Read a status callback for the message that we call ``reference``.

    Raises:
        ValueError: a field is missing or cannot be read; the sentence names it.
    """
    code = _field(form, "ErrorCode", empty=True) if "ErrorCode" in form else ""
    if code and not (code.isascii() and code.isdecimal() and len(code) <= 9):
        raise ValueError("ErrorCode is not a number.")
    return Receipt(
        reference,
        _message_sid(form),
        _field(form, "MessageStatus", limit=32).lower(),
        int(code) if code else None,
    )


def _message_sid(form: Mapping[str, object]) -> str:
    """Return Twilio's id of a message.

    Twilio signs keys and values without a separator: without a check of the id's form, a captured request could be
    sent again under another id, with another field moved into it.
    """
    sid = _field(form, "MessageSid", limit=64)
    if not SID.fullmatch(sid):
        raise ValueError("MessageSid is not the id of a message.")
    return sid


def _field(form: Mapping[str, object], name: str, *, limit: int | None = None, empty: bool = False) -> str:
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
