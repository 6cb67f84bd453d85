"""Requests that a customer may make at any time: the command words, and the name of a language.

STOP is among the command words, and survey.understanding.stop reads it in every other form.
"""

import re

from survey.understanding.message import Message
from survey.understanding.questions import Command, Vocabulary
from survey.understanding.text.folding import plain, tokens_of, visible

COMMAND_TAIL = 4  # words that may follow HELP: "hjälp vad är det här"
COMMAND_WORDS = 5  # words of the longest command: "you have the wrong number"
LANGUAGE_WORDS = 8  # words of the longest wish for a language: "can you please write in english"
PHRASED_WORDS = 12  # words of a message that asks for something in plain words; a longer one is a story
COMMAND_LIMIT = 80  # characters of a command with its tail; a longer text is a story

PHRASED: tuple[Command, ...] = ("erase", "answers", "correct", "start", "language")

_COLON = re.compile(r"\W*\w+\s*:")


def command(message: Message, tail: int = COMMAND_TAIL) -> Command | None:
    """Return the command that a message is: its first words, with little or nothing after them.

    A stop is read by survey.understanding.stop, and a wrong number by survey.understanding.wrong_number.

    Args:
        tail: so many words that mean something may follow HELP. A complaint is followed by the complaint itself, of
            any length, unless ``tail`` is 0: then only a colon can follow.
    """
    text, words = visible(message.text), message.words
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
    if found in ("stop", "wrong_number"):
        return None
    after = sum(token not in words.filler for token in tokens[length:])
    if found == "complaint":
        return found if after == 0 or tail or _COLON.match(text) else None
    if found not in ("help", "info") or said in words.alone:
        tail = 0
    return found if len(text) <= COMMAND_LIMIT and after <= tail else None


def phrased(message: Message) -> Command | None:
    """Return what a message asks for in plain words: "what have I answered", "delete all you have on me"."""
    asked = message.found_of("request") if len(message.said) <= PHRASED_WORDS else {}
    return next((command for command in PHRASED if command in asked), None)


def language(text: str, words: Vocabulary) -> str | None:
    """Return the code of the language that ``text`` names, and does no more: "suomi", "SPRÅK arabiska"."""
    if len(text) == 1:
        return None
    text = visible(text)
    if len(text) > COMMAND_LIMIT:
        return None
    tokens = tokens_of(text)
    if len(tokens) > 1 and words.commands.get(tokens[0]) == "language":
        tokens = tokens[1:]
    named = words.languages.get(" ".join(tokens))
    if named is not None or len(tokens) > LANGUAGE_WORDS:
        return named
    if words.language_words.isdisjoint(tokens):
        return None
    wish = [tongue.sets["language_wish"] for tongue in words.tongues.values()]
    rest = [token for token in tokens if token not in words.filler]
    if (named := words.languages.get(" ".join(rest))) is not None:
        return named
    rest = [token for token in rest if not any(plain(token) in one for one in wish)]
    return words.languages.get(" ".join(dict.fromkeys(rest))) if rest else None
