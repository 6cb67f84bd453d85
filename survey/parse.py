"""Understanding a reply: lenient about form, never guessing about meaning.

Every function is total: any text gives an answer or None. The words come from packs/phrases.toml; those of all
languages count, since people answer in the language that comes first to them.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from survey.model import Command, Question, Vocabulary

COMMAND_TAIL = 4  # so many words may follow a command word: "Sluta skicka sms till mig"
TEXT_LIMIT = 2_000  # characters of a free text that are kept

_OUT_OF = re.compile(r"(?<!\d)([1-5])\s*(?:/|utav|av|out of|of)\s*5(?!\d)")
_BETWEEN = re.compile(r"\d\s*[-–,./]\s*\d")  # "4-5", "4,5", "4/10": not one of our numbers
_JOINERS = dict.fromkeys(map(ord, "\ufe0e\ufe0f\u20e3\u200d\u200b\u200e\u200f\u2066\u2067\u2068\u2069"))
_WORD = re.compile(r"\w+|👍|👎")


@dataclass(frozen=True, slots=True)
class Answer:
    """What was meant: a value for a closed question, a text for an open one (None: nothing to say)."""

    value: int | None
    text: str | None = None


def parse(question: Question, text: str, words: Vocabulary) -> Answer | None:
    """The answer that ``text`` gives to ``question``; None when it is unclear."""
    if question.kind == "text":
        return _free(text, words)
    first = text[0] if len(text) == 1 else ""
    if "1" <= first <= "5":  # nearly every reply there is
        return _numbered(question, int(first))
    found = _closed(question, fold(text), words)
    if found is not None:
        return found
    first_line, _, rest = text.strip().partition("\n")  # then without signature or quoted original
    if not rest or _says_something(rest, words):
        return None
    return _closed(question, fold(first_line), words)


def command(text: str, words: Vocabulary, tail: int = COMMAND_TAIL) -> Command | None:
    """The command that ``text`` is: its first word, with at most ``tail`` words that mean something after it.

    START stands alone: messages begin again only for one who asked for that and nothing else.
    """
    if len(text) == 1:
        return None
    tokens = _WORD.findall(fold(text[:80]))
    found = words.commands.get(tokens[0]) if tokens else None
    if found is None or len(text) > 80:
        return None
    after = sum(token not in words.filler for token in tokens[1:])
    return found if after <= (0 if found == "start" else tail) else None


def fold(text: str) -> str:
    """Compatible forms made one (NFKC), case folded, digits of any script ours, white space single."""
    if text.isascii():
        return " ".join(text.casefold().split())
    text = unicodedata.normalize("NFKC", text).translate(_JOINERS).casefold()
    text = "".join(str(unicodedata.decimal(char)) if char.isdecimal() else char for char in text)
    return " ".join(text.split())


def _closed(question: Question, folded: str, words: Vocabulary) -> Answer | None:
    if question.kind == "rating":
        folded = _OUT_OF.sub(r"\1", folded)
    if _BETWEEN.search(folded):
        return None
    tokens = _WORD.findall(folded)
    numbers = {token for token in tokens if token.isdecimal()}
    if len(numbers) > 1 or any(len(number) > 1 for number in numbers):
        return None
    spoken = [token for token in tokens if token not in numbers]
    said = _worded(question, spoken, words)
    if not numbers:
        return said
    numbered = _numbered(question, int(numbers.pop()))
    if all(token in words.filler for token in spoken):
        return numbered
    return numbered if numbered == said else None  # "5, mycket nöjd" yes; "5, missnöjd" no


def _worded(question: Question, tokens: list[str], words: Vocabulary) -> Answer | None:
    """The answer that is said in words alone: as a whole, or with polite words around it."""
    meant = list(dict.fromkeys(token for token in tokens if token not in words.filler))
    for phrase in (" ".join(tokens), " ".join(meant)):
        if question.kind == "rating" and phrase in words.rating:
            return Answer(words.rating[phrase])
        if question.kind == "yes_no" and phrase in words.yes_no:
            return Answer(words.yes_no[phrase])
        for option in question.options:
            if any(phrase in each for each in option.words.values()):
                return Answer(option.value)
    return None


def _says_something(rest: str, words: Vocabulary) -> bool:
    """Whether lines after the first, quoted ones aside, could hold an answer of their own."""
    own = " ".join(line for line in rest.splitlines() if not line.lstrip().startswith(">"))
    return any(
        token in words.rating or token in words.yes_no or (token.isdecimal() and len(token) == 1)
        for token in _WORD.findall(fold(own))
    )


def _numbered(question: Question, number: int) -> Answer | None:
    if question.kind == "rating":
        return Answer(number) if 1 <= number <= 5 else None
    if question.kind == "yes_no":  # 1 yes, 2 no, as the question says; 0 can only be no
        return Answer(int(number == 1)) if number in (0, 1, 2) else None
    return Answer(number) if any(option.value == number for option in question.options) else None


def _free(text: str, words: Vocabulary) -> Answer | None:
    kept = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode().replace("\0", ""))
    kept = kept.strip()[:TEXT_LIMIT]
    if not kept:
        return None
    said = fold(kept).strip(" .!")
    return Answer(None, None if said in words.none or said == "" else kept)


def table(groups: Sequence[tuple[int, Sequence[str]]]) -> dict[str, int]:
    """Folded words to values; a word that would mean two things means none."""
    found: dict[str, int] = {}
    unclear: set[str] = set()
    for value, group in groups:
        for word in group:
            folded = fold(word)
            if found.setdefault(folded, value) != value:
                unclear.add(folded)
    return {word: value for word, value in found.items() if word not in unclear}
