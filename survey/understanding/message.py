"""One message of a customer, folded and searched once, however many readers look at it."""

from collections.abc import Sequence
from functools import cached_property

from survey.understanding.questions import Vocabulary
from survey.understanding.text.folding import Token, plain_tokens, words_of
from survey.understanding.text.patterns import Words
from survey.understanding.text.phrases import Span, base_of

TOKENS = 1_500  # of a message that are searched: more than the longest Telegram message has


class Message:
    """What was written, in the forms in which stop words, danger, wishes and noise are looked for."""

    def __init__(self, text: str, words: Vocabulary) -> None:
        self.text = text
        self.words = words
        self._sets: dict[str, Words] = {}

    @cached_property
    def tokens(self) -> list[Token]:
        """The plain words, with END and PAUSE between clauses."""
        return plain_tokens(self.text)[:TOKENS]

    @cached_property
    def said(self) -> list[Token]:
        """The plain words alone."""
        return words_of(self.tokens)

    @cached_property
    def found(self) -> dict[str, list[Span]]:
        """Where each kind of phrase stands, by table and list: "stop.refusal"."""
        return self.words.phrases.find(self.tokens, lambda: set(map(base_of, self.languages)))

    def found_of(self, table: str) -> dict[str, list[Span]]:
        """Return where the phrases of one table stand, by list: "refusal"."""
        start = f"{table}."
        return {label.removeprefix(start): spans for label, spans in self.found.items() if label.startswith(start)}

    @cached_property
    def languages(self) -> tuple[str, ...]:
        """The languages that most of the words belong to; all where none of the words is known.

        A word such as "en" is an article in one language and a negation in another: it means what it means in the
        language of the words around it.
        """
        spoken_in = self.words.spoken_in
        votes = dict.fromkeys(self.words.tongues, 0)
        for token in self.said:
            for code in spoken_in.get(token, ()):
                votes[code] += 1
        most = max(votes.values(), default=0)
        return tuple(code for code, count in votes.items() if count == most)

    def in_set(self, name: str, token: str) -> bool:
        """Return whether ``token`` is in the set ``name`` of a language that the message may be in."""
        return token in self._set(name)

    def any_in(self, name: str, tokens: Sequence[str]) -> bool:
        """Return whether one of ``tokens`` is in the set ``name``."""
        one = self._set(name)
        return any(token in one for token in tokens)

    def _set(self, name: str) -> Words:
        found = self._sets.get(name)
        if found is None:
            found = self._sets[name] = self.words.unions.of(name, self.languages)
        return found
