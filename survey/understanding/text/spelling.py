"""Typing errors: one letter more, less or other in a long word, or two letters changed about.

A word is put right only where it can have been one word alone: no known word is as near, and no answer that means
something else is nearly as near. "Незадволений" is "незадоволений"; "езадоволений", which may be either answer,
stays as it is written.
"""

import re
from collections.abc import Collection, Mapping, Sequence

from survey.understanding.text.folding import plain

SHORT = 3  # letters of the shortest misspelt number
LONG = 6  # letters of a word that may be misspelt; of a shorter one, one letter makes another word
CONTRARY = 2  # letters at most between what is written and an answer of another meaning, which forbids a guess

_DOUBLED = re.compile(r"(.)\1+")


class Spelling:
    """The words of the answers of one kind, found by what they become when a letter is left out.

    Args:
        answers: the value of each answer, one word or several.
    """

    def __init__(self, answers: Mapping[str, int] | None = None) -> None:
        self._meant: dict[str, set[int]] = {}  # by the plain form of a word
        self._written: dict[str, str] = {}
        self._near: dict[str, list[str]] = {}
        for said, value in (answers or {}).items():
            for written in said.split():
                word = plain(written)
                if len(word) < LONG or not word.isalpha():
                    continue
                if word not in self._meant:
                    for form in _shortened(word):
                        self._near.setdefault(form, []).append(word)
                self._meant.setdefault(word, set()).add(value)
                self._written[word] = written

    def right(self, word: str, lexicons: Sequence[Collection[str]]) -> str | None:
        """Return the word of an answer that ``word`` is a misspelling of; None where that is not clear.

        Args:
            word: in its plain form.
            lexicons: the words of each language that it may be in, plain, of which it must be none.
        """
        if word in self._meant:
            return self._written[word]  # with a letter doubled, or one of a pair left out
        if len(word) < LONG - 1 or not word.isalpha() or any(word in each for each in lexicons):
            return None
        found = {near for form in _shortened(word) for near in self._near.get(form, ()) if one_apart(word, near)}
        if len(found) != 1:
            return None
        (near,) = found
        if near[0] != word[0]:
            return None  # the first letter may deny: "trevlig", "otrevlig"
        if any(other != near and one_apart(word, other) for each in lexicons for other in each):
            return None
        meant = self._meant[near]
        contrary = (
            other
            for other, values in self._meant.items()
            if values != meant and abs(len(other) - len(word)) <= CONTRARY
        )
        return None if any(_distance(word, other) <= CONTRARY for other in contrary) else self._written[near]


def slip_of(word: str, names: Collection[str], lexicons: Sequence[Collection[str]]) -> set[str]:
    """Return those of ``names`` that ``word`` is with a letter doubled, or left out; none where it may be a word.

    A letter left out makes another word more easily than a doubled one: no known word may then be as near.

    Args:
        word: in its plain form, as ``names`` and ``lexicons`` are.
    """
    if word in names:
        return {word}
    if len(word) < SHORT or not word.isalpha() or any(word in each for each in lexicons):
        return set()
    doubled = {name for name in names if _DOUBLED.sub(r"\1", name) == _DOUBLED.sub(r"\1", word)}
    if doubled:
        return doubled
    found = {name for name in names if len(name) == len(word) + 1 and name[0] == word[0] and one_apart(word, name)}
    is_word = any(other not in found and one_apart(word, other) for each in lexicons for other in each)
    return set() if is_word else found


def one_apart(word: str, other: str) -> bool:
    """Return whether one letter more, less or other, or two changed about, make ``word`` of ``other``."""
    if abs(len(word) - len(other)) > 1 or word == other:
        return False
    same = next(
        (n for n, (one, two) in enumerate(zip(word, other, strict=False)) if one != two),
        len(min(word, other, key=len)),
    )
    one, two = word[same:], other[same:]
    swapped = len(one) > 1 and one[:2] == two[1::-1] and one[2:] == two[2:]
    return one[1:] == two[1:] or one[1:] == two or one == two[1:] or swapped


def _shortened(word: str) -> set[str]:
    return {word, *(word[:at] + word[at + 1 :] for at in range(len(word)))}


def _distance(word: str, other: str) -> int:
    """Return how many letters must be put in, left out or changed (Levenshtein)."""
    above = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        line = [row]
        for column, letter_of_other in enumerate(other, 1):
            line.append(min(above[column] + 1, line[-1] + 1, above[column - 1] + (letter != letter_of_other)))
        above = line
    return above[-1]
