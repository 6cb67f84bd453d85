"""Section 5: the monthly follow-ups of the year, by provider. Counts of the process itself, shown in full. Pure."""

from collections import Counter

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import printed_name
from reporting.figures.cube import Aggregate, Cube
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


def month_sums(aggregate: Cube) -> dict[str, list[int]]:
    """By provider, the unit under an empty name: due, on time, late, answered, confirmed, denied in the year."""
    sums: dict[str, list[int]] = {}
    for (ref, _month), cell in aggregate.months.items():
        own = sums.setdefault(ref, [0] * 6)
        for place, number in enumerate(cell):
            own[place] += number
    return sums


def exempt_sums(aggregate: Aggregate) -> dict[str, Counter[str]]:
    """By provider, the unit under an empty name: exempt enrolment-months in the year, by reason."""
    sums: dict[str, Counter[str]] = {"": Counter()}
    for (ref, _month), reasons in aggregate.exempt.items():
        for each in (ref, ""):
            sums.setdefault(each, Counter()).update(reasons)
    return sums


def followups_grid(aggregate: Aggregate, find: Find) -> Grid:
    sums, exempt = month_sums(aggregate), exempt_sums(aggregate)
    rows: list[tuple[Cell, ...]] = []
    for ref, name in (*aggregate.providers, ("", "Hela enheten")):
        due, on_time, late, _answered, _yes, denied = sums.get(ref, [0] * 6)
        rows.append(
            (
                printed_name(name),
                due,
                on_time,
                late,
                due - on_time - late,
                sum(exempt.get(ref, {}).values()),
                share_cell(find("followup.compliance", ref)),
                share_cell(find("followup.confirmed", ref)),
                denied,
            )
        )
    return Grid("Månadsuppföljning, insatsmånader som är slut", ("Anordnare", *FOLLOWUPS), tuple(rows), total=True)
