"""What each of Twilio's error codes means to us."""

import pytest

from bot.channels.sms.error_codes import classify
from scheduler.delivery.gateway import Kind


@pytest.mark.parametrize(
    ("code", "status", "kind"),
    [
        (21610, 400, "opted_out"),
        (21211, 400, "permanent"),
        (21614, 400, "permanent"),
        (21635, None, "permanent"),
        (30006, None, "permanent"),
        (20429, 429, "throttled"),
        (21611, 400, "throttled"),
        (30001, None, "throttled"),
        (30036, None, "message"),
        (60728, None, "account"),
        (63038, None, "account"),
        (30003, None, "transient"),
        (30005, None, "permanent"),
        (30007, None, "filtered"),
        (30034, None, "filtered"),
        (30008, None, "unknown"),
        (21617, 400, "message"),
        (99999, 400, "transient"),  # a code that nobody knows ends no message
        (99999, None, "transient"),
        (99999, 500, "unknown"),
        # A gateway's answers, without a code of Twilio's.
        (None, 302, "transient"),
        (None, 400, "transient"),
        (None, 407, "transient"),
        (None, 408, "transient"),
        (None, 421, "transient"),
        (None, 425, "transient"),
        (None, 451, "transient"),
        (None, 401, "account"),
        (None, 429, "throttled"),
        (None, 502, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_code_is_of_one_kind(code: int | None, status: int | None, kind: Kind) -> None:
    assert classify(code, status) == kind
