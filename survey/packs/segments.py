"""Count the parts (segments) of an SMS, which are what it costs, in GSM-7 and UCS-2.

A GSM-7 message holds 160 septets, or 153 in each part of a longer one; UCS-2 holds 70 code units, or 67. A
character of the extension table takes two septets. Neither such a character nor a surrogate pair is split between
two parts. Source: 3GPP TS 23.038 (alphabets) and 23.040 (concatenation).
"""

from dataclasses import dataclass
from typing import Literal

Alphabet = Literal["GSM-7", "UCS-2"]

BASIC = frozenset(
    "@£$¥èéùìòÇ\nØø\rÅåΔ_ΦΓΛΩΠΨΣΘΞÆæßÉ !\"#¤%&'()*+,-./0123456789:;<=>?¡ABCDEFGHIJKLMNOPQRSTUVWXYZÄÖÑÜ§¿"
    "abcdefghijklmnopqrstuvwxyzäöñüà"
)
EXTENSION = frozenset("\f^{}\\[~]|€")
BUDGET: dict[Alphabet, int] = {"GSM-7": 1, "UCS-2": 2}  # parts that one message may cost
LONGEST: dict[Alphabet, int] = {"GSM-7": 3, "UCS-2": 5}  # of a text that the customer has asked for


@dataclass(frozen=True, slots=True)
class Segments:
    """What a text costs.

    Attributes:
        parts: each is paid for as one SMS.
        offender: the first character that is not in GSM-7; None where all are.
    """

    alphabet: Alphabet
    parts: int
    offender: str | None


def count(text: str) -> Segments:
    """Return the alphabet and the number of parts of ``text``; an empty text is one part."""
    offender = next((char for char in text if char not in BASIC and char not in EXTENSION), None)
    if offender is None:
        widths = [2 if char in EXTENSION else 1 for char in text]
        return Segments("GSM-7", _parts(widths, 160, 153), None)
    return Segments("UCS-2", _parts([2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67), offender)


def within_budget(cost: Segments, alphabet: Alphabet, *, is_asked_for: bool = False) -> bool:
    """Return whether a message meant for ``alphabet`` is within its budget; one meant for GSM-7 must also be in it.

    Args:
        is_asked_for: the customer has asked for the text, which may be as long as LONGEST.
    """
    return cost.parts <= (LONGEST if is_asked_for else BUDGET)[alphabet] and (
        cost.alphabet == alphabet or alphabet == "UCS-2"
    )


def _parts(widths: list[int], single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
