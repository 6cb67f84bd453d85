"""Estimate what an SMS costs the unit. The carrier's invoice decides."""

from dataclasses import dataclass

from survey.packs import segments

SEGMENT_PRICE = 0.65  # SEK for one part to a Swedish mobile, about


@dataclass(frozen=True, slots=True)
class Cost:
    """What one SMS costs.

    Attributes:
        alphabet: ``GSM-7`` or ``UCS-2``.
        parts: how many the carrier charges for.
        sek: the price of them all.
        offender: the first character that forced UCS-2, or None.
    """

    alphabet: str
    parts: int
    sek: float
    offender: str | None


def sms_cost(text: str) -> Cost:
    """Return the cost of ``text`` as one SMS."""
    counted = segments.count(text)
    return Cost(counted.alphabet, counted.parts, counted.parts * SEGMENT_PRICE, counted.offender)


def parts_and_price(parts: int) -> str:
    """Return a number of parts and their price in words: "2 delar, 1,30 kr"."""
    kronor = f"{parts * SEGMENT_PRICE:.2f}".replace(".", ",")
    return f"{parts} {'del' if parts == 1 else 'delar'}, {kronor} kr"
