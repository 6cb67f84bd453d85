"""What the report reads from the database and the packs beside its own figures."""

from datetime import date

from reporting.figures.previous_year import QuestionWording
from reporting.figures.themes import shown
from reporting.publishing.background_reader import read_background, wordings
from reporting.publishing.publish import publish
from reporting.report.background import Background
from storage.database.engine import Database
from storage.figures import targets
from storage.figures.themes import ThemeCount
from storage.figures.year_values import ContextFigure
from tests.support.disclosure.cubes import NOW, YEAR, of_answers

ASKED = (
    QuestionWording("start", 1, "overall", "Hur nöjd är du?"),
    QuestionWording("end", 1, "overall", "Hur nöjd är du?"),
)
BESIDE = Background(
    targets={"satisfaction.overall": 72.5},
    context=(ContextFigure("Arbetslösa", YEAR, 6.1, "procent", "SCB", date(2026, 1, 8)),),
    themes=shown({"treatment": ThemeCount(7, 2)}),
    questions=ASKED,
)
CUBE = of_answers({f"P{n}": {"start": (8 + n, 20), "end": (5, 9)} for n in range(8)})


async def test_background_has_the_year_before(db: Database) -> None:
    async with db.begin() as conn:
        kept = await publish(conn, CUBE, BESIDE, NOW, None)
        await targets.save_context(
            conn, [ContextFigure("Arbetslösa", 2026, 6.4, "procent", "SCB", date(2027, 1, 9))]
        )
        beside = await read_background(conn, YEAR + 1, ASKED, NOW.date())
    assert beside.previous is not None
    assert beside.previous.indicators == kept.indicators
    assert beside.previous.published_at == NOW
    assert beside.breaks == ()
    assert [figure.value for figure in beside.context] == [6.4]
    before = beside.previous.find("satisfaction.overall", "P3", "start")
    assert before is not None
    assert before.numerator == 11
    assert beside.previous.find("satisfaction.overall", "P99", "start") is None


def test_wordings_of_the_packs() -> None:
    asked = {(each.survey, each.question): each for each in wordings()}
    assert "nöjd" in asked["start", "overall"].text
    assert asked["end", "usefulness"].version >= 1
