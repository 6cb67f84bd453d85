"""Section 5: the monthly follow-ups of the year, by provider. Counts of the unit's own work, told in full. Pure."""

from collections import Counter

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import printed_name
from reporting.figures.indicators import Find
from reporting.report.tables.cells import share_cell
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


def followups_grid(aggregate: Aggregate, find: Find) -> Grid:
    """Make the table of follow-ups by provider, the whole unit last."""
    by_provider, exempt = year_counts(aggregate), exempt_sums(aggregate)
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        counts = by_provider.get(ref, MonthCounts())
        rows.append(
            (
                printed_name(name),
                counts.due,
                counts.on_time,
                counts.late,
                counts.missing,
                sum(exempt.get(ref, {}).values()),
                share_cell(find("followup.compliance", ref)),
                share_cell(find("followup.confirmed", ref)),
                counts.denied,
            )
        )
    return Grid("Månadsuppföljning, insatsmånader som är slut", ("Anordnare", *FOLLOWUPS), tuple(rows), total=True)
