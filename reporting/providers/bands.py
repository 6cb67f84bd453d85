"""How a share of everybody or nobody is told to a provider, who knows its customers. Pure.

Source: REPORT.md, "Disclosure control".
"""

from survey.codes import Code


class Band(Code):
    """A share that is told as a band alone, and the band in a sentence, without its unit."""

    OVER = "over", "över 90"
    UNDER = "under", "under 10"


def band_of(numerator: int | None, denominator: int | None) -> Band | None:
    """Return the band that stands for the share of everybody or nobody; None where the share itself is told."""
    if numerator is None or not denominator:
        return None
    if numerator == denominator:
        return Band.OVER
    return Band.UNDER if numerator == 0 else None
