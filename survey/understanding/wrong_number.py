"""Return whether a message says that it has reached somebody else.

Only the bare words, with nothing but polite ones beside them, say it clearly: a number is let go of at once. "Fel
person" may as well be about the coach, and "fel nummer på coachen" is about something else; what is not clear is
asked about, and so is "jag är inte Anna".
"""

import re
from collections.abc import Sequence
from typing import Literal

from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, PAUSE, fold, plain, visible
from survey.understanding.text.phrases import Span

WrongNumber = Literal["sure", "maybe"]
SHORT = 12  # words of a message that may say so in other words; a longer one is a story
NAMED = 5  # words of a message that says only whose name is wrong
_WORD = re.compile(r"[^\W\d_]+")


def read(message: Message, question: Question | None) -> WrongNumber | None:
    """Return how clearly a message says that we write to the wrong person; ``question`` is the open one."""
    found = message.found_of("wrong")
    if "number" in found:
        return "sure" if _is_all(message, found["number"]) else "maybe"
    if "person" in found and _is_all(message, found["person"]):
        is_about_us = question is None or not (question.about_coach or question.kind == "text")
        return "sure" if is_about_us else "maybe"
    if ("maybe" in found or "person" in found) and len(message.said) <= SHORT:
        return "maybe"
    if "name" in found and len(message.said) <= NAMED:
        return "maybe" if any(_holds_name(message, span) for span in found["name"]) else None
    return None


def _is_all(message: Message, spans: Sequence[Span]) -> bool:
    """Return whether one of ``spans`` is all that a message says, but for polite words."""
    return any(
        all(
            start <= at < end or token in (END, PAUSE) or token in message.words.greetings
            for at, token in enumerate(message.tokens)
        )
        for start, end in spans
    )


def _holds_name(message: Message, span: Span) -> bool:
    """Return whether a name stands in or after ``span``: with a capital, or unknown where there are no capitals."""
    start, end = span
    capitals = {plain(fold(word)) for word in _WORD.findall(visible(message.text))[1:] if word[:1].isupper()}
    for token in message.tokens[start : end + 1]:
        has_case = token.upper() != token.lower()
        is_known = any(token in message.words.tongues[code].lexicon for code in message.languages)
        if token.isalpha() and (token in capitals if has_case else not is_known):
            return True
    return False
