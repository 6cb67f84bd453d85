"""Section 10: word which figures cannot be compared with the year before. Pure."""

from collections.abc import Sequence

from reporting.figures.previous_year import PreviousReport, SeriesBreak
from reporting.report.tables.cells import title_of


def break_sentences(previous: PreviousReport | None, breaks: Sequence[SeriesBreak]) -> tuple[str, ...]:
    """Name each indicator whose series is broken, and why; say so when there is none, or no year before."""
    if previous is None:
        return ("Ingen rapport för året innan är publicerad: inget utfall jämförs bakåt.",)
    if not breaks:
        return (f"Definitioner och frågor är desamma som {previous.year}.",)
    return tuple(
        f"{title_of(each.indicator, each.point)} är inte jämförbar med {each.year}: {each.reason.rstrip('.')}."
        for each in breaks
    )
