"""Which themes and reasons may be shown, and which stand in a revised report."""

import pytest

from reporting.figures.themes import ThemeRow, shown, shown_reasons, steady
from storage.figures.themes import ThemeCount


@pytest.mark.parametrize(
    ("count", "row"),
    [
        (ThemeCount(6, 2), ThemeRow("treatment", "Bemötande", 6, 2, "ok")),
        (ThemeCount(5, 2), ThemeRow("treatment", "Bemötande", None, None, "too_few")),
        (ThemeCount(60, 1), ThemeRow("treatment", "Bemötande", None, None, "too_few")),
        (ThemeCount(0, 0), ThemeRow("treatment", "Bemötande", None, None, "no_answers")),
    ],
)
def test_theme_needs_six_customers_at_two_providers(count: ThemeCount, row: ThemeRow) -> None:
    assert shown({"treatment": count})[1] == row


@pytest.mark.parametrize(
    ("counts", "shown_"),
    [
        ({1: (20, 3), 2: (7, 2)}, [1, 2]),
        ({1: (20, 3), 2: (5, 3), 3: (6, 1)}, [1]),  # 5 + 6 hidden customers are enough to hide among
        ({1: (20, 3), 2: (7, 2), 3: (4, 2)}, [1]),  # 4 alone would follow by subtraction: 7 + 4 are hidden
        ({1: (6, 2), 2: (1, 1)}, []),
        ({}, []),
    ],
)
def test_hidden_reasons_hide_among_each_other(counts: dict[int, tuple[int, int]], shown_: list[int]) -> None:
    assert shown_reasons(counts, 6) == shown_


def test_revised_theme_moves_by_six_or_stands() -> None:
    def row(customers: int | None) -> tuple[ThemeRow]:
        return (ThemeRow("praise", "Beröm", customers, 2 if customers else None, "ok" if customers else "too_few"),)

    assert steady(row(9), row(8)) == row(8)
    assert steady(row(14), row(8)) == row(14)
    assert steady(row(8), row(8)) == row(8)
    assert steady(row(None), row(8)) == row(None)
