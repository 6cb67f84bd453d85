"""The Swedish way to write numbers, days, lists and names. Pure."""

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from textwrap import shorten

from survey.plain_text import END_ISOLATE, ISOLATE, isolated, plain

# The symbols of a table (REPORT.md, "Disclosure control").
SUPPRESSED = "–"
NO_DATA = ".."
NO_BREAK = "\u00a0"
NARROW = "\u202f"  # a narrow space without a line break, between thousands
MONTHS = (
    "januari", "februari", "mars", "april", "maj", "juni",
    "juli", "augusti", "september", "oktober", "november", "december",
)  # fmt: skip
_WORDS = (
    "noll", "en", "två", "tre", "fyra", "fem", "sex", "sju", "åtta", "nio", "tio", "elva", "tolv",
)  # fmt: skip


def decimal(value: float, *, short: bool = False) -> str:
    """Return ``74,3``: one decimal, halves rounded up. ``short`` drops a zero decimal."""
    text = str(Decimal(str(value)).quantize(Decimal("0.1"), ROUND_HALF_UP)).replace(".", ",")
    return text.removesuffix(",0") if short else text


def percent(value: float, *, short: bool = False) -> str:
    """Return ``74,3 %``, on one line. ``short`` drops a zero decimal."""
    return f"{decimal(value, short=short)}{NO_BREAK}%"


def fixed(value: float, decimals: int) -> str:
    """Return ``0,69``: so many decimals, halves rounded up."""
    return str(Decimal(str(value)).quantize(Decimal(1).scaleb(-decimals), ROUND_HALF_UP)).replace(".", ",")


def two_decimals(value: float) -> str:
    """Return ``0,69``, as ratios are written."""
    return fixed(value, 2)


def whole(value: float) -> str:
    """Return ``74``: a whole number, halves rounded up, as sentences have it."""
    return str(Decimal(str(value)).quantize(Decimal("1"), ROUND_HALF_UP))


def in_words(number: int) -> str:
    """Return ``sex``: numbers up to twelve as words, as running text has them, and larger ones in digits."""
    return _WORDS[number] if 0 <= number < len(_WORDS) else count(number)


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
    """Return a name from outside as a document prints it: on one line, without invisible characters, isolated.

    A name in letters that run from right to left does not turn the sentence around it.
    """
    return isolated(plain(name))


def sort_key(name: str) -> tuple[str, str, str]:
    """Return the key by which Swedish sorts names: without regard to case, å, ä and ö last, W after V.

    Letters with other accents stand with the letter without, as ``é`` with ``e``; ``ü`` stands with ``y``, ``æ``
    with ``ä`` and ``ø`` with ``ö``. It is the same on both databases, whose own orders differ.
    """
    seen = plain(name)
    folded = seen.casefold()
    first = "".join(_base(char) for char in folded)
    return first, folded, seen


# After z, in the order of the alphabet: the characters that follow it in ASCII.
_ALPHABET = dict(zip("åäæöøüðđł", "{||}}yddl", strict=True)) | {"þ": "th", "œ": "oe"}


def _base(char: str) -> str:
    if char in _ALPHABET:
        return _ALPHABET[char]
    return "".join(each for each in unicodedata.normalize("NFD", char) if not unicodedata.combining(each))


def told_apart(names: Iterable[tuple[str, str]]) -> tuple[tuple[str, str], ...]:
    """Return (ref, name) in Swedish order; names that a reader could not tell apart get their number."""
    every = [(ref, plain(name) or ref) for ref, name in names]
    times = Counter(name.casefold() for _, name in every)
    named = [(ref, f"{name} ({plain(ref)})" if times[name.casefold()] > 1 else name) for ref, name in every]
    return tuple(sorted(named, key=lambda each: (sort_key(each[1]), each[0])))


# What `told_apart` adds to a name, or a remark of the name's own.
_LAST_WORDS = re.compile(r" \([^()]+\)$")


def shortened(name: str, most: int) -> str:
    """Return a printed name in at most ``most`` characters: ``Ett mycket långt namn … (P07)``.

    It is cut between words where that is possible. What stands in parentheses at its end is kept, because it may be
    the number that tells two providers of one name apart.
    """
    bare = name.strip(ISOLATE + END_ISOLATE)
    if len(bare) <= most:
        return name
    found = _LAST_WORDS.search(bare)
    last = found[0] if found and len(found[0]) <= most // 2 else ""
    first, room = bare.removesuffix(last), most - len(last)
    cut = shorten(first, room, placeholder=" …")
    return isolated((f"{first[: room - 1]}…" if cut == "…" else cut) + last)
