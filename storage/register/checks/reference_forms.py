"""The unit's own numbers as files spell them: what spreadsheets do to them, and which two are one. Pure."""

import re
from collections.abc import Iterable

from survey.plain_text import plain

_FLOAT = re.compile(r"([0-9]+)[.,]0+")
_SUM = re.compile(r"(?:summa|totalt?|antal)\b(?!-?[0-9])", re.IGNORECASE)
_SHORTENED = re.compile(r"[0-9][.,][0-9]+[eE]\+[0-9]+")


def whole(text: str) -> str:
    """Return a number without the decimals that a spreadsheet has put on it: 1042.0 is 1042."""
    found = _FLOAT.fullmatch(text)
    return found[1] if found else text


def is_shortened(text: str) -> bool:
    """Return whether a spreadsheet has cut digits off: 1,23457E+11 was another number once."""
    return _SHORTENED.fullmatch(text) is not None


def is_sum(text: str) -> bool:
    """Return whether a cell is the beginning of the line of sums that some systems write below a table."""
    return _SUM.match(text) is not None


def with_zeros(text: str, digits: int) -> str:
    """Return a number with zeros in front, so that it has ``digits`` digits; other texts stay as they are."""
    return text.zfill(digits) if text.isascii() and text.isdigit() else text


def core(ref: str, *, zeros_count: bool = False) -> str:
    """Return what two spellings of one number have in common.

    Args:
        ref: a number of the unit's own.
        zeros_count: 012 and 12 are two numbers.
    """
    text = ref if ref.isalnum() and ref.isascii() else whole(plain(ref))
    return text if zeros_count or not text.isdigit() else text.lstrip("0") or "0"


def zero_led(refs: Iterable[str]) -> str:
    """Return a number that begins with 0, where all such numbers have equally many digits; empty where not."""
    example = ""
    for ref in refs:
        if ref.startswith("0") and ref.isdigit() and len(ref) > 1:
            if example and len(ref) != len(example):
                return ""
            example = example or ref
    return example
