"""Understand a reply: lenient about its form, without guessing at its meaning.

No text makes a function raise: it gives an answer or None. The words come from survey/packs/languages; those of
all languages count at once, because people answer in the language that comes first to them.
"""

import re
import unicodedata
from collections.abc import Iterator, Mapping
from functools import lru_cache

from survey.frozen import frozen
from survey.understanding.questions import Command, Question, Vocabulary

COMMAND_TAIL = 4  # words that may follow a command: "Sluta skicka sms till mig"
COMMAND_WORDS = 5  # words of the longest command: "you have the wrong number"
COMMAND_LIMIT = 80  # characters of a command with its tail; a longer text is a story
POLITE_WORDS = 6  # words that may stand before an answer, and after it
SIGN_OFF_WORDS = 3  # words of the longest greeting at the end: "med vänlig hälsning"
TEXT_LIMIT = 2_000  # characters of a free text that are kept

_BETWEEN = re.compile(r"\d\s*[-–,./]\s*\d")  # "4-5", "4,5", "4/10": no single number
_COLON = re.compile(r"\W*\w+\s*:")
_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u061c\ufe0e\ufe0f\ufeff\u20e3"
_APOSTROPHES = "'\u2018\u2019\u02bc\u02bb`\u00b4"
_ARABIC_MARKS = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
# Letters that people write for one another: alef with and without hamza, final ta and ha; Ethiopic s, ts and a.
_ALIKE = {"\u0627": "\u0622\u0623\u0625\u0671", "\u0647": "\u0629", "\u12a3": "\u12a0"}
_ALIKE |= {chr(0x1230 + order): chr(0x1220 + order) for order in range(8)}
_ALIKE |= {chr(0x1338 + order): chr(0x1340 + order) for order in range(7)}
_UNSEEN = dict.fromkeys(map(ord, _INVISIBLE))
_FOLDED: dict[int, str | None] = dict.fromkeys(map(ord, _APOSTROPHES + _ARABIC_MARKS))
_FOLDED |= {ord(variant): letter for letter, variants in _ALIKE.items() for variant in variants}
_SLASH_NAME = re.compile(r"\s*/{1,2} ?(?P<name>[^\W\d_]+(?: [^\W\d_]+)?)\s*\Z")  # "4 /Anna"
_WORD = re.compile(r"\w+|👍|👎")


@frozen
class Answer:
    """What was meant: a value for a closed question, a text for an open one; None there for "nothing to add"."""

    value: int | None
    text: str | None = None


def parse(question: Question, text: str, words: Vocabulary) -> Answer | None:
    """Return the answer that ``text`` gives to ``question``; None when it is unclear."""
    if question.kind == "text":
        return _free(text, words)
    first = text[0] if len(text) == 1 else ""
    if "1" <= first <= "5":  # nearly every reply is a single digit
        return _numbered(question, int(first))
    own = _own_words(question, text, words)
    found = _closed(question, own, words)
    if found is not None:
        return found
    first_line, _, rest = own.partition("\n")  # again without what is added below the first line
    if not rest or _says_something(question, rest, words):
        return None
    return _closed(question, first_line, words)


def command(text: str, words: Vocabulary, tail: int = COMMAND_TAIL) -> Command | None:
    """Return the command that ``text`` begins with; None when it is none.

    Only STOP, HELP and a wrong number may be followed by other words. A complaint is followed by the complaint
    itself, of any length; where ``tail`` is 0, only after a colon.

    Args:
        tail: how many words that mean something may follow.
    """
    if len(text) == 1:
        return None
    text = _visible(text)
    tokens = tokens_of(text[:COMMAND_LIMIT])
    if not tokens or tokens[0] not in words.command_starts:
        return None
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
    """Return the code of the language that ``text`` names, and does no more: "suomi", "SPRÅK arabiska"."""
    if len(text) == 1:
        return None
    text = _visible(text)
    if len(text) > COMMAND_LIMIT:
        return None
    tokens = tokens_of(text)
    if len(tokens) > 1 and words.commands.get(tokens[0]) == "language":
        tokens = tokens[1:]
    named = words.languages.get(" ".join(tokens))
    if named is not None or words.filler.isdisjoint(tokens):
        return named
    return words.languages.get(" ".join(token for token in tokens if token not in words.filler))


def danger(text: str, words: Vocabulary) -> bool:
    """Return whether a phrase of acute danger stands anywhere in ``text``, as whole words."""
    if len(text) == 1:
        return False
    tokens = tokens_of(_visible(text)[:TEXT_LIMIT])
    begun = words.danger.keys() & tokens
    if not begun:
        return False
    said = f" {' '.join(tokens)} "
    return any(f" {phrase} " in said for token in begun for phrase in words.danger[token])


@lru_cache(maxsize=1)  # a reply is read for a request, a language, danger and an answer in turn
def fold(text: str) -> str:
    """Return ``text`` in the one form in which texts are compared.

    Compatible forms are made one (NFKC), case is folded, digits of any script become 0-9 and runs of white space
    one space. Apostrophes are dropped, and so are the marks and letter variants that Arabic is written with or
    without.
    """
    if text.isascii():
        return " ".join(text.casefold().replace("'", "").split())
    text = _visible(text).translate(_FOLDED).casefold()
    if any(map(str.isdigit, text)):
        text = "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)
    return " ".join(text.split())


@lru_cache(maxsize=1)
def _visible(text: str) -> str:
    """Return ``text`` with compatible forms made one (NFKC), and without characters that cannot be seen."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_UNSEEN).strip()


def tidy(text: str) -> str:
    """Return ``text`` as it is stored: composed (NFC), fit for any database, no longer than TEXT_LIMIT."""
    kept = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode().replace("\0", ""))
    return kept.strip()[:TEXT_LIMIT]


def tokens_of(text: str) -> list[str]:
    """Return the words, numbers and thumbs of ``text``, folded."""
    return _WORD.findall(fold(text))


def key(text: str) -> str:
    """Return ``text`` as the tables of the vocabulary hold it."""
    return " ".join(tokens_of(text))


def _own_words(question: Question, text: str, words: Vocabulary) -> str:
    """Return ``text`` without a quoted original and without a name after a slash at its end."""
    text = _visible(text)
    if "\n" in text:
        lines = [line for line in text.splitlines() if not line.lstrip().startswith(">")]
        below = (n for n, line in enumerate(lines) if n and (line.rstrip().endswith(":") or line.startswith("--")))
        text = "\n".join(lines[: next(below, len(lines))]).strip()
    signed = _SLASH_NAME.search(text) if "/" in text else None
    if signed and signed["name"].istitle() and not _says_something(question, signed["name"], words):
        return text[: signed.start()]
    return text


def _closed(question: Question, text: str, words: Vocabulary) -> Answer | None:
    folded = fold(text)
    whole = " ".join(_WORD.findall(folded))
    known = question.words.get(whole, _known(question, words).get(whole))
    if known is not None:
        return Answer(known)
    if question.kind == "rating":
        folded = words.out_of.sub("", folded)
    if _BETWEEN.search(folded):
        return None
    tokens = _unsigned(question, _WORD.findall(folded), words)
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


def _unsigned(question: Question, tokens: list[str], words: Vocabulary) -> list[str]:
    """Return ``tokens`` up to a greeting such as "mvh Anna", if nothing after it could be an answer."""
    for start in range(1, len(tokens)):
        for end in range(start + 1, min(start + SIGN_OFF_WORDS, len(tokens)) + 1):
            if " ".join(tokens[start:end]) in words.sign_off:
                return tokens if _says_something(question, " ".join(tokens[end:]), words) else tokens[:start]
    return tokens


def _worded(question: Question, tokens: list[str], words: Vocabulary) -> Answer | None:
    """Return the answer that is given in words alone, perhaps with polite words around or among them."""
    known = _known(question, words)
    for phrase in _phrases(tokens, words):
        if phrase in question.words:
            return Answer(question.words[phrase])
        if phrase in known:
            return Answer(known[phrase])
    return None


def _phrases(tokens: list[str], words: Vocabulary) -> Iterator[str]:
    """Yield ``tokens`` as a whole; then without polite words around; then without any and no word twice."""
    yield " ".join(tokens)
    polite = [token in words.filler for token in tokens]
    if True not in polite and len(tokens) == len(set(tokens)):
        return
    before = min(polite.index(False) if False in polite else 0, POLITE_WORDS)
    after = min(polite[::-1].index(False) if False in polite else 0, POLITE_WORDS)
    for start in range(before + 1):
        for end in range(after + 1):
            yield " ".join(tokens[start : len(tokens) - end])
    yield " ".join(dict.fromkeys(token for token, spare in zip(tokens, polite, strict=True) if not spare))


def _known(question: Question, words: Vocabulary) -> Mapping[str, int]:
    """Return what each word means as an answer to a question of this kind, beside its own options."""
    match question.kind:
        case "rating":
            return words.rating
        case "yes_no":
            return words.yes_no
    return {}


def _says_something(question: Question, text: str, words: Vocabulary) -> bool:
    """Return whether ``text``, which stands beside an answer, could be another answer."""
    return any(
        token in words.rating or token in words.yes_no or token in question.words or token.isdecimal()
        for token in tokens_of(text)
    )


def _numbered(question: Question, number: int) -> Answer | None:
    if question.kind == "rating":
        return Answer(number) if 1 <= number <= 5 else None
    if question.kind == "yes_no":  # 1 yes, 2 no, as the question says; 0 can only be no
        return Answer(int(number == 1)) if number in (0, 1, 2) else None
    return Answer(number) if any(option.value == number for option in question.options) else None


def _free(text: str, words: Vocabulary) -> Answer | None:
    kept = tidy(text)
    if not kept:
        return None
    if len(kept) <= COMMAND_LIMIT and (key(kept) in words.none or not fold(kept).strip(" .,!?-")):
        return Answer(None, None)
    return Answer(None, kept)
