"""The headers of register files as words that are compared. Pure."""

import re

from survey.plain_text import plain

_SIGNS = re.compile(r"[_\-\u2010-\u2013.:*]")
# Columns that may only ever be dropped: what they hold is refused wherever it stands.
_PERSONAL = frozenset(
    (
        "personnummer",
        "personnr",
        "person nr",
        "pnr",
        "persnr",
        "samordningsnummer",
        "samordningsnr",
        "födelsenummer",
    )
)


def word(cell: str) -> str:
    """Return a header without regard to case, spaces, hyphens, underscores and what cannot be seen."""
    return " ".join(_SIGNS.sub(" ", plain(cell)).casefold().split())


def is_personal(header: str) -> bool:
    """Return whether a header is that of personnummer."""
    return word(header) in _PERSONAL
