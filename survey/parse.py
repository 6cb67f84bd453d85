"""Understanding a reply: lenient about form, never guessing about meaning.

Every function is total: any text gives an answer or None. The words come from packs/phrases.toml; those of all
languages count, since people answer in the language that comes first to them.
"""

import re
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from survey.model import Command, Question, Vocabulary

COMMAND_TAIL = (
    2  # so many words may follow a command word: "STOPP tack", not "Stopp i systemet gjorde att ..."
)
TEXT_LIMIT = 2_000  # characters of a free text that are kept

_OUT_OF = re.compile(r"(\d)\s*(?:/|av|of|out of)\s*5")
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
    for part in (text, text.strip().partition("\n")[0]):  # then without signature or quoted original
        found = _closed(question, fold(part), words)
        if found is not None:
            return found
    return None


def command(text: str, words: Vocabulary, tail: int = COMMAND_TAIL) -> Command | None:
    """The command that ``text`` is: its first word, with at most ``tail`` words after it."""
    if len(text) == 1:
        return None
    tokens = _WORD.findall(fold(text[:80]))
    if not tokens or len(tokens) > 1 + tail or len(text) > 80:
        return None
    return words.commands.get(tokens[0])


def fold(text: str) -> str:
    """Compatible forms made one (NFKC), case folded, invisible joiners gone, white space single."""
    text = unicodedata.normalize("NFKC", text).translate(_JOINERS).casefold()
    return " ".join(text.split())


def _closed(question: Question, folded: str, words: Vocabulary) -> Answer | None:
    out_of = _OUT_OF.fullmatch(folded.strip(" .!")) if question.kind == "rating" else None
    if out_of is not None:
        return _numbered(question, int(out_of[1]))
    tokens = _WORD.findall(folded)
    phrase = " ".join(tokens)
    if question.kind == "rating" and phrase in words.rating:
        return Answer(words.rating[phrase])
    if question.kind == "yes_no" and phrase in words.yes_no:
        return Answer(words.yes_no[phrase])
    if question.kind == "choice":
        for option in question.options:
            if any(phrase in each for each in option.words.values()):
                return Answer(option.value)
    if re.search(r"\d\s*[-–,.]\s*\d", folded):
        return None  # "4-5": between two is neither
    meant = [token for token in tokens if token not in words.filler]
    if len(meant) != 1:
        return None
    (token,) = meant
    if token.isdecimal() and len(token) == 1:
        return _numbered(question, int(token))
    if question.kind == "rating" and token in words.rating:
        return Answer(words.rating[token])
    if question.kind == "yes_no" and token in words.yes_no:
        return Answer(words.yes_no[token])
    return None


def _numbered(question: Question, number: int) -> Answer | None:
    if question.kind == "rating":
        return Answer(number) if 1 <= number <= 5 else None
    if question.kind == "yes_no":  # 1 yes, 2 no, as the question says
        return Answer(2 - number) if number in (1, 2) else None
    return Answer(number) if any(option.value == number for option in question.options) else None


def _free(text: str, words: Vocabulary) -> Answer | None:
    kept = unicodedata.normalize("NFC", text).replace("\0", "").strip()[:TEXT_LIMIT]
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
