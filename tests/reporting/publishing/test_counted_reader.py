"""What the report reads from the database and the packs."""

from datetime import date

from reporting.publishing.counted_reader import read_counted, wordings
from reporting.publishing.publish import publish
from storage.database.engine import Database
from storage.figures import targets
from storage.figures.year_values import ContextFigure
from survey.unit.profile_file import example
from tests.support.disclosure.cubes import NOW, YEAR
from tests.support.published import ASKED, material


async def test_background_has_the_year_before(db: Database) -> None:
    async with db.begin() as conn:
        kept = await publish(conn, material(), NOW, None)
        await targets.save_context(
            conn, [ContextFigure("Arbetslösa", 2026, 6.4, "procent", "SCB", date(2027, 1, 9))]
        )
        beside = (await read_counted(conn, YEAR + 1, ASKED, NOW)).background
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
    asked = {(each.survey, each.question): each for each in wordings(example())}
    assert "nöjd" in asked["start", "overall"].text
    assert asked["end", "usefulness"].version >= 1
