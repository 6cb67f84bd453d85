"""Suggest the themes of a comment, and mark where it may name somebody. For the person who codes comments.

Both are hints that are never stored: a person chooses the themes, and takes personal data out before others read.
Nothing is read but the lists of words beside this file.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SAME_WORDS = {"sv-easy": "sv"}  # a language without a list of its own, and the one whose list is used
ALWAYS = "sv"  # many customers answer in Swedish, whatever their language
PERSONAL = {"name": "namn", "phone": "telefonnummer", "personal_number": "personnummer"}

_NUMBER = re.compile(r"(?<![0-9])((?:19|20)?[0-9]{2})([0-9]{2})([0-9]{2})[-+\u2013 ]?([0-9]{4})(?![0-9])")
_NAME = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text that may be personal data.

    Attributes:
        start: the first character.
        end: the character after the last one.
        kind: a key of PERSONAL.
    """

    start: int
    end: int
    kind: str


def suggested(text: str, language: str) -> tuple[str, ...]:
    """Return the themes whose words of ``language``, or of Swedish, are in ``text``, in the order of the list."""
    folded = " ".join(text.casefold().split())
    words = _words()
    found = set()
    for each in {SAME_WORDS.get(language, language), ALWAYS}:
        for theme, pattern in words.get(each, {}).items():
            if pattern.search(folded):
                found.add(theme)
    return tuple(theme for theme in words[ALWAYS] if theme in found)


@cache
def _words() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    content = tomllib.loads((FOLDER / "theme_words.toml").read_text(encoding="utf-8"))
    return {
        language: {
            theme: re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word.casefold()) for word in words) + ")")
            for theme, words in themes.items()
        }
        for language, themes in content.items()
    }


def personal(text: str) -> tuple[Mark, ...]:
    """Return the places where ``text`` may say who somebody is, in order; no two overlap."""
    found: list[Mark] = []
    for mark in (*_personal_numbers(text), *_phones(text), *_names(text)):
        if all(mark.end <= other.start or other.end <= mark.start for other in found):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def _personal_numbers(text: str) -> Iterator[Mark]:
    """Yield personal identity numbers and coordination numbers with a right check digit (Skatteverket, SKV 704)."""
    for match in _NUMBER.finditer(text):
        year, month, day, last = match.groups()
        if _is_day(year, int(month), int(day) % 60) and _luhn(year[-2:] + month + day + last):
            yield Mark(*match.span(), "personal_number")


def _is_day(year: str, month: int, day: int) -> bool:
    try:
        date(int(year) if len(year) == 4 else 2000 + int(year), month, day)
    except ValueError:
        return False
    return True


def _luhn(digits: str) -> bool:
    doubled = (int(digit) * (2 if place % 2 == 0 else 1) for place, digit in enumerate(digits))
    return sum(number // 10 + number % 10 for number in doubled) % 10 == 0


def _phones(text: str) -> Iterator[Mark]:
    import phonenumbers

    for match in phonenumbers.PhoneNumberMatcher(text, "SE"):
        yield Mark(match.start, match.end, "phone")


def _names(text: str) -> Iterator[Mark]:
    """Yield names with a capital; one that is a word too only inside a sentence."""
    names, words_too = _name_list()
    for match in _NAME.finditer(text):
        first = re.split("[-’']", match[0])[0]
        name = first if first in names else first.removesuffix("s")  # Annas
        begins = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:\n"
        if first[:1].isupper() and (name in names or (name in words_too and not begins)):
            yield Mark(*match.span(), "name")


@cache
def _name_list() -> tuple[frozenset[str], frozenset[str]]:
    """Return the names of the list, and those that are words too (a tilde stands before them)."""
    lines = (FOLDER / "personal_names.txt").read_text(encoding="utf-8").splitlines()
    names = [name for line in lines if not line.startswith("#") for name in line.split()]
    words_too = frozenset(name[1:] for name in names if name.startswith("~"))
    return frozenset(name for name in names if not name.startswith("~")), words_too
