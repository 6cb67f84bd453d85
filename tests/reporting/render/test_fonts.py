"""The letters of the typefaces: other scripts are drawn, and what nobody can draw is named."""

import pytest

from reporting.render.fonts import typefaces


@pytest.mark.parametrize(
    ("text", "families"),
    [
        ("Åsa Привет 1\u202f000", ()),
        ("ትግርኛ", ("Noto Sans Ethiopic",)),
        ("شركة النجاح", ("Noto Sans Arabic",)),
        ("שלום", ("Noto Sans Hebrew",)),
        ("中文 にほん 한국", ("Noto Sans CJK SC",)),
        ("ไทย", ("Noto Sans Thai",)),
        ("😀", ("Noto Emoji",)),
    ],
)
def test_other_scripts_have_a_typeface(text: str, families: tuple[str, ...]) -> None:
    found = typefaces(text)
    assert found.families == ("Fira Sans", *families)
    assert not found.missing


def test_letters_that_nobody_has_are_missing() -> None:
    assert typefaces("Gotiska \U00010330").missing == {"\U00010330"}
