"""Words and number formats of the Swedish report. Pure."""

import unicodedata
from collections.abc import Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal

from survey.codes import EndReason

SUPPRESSED = "–"
NO_DATA = ".."
NO_BREAK = "\u00a0"
NARROW = "\u202f"  # the thin space, not breaking, between thousands
ISOLATE, END_ISOLATE = "\u2068", "\u2069"
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
REASONS = {  # the values of the question `reason` in survey/packs
    1: "Väntade sig jobb tidigare",
    2: "Bemötandet",
    3: "Kompetensen",
    4: "Löften hölls inte",
    5: "Annat",
}
END_REASONS = {each.value: each.swedish for each in EndReason} | {"": "Ingen orsak angiven"}
CHANGE_REASONS = {  # the values of the question `change_reason`
    1: "Fick inte rätt hjälp",
    2: "Bemötandet",
    3: "Resväg eller tider",
    4: "Ville prova annat",
    5: "Annat",
}


def decimal(value: float, *, short: bool = False) -> str:
    """One decimal, Swedish comma, halves up. ``short`` drops a zero decimal."""
    text = str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return text.removesuffix(",0") if short else text


def percent(value: float, *, short: bool = False) -> str:
    """As in tables: ``74,3 %`` with a space that does not break. ``short`` drops a zero decimal."""
    return f"{decimal(value, short=short)}{NO_BREAK}%"


def whole(value: float) -> str:
    """As in sentences: a whole number, halves up."""
    return str(Decimal(str(value)).quantize(Decimal("1"), ROUND_HALF_UP))


def count(number: int) -> str:
    """A whole number in groups of three: ``12 345``."""
    return f"{number:,}".replace(",", NARROW)


def day(at: date) -> str:
    """``31 januari 2016``, on one line."""
    return f"{at.day}{NO_BREAK}{month_name(at)} {at.year}"


def month_name(at: date) -> str:
    """``mars``."""
    return MONTHS[at.month - 1]


def month_and_year(at: date) -> str:
    """``mars 2026``."""
    return f"{month_name(at)} {at.year}"


def of(number: int, one: str, many: str) -> str:
    """``1 kund``, ``2 kunder``."""
    return f"{count(number)} {one if number == 1 else many}"


def listed(names: Sequence[str]) -> str:
    """``A, B och C``."""
    return " och ".join((", ".join(names[:-1]), names[-1])) if len(names) > 1 else "".join(names)


def printed_name(name: str) -> str:
    """A name from the register as it may stand in a line of a document: one line, and only what can be seen.

    Letters that run from right to left are isolated, so that they do not turn the sentence around them; marks that
    would do so on purpose (U+202E and its kin) are left out.
    """
    seen = "".join(" " if unicodedata.category(c) in ("Cc", "Zl", "Zp", "Cs", "Co", "Cn") else c for c in name)
    seen = "".join(c for c in seen if unicodedata.category(c) != "Cf" or c == "\u200d")
    seen = " ".join(seen.split())
    turns = any(unicodedata.bidirectional(c) in ("R", "AL") for c in seen)
    return f"{ISOLATE}{seen}{END_ISOLATE}" if turns else seen
