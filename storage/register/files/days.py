"""Read a day as people and spreadsheets write it. Pure.

A form is taken only where it can mean one day: 3/11 is the third of November to some and the eleventh of March to
others, and is refused.
"""

import re
from datetime import date, timedelta
from functools import lru_cache

from survey.contacts.commands import MONTHS

_MONTHS = {**{name: number for number, name in enumerate(MONTHS, 1)}, "may": 5, "oct": 10}
_TIME = r"(?:[t ][0-9]{1,2}[:.][0-9]{2}(?:[:.][0-9]{2}(?:[.,][0-9]+)?)?)?"
_COMPACT = re.compile(rf"([0-9]{{4}})([0-9]{{2}})([0-9]{{2}}){_TIME}")
_PARTED = re.compile(rf"([0-9]{{4}})([-/.])([0-9]{{1,2}})\2([0-9]{{1,2}}){_TIME}")
_WORDED = re.compile(
    rf"(?:[a-zåäö]+,? )?([0-9]{{1,2}})[.:]?(?:e|a)? ([a-zåäö]{{3}})[a-zåäö]*[.,]? ([0-9]{{4}}){_TIME}"
)
_MONTH = re.compile(r"([0-9]{4})[-/.]?([0-9]{2})(?:[-/.]?01(?:[t ]00:00(?::00(?:\.0+)?)?)?)?")
_WORDED_MONTH = re.compile(r"([a-zåäö]{3})[a-zåäö]*\.? ([0-9]{4})")
_SERIAL = re.compile(r"[0-9]{5}(?:[.,][0-9]+)?")  # what follows the comma is the time of the day
_EPOCH = date(1899, 12, 30)  # day 0 of Excel's calendar, with its leap day of 1900 that never was
_SERIALS = (29_221, 65_380)  # 1980-01-01 to 2078-12-31


@lru_cache(maxsize=20_000)  # a register of 200,000 rows has some thousand days
def day_of(text: str) -> date | None:
    """Return the day that ``text`` names, such as 2026-11-03, 20261103 or 3 nov 2026; None where it names none."""
    text = text.casefold()
    try:
        if found := _COMPACT.fullmatch(text):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _PARTED.fullmatch(text):
            return date(int(found[1]), int(found[3]), int(found[4]))
        found = _WORDED.fullmatch(text)
        if found and found[2] in _MONTHS:
            return date(int(found[3]), _MONTHS[found[2]], int(found[1]))
    except ValueError:
        return None
    return None


def month_of(text: str) -> str:
    """Return the month that ``text`` names, as YYYY-MM: 2026-10, 202610, okt 2026, or its first day."""
    text = text.casefold()
    if found := _MONTH.fullmatch(text):
        return f"{found[1]}-{found[2]}" if "01" <= found[2] <= "12" and found[1][0] in "12" else ""
    if (found := _WORDED_MONTH.fullmatch(text)) and found[1] in _MONTHS:
        return f"{found[2]}-{_MONTHS[found[1]]:02}"
    first = day_of_serial(text)
    return f"{first:%Y-%m}" if first and first.day == 1 else ""


def day_of_serial(text: str) -> date | None:
    """Return the day that a spreadsheet keeps as a number: 46329 and 46329.5 are 2026-11-03. None for another."""
    if not _SERIAL.fullmatch(text):
        return None
    number = int(text[:5])
    return _EPOCH + timedelta(days=number) if _SERIALS[0] <= number <= _SERIALS[1] else None
