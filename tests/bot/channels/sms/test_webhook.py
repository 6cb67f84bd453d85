"""What Twilio posts: signatures, forms and replies, the hostile ones too."""

import pytest
from hypothesis import given
from hypothesis import strategies as st
from multidict import MultiDict
from twilio.request_validator import RequestValidator

from bot.channels.sms.webhook import Receipt, opt_out_type, parse_inbound, parse_receipt, sign, twiml, verify

URL = "https://example.se/webhooks/twilio/sms"
SID = "SM" + "1" * 32
FORM = {"MessageSid": SID, "AccountSid": "AC1", "From": "+46701234567", "To": "+46700000001", "Body": "4 åäö"}


def test_the_example_in_twilios_documentation() -> None:
    params = {
        "CallSid": "CA1234567890ABCDE",
        "Caller": "+14158675309",
        "Digits": "1234",
        "From": "+14158675309",
        "To": "+18005551212",
    }
    url = "https://mycompany.com/myapp.php?foo=1&bar=2"
    assert verify("12345", url, params, "RSOYDt4T1cUTdK1PDd93/VVr8B8=")
    assert sign("12345", url, params) == "RSOYDt4T1cUTdK1PDd93/VVr8B8="


def test_a_signature_fits_its_own_request_only() -> None:
    signature = sign("token", URL, FORM)
    assert RequestValidator("token").validate(URL, FORM, signature)
    assert verify("token", URL, FORM, signature)
    assert verify("token", URL, MultiDict(FORM), signature)
    assert not verify("other", URL, FORM, signature)
    assert not verify("token", URL + "/", FORM, signature)
    assert not verify("token", URL, {**FORM, "Body": "5"}, signature)
    assert not verify("token", URL, {**FORM, "More": ""}, signature)


def test_twilio_may_sign_with_or_without_the_port() -> None:
    assert verify("token", URL, FORM, sign("token", URL.replace(".se/", ".se:443/"), FORM))
    with_port = "http://example.se:8080/webhooks/twilio/sms"
    assert verify("token", with_port, FORM, sign("token", with_port, FORM))
    assert verify("token", with_port, FORM, sign("token", with_port.replace(":8080", ""), FORM))


@pytest.mark.parametrize("signature", [None, "", "åäö", "\ud800", "x" * 5000])
def test_hostile_signatures_are_only_wrong(signature: str | None) -> None:
    assert verify("token", URL, FORM, signature) is False


@pytest.mark.parametrize("value", ["\ud800", b"bytes", None, 5, ["list"]])
def test_hostile_forms_are_only_wrong(value: object) -> None:
    assert verify("token", URL, {"Body": value}, "x") is False
    assert verify("token", URL, {"Body": value, "bodySHA256": value}, "x") is False


@given(st.dictionaries(st.text(), st.text()), st.text())
def test_verify_never_raises(form: dict[str, str], signature: str) -> None:
    assert verify("token", URL, form, signature) is False


def test_a_reply_is_escaped_as_xml() -> None:
    head = '<?xml version="1.0" encoding="UTF-8"?>'
    assert twiml(None) == twiml("") == head + "<Response/>"
    assert twiml("1 < 2 & å\x00\x0b") == head + "<Response><Message>1 &lt; 2 &amp; å</Message></Response>"


def test_an_inbound_sms_is_read() -> None:
    assert parse_inbound(FORM) == (SID, "+46701234567", "4 åäö")
    assert parse_inbound(MultiDict({**FORM, "Body": "4\0"}))[2] == "4"
    assert parse_inbound({**FORM, "Body": ""})[2] == ""


@pytest.mark.parametrize(
    ("form", "says"),
    [
        ({}, "MessageSid is missing"),
        ({"MessageSid": SID, "Body": "4"}, "From is missing"),
        ({"MessageSid": SID, "From": "+46701234567"}, "Body is missing"),
        ({"MessageSid": SID, "From": "+46701234567", "Body": "4"}, "To is missing"),
        ({**FORM, "MessageSid": "\0"}, "MessageSid is empty"),
        ({**FORM, "MessageSid": SID + "NumMedia0"}, "MessageSid is not the id"),
        ({**FORM, "MessageSid": SID.lower()}, "MessageSid is not the id"),
        ({**FORM, "MessageSid": "CA" + SID[2:]}, "MessageSid is not the id"),
        ({**FORM, "From": ""}, "From is empty"),
        ({**FORM, "From": "1" * 65}, "From is longer"),
        ({**FORM, "Body": "\ud83d"}, "Body is not valid"),
        ({**FORM, "Body": b"4"}, "Body is not text"),
    ],
)
def test_malformed_inbound_is_named(form: dict[str, object], says: str) -> None:
    with pytest.raises(ValueError, match=says):
        parse_inbound(form)


def test_a_receipt_is_read_or_refused() -> None:
    form = {"MessageSid": SID, "MessageStatus": "Undelivered", "ErrorCode": "30003"}
    assert parse_receipt("r1", form) == Receipt("r1", SID, "undelivered", 30003)
    assert parse_receipt("r1", {"MessageSid": SID, "MessageStatus": "sent"}) == Receipt("r1", SID, "sent", None)
    with pytest.raises(ValueError, match="MessageStatus is missing"):
        parse_receipt("r1", {"MessageSid": SID})
    with pytest.raises(ValueError, match="ErrorCode is not a number"):
        parse_receipt("r1", {**form, "ErrorCode": "٣"})


def test_what_twilio_takes_a_message_for_is_read() -> None:
    assert opt_out_type({**FORM, "OptOutType": "STOP"}) == "stop"
    assert opt_out_type(FORM) == ""
    assert opt_out_type({**FORM, "OptOutType": 1}) == ""
