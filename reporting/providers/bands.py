"""How a share near everybody or nobody is told to a provider, who knows its customers. Pure.

Source: REPORT.md, "Disclosure control".
"""

from reporting.disclosure.digest_releases import BAND
from reporting.figures.indicators import Indicator
from survey.codes import Code


class Band(Code):
    """A share that is told as a band alone, and the band in a sentence, without its unit."""

    OVER = "over", "över 90"
    UNDER = "under", "under 10"


def band_of(row: Indicator) -> Band | None:
    """Return the band that stands for the row's share; None where the share itself may be told, or is hidden."""
    if row.value is not None and row.value > 100 * BAND:
        return Band.OVER
    if row.value is not None and row.value < 100 * (1 - BAND):
        return Band.UNDER
    return None
