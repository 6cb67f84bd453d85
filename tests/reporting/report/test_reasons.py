"""Why customers are not satisfied: which reasons are shown, and what must not follow from them."""

from reporting.document.blocks import Percent
from reporting.document.swedish import NO_DATA, SUPPRESSED
from reporting.figures.indicators import finder
from reporting.figures.themes import Dissatisfaction
from reporting.report.tables.satisfaction import reasons_grid
from survey.codes import DissatisfactionReason
from tests.support.disclosure.cubes import YEAR, of_answers, rows_of

Reasons = dict[str, tuple[int, int]]  # (customers, providers) by the number of the reason


def column(place: int, reasons: Reasons, answers: tuple[int, int] = (60, 100), repeaters: int = 0) -> list[object]:
    """Return a column of the table; ``answers`` are (satisfied, all)."""
    find = finder(rows_of(of_answers({"P1": {"start": answers}})), YEAR)
    given = {DissatisfactionReason(number): counts for number, counts in reasons.items()}
    grid, _ = reasons_grid(Dissatisfaction(answers[1] - answers[0], given, repeaters), find, 10)
    return [row[place] for row in grid.rows]


def test_reason_of_few_customers_is_hidden() -> None:
    # 6 + 5 are hidden together, so neither follows from a total.
    reasons = {"1": (20, 3), "2": (5, 3), "3": (6, 1)}
    assert column(1, reasons) == [20, SUPPRESSED, SUPPRESSED, NO_DATA, NO_DATA]


def test_smallest_shown_reason_hides_with_it() -> None:
    # 4 hidden customers alone would follow by subtraction: the 7 are hidden, too, which makes 11.
    reasons = {"1": (20, 3), "2": (7, 2), "3": (4, 2)}
    assert column(1, reasons) == [20, SUPPRESSED, SUPPRESSED, NO_DATA, NO_DATA]


def test_no_reason_without_the_share() -> None:
    """Nine people answered: what they said is not told, nor that some gave no reason."""
    assert column(1, {"1": (7, 3)}, answers=(2, 9)) == [SUPPRESSED] * 5


def test_share_is_of_the_dissatisfied() -> None:
    assert column(2, {"1": (20, 3)})[0] == Percent(50)  # 20 of 100 - 60


def test_share_is_hidden_with_few_repeaters() -> None:
    """The share tells how many persons are dissatisfied twice: of nine who answered twice that is too much."""
    assert column(2, {"1": (20, 3)}, repeaters=9)[0] == SUPPRESSED
    assert column(2, {"1": (20, 3)}, repeaters=10)[0] == Percent(50)
