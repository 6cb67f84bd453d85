"""Where the phrases of a language stand in a message (survey.understanding.text.patterns says how one is written).

No pattern reaches over the end of a clause (folding.END); commas are passed over. A list called ``unless`` beside
other lists takes back what they find: a find that overlaps one of its own does not count.
"""

from collections import Counter
from collections.abc import Callable, Collection, Iterable, Sequence
from functools import lru_cache

from survey.understanding.text.folding import END, PAUSE
from survey.understanding.text.patterns import Pattern, Words, anchor, required

UNLESS = "unless"
ANCHORED = 8_192  # words whose patterns are remembered: those that people use come again and again

Span = tuple[int, int]  # the tokens from the first number up to, and without, the second


def base_of(language: str) -> str:
    """Return the language whose phrases a variant uses, by code: "sv" for "sv-easy"."""
    return language.partition("-")[0]


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
            anchor_words = anchor(pattern, counts)
            self._needed.append(tuple(words.exact for words in required(pattern) if words is not anchor_words))
            for word in anchor_words.exact:
                self._exact.setdefault(word, []).append(number)
            for start in anchor_words.starts:
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
