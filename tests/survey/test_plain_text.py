"""Text from outside: what cannot be seen or breaks the text around it is taken away."""

import pytest

from survey.plain_text import breakable, isolated, plain


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("Al\x02fa", "Alfa"),
        ("Alfa\tBeta\r\nGamma\x0b\u2028Delta", "Alfa Beta Gamma Delta"),
        ("  Alfa \u00a0 Beta\u3000", "Alfa Beta"),
        ("\u202eafla\u202c \u2067x\u2069 \u200eB", "afla x B"),  # bidi controls
        ("Al\u200dfa\u200c\u00ad\ufeff", "Alfa"),  # joiners, soft hyphen, byte order mark
        ("می\u200cشود", "می\u200cشود"),  # Persian is spelled with joiners
        ("A\U000e0041\ue000\ufdd0\ufffe", "A"),  # tags, private and unassigned
        ("A\u3164\u115f\ufe0f", "A"),  # letters that are drawn as nothing
        ("e\u0301", "é"),
        ("Z" + "\u0335" * 40, "Z" + "\u0335" * 3),  # marks that are piled over other lines
        ("", ""),
    ],
)
def test_unseen_characters_go(text: str, said: str) -> None:
    assert plain(text) == said
    assert plain(said) == said


def test_comment_keeps_its_lines() -> None:
    assert plain("Första\r\n  andra\x02 \u202eraden\n", lines=True) == "Första\nandra raden"


def test_overlong_words_get_breaks() -> None:
    assert breakable("x" * 80).split("\u200b") == ["x" * 24, "x" * 24, "x" * 24, "x" * 8]
    assert breakable("(satisfaction.overall.mean_of_providers)") == (
        "(satisfaction.\u200boverall.\u200bmean_\u200bof_\u200bproviders)"
    )
    assert breakable("Jobb- och utbildningsexperter") == "Jobb- och utbildningsexperter"


def test_names_from_right_to_left_are_isolated() -> None:
    assert isolated("שלום") == "\u2068שלום\u2069"
    assert isolated("Åsa") == "Åsa"
