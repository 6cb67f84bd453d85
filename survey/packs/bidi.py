"""Keep digits and Latin names readable inside right-to-left messages.

After an Arabic letter a screen shows "1-5" as "5-1" and reorders the groups of a phone number (Unicode
Bidirectional Algorithm, UAX #9, rules W2 and W4). Isolate marks keep such a run in its own order. They are not in
GSM-7, which costs nothing: the letters around them are not in it either.
"""

import re

FIRST_STRONG_ISOLATE = "\u2068"
POP_DIRECTIONAL_ISOLATE = "\u2069"

# Two or more letters or digits of a left-to-right script, with at most one other character between each two.
_LEFT_TO_RIGHT = re.compile(r"[0-9A-Za-zÀ-ɏЀ-ӿሀ-፿](?:[ .,:/@+&'_-]?[0-9A-Za-zÀ-ɏЀ-ӿሀ-፿])+")


def isolate(text: str) -> str:
    """Return ``text`` with isolate marks around each run of characters that is read from left to right."""
    return _LEFT_TO_RIGHT.sub(_marked, text)


def _marked(run: re.Match[str]) -> str:
    if run[0].isdecimal():  # digits alone keep their order
        return run[0]
    return f"{FIRST_STRONG_ISOLATE}{run[0]}{POP_DIRECTIONAL_ISOLATE}"
