"""A published report is published once, kept whole, and compared with a year later."""

from datetime import date

import pytest
from sqlalchemy import update

from reporting.errors import PublishError
from reporting.figures.definitions import VERSIONS
from reporting.figures.previous_year import QuestionWording
from reporting.figures.themes import shown
from reporting.publishing.background_reader import read_background, wordings
from reporting.publishing.publish import publish, published
from reporting.render import csv, docx, html, json, pdf, xlsx
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.model import QualityReport
from reporting.report.sections import document
from storage.database.engine import Database
from storage.figures import snapshots, targets
from storage.figures.themes import ThemeCount
from storage.figures.year_values import ContextFigure
from storage.register.headers import INDICATORS
from storage.tables import report_snapshot
from tests.support.disclosure.cubes import NOW, YEAR, CubeOf, of_answers

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


def report(cube: CubeOf | None = None, beside: Background = BESIDE) -> QualityReport:
    return build(cube or CUBE, YEAR, NOW, background=beside)


async def test_a_published_report_gives_the_same_bytes_later(db: Database) -> None:
    async with db.begin() as conn:
        kept = await publish(conn, CUBE, BESIDE, NOW, None)
    async with db.read() as conn:
        again = await published(conn, YEAR)
    assert again == kept
    assert kept.background.revision == 1
    for renderer in (csv, json, xlsx):
        assert renderer.render(again) == renderer.render(kept)
    for drawn in (pdf, docx, html):
        assert drawn.render(document(again)) == drawn.render(document(kept))


async def test_a_second_publication_needs_a_reason(db: Database) -> None:
    async with db.begin() as conn:
        await publish(conn, CUBE, BESIDE, NOW, None)
    later = of_answers({f"P{n}": {"start": (9 + n, 20)} for n in range(8)})
    async with db.begin() as conn:
        with pytest.raises(PublishError, match=r"redan publicerad \(2026-01-15\).*--revise"):
            await publish(conn, later, BESIDE, NOW, None)
        with pytest.raises(PublishError, match="behöver ett skäl"):
            await publish(conn, later, BESIDE, NOW, "  ")
        revised = await publish(conn, later, BESIDE, NOW, " Två svar var dubbla. ")
    async with db.read() as conn:
        first, second = await snapshots.of_year(conn, YEAR)
        assert await published(conn, YEAR) == revised
    assert (first.revision, first.reason) == (1, "")
    assert (second.revision, second.reason) == (2, "Två svar var dubbla.")
    assert revised.background.revised_because == "Två svar var dubbla."


@pytest.mark.parametrize(
    ("cube", "reason", "refusal"),
    [
        (CubeOf(), None, "Det finns inga uppgifter för 2025 att publicera"),
        (CubeOf(as_of=date(2025, 12, 31)), None, "Året 2025 är inte slut"),
        (CubeOf(), "fel", "Rapporten för 2025 är inte publicerad"),
    ],
)
async def test_what_is_not_published(db: Database, cube: CubeOf, reason: str | None, refusal: str) -> None:
    async with db.begin() as conn:
        with pytest.raises(PublishError, match=refusal):
            await publish(conn, cube, BESIDE, NOW, reason)


async def test_a_changed_snapshot_is_found_out(db: Database) -> None:
    async with db.begin() as conn:
        await publish(conn, CUBE, BESIDE, NOW, None)
        await conn.execute(update(report_snapshot).values(content="{}"))
        with pytest.raises(snapshots.Damaged, match="kontrollsumman stämmer inte"):
            await published(conn, YEAR)


async def test_the_next_year_knows_goals_themes_and_the_year_before(db: Database) -> None:
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


def test_goals_are_on_the_rows_of_the_year() -> None:
    rows = {
        (r.provider, r.period, r.gender): r.target
        for r in report().indicators
        if r.indicator == "satisfaction.overall" and r.point == "start" and not r.difficulty
    }
    assert rows["", "2025", "T"] == rows["P1", "2025", "T"] == 72.5
    assert rows["", "2025-Q1", "T"] is None
    assert rows["", "2025", "K"] is None


def test_the_questions_of_the_packs_are_known_by_their_wording() -> None:
    asked = {(each.survey, each.question): each for each in wordings()}
    assert "nöjd" in asked["start", "overall"].text
    assert asked["end", "usefulness"].version >= 1


def test_every_indicator_may_have_a_goal() -> None:
    assert set(VERSIONS) - set(INDICATORS) == {"satisfaction.overall.mean_of_providers", "outcome.youth.closed"}
    assert set(INDICATORS) <= set(VERSIONS)
