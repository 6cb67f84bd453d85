"""Understanding a reply: lenient about form, never guessing about meaning.

Every function is total: any text gives an answer or None. The words come from packs/languages; those of all
languages count, since people answer in the language that comes first to them.
"""

import re
import unicodedata
from dataclasses import dataclass

from survey.model import Command, Question, Vocabulary

COMMAND_TAIL = 4  # so many words may follow a command word: "Sluta skicka sms till mig"
COMMAND_WORDS = 5  # of the longest command: "you have the wrong number"
COMMAND_LIMIT = 80  # characters; what is longer is a story
TEXT_LIMIT = 2_000  # characters of a free text that are kept

_OUT_OF = re.compile(r"(?<!\d)([1-5])\s*(?:/|utav|av|out of|of)\s*5(?!\d)")
_BETWEEN = re.compile(r"\d\s*[-–,./]\s*\d")  # "4-5", "4,5", "4/10": not one of our numbers
_COLON = re.compile(r"\W*\w+\s*:")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u061c\ufe0e\ufe0f\ufeff\u20e3"
_APOSTROPHES = "'\u2018\u2019\u02bc\u02bb`\u00b4"
_ARABIC_MARKS = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
_FOLDED = str.maketrans(
    "\u0622\u0623\u0625\u0671\u0629", "\u0627\u0627\u0627\u0627\u0647", _INVISIBLE + _APOSTROPHES + _ARABIC_MARKS
)
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
    """The command that ``text`` is: its first words, with at most ``tail`` words that mean something after them.

    Only STOP, HELP and a wrong number may be followed by other words. A complaint is followed by the complaint
    itself, of any length, unless ``tail`` is 0: then only a colon can follow.
    """
    if len(text) == 1:
        return None
    tokens = tokens_of(text[:COMMAND_LIMIT])
    for length in range(min(len(tokens), COMMAND_WORDS), 0, -1):
        said = " ".join(tokens[:length])
        found = words.commands.get(said)
        if found is not None:
            break
    else:
        return None
    after = sum(token not in words.filler for token in tokens[length:])
    if found == "complaint":
        return found if after == 0 or tail or _COLON.match(text) else None
    if found not in ("stop", "help", "wrong_number") or said in words.alone:
        tail = 0
    return found if len(text) <= COMMAND_LIMIT and after <= tail else None


def language(text: str, words: Vocabulary) -> str | None:
    """The code of the language that ``text`` names and does nothing else but name: "suomi", "SPRÅK arabiska"."""
    if len(text) == 1 or len(text) > COMMAND_LIMIT:
        return None
    tokens = tokens_of(text)
    if len(tokens) > 1 and words.commands.get(tokens[0]) == "language":
        tokens = tokens[1:]
    meant = [token for token in tokens if token not in words.filler]
    return words.languages.get(" ".join(tokens)) or words.languages.get(" ".join(meant))


def danger(text: str, words: Vocabulary) -> bool:
    """Whether ``text`` holds a phrase of acute danger, as whole words, anywhere."""
    if len(text) == 1:
        return False
    tokens = tokens_of(text[:TEXT_LIMIT])
    begun = [token for token in tokens if token in words.danger]
    if not begun:
        return False
    said = f" {' '.join(tokens)} "
    return any(f" {phrase} " in said for token in begun for phrase in words.danger[token])


def fold(text: str) -> str:
    """Compatible forms made one (NFKC), case folded, digits of any script ours, white space single.

    Apostrophes go, and so do the marks and letter variants that Arabic is written with or without.
    """
    if text.isascii():
        return " ".join(text.casefold().replace("'", "").split())
    text = unicodedata.normalize("NFKC", text).translate(_FOLDED).casefold()
    text = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return " ".join(text.split())


def tokens_of(text: str) -> list[str]:
    """The words, numbers and thumbs of ``text``, folded."""
    return _WORD.findall(fold(text))


def key(text: str) -> str:
    """``text`` as the vocabulary's tables hold it."""
    return " ".join(tokens_of(text))


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
        if phrase in question.words:
            return Answer(question.words[phrase])
        if question.kind == "rating" and phrase in words.rating:
            return Answer(words.rating[phrase])
        if question.kind == "yes_no" and phrase in words.yes_no:
            return Answer(words.yes_no[phrase])
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
    if len(kept) <= COMMAND_LIMIT and (key(kept) in words.none or not fold(kept).strip(" .,!?-")):
        return Answer(None, None)
    return Answer(None, kept)
