"""The headers of register files as words that are compared. Pure."""

import re

from survey.plain_text import plain

_SIGNS = re.compile(r"[\W_]+")
_NUMBER = re.compile(r"(?<=..)(?:nummer|num|no|id)$")  # Kundnummer, Kund-ID and KundNo are Kundnr
_DAY = re.compile(r"(?<=..)s?(?:datum|dag)$")  # Slutdag is Slutdatum, and Avslutsdatum is Avslutdatum
# Columns that may only ever be dropped: what they hold is refused wherever it stands.
_PERSONAL = (
    "personnummer",
    "pnr",
    "persnr",
    "samordningsnummer",
    "födelsenummer",
    "personnummer samordningsnummer",
)


def word(cell: str) -> str:
    """Return a header without case, spaces and signs, and with one spelling of nr and datum."""
    joined = _SIGNS.sub("", plain(cell).casefold())
    return _DAY.sub("datum", _NUMBER.sub("nr", joined))


def is_personal(header: str) -> bool:
    """Return whether a header is that of personnummer."""
    return word(header) in map(word, _PERSONAL)
