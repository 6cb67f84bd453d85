"""Patterns of phrases: words that are found whatever their inflection, their order and the words in between.

A pattern is written as its words stand in a message, each in any form that ``folding.plain_tokens`` makes equal:

=============  ==========================================================================
``word``       this word
``word*``      a word that begins so; ``*word`` one that ends so; ``*word*`` one that holds it
``a|b*|c``     one of these; ``a|b_c``: this word, or these two; ``a|$``: this word, or the end of the clause
``{name}``     one of the words of the class ``name`` of the same file
``word?``      this word or none
``!word``      not this word next; before the first word, not this word just before
``..``         at most three words of any kind; ``..5``: at most five
``^``          the clause begins here, with no more than a greeting before
``$``          the clause ends here
``& a b !c``   at the beginning: all these words in one clause, in any order, within twelve words of each other
               (``&8``: within eight), and none of those with ``!``
=============  ==========================================================================
"""

import re
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import product
from operator import or_

from survey.understanding.text.folding import fold, plain, plain_start

GAP = 3  # words that ".." stands for
WIDTH = 12  # words among which those of a pattern in any order must stand
_ANY_ORDER = re.compile(r"&(\d*)")
_SINGLE = re.compile(r"\w+|👍|👎")
_JOINED = re.compile(r"[^{}]+_[^{}]+")  # "b_c": two words in the place of one
_PART = re.compile(r"\{(\w+)\}|[^|{}]+")


class Words:
    """A set of words in their plain form, some of them with ``*`` for any letters."""

    __slots__ = ("ends", "exact", "holds", "starts")

    def __init__(self, words: Iterable[str] = ()) -> None:
        exact: set[str] = set()
        wild: tuple[set[str], set[str], set[str]] = set(), set(), set()  # that begin so, end so, hold it
        for word in words:
            if "*" not in word:
                exact.add(_bare(word))
                continue
            at = 2 if word[0] == "*" == word[-1] else 1 if word[0] == "*" else 0
            wild[at].update(plain_start(_bare(word)))
        self.exact = frozenset(exact)
        self.starts, self.ends, self.holds = (tuple(sorted(each)) for each in wild)

    def __contains__(self, token: str) -> bool:
        if token in self.exact:
            return True
        if self.starts and token.startswith(self.starts):
            return True
        if self.ends and token.endswith(self.ends):
            return True
        return bool(self.holds) and any(inside in token for inside in self.holds)

    def without(self, *others: Iterable[str]) -> "Words":
        """Return the set without the plain words of ``others``."""
        left = Words() | self
        left.exact = self.exact.difference(*others)
        return left

    def __or__(self, other: "Words") -> "Words":
        both = Words()
        both.exact = self.exact | other.exact
        both.starts = tuple(sorted({*self.starts, *other.starts}))
        both.ends = tuple(sorted({*self.ends, *other.ends}))
        both.holds = tuple(sorted({*self.holds, *other.holds}))
        return both


@dataclass(frozen=True, slots=True)
class Element:
    """One word of a pattern. ``gap``: so many others may stand before it."""

    words: Words
    gap: int = 0
    is_optional: bool = False
    is_refused: bool = False
    or_end: bool = False


@dataclass(frozen=True, slots=True)
class Pattern:
    """Words in their order.

    Attributes:
        label: its table and list.
        language: the code of its language; empty where it counts in every language.
        from_start, to_end: it begins, or ends, with its clause.
        end_gap: so many words may stand between it and the end of its clause.
        width: the words may stand in any order within so many; 0 where they stand as they are written.
    """

    label: str
    language: str
    elements: tuple[Element, ...]
    from_start: bool
    to_end: bool
    end_gap: int = 0
    width: int = 0

    @property
    def longest(self) -> int:
        """The most words that it can span."""
        return self.width or sum(element.gap + 1 for element in self.elements)


def compile_patterns(
    tables: Mapping[str, Mapping[str, Sequence[str]]], classes: Mapping[str, Sequence[str]], language: str = ""
) -> list[Pattern]:
    """Return the patterns of one file: ``tables`` maps a table and a list of it to patterns.

    Raises:
        ValueError: a pattern cannot be read; the message names it and says why.
    """
    known: dict[str, Words] = {}
    for name, words in classes.items():
        try:
            known[name] = Words(words)
        except ValueError as error:
            raise ValueError(f"class.{name}: {error}") from error
    return [
        _compile(f"{table}.{name}", single, known, language)
        for table, lists in tables.items()
        for name, patterns in lists.items()
        for pattern in patterns
        for single in _spread(pattern)
    ]


NOTHING = Words()  # as an anchor: the pattern has none


def anchor(pattern: Pattern, counts: Mapping[str, int]) -> Words:
    """Return the words of the element that must be there and that fewest patterns ask for."""
    able = [
        element.words
        for element in pattern.elements
        if not (element.is_optional or element.is_refused or element.or_end)
        and not (element.words.ends or element.words.holds)
    ]
    if not able:
        return NOTHING
    return min(able, key=lambda words: max(counts.get(word, 0) for word in (*words.exact, *words.starts)))


def required(pattern: Pattern) -> list[Words]:
    """Return the words of the elements that must be there, where all of them are written out."""
    return [
        element.words
        for element in pattern.elements
        if not (element.is_optional or element.is_refused or element.or_end)
        and not (element.words.starts or element.words.ends or element.words.holds)
    ]


def _spread(pattern: str) -> Iterable[str]:
    """Yield ``pattern`` once for each of its alternatives of several words, and once without them."""
    choices = []
    for piece in pattern.split():
        several = [each.replace("_", " ") for each in piece.split("|") if _JOINED.fullmatch(each)]
        single = "|".join(each for each in piece.split("|") if not _JOINED.fullmatch(each))
        choices.append([single, *several] if single else several)
    return (" ".join(chosen) for chosen in product(*choices))


def _compile(label: str, written: str, classes: Mapping[str, Words], language: str) -> Pattern:
    pieces = written.split()
    order = _ANY_ORDER.fullmatch(pieces[0])
    pieces = pieces[1:] if order else pieces
    from_start, to_end = pieces[:1] == ["^"], pieces[-1:] == ["$"]
    pieces = pieces[from_start : len(pieces) - to_end]
    elements: list[Element] = []
    gap = 0
    for piece in pieces:
        if piece.startswith(".."):
            gap = int(piece[2:] or GAP)
            continue
        is_refused, is_optional = piece.startswith("!"), piece.endswith("?")
        try:
            words = _words(piece.strip("!?"), classes)
        except (ValueError, KeyError) as error:
            raise ValueError(f"{label}: {written!r} cannot be read: {error}") from error
        elements.append(Element(words, gap, is_optional, is_refused, "$" in piece.split("|")))
        gap = 0
    pattern = Pattern(
        label,
        language,
        tuple(elements),
        from_start,
        to_end,
        gap if to_end else 0,
        int(order[1] or WIDTH) if order else 0,
    )
    if anchor(pattern, Counter()) is NOTHING:
        raise ValueError(f"{label}: {written!r} has no word that must be there as it is, or begin so")
    return pattern


def _words(piece: str, classes: Mapping[str, Words]) -> Words:
    found = list(_PART.finditer(piece))
    said = Words(each[0] for each in found if not each[1] and each[0] != "$")
    named = [classes[each[1]] for each in found if each[1]]
    return reduce(or_, named, said) if len(found) > 1 or not named else named[0]


@lru_cache(maxsize=20_000)  # more than the words of all languages, many of which stand in several patterns
def _bare(word: str) -> str:
    """Return a word of a pattern in its plain form. Raises ValueError where it is no single word."""
    bare = plain(fold(word.strip("*")))
    if not _SINGLE.fullmatch(bare):
        raise ValueError(f"{word!r} is no single word")
    return bare
