"""Phone numbers: in any spelling, and what no SMS reaches is told."""

import phonenumbers
import pytest
from hypothesis import given
from hypothesis import strategies as st

from storage.errors import NoteCode
from storage.register.checks.phones import Phone, read_phone

MOBILE = Phone("+46701000001")


@pytest.mark.parametrize(
    "written",
    [
        *(
            "070-100 00 01",
            "0701000001",
            "+46701000001",
            "+46 70 100 00 01",
            "0046701000001",
            "+46 (0)70-100 00 01",
        ),
        *("070/1000001", "070.100.00.01", "701000001", "46701000001", "070 100 00 01", "tel:+46701000001"),
    ],
)
def test_one_mobile_in_many_spellings(written: str) -> None:
    assert read_phone(written) == MOBILE


@pytest.mark.parametrize(
    ("written", "number", "warning"),
    [
        ("08-123 456 78", "+46812345678", NoteCode.PHONE_LANDLINE),
        ("0900-123 45 67", "+469001234567", NoteCode.PHONE_PREMIUM),
        ("020-123 456", "+4620123456", NoteCode.PHONE_TOLL_FREE),
        ("077-123 45 67", "+46771234567", NoteCode.PHONE_PREMIUM),
        ("0746-12 34 56", "+46746123456", NoteCode.PHONE_NOT_MOBILE),
        ("+47 406 12 345", "+4740612345", None),
        ("0047 406 12 345", "+4740612345", None),
        ("+358 40 1234567", "+358401234567", None),
    ],
)
def test_what_no_sms_reaches_is_told(written: str, number: str, warning: NoteCode | None) -> None:
    assert read_phone(written) == Phone(number, warning)


@pytest.mark.parametrize(
    "written",
    ["4740612345", "358401234567", "070-100 00", "12", "ring mig", "7,01E+08", "070-1000001, 070-1000002"],
)
def test_what_is_no_number_here_is_refused(written: str) -> None:
    """A number of another country is none without its country code."""
    assert read_phone(written) is None


@given(st.from_regex(r"07[0-9]{7,9}", fullmatch=True))
def test_the_quick_way_agrees_with_the_library(written: str) -> None:
    number = phonenumbers.parse(written, "SE")
    found = read_phone(written)
    assert (found is not None) == phonenumbers.is_valid_number(number)
    if found:
        is_mobile = phonenumbers.number_type(number) == phonenumbers.PhoneNumberType.MOBILE
        assert found.number == f"+46{number.national_number}"
        assert (found.warning is None) == is_mobile
