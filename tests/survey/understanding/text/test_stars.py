"""Stars are counted where they are a rating, and left where they may be decoration."""

import pytest

from survey.understanding.text.stars import counted


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("⭐⭐⭐⭐", "4"),
        ("⭐️⭐️⭐️", "3"),
        ("★★★☆☆", "3"),
        ("*****", "5"),
        ("* * *", "3"),
        ("⭐⭐ tyvärr", "2 tyvärr"),
        ("3 ⭐⭐⭐", "3  3"),
        ("⭐", "⭐"),
        ("tack ⭐⭐⭐", "tack ⭐⭐⭐"),
        ("f***", "f***"),
        ("*4", "*4"),
        ("4", "4"),
    ],
)
def test_stars_become_their_number(text: str, expected: str) -> None:
    assert counted(text) == expected
