"""How a share of everybody or nobody, its own or the others', is told to a provider. Pure.

Source: REPORT.md, "Disclosure control".
"""

from reporting.document.swedish import whole
from survey.codes import Code


class Band(Code):
    """A share that is told as a band alone, and the band in a sentence, without its unit."""

    OVER = "over", "över 90"
    UNDER = "under", "under 10"


def share_in_words(of: tuple[int, int]) -> str:
    """Return a share of at least one answer in per cent, as a provider may read it, without its unit.

    Args:
        of: (numerator, denominator).
    """
    band = band_of(*of)
    return band.swedish if band else whole(100 * of[0] / of[1])


def band_of(numerator: int | None, denominator: int | None) -> Band | None:
    """Return the band that stands for the share of everybody or nobody; None where the share itself is told."""
    if numerator is None or not denominator:
        return None
    if numerator == denominator:
        return Band.OVER
    return Band.UNDER if numerator == 0 else None
