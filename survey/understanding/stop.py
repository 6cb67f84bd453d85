"""Return whether a message says stop: by one of our words, or in plain words of its own.

A message that begins with a stop word is a stop however long it goes on, unless what follows shows that something
else is meant ("sluta röka", "Stopp i trafiken") or takes it back ("sluta inte"). What may be a stop and may be
something else is "unclear": a person looks at it. To be stopped by mistake costs one START, and to be written to
after a stop costs trust: a stop word that stands alone is a stop.
"""

from typing import Literal

from survey.understanding.message import Message
from survey.understanding.questions import Question
from survey.understanding.text.folding import END, PAUSE, Token, words_of
from survey.understanding.text.phrases import Span
from survey.understanding.text.spelling import one_apart

Stop = Literal["stop", "unclear"]
NEAR = 4  # words after a stop word, among which what is to stop is named
SHORT = 8  # words of a message that may be unclear; a longer one is a story
TYPO_LETTERS = (3, 9)  # of a word that may be a misspelt stop word


def read(message: Message, question: Question | None = None) -> Stop | None:
    """Return whether a message is a stop.

    Args:
        message: what was written.
        question: the open question. Where it asks for leave to get in touch, "don't call me" is the answer no;
            anywhere else it is a stop.
    """
    found = message.found
    asks_consent = question is not None and question.asks_consent
    if "stop.refusal" in found or ("stop.contact" in found and not asks_consent):
        return "stop"
    verdicts = [_command(message, span, is_verb=False) for span in found.get("stop.word", ())]
    verdicts += [_command(message, span, is_verb=True) for span in found.get("stop.verb", ())]
    verdicts += [_alone(message, span) for span in found.get("stop.alone", ())]
    if "stop" in verdicts or _is_misspelt(message):
        return "stop"
    if "unclear" in verdicts:
        return "unclear"
    if "stop.unclear" in found and len(message.said) <= SHORT:
        return "unclear"
    return None


def _command(message: Message, span: Span, *, is_verb: bool) -> Stop | None:
    """Judge one stop word by where it stands and by what follows it."""
    tokens, (start, end) = message.tokens, span
    if not _is_first(message, start):
        return None
    rest = _clause_after(tokens, end)
    if not rest:
        return "stop"
    near = range(end, end + NEAR)
    ours = [begin for begin, _ in message.found.get("stop.ours", ()) if begin in near]
    other = [begin for begin, _ in message.found.get("stop.other", ()) if begin == _next_word(tokens, end)]
    if message.in_set("negation", rest[0]):
        return None if is_verb else "unclear"
    if ours and not (other and min(ours) > min(other)):
        return "stop"
    if message.in_set("subject", rest[0]) and not other:
        return "stop"
    if other or (is_verb and message.in_set("activity", rest[0])):
        return None
    if tokens[end] == PAUSE or not is_verb:
        return "stop"
    return "unclear" if len(message.said) <= SHORT else None


def _alone(message: Message, span: Span) -> Stop | None:
    """Judge a word such as "end" or "cancel", which is an ordinary word wherever anything else is said."""
    start, end = span
    if message.text.lstrip().startswith("/"):  # a command of Telegram's own, which stops nothing
        return None
    outside = words_of([*message.tokens[:start], *message.tokens[end:]])
    return "stop" if all(token in message.words.greetings for token in outside) else None


def _is_first(message: Message, start: int) -> bool:
    """Return whether a stop word begins its clause, or follows only a greeting, a number, yes, no or "svara"."""
    for at in range(start - 1, -1, -1):
        token = message.tokens[at]
        if token in (END, PAUSE):
            return True
        is_beside = token.isdecimal() or token in message.words.greetings or token.folded in message.words.yes_no
        if not is_beside and not message.in_set("before_stop", token):
            return False
    return True


def _clause_after(tokens: list[Token], at: int) -> list[Token]:
    """Return the words from ``at`` to the end of the clause; commas do not end it."""
    end = next((place for place in range(at, len(tokens)) if tokens[place] == END), len(tokens))
    return [token for token in tokens[at:end] if token != PAUSE]


def _next_word(tokens: list[Token], at: int) -> int:
    while at < len(tokens) and tokens[at] == PAUSE:
        at += 1
    return at


def _is_misspelt(message: Message) -> bool:
    """Return whether a message is one word alone, no word that we know, and one letter from a stop word."""
    said = [token for token in message.said if token not in message.words.greetings]
    if len(said) != 1 or not TYPO_LETTERS[0] <= len(said[0]) <= TYPO_LETTERS[1] or not said[0].isalpha():
        return False
    word = said[0]
    tongues = message.words.tongues.values()
    if any(word in tongue.lexicon or word in tongue.sets["no_stop"] for tongue in tongues):
        return False
    return any(one_apart(word, stop) for tongue in tongues for stop in tongue.sets["misspelt_stop"].exact)
