"""What the stories about publishing publish: a year of eight providers whose customers were asked one question."""

from datetime import date

from reporting.figures.previous_year import QuestionWording
from reporting.report.background import Background
from reporting.report.build import Counted
from storage.figures.year_values import ContextFigure
from tests.support.disclosure.cubes import YEAR, Cube, material_of, of_answers

ASKED = (
    QuestionWording("start", 1, "overall", "Hur nöjd är du?"),
    QuestionWording("end", 1, "overall", "Hur nöjd är du?"),
)
BESIDE = Background(
    targets={"satisfaction.overall": 72.5},
    context=(ContextFigure("Arbetslösa", YEAR, 6.1, "procent", "SCB", date(2026, 1, 8)),),
    questions=ASKED,
)
# Provider Pn has 8 + n satisfied of 20 at the start, and five of twelve at the end.
CUBE = of_answers({f"P{n}": {"start": (8 + n, 20), "end": (5, 12)} for n in range(8)})


def material(cube: Cube = CUBE) -> Counted:
    """Return what the year's report is made of, with a theme of seven customers of two providers."""
    return material_of(cube, BESIDE, themes={"treatment": (7, 2)})
