"""An answer that is put right in the same message: "3, förlåt 4", "3 no no 4", "sorry, 3 not 2", "yes sorry no".

The last answer counts where a word says that the one before it was wrong, and where nothing else is said. Two
answers without such a word are in doubt, and the question is asked again.
"""

from collections.abc import Callable, Sequence

from survey.understanding.message import Message
from survey.understanding.text.folding import END, PAUSE, Token

# What is said at a place: the value, and where it ends.
Said = Callable[[int], tuple[int, int] | None]
MARK = "*"  # before a word that replaces another one in a chat


def read(message: Message, tokens: Sequence[Token], said: Said, *, is_worded: bool) -> int | None:
    """Return the value that replaces an earlier one; None where nothing is put right.

    Args:
        is_worded: the answers are words such as "no", which do not say that another answer was wrong. Before a
            number they do where they begin a clause: "5, no, 4"; "5 no 4" may mean either.
    """
    values: list[int] = []
    is_marked = is_announced = is_denied = False
    at = 0
    while at < len(tokens):
        token = tokens[at]
        found = said(at)
        if token in (END, PAUSE):
            at += 1
        elif found is not None and not (message.in_set("article", token) and at + 1 < len(tokens)):
            if values and at and message.in_set("not", tokens[at - 1]):  # "4, not 3"
                is_denied = True
            else:
                values.append(found[0])
            at = found[1]
        elif values and (message.in_set("corrects", token) or (not is_worded and _takes_back(message, tokens, at))):
            is_marked, at = True, at + 1
        elif _is_idle(message, token) or (
            not is_worded and message.in_set("no", token) and (is_marked or tokens[at - 1] == END)
        ):
            is_announced = is_announced or message.in_set("corrects", token)
            at += 1
        else:
            return None
    if len(values) == 1 and is_announced and is_denied and not is_marked:
        return values[0]
    if len(values) < 2 or values[-1] == values[0]:
        return None
    lines = message.text.split("\n")
    is_marked = is_marked or (len(lines) > 1 and lines[-1].strip().startswith(MARK))
    return values[-1] if is_marked and len(values) == 2 else None


def _takes_back(message: Message, tokens: Sequence[Token], at: int) -> bool:
    """Return whether "no" or "or" at ``at`` takes back the number before it: "no no", "no sorry", "or rather".

    Alone neither does: "3 no 4" and "3 or 4" may mean either number. But "no" does that begins a clause.
    """
    token = tokens[at]
    if tokens[at - 1] in (END, PAUSE) and message.in_set("corrects_number", token):
        return True
    if not message.in_set("either", token) and not message.in_set("no", token):
        return False
    for following in tokens[at + 1 :]:
        if any(message.in_set(name, following) for name in ("corrects", "corrects_number", "no")):
            return True
        is_lead = message.in_set("lead", following) and not message.in_set("hedge", following)
        if following != PAUSE and not is_lead:
            return False
    return False


def _is_idle(message: Message, token: Token) -> bool:
    """Return whether a word says nothing of its own."""
    if message.in_set("either", token):
        return False
    return token in message.words.greetings or any(
        message.in_set(name, token) for name in ("lead", "contrast", "not", "back", "corrects", "corrects_number")
    )
