"""Letters that no typeface has."""

from reporting.render.fonts import REGULAR
from reporting.render.glyphs import drawable


def test_missing_letters_become_question_marks() -> None:
    assert drawable("Åsa 中 😀 שלום مرحبا 1\u202f000", REGULAR) == "Åsa ? ? שלום مرحبا 1\u202f000"
