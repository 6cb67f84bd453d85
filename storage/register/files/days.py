"""Read a day as people and spreadsheets write it. Pure.

A form is taken only where it can mean one day: 3/11 is the third of November to some and the eleventh of March to
others, and is refused.
"""

import re
from datetime import date, timedelta

_MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_ISO = re.compile(r"([0-9]{4})([-/.]?)([0-9]{2})\2([0-9]{2})(?:[T ]00:00(?::00(?:\.0+)?)?)?")
_TIMED = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})[T ][0-9]{2}:[0-9]{2}(?::[0-9]{2}(?:\.[0-9]+)?)?")
_WORDED = re.compile(r"([0-9]{1,2})\.? ([a-zåäö]{3})[a-zåäö]*\.? ([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}(?:\.0+)?")
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, with its leap day of 1900 that never was
_SERIALS = (29_221, 65_380)  # 1980-01-01 to 2078-12-31


def day_of(text: str) -> date | None:
    """Return the day that ``text`` names, such as 2026-11-03, 20261103 or 3 nov 2026; None where it names none."""
    try:
        if found := _ISO.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
        if found := _TIMED.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        found = _WORDED.fullmatch(text.casefold())
        if found and found[2] in _MONTHS:
            return date(int(found[3]), _MONTHS.index(found[2]) + 1, int(found[1]))
    except ValueError:
        return None
    return None


def day_of_serial(text: str) -> date | None:
    """Return the day that a spreadsheet keeps as a number: 46329 is 2026-11-03. None for another number."""
    if not _SERIAL.fullmatch(text):
        return None
    number = int(text.partition(".")[0])
    return _EPOCH + timedelta(days=number) if _SERIALS[0] <= number <= _SERIALS[1] else None
