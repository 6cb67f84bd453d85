"""Section 2: what became of every planned question, by survey. Pure."""

from collections.abc import Sequence

from reporting.document.blocks import Cell, Grid
from reporting.figures.contact_outcomes import Dues
from survey.codes import Outcome, SurveyId, Unfinished, swedish

UNDER_WAY = "Pågår"
NOT_OVER = (Unfinished.OPEN, Unfinished.WAITING, Unfinished.UNPLANNED)


def contact_outcomes_grid(rows: Sequence[Dues]) -> Grid:
    """Make the table, a column for each survey. The outcomes add up to the due and the corrected questions."""

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
    columns = ("Utskick", *(swedish(SurveyId, each.survey) for each in rows), "Alla")
    return Grid("Vad det blev av varje planerat utskick", columns, tuple(lines), total=True)
