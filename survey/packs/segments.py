"""What an SMS costs: GSM 03.38 and UCS-2 as 3GPP TS 23.038 and 23.040 define them.

A GSM-7 message holds 160 septets, or 153 in each part of a longer one; UCS-2 holds 70 code units, or 67.
Characters of the extension table count two septets, and neither they nor surrogate pairs are split.
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


@dataclass(frozen=True, slots=True)
class Segments:
    """``parts`` is what is paid for; ``offender`` the first character that forced UCS-2."""

    alphabet: Alphabet
    parts: int
    offender: str | None


def count(text: str) -> Segments:
    """The alphabet and the number of parts of ``text``; an empty text is one part."""
    offender = next((char for char in text if char not in BASIC and char not in EXTENSION), None)
    if offender is None:
        widths = [2 if char in EXTENSION else 1 for char in text]
        return Segments("GSM-7", _parts(widths, 160, 153), None)
    return Segments("UCS-2", _parts([2 if ord(char) > 0xFFFF else 1 for char in text], 70, 67), offender)


def within_budget(cost: Segments, alphabet: Alphabet) -> bool:
    """Whether a message meant for ``alphabet`` costs what it may. A Latin text that slipped into UCS-2 does not."""
    return cost.parts <= BUDGET[alphabet] and (cost.alphabet == alphabet or alphabet == "UCS-2")


def _parts(widths: list[int], single: int, part: int) -> int:
    if sum(widths) <= single:
        return 1
    parts, used = 1, 0
    for width in widths:
        if used + width > part:
            parts, used = parts + 1, 0
        used += width
    return parts
