"""Section 10: how each indicator is counted, and how each question is put. Pure."""

from collections.abc import Sequence

from reporting.document.blocks import Cell, Grid
from reporting.figures.definitions import Definition
from reporting.figures.previous_year import QuestionWording
from storage.figures.year_values import ModeCount
from survey.codes import AnswerMode, SurveyId, swedish


def definitions_grid(definitions: Sequence[Definition]) -> Grid:
    """Make the table of definitions, each with its id and version."""
    rows = tuple((f"{d.title} ({d.id})", f"v{d.version}", d.numerator, d.denominator) for d in definitions)
    return Grid("Definitioner", ("Indikator", "Version", "Täljare", "Nämnare"), rows, words=frozenset({0, 2, 3}))


def modes_grid(counts: Sequence[ModeCount]) -> Grid:
    """Make the table of how the answers came in: a row for each mode that was used, a column for each survey."""
    numbers = {(each.survey, each.mode): each.number for each in counts}
    used = [mode for mode in AnswerMode if any(each.mode == mode for each in counts)]
    rows: list[tuple[Cell, ...]] = []
    for mode in used:
        of_mode = [numbers.get((survey, mode), 0) for survey in SurveyId]
        rows.append((mode.swedish, *of_mode, sum(of_mode)))
    columns = ("Besvarade enkäter", *(survey.swedish for survey in SurveyId), "Alla")
    return Grid("Så kom svaren in", columns, tuple(rows))


def wordings_grid(wordings: Sequence[QuestionWording]) -> Grid:
    """Make the table of the questions as customers read them, survey by survey."""
    order = list(SurveyId)
    rows = tuple(
        (swedish(SurveyId, each.survey), each.text, f"v{each.version}")
        for each in sorted(wordings, key=lambda each: order.index(SurveyId(each.survey)))
    )
    return Grid("Frågorna som kunderna får", ("Enkät", "Fråga", "Version"), rows, words=frozenset({0, 1}))
