"""The young people's outcome is counted in two ways, and never tells what a few of them did."""

from datetime import date
from pathlib import Path

import pytest

from reporting.document.blocks import Fraction, Grid, Percent
from reporting.report.background import Background
from reporting.report.sections import document
from storage.database.engine import Database
from storage.figures import volumes
from storage.figures.release_values import Response
from storage.figures.year_values import Youth
from tests.support.disclosure.cubes import YEAR, Cube, of_answers, report_of
from tests.support.providers import read

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


def shown(young: Youth, others: int = 40) -> list[tuple[int | None, int | None]]:
    """(numerator, denominator) of both measures, beside so many endings of others."""
    cube = of_answers({"A": {"start": (20, 40)}})
    report = report_of(cube, Background(youth=young), responses={"outcome": endings(young, others)})
    assert [row.indicator for row in report.youth_rows] == ["outcome.youth", "outcome.youth.closed"]
    return [(row.numerator, row.denominator) for row in report.youth_rows]


def endings(young: Youth, others: int) -> list[Response]:
    made = [
        Response(f"{reason} {n}", hash((reason, n)), reason, "A", YEAR, is_youth=True)
        for reason, number in young.endings.items()
        if reason != "changed_provider"
        for n in range(number)
    ]
    return [*made, *(Response(f"{n}", n, "work", "A", YEAR) for n in range(others))]


@pytest.mark.parametrize(
    ("young", "told"),
    [
        # 10 of 20 and 10 of 15; who changed provider has not ended.
        (Youth(20, {"work": 6, "studies": 4, "dropped_out": 5, "changed_provider": 3}), [(10, 20), (10, 15)]),
        (Youth(5, {"work": 2, "other": 1}), [(None, None)] * 2),  # three endings are too few
        (Youth(20, {"work": 6, "other": 3}), [(None, None)] * 2),  # and so are nine
        (Youth(12, {"studies": 12}), [(12, 12), (12, 12)]),
        (Youth(8, {}), [(None, None)] * 2),
    ],
)
def test_both_measures_are_told_or_neither(young: Youth, told: list[tuple[int | None, int | None]]) -> None:
    assert shown(young) == told


@pytest.mark.parametrize(("others", "is_told"), [(9, False), (10, True)])
def test_few_others_hide_the_young(others: int, is_told: bool) -> None:
    """All endings less theirs are those of the others."""
    assert (shown(Youth(20, {"work": 10, "other": 5}), others)[0] == (10, 20)) is is_told


def _ended() -> Cube:
    cube = of_answers({"A": {"start": (20, 40)}, "B": {"start": (20, 40)}})
    cube.endings.update({("A", "work"): 60, ("A", "other"): 40, ("B", "work"): 50, ("B", "other"): 60})
    return cube


def test_report_has_both_figures_and_definitions() -> None:
    young = Youth(30, {"work": 10, "other": 5})
    beside = Background(youth=young, targets={"outcome.youth": 50.0})
    made = document(report_of(_ended(), beside, responses={"outcome": endings(young, 200)}))
    outcome, method = (next(s for s in made.sections if s.number == number) for number in (6, 10))
    (table,) = [block for block in outcome.blocks if isinstance(block, Grid) and "Unga" in block.caption]
    assert [row[1:3] for row in table.rows] == [(Percent(50.0), Fraction(10, 30)), ("..", Fraction(10, 15))]
    (definitions,) = [block for block in method.blocks if isinstance(block, Grid) and "Defin" in block.caption]
    assert any("outcome.youth.closed" in str(row[0]) for row in definitions.rows)


def test_report_without_young_people() -> None:
    made = document(report_of(_ended(), Background(youth=Youth(0))))
    assert "Unga 16" not in repr(made)
