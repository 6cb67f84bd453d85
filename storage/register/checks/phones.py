"""Read a phone number, and tell whether an SMS can reach it. Pure.

Source: Google's metadata, in the library phonenumbers. A number that names no country is Swedish; one of another
country is taken only with its country code, because the same digits mean another subscriber here.
"""

import re
from dataclasses import dataclass
from functools import cache

from storage.errors import NoteCode

REGION, COUNTRY = "SE", "+46"
_SEPARATORS = str.maketrans("", "", " -\u00a0")
_NATIONAL = re.compile(r"(?:\+46|0046|0)([1-9][0-9]+)")


@dataclass(frozen=True, slots=True)
class Phone:
    """A phone number.

    Attributes:
        number: in E.164.
        warning: why an SMS to it is lost or dear; None for a mobile.
    """

    number: str
    warning: NoteCode | None = None


def read_phone(value: str) -> Phone | None:
    """Return the phone number that a cell holds; None for what is no number, or has an extension."""
    national = _NATIONAL.fullmatch(value.translate(_SEPARATORS))
    if national and _swedish_mobile().fullmatch(national[1]):
        return Phone(COUNTRY + national[1])  # nearly every cell, and 40 times as fast as what follows
    import phonenumbers

    try:
        number = phonenumbers.parse(value, REGION)
    except phonenumbers.NumberParseException:
        return None
    if not phonenumbers.is_valid_number(number) or number.extension:
        return None
    written = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    return Phone(written, _warnings().get(phonenumbers.number_type(number)))


def e164(value: str) -> str | None:
    """Return a phone number in E.164, Swedish where it names no country; None for what is no phone number."""
    phone = read_phone(value)
    return phone.number if phone else None


@cache
def _swedish_mobile() -> re.Pattern[str]:
    """Return the library's own pattern of a Swedish mobile number, without country code or first 0."""
    import phonenumbers

    metadata = phonenumbers.PhoneMetadata.metadata_for_region(REGION)
    mobile = metadata.mobile if metadata else None
    return re.compile((mobile and mobile.national_number_pattern) or "(?!)")  # without one, nothing is found here


@cache
def _warnings() -> dict[int, NoteCode]:
    from phonenumbers import PhoneNumberType as Type

    return {
        Type.FIXED_LINE: NoteCode.PHONE_LANDLINE,
        Type.PREMIUM_RATE: NoteCode.PHONE_PREMIUM,
        Type.SHARED_COST: NoteCode.PHONE_PREMIUM,
        Type.TOLL_FREE: NoteCode.PHONE_TOLL_FREE,
        Type.VOIP: NoteCode.PHONE_NOT_MOBILE,
        Type.PERSONAL_NUMBER: NoteCode.PHONE_NOT_MOBILE,
        Type.PAGER: NoteCode.PHONE_NOT_MOBILE,
        Type.UAN: NoteCode.PHONE_NOT_MOBILE,
        Type.VOICEMAIL: NoteCode.PHONE_NOT_MOBILE,
    }
