"""Stars for a number: "⭐⭐⭐⭐", "★★★☆☆" and "****" are how many of five somebody gives."""

import re

_RUN = re.compile(r"(?:[⭐★🌟]\ufe0f?[ ☆]*){2,}|(?<![\w*])(?:\* ?){2,10}(?![\w*])")
_BEGINS = re.compile(r"\W*(?:\d\W*)?\Z")  # what may stand before the first star


def counted(text: str) -> str:
    """Return ``text`` with the stars that it begins with as their number; those at its end may be decoration.

    A single star says nothing. Stars alone, or with a number before them, begin a text.
    """
    if text.isascii() and "*" not in text:
        return text
    first = _RUN.search(text)
    if first is None or not _BEGINS.match(text[: first.start()]):
        return text
    return _RUN.sub(lambda run: f" {sum(char in '⭐★🌟*' for char in run[0])} ", text, count=1).strip()
