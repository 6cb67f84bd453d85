"""Section 5: the monthly follow-ups of the year, by provider. Pure.

What providers recorded is told in full; what customers say of it has passed disclosure control.
"""

from collections import Counter
from collections.abc import Mapping

from reporting.disclosure.cells import Status
from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import NO_DATA, SUPPRESSED, printed_name
from reporting.figures.indicators import Find, Indicator
from reporting.report.tables.cells import share_cell, titled
from storage.figures.cells import Aggregate, MonthCounts

FOLLOWUPS = (
    "Förväntade",
    "I tid",
    "Sent",
    "Saknas",
    "Undantagna",
    "Andel i tid",
    "Bekräftat av kund",
    "Avvikelser",
)


def year_counts(aggregate: Aggregate) -> dict[str, MonthCounts]:
    """Return the sum of the year's months by provider; an empty ref is the whole unit."""
    months: dict[str, list[MonthCounts]] = {"": []}
    for (ref, _month), counts in aggregate.months.items():
        months.setdefault(ref, []).append(counts)
    return {ref: MonthCounts.total(each) for ref, each in months.items()}


def exempt_sums(aggregate: Aggregate) -> dict[str, Counter[str]]:
    """Return the exempt enrolment-months of the year by reason, by provider; an empty ref is the whole unit."""
    sums: dict[str, Counter[str]] = {"": Counter()}
    for (ref, _month), reasons in aggregate.exempt.items():
        for each in (ref, ""):
            sums.setdefault(each, Counter()).update(reasons)
    return sums


def followups_grid(aggregate: Aggregate, find: Find, denied: Mapping[str, int]) -> Grid:
    """Make the table of follow-ups by provider, the whole unit last.

    Args:
        denied: recorded follow-ups that customers deny, by provider, where that may be told.
    """
    by_provider, exempt = year_counts(aggregate), exempt_sums(aggregate)
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        counts = by_provider.get(ref, MonthCounts())
        rows.append(
            (
                titled(printed_name(name), find("followup.confirmed", ref), find),
                counts.due,
                counts.on_time,
                counts.late,
                counts.missing,
                sum(exempt.get(ref, {}).values()),
                share_cell(find("followup.compliance", ref)),
                share_cell(find("followup.confirmed", ref)),
                _denied(find("followup.confirmed", ref), denied.get(ref)),
            )
        )
    return Grid("Månadsuppföljning, avslutade månader", ("Anordnare", *FOLLOWUPS), tuple(rows), total=True)


def _denied(confirmed: Indicator, denied: int | None) -> Cell:
    if denied is not None:
        return denied
    return NO_DATA if confirmed.status == Status.NO_ANSWERS else SUPPRESSED
