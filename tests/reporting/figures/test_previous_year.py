"""Whether a figure can be compared with the year before."""

from dataclasses import replace
from datetime import UTC, datetime

from reporting.figures.previous_year import PreviousReport, SeriesBreak, series_breaks
from reporting.report.background import Background
from tests.support.disclosure.cubes import of_answers, report_of
from tests.support.published import ASKED

CUBE = of_answers({f"P{n}": {"start": (8 + n, 20), "end": (5, 9)} for n in range(8)})


def test_breaks_in_a_series() -> None:
    rows = tuple(
        replace(row, version=2) if row.indicator == "followup.compliance" else row
        for row in report_of(CUBE).indicators
        if row.indicator != "response_rate"
    )
    before = PreviousReport(2025, 1, datetime(2026, 3, 1, tzinfo=UTC), rows, ASKED)
    now = (replace(ASKED[0], version=2, text="Hur nöjd är du med stödet?"), ASKED[1])
    found = series_breaks(before, now)
    assert found == (
        SeriesBreak("satisfaction.overall", "start", 2025, "frågans lydelse är ändrad"),
        SeriesBreak("satisfaction.overall", "all", 2025, "frågans lydelse är ändrad"),
        SeriesBreak("satisfaction.overall.mean_of_providers", "start", 2025, "frågans lydelse är ändrad"),
        SeriesBreak("satisfaction.overall.mean_of_providers", "all", 2025, "frågans lydelse är ändrad"),
        SeriesBreak("response_rate", "", 2025, "måttet fanns inte 2025"),
        SeriesBreak("followup.compliance", "", 2025, "definitionen är ändrad från version 2 till version 1"),
    )
    marked = report_of(CUBE, Background(previous=before, breaks=found)).indicators
    broken = {(row.indicator, row.point) for row in marked if row.series_break}
    assert ("satisfaction.overall", "start") in broken
    assert ("satisfaction.overall", "end") not in broken
    assert ("followup.compliance", "") in broken
