"""Section 2: what became of every planned question, by survey. Pure."""

from collections.abc import Sequence

from reporting.document.blocks import Cell, Grid
from reporting.document.swedish import count
from reporting.figures.contact_outcomes import Dues
from survey.codes import Outcome, SurveyId, Unfinished, swedish

UNDER_WAY = "Pågår"
NOT_OVER = (Unfinished.OPEN, Unfinished.WAITING, Unfinished.UNPLANNED)


def grid(rows: Sequence[Dues]) -> Grid:
    """Return a column for each survey; the sum of the outcomes is what was due and what was corrected, together."""

    def row(title: str, numbers: Sequence[int]) -> tuple[Cell, ...]:
        return (title, *numbers, sum(numbers))

    under_way = [sum(each.places[place] for place in NOT_OVER) for each in rows]
    lines = [
        row("Förfallna", [each.due for each in rows]),
        row("Rättade i registret efteråt", [each.corrected for each in rows]),
        *(row(outcome.plural, [each.places[outcome] for each in rows]) for outcome in Outcome),
        row(UNDER_WAY, under_way),
        row("Summan av utfallen", [sum(each.places.values()) for each in rows]),
    ]
    columns = ("Frågor", *(swedish(SurveyId, each.survey) for each in rows), "Alla")
    return Grid("Vad som blev av varje planerad fråga", columns, tuple(lines), total=True)


def sentence(rows: Sequence[Dues]) -> str:
    """Say whether every question has its outcome."""
    asked = sum(each.due + each.corrected for each in rows)
    missing = asked - sum(sum(each.places.values()) for each in rows)
    if not asked:
        return ""
    if missing:
        return f"Av {count(asked)} planerade frågor saknar {count(missing)} utfall: se followup plan --audit."
    return f"Var och en av årets {count(asked)} planerade frågor har ett utfall eller pågår; ingen saknas."
