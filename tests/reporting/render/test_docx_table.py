"""The widths of columns in Word."""

import pytest

from reporting.document.blocks import Document, Grid
from reporting.render.docx_table import CELL, ROOM, column_widths


def test_tables_fit_the_page(full: Document) -> None:
    for section in full.sections:
        for block in section.blocks:
            if isinstance(block, Grid):
                assert sum(column_widths(block)) <= ROOM + 0.01


@pytest.mark.parametrize(
    (
        "word",
        "units",
    ),  # Arial's own advance widths, and Liberation Sans's, of 2,048 units to the em
    [
        ("Totalomdöme", 1251 + 1139 + 569 + 1139 + 455 + 1139 + 1706 + 1139 + 1139 + 1706 + 1139),
        ("Undantagna", 1479 + 1139 + 1139 + 1139 + 1139 + 569 + 1139 + 1139 + 1139 + 1139),
        ("Månadsavstämning", 1706 + 9 * 1139 + 3 * 1024 - 1139 + 569 + 1706 + 455),
        ("Wmmm", 1933 + 3 * 1706),
    ],
)
def test_no_word_is_broken(word: str, units: int) -> None:
    millimetres = units / 2048 * 8 * 25.4 / 72  # of an 8 point typeface
    (column,) = column_widths(Grid("Tabell", (word,), ((word,),)))
    assert millimetres <= column - CELL <= millimetres * 1.25


def test_overlong_word_leaves_room_for_the_others() -> None:
    grid = Grid("Tabell", ("Anordnare", "Svar"), (("x" * 80, 12345),))
    assert sum(column_widths(grid)) <= ROOM
    assert column_widths(grid)[1] > CELL + 5
