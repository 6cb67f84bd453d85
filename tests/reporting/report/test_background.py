"""Goals and series breaks on the rows of the report, and the figures of the year before."""

from reporting.figures.definitions import VERSIONS
from reporting.figures.previous_year import Earlier, PreviousReport, SeriesBreak
from reporting.report.background import Background
from storage.register.headers import INDICATORS
from tests.support.disclosure.cubes import NOW, YEAR, of_answers, report_of

CUBE = of_answers({f"P{n}": {"start": (8 + n, 20), "end": (5, 9)} for n in range(8)})


def test_goals_are_for_everybody_in_the_year() -> None:
    report = report_of(CUBE, Background(targets={"satisfaction.overall": 72.5}))
    targets = {
        (row.provider, row.period, row.gender): row.target
        for row in report.indicators
        if row.indicator == "satisfaction.overall" and row.point == "start" and not row.difficulty
    }
    assert (targets["", "2025", "T"], targets["P1", "2025", "T"]) == (72.5, 72.5)
    assert (targets["", "2025-Q1", "T"], targets["", "2025", "K"]) == (None, None)


def test_every_indicator_may_have_a_goal() -> None:
    assert set(VERSIONS) - set(INDICATORS) == {"satisfaction.overall.mean_of_providers", "outcome.youth.closed"}
    assert set(INDICATORS) <= set(VERSIONS)


def test_year_before_tells_figure_and_break() -> None:
    before = report_of(of_answers({"A": {"start": (70, 100)}}, year=YEAR - 1)).indicators
    beside = Background(
        previous=PreviousReport(YEAR - 1, 1, NOW, before, ()),
        breaks=(SeriesBreak("outcome.all_endings", "", YEAR - 1, "definitionen är ny"),),
    )
    assert beside.earlier("satisfaction.overall", "start") == Earlier(2024, 70.0)
    assert beside.earlier("outcome.all_endings", "") == Earlier(2024, None, "definitionen är ny")
    assert Background().earlier("satisfaction.overall", "start") is None
