"""Phrases: short patterns of words that survive inflection, word order and words in between.

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

No pattern reaches over the end of a clause (folding.END); commas are passed over. A list called ``unless`` beside
other lists takes back what they find: a find that overlaps one of its own does not count.
"""

import re
from collections import Counter
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import lru_cache, reduce
from itertools import product
from operator import or_

from survey.understanding.text.folding import END, PAUSE, fold, plain, plain_start

GAP = 3  # words that ".." stands for
WIDTH = 12  # words among which those of a pattern in any order must stand
UNLESS = "unless"
ANCHORED = 8_192  # words whose patterns are remembered: those that people use come again and again
_ANY_ORDER = re.compile(r"&(\d*)")
_SINGLE = re.compile(r"\w+|👍|👎")
_JOINED = re.compile(r"[^{}]+_[^{}]+")  # "b_c": two words in the place of one
_PART = re.compile(r"\{(\w+)\}|[^|{}]+")


def base_of(language: str) -> str:
    """Return the language whose phrases a variant uses, by code: "sv" for "sv-easy"."""
    return language.partition("-")[0]


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


Span = tuple[int, int]  # the tokens from the first number up to, and without, the second


class Phrases:
    """All patterns, found in one pass over a message's tokens."""

    def __init__(self, patterns: Sequence[Pattern], greetings: Words) -> None:
        self._patterns = tuple(patterns)
        self._greetings = greetings
        self._exact: dict[str, list[int]] = {}
        self._starts: dict[str, list[int]] = {}
        counts = Counter(
            word
            for pattern in patterns
            for element in pattern.elements
            for word in (*element.words.exact, *element.words.starts)
        )
        self._needed: list[tuple[frozenset[str], ...]] = []  # of each must be one word, beside the anchor
        self._reach = [pattern.longest for pattern in patterns]
        for number, pattern in enumerate(patterns):
            anchor = _anchor(pattern, counts)
            self._needed.append(tuple(words.exact for words in _required(pattern) if words is not anchor))
            for word in anchor.exact:
                self._exact.setdefault(word, []).append(number)
            for start in anchor.starts:
                self._starts.setdefault(start, []).append(number)
        self._lengths = tuple(sorted({len(start) for start in self._starts}))
        self._anchored = lru_cache(maxsize=ANCHORED)(self._anchored_at)

    def find(self, tokens: Sequence[str], languages: Callable[[], Collection[str]]) -> dict[str, list[Span]]:
        """Return where each label's patterns are found in ``tokens``, without what ``unless`` takes back.

        Args:
            languages: those that the message may be in. A single word counts in its own language alone: "been" is
                a lie in one and nothing in another.
        """
        said = frozenset(tokens)
        anchored: dict[int, list[int]] = {}
        for at, token in enumerate(tokens):
            for number in self._anchored(token):
                if number in anchored:
                    anchored[number].append(at)
                    continue
                for words in self._needed[number]:
                    if words.isdisjoint(said):
                        break
                else:
                    anchored[number] = [at]
        found: dict[str, list[Span]] = {}
        for number, places in anchored.items():
            pattern = self._patterns[number]
            if len(pattern.elements) == 1 and pattern.language and pattern.language not in languages():
                continue
            for span in self._spans(pattern, self._reach[number], tokens, places):
                found.setdefault(pattern.label, []).append(span)
        return _without_exceptions(found) if found else found

    def _anchored_at(self, token: str) -> tuple[int, ...]:
        """Return the numbers of the patterns whose anchor a word is."""
        numbers = list(self._exact.get(token, ()))
        for length in self._lengths:
            if length > len(token):
                break
            numbers += self._starts.get(token[:length], ())
        return tuple(numbers)

    def _spans(self, pattern: Pattern, reach: int, tokens: Sequence[str], places: Sequence[int]) -> Iterable[Span]:
        if pattern.width:
            yield from _spans_in_any_order(pattern, tokens, places)
            return
        tried: set[int] = set()
        for place in places:
            for start in range(max(0, place - reach), place + 1):
                if start in tried:
                    continue
                tried.add(start)
                if pattern.from_start and not self._begins(tokens, start):
                    continue
                end = self._match(pattern, tokens, 0, start)
                if end is not None:
                    yield start, end

    def _match(self, pattern: Pattern, tokens: Sequence[str], index: int, at: int) -> int | None:
        """Return the end of what the elements from ``index`` on match at ``at``; None where they match nothing."""
        if index == len(pattern.elements):
            return at if not pattern.to_end or self._ends(tokens, at, pattern.end_gap) else None
        element = pattern.elements[index]
        if element.is_refused:
            place = _after_pauses(tokens, at) if index else at - 1
            if 0 <= place < len(tokens) and tokens[place] in element.words:
                return None
            return self._match(pattern, tokens, index + 1, at)
        place = at
        for _ in range(element.gap + 1):
            place = _after_pauses(tokens, place)
            if place >= len(tokens) or tokens[place] == END:
                break
            if tokens[place] in element.words:
                end = self._match(pattern, tokens, index + 1, place + 1)
                if end is not None:
                    return end
            place += 1
        if element.is_optional or (element.or_end and self._ends(tokens, at)):
            return self._match(pattern, tokens, index + 1, at)
        return None

    def _begins(self, tokens: Sequence[str], start: int) -> bool:
        """Return whether a clause begins at ``start``, or only greetings stand before it there."""
        before = start - 1
        while before >= 0 and tokens[before] != END:
            if tokens[before] != PAUSE and tokens[before] not in self._greetings:
                return False
            before -= 1
        return True

    def _ends(self, tokens: Sequence[str], at: int, spare: int = 0) -> bool:
        """Return whether a clause ends at ``at``, or only polite words and ``spare`` others follow there."""
        while at < len(tokens) and tokens[at] != END:
            if tokens[at] != PAUSE and tokens[at] not in self._greetings:
                spare -= 1
                if spare < 0:
                    return False
            at += 1
        return True


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
    if _anchor(pattern, Counter()) is _NOTHING:
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


_NOTHING = Words()


def _required(pattern: Pattern) -> list[Words]:
    """Return the words of the elements that must be there, where all of them are written out."""
    return [
        element.words
        for element in pattern.elements
        if not (element.is_optional or element.is_refused or element.or_end)
        and not (element.words.starts or element.words.ends or element.words.holds)
    ]


def _anchor(pattern: Pattern, counts: Mapping[str, int]) -> Words:
    """Return the words of the element that must be there and that fewest patterns ask for."""
    able = [
        element.words
        for element in pattern.elements
        if not (element.is_optional or element.is_refused or element.or_end)
        and not (element.words.ends or element.words.holds)
    ]
    if not able:
        return _NOTHING
    return min(able, key=lambda words: max(counts.get(word, 0) for word in (*words.exact, *words.starts)))


def _spans_in_any_order(pattern: Pattern, tokens: Sequence[str], places: Sequence[int]) -> Iterable[Span]:
    """Yield where all words of a pattern stand in one clause, around each place where one of them does."""
    for place in places:
        start, end = place, place + 1
        while start > 0 and tokens[start - 1] != END and place - start < pattern.width:
            start -= 1
        while end < len(tokens) and tokens[end] != END and end - place < pattern.width:
            end += 1
        near = range(start, end)
        if any(
            element.is_refused and any(tokens[at] in element.words for at in near) for element in pattern.elements
        ):
            continue
        taken: set[int] = set()
        for element in pattern.elements:
            if element.is_refused:
                continue
            free = [at for at in near if at not in taken and tokens[at] in element.words]
            if not free:
                break
            taken.add(min(free, key=lambda at: abs(at - place)))
        else:
            if max(taken) - min(taken) < pattern.width:
                yield min(taken), max(taken) + 1


def _after_pauses(tokens: Sequence[str], at: int) -> int:
    while at < len(tokens) and tokens[at] == PAUSE:
        at += 1
    return at


def _without_exceptions(found: dict[str, list[Span]]) -> dict[str, list[Span]]:
    exceptions = {label.partition(".")[0]: spans for label, spans in found.items() if label.endswith(f".{UNLESS}")}
    kept: dict[str, list[Span]] = {}
    for label, spans in found.items():
        table, _, name = label.partition(".")
        if name == UNLESS:
            continue
        taken_back = exceptions.get(table, ())
        left = [
            (start, end)
            for start, end in spans
            if not any(begin < end and start < finish for begin, finish in taken_back)
        ]
        if left:
            kept[label] = left
    return kept
