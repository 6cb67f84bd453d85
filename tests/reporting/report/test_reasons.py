"""Why customers are not satisfied: which reasons are shown, and what must not follow from them."""

from reporting.document.swedish import NO_DATA, SUPPRESSED
from reporting.figures.indicators import Indicator
from reporting.report.tables.satisfaction import reasons_grid
from tests.support.disclosure.cubes import of_answers, rows_of


def customers(reasons: dict[int, tuple[int, int]], answers: tuple[int, int] = (60, 100)) -> list[object]:
    """Return the column of customers: ``reasons`` are (customers, providers), ``answers`` (satisfied, all)."""
    cube = of_answers({"P1": {"start": answers}})
    cube.reasons.update(reasons)
    found = rows_of(cube)

    def find(id_: str, provider: str = "", point: str = "", gender: str = "T", *_: str) -> Indicator:
        wanted = (id_, provider, point, gender)
        return next(row for row in found if (row.indicator, row.provider, row.point, row.gender) == wanted)

    grid, _ = reasons_grid(cube, find)
    return [row[1] for row in grid.rows]


def test_reason_of_few_customers_is_hidden() -> None:
    # 6 + 5 are hidden together, so neither follows from a total.
    reasons = {1: (20, 3), 2: (5, 3), 3: (6, 1)}
    assert customers(reasons) == [20, SUPPRESSED, SUPPRESSED, NO_DATA, NO_DATA]


def test_smallest_shown_reason_hides_with_it() -> None:
    # 4 hidden customers alone would follow by subtraction: the 7 are hidden, too, which makes 11.
    reasons = {1: (20, 3), 2: (7, 2), 3: (4, 2)}
    assert customers(reasons) == [20, SUPPRESSED, SUPPRESSED, NO_DATA, NO_DATA]


def test_no_reason_without_the_share() -> None:
    """Nine people answered: what they said is not told, nor that some gave no reason."""
    assert customers({1: (7, 3)}, answers=(2, 9)) == [SUPPRESSED] * 5
