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
        (30007, None, "message"),
        (30008, None, "unknown"),
        (99999, 400, "message"),
        (None, 401, "account"),
        (None, 429, "throttled"),
        (None, 502, "unknown"),
        (None, None, "unknown"),
    ],
)
def test_a_code_is_of_one_kind(code: int | None, status: int | None, kind: Kind) -> None:
    assert classify(code, status) == kind
