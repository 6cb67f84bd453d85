"""The young people's outcome is counted in two ways, and never tells what a few of them did."""

from datetime import date
from pathlib import Path

import pytest

from reporting.disclosure.suppression import Outcome
from reporting.document.blocks import Grid
from reporting.figures import youth
from reporting.publishing.publish import revised
from reporting.report.background import Background
from reporting.report.build import build
from reporting.report.sections import document
from storage.database.engine import Database
from storage.figures import volumes
from storage.figures.cells import Aggregate
from storage.figures.year_values import Youth
from tests.support.disclosure.cubes import NOW, YEAR, of_answers
from tests.support.providers import read

UNIT = Outcome(good=293, every=454, kept=386)
CUSTOMERS = """ref,phone,birth_year
K1,,2009
K2,,2007
K3,,2010
K4,,2006
K5,,2008
K6,,
"""
# At the end of 2025 K1, K2 and K5 are 16 to 18; K3 is 15, K4 19, and K6 has no age.
ENROLMENTS = """ref,customer,provider,started_on,ended_on,end_reason
E1,K1,P1,2025-01-10,2025-05-01,changed_provider
E2,K1,P2,2025-05-10,2025-11-01,studies
E3,K2,P1,2025-02-01,2026-01-10,work
E4,K3,P1,2025-02-01,2025-06-01,work
E5,K4,P1,2025-02-01,2025-06-01,work
E6,K5,P1,2024-02-01,2024-12-31,work
E7,K6,P1,2025-02-01,2025-06-01,work
"""


async def test_young_person_counts_once(db: Database, tmp_path: Path) -> None:
    files = {"p": "ref,name\nP1,Alfa\nP2,Beta\n", "c": CUSTOMERS, "e": ENROLMENTS}
    await read(db, tmp_path, files, date(2026, 2, 1))
    async with db.read() as conn:
        # K1's change of provider is followed by an ending; K2 was still enrolled; K5 was there the year before.
        assert await volumes.youth(conn, 2025) == Youth(2, {"studies": 1})
        assert await volumes.youth(conn, 2024) == Youth(1, {"work": 1})  # K5, then 16


@pytest.mark.parametrize(
    ("told", "shares"),
    [
        # 10 of 20 and 10 of 15 = 66.7 %; who changed provider has not ended.
        (Youth(20, {"work": 6, "studies": 4, "dropped_out": 5, "changed_provider": 3}), [50.0, 200 / 3]),
        (Youth(5, {"work": 2, "other": 1}), [None, None]),  # five are too few
        (Youth(20, {"work": 3, "other": 2}), [None, None]),  # and so are five endings
        (Youth(7, {"studies": 7}), [None, None]),  # all of seven: what each of them did
        (Youth(12, {"studies": 12}), [100.0, 100.0]),
        (Youth(8, {}), [None, None]),
    ],
)
def test_both_shares_are_told_or_neither(told: Youth, shares: list[float | None]) -> None:
    rows = youth.rows(told, UNIT, YEAR, 50, "")
    assert [row.value for row in rows] == pytest.approx(shares)
    assert [row.denominator is None for row in rows] == [share is None for share in shares]
    assert [row.indicator for row in rows] == ["outcome.youth", "outcome.youth.closed"]


def test_few_others_hide_the_young() -> None:
    told = Youth(20, {"work": 10, "other": 5})
    assert youth.rows(told, Outcome(good=12, every=20, kept=20), YEAR, None, "")[0].value is None  # five others
    assert youth.rows(told, Outcome(good=13, every=22, kept=22), YEAR, None, "")[0].value == 50
    assert youth.rows(told, Outcome(good=17, every=22, kept=22), YEAR, None, "")[0].value is None  # all of seven


@pytest.mark.parametrize(
    ("now", "stands"),
    [
        ({"work": 11, "other": 5}, True),  # one more
        ({"work": 9, "other": 6}, True),  # one was wrong
        ({"work": 10, "other": 10}, True),
        ({"work": 16, "other": 11}, False),
        ({"work": 10, "other": 11}, False),
        ({"work": 10, "other": 5}, False),
    ],
)
def test_revision_by_few_endings_repeats_figures(now: dict[str, int], stands: bool) -> None:
    before, after = Youth(30, {"work": 10, "other": 5}), Youth(31, now)
    assert (youth.steady(after, before) == before) is stands
    assert youth.steady(after, None) == after
    assert youth.steady(None, before) is None


def test_revised_report_keeps_the_figures() -> None:
    cube = _ended()
    first = revised(cube, Background(youth=Youth(30, {"work": 10, "other": 5})), NOW, [])
    second = revised(cube, Background(youth=Youth(30, {"work": 11, "other": 5})), NOW, [first])
    assert second.report.youth == first.report.youth


def _ended() -> Aggregate:
    cube = of_answers({"A": {"start": (20, 40)}, "B": {"start": (20, 40)}})
    cube.endings.update({("A", "work"): 60, ("A", "other"): 40, ("B", "work"): 50, ("B", "other"): 60})
    return cube


def test_report_has_both_figures_and_definitions() -> None:
    beside = Background(youth=Youth(30, {"work": 10, "other": 5}), targets={"outcome.youth": 50.0})
    made = document(build(_ended(), YEAR, NOW, background=beside))
    outcome, method = (next(s for s in made.sections if s.number == number) for number in (6, 10))
    (table,) = [block for block in outcome.blocks if isinstance(block, Grid) and "Unga" in block.caption]
    assert [row[1:3] for row in table.rows] == [("50\u00a0%", "10/30"), ("..", "10/15")]
    (definitions,) = [block for block in method.blocks if isinstance(block, Grid) and "Defin" in block.caption]
    assert any("outcome.youth.closed" in str(row[0]) for row in definitions.rows)


def test_report_without_young_people() -> None:
    made = document(build(_ended(), YEAR, NOW, background=Background(youth=Youth(0))))
    assert "Unga 16" not in repr(made)
