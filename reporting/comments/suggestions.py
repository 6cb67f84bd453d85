"""Help for the person who reads comments: which themes a text may have, and where it may name somebody. Pure.

Both are hints. A theme is what a person chose; personal data is what a person took out before anybody else reads.
"""

import re
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from datetime import date
from functools import cache
from pathlib import Path

FOLDER = Path(__file__).parent
SUGGESTED_FOR = {"sv-easy": "sv"}  # the language whose words are looked for
EVERYWHERE = "sv"  # many answer in Swedish whatever their language
PERSONAL = {"name": "namn", "phone": "telefonnummer", "personal_number": "personnummer"}

_NUMBER = re.compile(r"(?<![0-9])((?:19|20)?[0-9]{2})([0-9]{2})([0-9]{2})[-+\u2013 ]?([0-9]{4})(?![0-9])")
_NAME = re.compile(r"[^\W\d_]+(?:[-’'][^\W\d_]+)*")


@dataclass(frozen=True, slots=True)
class Mark:
    """A place in a text, by characters, and what it may be: a key of PERSONAL."""

    start: int
    end: int
    kind: str


def suggested(text: str, language: str) -> tuple[str, ...]:
    """Themes whose words of ``language``, or of Swedish, are in ``text``, in the order of the list."""
    folded = " ".join(text.casefold().split())
    words = _words()
    found = set()
    for each in {SUGGESTED_FOR.get(language, language), EVERYWHERE}:
        for theme, pattern in words.get(each, {}).items():
            if pattern.search(folded):
                found.add(theme)
    return tuple(theme for theme in words[EVERYWHERE] if theme in found)


@cache
def _words() -> Mapping[str, Mapping[str, re.Pattern[str]]]:
    content = tomllib.loads((FOLDER / "themewords.toml").read_text(encoding="utf-8"))
    return {
        language: {
            theme: re.compile(r"(?<!\w)(?:" + "|".join(re.escape(word.casefold()) for word in words) + ")")
            for theme, words in themes.items()
        }
        for language, themes in content.items()
    }


def personal(text: str) -> tuple[Mark, ...]:
    """Where ``text`` may say who somebody is, from its beginning; no two marks overlap."""
    found: list[Mark] = []
    for mark in (*_personal_numbers(text), *_phones(text), *_names(text)):
        if all(mark.end <= other.start or other.end <= mark.start for other in found):
            found.append(mark)
    return tuple(sorted(found, key=lambda mark: mark.start))


def _personal_numbers(text: str) -> Iterator[Mark]:
    """Personal identity numbers and coordination numbers, whose last digit is right (Skatteverket, SKV 704)."""
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
    sure, doubtful = _name_list()
    for match in _NAME.finditer(text):
        parts = re.split("[-’']", match[0])
        whole = [part.removesuffix("s") if part not in sure else part for part in parts]  # Annas
        begins = not text[: match.start()].strip() or text[: match.start()].rstrip()[-1] in ".!?:\n"
        if parts[0][:1].isupper() and (whole[0] in sure or (whole[0] in doubtful and not begins)):
            yield Mark(*match.span(), "name")


@cache
def _name_list() -> tuple[frozenset[str], frozenset[str]]:
    lines = (FOLDER / "names.txt").read_text(encoding="utf-8").splitlines()
    names = [name for line in lines if not line.startswith("#") for name in line.split()]
    doubtful = frozenset(name[1:] for name in names if name.startswith("~"))
    return frozenset(name for name in names if not name.startswith("~")), doubtful
