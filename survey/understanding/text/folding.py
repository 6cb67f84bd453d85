"""The forms of a text: as it is kept, as tables hold it, and as phrases are searched in it. Pure and total.

``fold`` makes one of what differs in form alone: width, capital letters, digits of any script, apostrophes, the
marks and letter variants of Arabic. ``plain_tokens`` goes further, for phrases only: diacritics go ("dö" is "do"),
a letter that is repeated counts once ("stoppp" is "stop"), and letters of Cyrillic, Arabic and Ethiopic script that
people write for one another become one. It must not be used for answers, which it would confuse: Finnish "että" is
no Swedish "etta".
"""

import re
import unicodedata
from collections.abc import Iterable
from functools import lru_cache

TEXT_LIMIT = 2_000  # characters of a free text that are kept

_INVISIBLE = "\u00ad\u200b\u200c\u200d\u200e\u200f\u2060\u2066\u2067\u2068\u2069\u061c\ufe0e\ufe0f\ufeff\u20e3"
_APOSTROPHES = "'\u2018\u2019\u02bc\u02bb`\u00b4"
_ARABIC_MARKS = "\u0640\u064b\u064c\u064d\u064e\u064f\u0650\u0651\u0652\u0670"
# Letters that people write one for the other: alef with and without hamza, final ta and ha, ya with and without
# dots; Ethiopic s, ts and a. Persian ya is another letter: خیر is a no in one language, خير good in the other.
_ALIKE = {
    "\u0627": "\u0622\u0623\u0625\u0671",
    "\u0647": "\u0629",
    "\u064a": "\u0649",
    "\u12a3": "\u12a0",
}
_ALIKE |= {chr(0x1230 + order): chr(0x1220 + order) for order in range(8)}
_ALIKE |= {chr(0x1338 + order): chr(0x1340 + order) for order in range(7)}
_UNSEEN = dict.fromkeys(map(ord, _INVISIBLE))
_FOLDED: dict[int, str | None] = dict.fromkeys(map(ord, _APOSTROPHES + _ARABIC_MARKS))
_FOLDED |= {ord(variant): letter for letter, variants in _ALIKE.items() for variant in variants}

# What is one letter in a phrase: Russian and Ukrainian i and e, hamza on its seats, Ethiopic h, kh, q and a.
_PLAIN: dict[int, str | None] = {
    ord("і"): "и", ord("ї"): "и", ord("ы"): "и", ord("є"): "е", ord("э"): "е", ord("ґ"): "г", ord("ъ"): "ь",
    ord("ø"): "o", ord("æ"): "a", ord("ß"): "s", ord("ı"): "i",
    ord("ؤ"): "و", ord("ئ"): "ي", ord("ء"): None, ord("\u06c0"): "ه", ord("\u06be"): "ه",
    ord("\u06cc"): "ي", ord("\u06a9"): "ك",
    ord("ዓ"): "ኣ", ord("ዐ"): "ኣ", ord("ሃ"): "ሀ", ord("ሐ"): "ሀ", ord("ሓ"): "ሀ", ord("ኀ"): "ሀ", ord("ኃ"): "ሀ",
}  # fmt: skip
for _low, _high, _length in ((0x12B8, 0x12A8, 7), (0x1250, 0x1240, 7), (0x1210, 0x1200, 7), (0x12D0, 0x12A0, 7)):
    for _order in range(_length):
        _PLAIN.setdefault(_low + _order, chr(_high + _order))
del _low, _high, _length, _order

_WORD = re.compile(r"\w+|👍|👎")
_PIECE = re.compile(r"\w+|👍|👎|[.!?;:\n…,،؛؟።፣፤፡|/(){}\[\]\"“”«»]|[\u2600-\u27bf\U0001f300-\U0001faff]+")
_LAUGH = re.compile(
    r"[ah]*(?:ha){2,}h?|(?:he){2,}h?|lo+l|x+d+|ه{3,}|خ{3,}|(?:ха){2,}х?"
)  # "haha", which pauses a clause
_ENDS = frozenset('.!?;:\n…؛؟።፤|(){}[]"“”«»')  # what ends a clause; a comma only pauses it
_PAUSES = frozenset(",،፣፡/")
_THUMBS = frozenset("👍👎")
# Doubled consonants of Latin and Cyrillic words are often written single. A doubled vowel makes another word in
# Finnish ("tapan", "tapaan"); three are only a stretched one.
_REPEATED = re.compile(r"([bcdfghjklmnpqrstvwxzбвгджзклмнпрстфхцчшщ])\1+|([^\W\d_])\2{2,}")
_THREE_OR_MORE = re.compile(r"([^\W\d_])\1{2,}")
BETWEEN = re.compile(r"\d\s*[-–,./]\s*\d")  # "4-5", "4,5", "4/10": no single number
_SHORT = 3  # letters of a word that stands as it is written: "ha" and "haa" are two words
_COLON = re.compile(r"(?<=\w):(?=(?:a|ar|an|s|n|en|e|ans)\b)")  # inside a word: "4:a", "sms:a"
_PREFIXES = frozenset({"مي", "نمي"})  # of the Persian verb, written apart or together


class Token(str):
    """A word in its plain form; ``folded`` is the same word as tables of answers hold it."""

    __slots__ = ("folded",)
    folded: str

    def __new__(cls, bare: str, folded: str) -> "Token":
        """Return the token of a word whose plain and folded forms are known."""
        token = str.__new__(cls, bare)
        token.folded = folded
        return token


END, PAUSE = Token(".", "."), Token(",", ",")  # the tokens that end and pause a clause


@lru_cache(maxsize=1)  # a reply is read for a request, a language, danger and an answer in turn
def fold(text: str) -> str:
    """Return ``text`` in its one form (see above), white space single."""
    if text.isascii():
        return " ".join(text.casefold().replace("'", "").split())
    return " ".join(_ascii_digits(visible(text).translate(_FOLDED).casefold()).split())


def _ascii_digits(text: str) -> str:
    """Return ``text`` with digits of any script, and those in circles or raised, as 0 to 9."""
    if not any(map(str.isdigit, text)):
        return text
    return "".join(str(unicodedata.digit(char)) if char.isdigit() else char for char in text)


@lru_cache(maxsize=1)
def visible(text: str) -> str:
    """Return ``text`` with compatible forms made one (NFKC), without what cannot be seen at its ends or inside."""
    if text.isascii():
        return text.strip()
    return unicodedata.normalize("NFKC", text).translate(_UNSEEN).strip()


def tidy(text: str) -> str:
    """Return ``text`` as it is kept: composed, storable in any database, no longer than TEXT_LIMIT."""
    kept = unicodedata.normalize("NFC", text.encode("utf-8", "ignore").decode().replace("\0", ""))
    return kept.strip()[:TEXT_LIMIT]


def words_of(tokens: Iterable[Token]) -> list[Token]:
    """Return plain tokens without END and PAUSE."""
    return [token for token in tokens if token not in (END, PAUSE)]


def words_in(folded: str) -> list[str]:
    """Return the words, numbers and thumbs of a text that is folded already."""
    return _WORD.findall(folded)


def tokens_of(text: str) -> list[str]:
    """Return the words, numbers and thumbs of ``text``, folded."""
    return _WORD.findall(fold(text))


def key(text: str) -> str:
    """Return ``text`` as the vocabulary's tables hold it."""
    return " ".join(tokens_of(text))


def undotted(text: str) -> str:
    """Return ``text`` without diacritics: "två" is "tva"."""
    if text.isascii():
        return text
    return "".join(char for char in unicodedata.normalize("NFD", text) if not unicodedata.combining(char))


@lru_cache(maxsize=8_192)  # the words that people use come again and again
def plain(word: str) -> str:
    """Return one folded word without diacritics, repeated letters or letter variants."""
    if not word.isascii():
        word = undotted(word.translate(_PLAIN)).translate(_PLAIN)
    bare = _REPEATED.sub(r"\1\2", word)
    return bare if len(bare) > _SHORT else _THREE_OR_MORE.sub(r"\1\1", word)


def plain_start(word: str) -> set[str]:
    """Return the forms that a part of a word can have in a plain word: "kill" is "kil" in "killing"."""
    bare = plain(word)
    return {bare, _REPEATED.sub(r"\1\2", bare)}


@lru_cache(maxsize=8_192)
def _is_picture(piece: str) -> bool:
    """Return whether a piece of a text is a picture or laughter, which says nothing and ends a thought."""
    return piece not in _THUMBS and (not piece[0].isalnum() or _LAUGH.fullmatch(piece) is not None)


def plain_tokens(text: str) -> list[Token]:
    """Return the words of ``text`` as phrases are searched in them, with END and PAUSE where a clause does.

    No two of these follow each other, and none stands first or last.
    """
    text = text.replace("'", "") if text.isascii() else _ascii_digits(visible(text).translate(_FOLDED))
    text = text.casefold()
    if ":" in text:
        text = _COLON.sub("", text)
    tokens: list[Token] = []
    for piece in _PIECE.findall(text):
        if piece in _ENDS:
            if tokens and tokens[-1] == PAUSE:
                tokens[-1] = END
            elif tokens and tokens[-1] != END:
                tokens.append(END)
        elif piece in _PAUSES or _is_picture(piece):
            if tokens and tokens[-1] not in (END, PAUSE):
                tokens.append(PAUSE)
        elif tokens and tokens[-1] in _PREFIXES:
            tokens[-1] = Token(tokens[-1] + plain(piece), tokens[-1].folded + piece)
        else:
            tokens.append(Token(plain(piece), piece))
    if tokens and tokens[-1] in (END, PAUSE):
        tokens.pop()
    return tokens
