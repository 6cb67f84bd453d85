"""What Twilio's error codes mean to us. They stay in this file: everybody else sees a kind of
scheduler/delivery/gateway.py.

Both the codes that answer a request to send, and those that arrive later in a status callback.
Source: https://www.twilio.com/docs/api/errors.
"""

from scheduler.delivery.gateway import Kind

CODES: dict[int, Kind] = {
    20003: "account",  # authentication failed
    20005: "account",  # account not active
    20404: "account",  # no such account: a wrong SID or URL
    20429: "throttled",  # too many requests, not processed
    20503: "transient",  # service unavailable, not processed
    21211: "permanent",  # not a phone number
    21212: "account",  # our own sender is not valid
    21408: "permanent",  # sending to that country is not allowed
    21602: "message",  # no body
    21603: "account",  # no sender
    21606: "account",  # our number cannot send this
    21610: "opted_out",  # the receiver has replied STOP, perhaps to Twilio only
    21611: "throttled",  # our number's queue is full
    21612: "permanent",  # no route from our number to that one
    21614: "permanent",  # not a mobile number
    21617: "message",  # body over 1,600 characters
    21635: "permanent",  # a landline
    21659: "account",  # the sender is not ours
    21660: "account",  # the sender belongs to another account
    21701: "account",  # no such messaging service
    21703: "account",  # the messaging service has no number
    30001: "throttled",  # queue overflow
    30002: "account",  # account suspended
    30003: "transient",  # handset off or out of reach
    30004: "permanent",  # blocked by the receiver or the carrier
    30005: "permanent",  # handset not known: the number may be gone
    30006: "permanent",  # landline or carrier that cannot be reached
    30007: "message",  # filtered: another text may pass
    30008: "unknown",  # Twilio does not know the cause, and it may have arrived
    30036: "message",  # its validity period has passed
    60728: "account",  # the account's cap is reached
    63038: "account",  # the account's daily cap is reached
}


def classify(code: int | None, status: int | None = None) -> Kind:
    """Return the kind of a Twilio error.

    Args:
        code: Twilio's own error code, from an error response or a status callback; None when there is none.
        status: the HTTP status of the response, used only when the code is not in CODES.
    """
    if code in CODES:
        return CODES[code]
    if status is None or status >= 500:
        return "unknown"
    if status == 429:
        return "throttled"
    if status in (401, 403, 404):
        return "account"
    return "message"
