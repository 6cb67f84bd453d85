"""Section 5: the monthly follow-ups of the year, by provider. Counts of the process itself, shown in full. Pure."""

from collections import Counter

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import printed_name
from reporting.figures.cube import Aggregate, Cube, MonthCounts
from reporting.figures.indicators import Find
from reporting.report.tables.cells import share_cell

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


def months_by_provider(aggregate: Cube) -> dict[str, list[MonthCounts]]:
    """Return the counts of each month of the year by provider, the whole unit's under an empty name."""
    found: dict[str, list[MonthCounts]] = {}
    for (ref, _month), counts in aggregate.months.items():
        found.setdefault(ref, []).append(counts)
    return found


def exempt_sums(aggregate: Aggregate) -> dict[str, Counter[str]]:
    """By provider, the unit under an empty name: exempt enrolment-months in the year, by reason."""
    sums: dict[str, Counter[str]] = {"": Counter()}
    for (ref, _month), reasons in aggregate.exempt.items():
        for each in (ref, ""):
            sums.setdefault(each, Counter()).update(reasons)
    return sums


def followups_grid(aggregate: Aggregate, find: Find) -> Grid:
    by_provider, exempt = months_by_provider(aggregate), exempt_sums(aggregate)
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        months = by_provider.get(ref, [])
        rows.append(
            (
                printed_name(name),
                sum(month.due for month in months),
                sum(month.on_time for month in months),
                sum(month.late for month in months),
                sum(month.missing for month in months),
                sum(exempt.get(ref, {}).values()),
                share_cell(find("followup.compliance", ref)),
                share_cell(find("followup.confirmed", ref)),
                sum(month.denied for month in months),
            )
        )
    return Grid("Månadsuppföljning, insatsmånader som är slut", ("Anordnare", *FOLLOWUPS), tuple(rows), total=True)
