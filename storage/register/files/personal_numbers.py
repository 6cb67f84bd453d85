"""Find a personnummer or samordningsnummer in a text, so that no register file brings one in. Pure.

Source: Skatteverket, SKV 704 and 707: YYMMDD-NNNC, where C is the check digit by Luhn, and 60 is added to the day
in the second kind.
"""

import re
import unicodedata
from datetime import date

_FORM = re.compile(
    r"(?<![0-9])((?:1[89]|20)?)([0-9]{2})([0-9]{2})([0-9]{2})(?: ?[-+\u2010-\u2015\u2212] ?| )?([0-9]{4})(?![0-9])"
)
_LEAST = 10  # digits


def has_personal_number(text: str) -> bool:
    """Return whether ``text`` has a personnummer or samordningsnummer in it."""
    if len(text) < _LEAST:
        return False
    if not text.isascii():
        text = unicodedata.normalize("NFKC", text)
    return any(_is_one(found) for found in _FORM.finditer(text))


def _is_one(found: re.Match[str]) -> bool:
    year, month, day = int((found[1] or "20") + found[2]), int(found[3]), int(found[4])
    try:
        date(year, month, day - 60 if day > 60 else day)
    except ValueError:
        return False
    return _luhn(found[2] + found[3] + found[4] + found[5])


def _luhn(digits: str) -> bool:
    doubled = [int(digit) * (2 - place % 2) for place, digit in enumerate(digits)]
    return sum(each - 9 if each > 9 else each for each in doubled) % 10 == 0
