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
    ("word", "units"),  # Calibri's own advance widths, of 2,048 units to the em, without and with bold
    [
        ("Totalomdöme", 998 + 1080 + 686 + 981 + 470 + 1080 + 1636 + 1076 + 1080 + 1636 + 1019),
        ("Undantagna", 1294 + 1110 + 1110 + 1038 + 1110 + 711 + 1012 + 971 + 1110 + 1012),
        ("Månadsavstämning", 1751 + 981 + 1076 + 981 + 1076 + 801 + 981 + 925 + 801 + 686 + 981 + 1636 + 3 * 1076),
        ("Wmmm", 1823 + 3 * 1636),
    ],
)
def test_no_word_is_broken(word: str, units: int) -> None:
    millimetres = units / 2048 * 9 * 25.4 / 72  # of a 9 point typeface
    (column,) = column_widths(Grid("Tabell", (word,), ((word,),)))
    assert millimetres <= column - CELL <= millimetres * 1.2
