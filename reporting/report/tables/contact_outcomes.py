"""Section 2: what became of every planned question, by survey. Pure."""

from collections.abc import Sequence

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import SURVEYS, count
from reporting.figures.contact_outcomes import Dues
from storage.outcomes.accounts import OPEN, OUTCOMES, UNPLANNED, WAITING

TITLES = {
    "completed": "Besvarade",
    "partial": "Delvis besvarade",
    "no_answer": "Inget svar",
    "opted_out": "Avböjda",
    "unreachable": "Gick inte att nå",
    "expired": "För sent",
    "held_back": "Hölls tillbaka",
    "cancelled": "Återtagna",
}
UNDER_WAY = "Pågår"


def grid(rows: Sequence[Dues]) -> Grid:
    """Each survey a column; the sum of the outcomes is what was due and what was corrected, together."""

    def row(title: str, numbers: Sequence[int]) -> tuple[Cell, ...]:
        return (title, *numbers, sum(numbers))

    under_way = [sum(each.places[place] for place in (OPEN, WAITING, UNPLANNED)) for each in rows]
    lines = [
        row("Förfallna", [each.due for each in rows]),
        row("Rättade i registret efteråt", [each.corrected for each in rows]),
        *(row(TITLES[outcome], [each.places[outcome] for each in rows]) for outcome in OUTCOMES),
        row(UNDER_WAY, under_way),
        row("Summan av utfallen", [sum(each.places.values()) for each in rows]),
    ]
    columns = ("Frågor", *(SURVEYS[each.survey] for each in rows), "Alla")
    return Grid("Vad som blev av varje planerad fråga", columns, tuple(lines), total=True)


def sentence(rows: Sequence[Dues]) -> str:
    """Whether every question has its outcome."""
    asked = sum(each.due + each.corrected for each in rows)
    missing = asked - sum(sum(each.places.values()) for each in rows)
    if not asked:
        return ""
    if missing:
        return f"Av {count(asked)} planerade frågor saknar {count(missing)} utfall: se followup plan --audit."
    return f"Var och en av årets {count(asked)} planerade frågor har ett utfall eller pågår; ingen saknas."
