"""What comes as a message and is none: a reaction to one of ours, our own text, an automatic reply,
an empty text.

None of it is an answer, none costs a try, and none may be answered by us: automatic replies answer each other for
ever. Source: FACTS.md, "Tried on this program"; the forms of Apple's and Google's reactions.
"""

import re
from collections.abc import Iterator
from typing import Literal

from survey.understanding.message import Message
from survey.understanding.text.folding import plain_tokens, visible

Noise = Literal["reaction", "automatic", "echo", "empty"]
NOT_WRITTEN = frozenset({"reaction", "echo", "empty"})  # holds no word of the writer's own
REACTION_WORDS = 5  # before the quotation, at most: "Reagerade med 👍 på"
PICTURES = 0x2190  # characters from here on are signs, emoji among them
ECHOED = 8  # words of a text of ours that nobody writes by chance
QUOTED = 3  # words that follow each other, by which a text of ours is known when it is quoted
_QUOTATION = re.compile(r"(?P<head>[^\"“”„«»]{1,60})[\"“”„«](?P<quoted>[^\n]{4,})[\"“”»…]?\W*\Z", re.DOTALL)


def read(message: Message) -> Noise | None:
    """Return what kind of noise a message is; None where somebody has written it."""
    text = visible(message.text)
    if not any(char.isalnum() or ord(char) > PICTURES or char in "?؟+-–—" for char in text):
        return "empty"
    if _is_reaction(message, text):
        return "reaction"
    if _is_echo(message):
        return "echo"
    spans = message.found.get("noise.automatic")
    if not spans:
        return None
    is_reply = message.tokens[0].folded in message.words.yes_no and all(start for start, _ in spans)
    return None if is_reply else "automatic"  # "nej, hon är på semester" is an answer


def _is_echo(message: Message) -> bool:
    """Return whether a message is a text of ours and nothing else: some phones answer with what they got."""
    said = [token for token in message.said if not token.isdecimal()]  # but the year or the month in an opening
    if len(said) < ECHOED:
        return False
    ours = [tuple(said[at : at + QUOTED]) in message.words.ours for at in range(len(said) - QUOTED + 1)]
    return all(any(ours[max(0, at - QUOTED + 1) : at + 1]) for at in range(len(said)))


def _is_reaction(message: Message, text: str) -> bool:
    """Return whether a text is a few words and a quotation: known words of a reaction, or a quotation of ours."""
    parts = _QUOTATION.fullmatch(text)
    if parts is None:
        return False
    head = plain_tokens(parts["head"])
    if len(head) > REACTION_WORDS:
        return False
    if not head:
        return any(ord(char) > PICTURES for char in parts["head"])
    if any(token in tongue.sets["reaction"] for tongue in message.words.tongues.values() for token in head):
        return True
    return any(run in message.words.ours for run in runs(parts["quoted"]))


def runs(text: str) -> Iterator[tuple[str, ...]]:
    """Yield every QUOTED words of ``text`` that follow each other, without numbers."""
    said = [token for token in plain_tokens(text) if token.isalnum() and not token.isdecimal()]
    return zip(*(said[start:] for start in range(QUOTED)), strict=False)
