"""The value that is kept of a published report, and how it is read back.

The whole QualityReport is kept, so that every format can be made of it again. Whose answers stood behind its
figures is kept apart, in the release ledger (storage/figures/releases.py).
"""

from dataclasses import dataclass

from reporting.errors import PublicationUnreadable
from reporting.publishing import serialisation
from reporting.report.model import QualityReport
from storage.figures.snapshots import Snapshot


@dataclass(frozen=True, slots=True)
class Publication:
    """A published report."""

    report: QualityReport


def thaw(snapshot: Snapshot) -> Publication:
    """Return what was published.

    Raises:
        PublicationUnreadable: another version of the program wrote it, and this one cannot read it.
    """
    try:
        return serialisation.from_text(Publication, snapshot.content)
    except serialisation.Unreadable as error:
        raise PublicationUnreadable(
            f"Den publicerade rapporten för {snapshot.year} är skriven av en annan version av programmet ({error})."
        ) from error
