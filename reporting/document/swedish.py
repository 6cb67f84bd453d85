"""The Swedish way to write numbers, days, lists and names. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

# The symbols of a table (REPORT.md, "Disclosure control").
SUPPRESSED = "–"
NO_DATA = ".."
NO_BREAK = "\u00a0"
NARROW = "\u202f"  # a narrow space without a line break, between thousands
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip


def decimal(value: float, *, short: bool = False) -> str:
    """Return ``74,3``: one decimal, halves rounded up. ``short`` drops a zero decimal."""
    text = str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return text.removesuffix(",0") if short else text


def percent(value: float, *, short: bool = False) -> str:
    """Return ``74,3 %``, on one line. ``short`` drops a zero decimal."""
    return f"{decimal(value, short=short)}{NO_BREAK}%"


def two_decimals(value: float) -> str:
    """Return ``0,69``, as ratios are written."""
    return f"{value:.2f}".replace(".", ",")


def whole(value: float) -> str:
    """Return ``74``: a whole number, halves rounded up, as sentences have it."""
    return str(Decimal(str(value)).quantize(Decimal("1"), ROUND_HALF_UP))


def count(number: int) -> str:
    """Return ``12 345``: a whole number in groups of three digits."""
    return f"{number:,}".replace(",", NARROW)


def day(at: date) -> str:
    """Return ``31 januari 2016``, on one line."""
    return f"{at.day}{NO_BREAK}{month_name(at)} {at.year}"


def month_name(at: date) -> str:
    """Return ``mars``."""
    return MONTHS[at.month - 1]


def month_and_year(at: date) -> str:
    """Return ``mars 2026``."""
    return f"{month_name(at)} {at.year}"


def of(number: int, one: str, many: str) -> str:
    """Return ``1 kund`` or ``2 kunder``."""
    return f"{count(number)} {one if number == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """Return ``A, B och C``."""
    return " och ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def printed_name(name: str) -> str:
    """Return a name from the register as a document prints it: on one line, without invisible characters.

    A name in letters that run from right to left is isolated, so that it does not turn the sentence around it.
    Marks that turn text (U+202E and its kin) are left out.
    """
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs", "Co", "Cn") else c for c in name)
    seen = "".join(c for c in seen if unicodedata.category(c) != "Cf" or c == "\u200d")
    seen = " ".join(seen.split())
    turns = any(unicodedata.bidirectional(c) in ("R", "AL") for c in seen)
    return f"{ISOLATE}{seen}{END_ISOLATE}" if turns else seen
