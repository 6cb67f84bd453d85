"""Read what a provider's contact person writes: ``KLAR 1042 3/11``, ``LISTA``, ``FEL`` or ``HJÄLP``. Pure."""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date, timedelta

from survey.codes import FollowUpForm

DONE = frozenset({"klar", "klart", "klara"})
HELP = frozenset({"hjälp", "hjalp", "help", "?", "info"})
LIST = frozenset({"lista", "listan"})
WRONG = "fel"  # not "fel nummer", by which somebody says that the number is not theirs
FORMS: dict[str, FollowUpForm] = {
    "möte": FollowUpForm.MEETING,
    "mote": FollowUpForm.MEETING,
    "telefon": FollowUpForm.PHONE,
    "tel": FollowUpForm.PHONE,
    "digitalt": FollowUpForm.DIGITAL,
    "digital": FollowUpForm.DIGITAL,
    "video": FollowUpForm.DIGITAL,
}
MONTHS = ("jan", "feb", "mar", "apr", "maj", "jun", "jul", "aug", "sep", "okt", "nov", "dec")
_NAMED = re.compile(rf"\b([0-9]{{1,2}})\.?\s+({'|'.join(MONTHS)})[a-zåäö]*\.?(?=\s|$)", re.IGNORECASE)
_ISO = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})")
_SHORT = re.compile(r"([0-9]{1,2})[/.]([0-9]{1,2})(?:[-/.]((?:20)?[0-9]{2}))?")
LONGEST = 200  # characters of a message that are read


@dataclass(frozen=True, slots=True)
class Done:
    """Follow-ups that were held.

    Attributes:
        refs: the enrolments' numbers as they were written.
        days: those that were named; none means today.
        wrong: a date that does not exist, as it was written.
    """

    refs: tuple[str, ...]
    days: tuple[date, ...]
    form: FollowUpForm | None
    wrong: str = ""


@dataclass(frozen=True, slots=True)
class List:
    """The follow-ups that are missing this month are to be listed."""


@dataclass(frozen=True, slots=True)
class Wrong:
    """The list in a digest is wrong; ``text`` is the whole message."""

    text: str


@dataclass(frozen=True, slots=True)
class Help:
    """How a follow-up is recorded is asked."""


def is_ours(text: str) -> bool:
    """Return whether a text begins with a contact person's word. Asked of every message, so it must be quick."""
    words = unicodedata.normalize("NFKC", text[:LONGEST]).split(maxsplit=2)
    return bool(words) and (words[0].casefold().strip("!.,:") in DONE | LIST or _is_wrong(words))


def _is_wrong(words: Sequence[str]) -> bool:
    """Return whether words say that a list is wrong. "Fel nummer" and "fel person" alone say that we write to the
    wrong phone; with an enrolment's number after them they are about the list again."""
    plain = [word.casefold().strip("!.,:") for word in words[:2]]
    if plain[:1] != [WRONG]:
        return False
    is_phone = len(plain) > 1 and plain[1].startswith(("nummer", "person"))
    return not is_phone or any(char.isdigit() for word in words[2:] for char in word)


def parse(text: str, today: date) -> Done | List | Wrong | Help | None:
    """Return what was meant; None when it is none of these."""
    text = " ".join(unicodedata.normalize("NFKC", text[:LONGEST]).split())
    first, _, rest = text.partition(" ")
    if first.casefold().strip("!.") in LIST and not rest:
        return List()
    if first.casefold().strip("!.") in HELP and not rest:
        return Help()
    if _is_wrong(text.split(" ", 2)):
        return Wrong(text)
    if first.casefold().strip("!.,:") not in DONE:
        return None
    rest = _NAMED.sub(lambda found: f"{found[1]}/{MONTHS.index(found[2].casefold()) + 1}", rest)
    refs: list[str] = []
    days: list[date] = []
    form: FollowUpForm | None = None
    for word in re.split(r"[\s,;]+", rest):
        word = word.strip("!.")
        plain = word.casefold()
        if not word:
            continue
        if plain in ("idag", "igår"):
            days.append(today - timedelta(days=plain == "igår"))
        elif plain in FORMS:
            form = FORMS[plain]
        elif _ISO.fullmatch(word) or _SHORT.fullmatch(word):
            day = _day(word, today)
            if day is None:
                return Done(tuple(refs), (), form, word)
            days.append(day)
        elif any(char.isdigit() for char in word):
            refs.append(word)
        # Other words ("med", "den") mean nothing here.
    return Done(tuple(refs), tuple(days), form)


def _day(word: str, today: date) -> date | None:
    """Return the day that is meant: without a year, the one nearest to today. None where there is no such day."""
    try:
        if found := _ISO.fullmatch(word):
            return date(int(found[1]), int(found[2]), int(found[3]))
        if found := _SHORT.fullmatch(word):
            number, month = int(found[1]), int(found[2])
            if found[3]:
                return date(2000 + int(found[3][-2:]), month, number)
            near = [_in_year(year, month, number) for year in (today.year - 1, today.year, today.year + 1)]
            return min((day for day in near if day), key=lambda day: abs((day - today).days), default=None)
    except ValueError:
        pass
    return None


def _in_year(year: int, month: int, number: int) -> date | None:
    try:
        return date(year, month, number)
    except ValueError:
        return None
