"""What Twilio's error codes mean to us. They stay in this file: everybody else sees a kind of
scheduler/delivery/gateway.py.

Both the codes that answer a request to send, and those that arrive later in a status callback.
Source: https://www.twilio.com/docs/api/errors.
"""

from scheduler.delivery.gateway import Kind

CODES: dict[int, Kind] = {
    20003: "account",  # authentication failed
    20005: "account",  # account not active
    20006: "account",  # access denied
    20008: "account",  # the test credentials
    20404: "account",  # no such account: a wrong SID or URL
    20429: "throttled",  # too many requests, not processed
    20503: "transient",  # service unavailable, not processed
    21211: "permanent",  # not a phone number
    21212: "account",  # our own sender is not valid
    21408: "permanent",  # sending to that country is not allowed
    21602: "message",  # no body
    21603: "account",  # no sender
    21604: "permanent",  # no receiver
    21606: "account",  # our number cannot send this
    21608: "account",  # a trial account, and a receiver whom nobody has verified
    21609: "account",  # our StatusCallback is not a valid address
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
    30007: "filtered",
    30008: "unknown",  # Twilio does not know the cause, and it may have arrived
    30032: "filtered",  # a toll-free sender whom nobody has verified
    30034: "filtered",  # a sender who is not registered with the carriers
    30036: "message",  # its validity period has passed
    60728: "account",  # the account's cap is reached
    63038: "account",  # the account's daily cap is reached
}


def classify(code: int | None, status: int | None = None) -> Kind:
    """Return the kind of a Twilio error. Only a code that is about the receiver or the message ends a message.

    Args:
        code: Twilio's own error code, from an error response or a status callback; None when there is none.
        status: the HTTP status of the response, used only when the code is not in CODES.
    """
    if code in CODES:
        return CODES[code]
    if status == 429:
        return "throttled"
    if status is not None and status >= 500:
        return "unknown"
    if code is not None:  # a trouble that we do not know ends no message
        return "transient"
    if status is None:
        return "unknown"
    if status in (401, 403, 404):
        return "account"
    return "transient"  # a gateway's own answer: the message never came as far as Twilio
