"""What a message costs the unit, about: the invoice decides."""

from dataclasses import dataclass

from survey.packs import segments

SEGMENT_PRICE = 0.65  # SEK, about what one part to a Swedish mobile costs


@dataclass(frozen=True, slots=True)
class Cost:
    """Alphabet, parts, and SEK. ``offender`` is the first character that forced UCS-2."""

    alphabet: str
    parts: int
    sek: float
    offender: str | None


def sms_cost(text: str) -> Cost:
    """The cost of ``text`` as one SMS."""
    counted = segments.count(text)
    return Cost(counted.alphabet, counted.parts, counted.parts * SEGMENT_PRICE, counted.offender)


def parts_and_price(parts: int) -> str:
    """A number of parts and what they cost, in words: "2 delar, 1,30 kr"."""
    kronor = f"{parts * SEGMENT_PRICE:.2f}".replace(".", ",")
    return f"{parts} {'del' if parts == 1 else 'delar'}, {kronor} kr"
