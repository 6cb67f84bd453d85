"""Segments by the published rules, and every message within one."""

import pytest

from survey.catalogue import load
from survey.segments import Segments, count


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("", Segments("GSM-7", 1, None)),
        ("a" * 160, Segments("GSM-7", 1, None)),
        ("a" * 161, Segments("GSM-7", 2, None)),
        ("a" * 306, Segments("GSM-7", 2, None)),
        ("a" * 307, Segments("GSM-7", 3, None)),
        ("€" * 80, Segments("GSM-7", 1, None)),
        ("€" * 81, Segments("GSM-7", 2, None)),
        ("a" * 152 + "€" + "a" * 152, Segments("GSM-7", 3, None)),  # 152, then € and 151, then 1
        ("åäöÅÄÖ", Segments("GSM-7", 1, None)),
        ("ç", Segments("UCS-2", 1, "ç")),  # only the capital is in the table
        ("a\u0308", Segments("UCS-2", 1, "\u0308")),
        ("–" * 70, Segments("UCS-2", 1, "–")),
        ("–" * 71, Segments("UCS-2", 2, "–")),
        ("👍" * 35, Segments("UCS-2", 1, "👍")),
        ("👍" * 36, Segments("UCS-2", 2, "👍")),
        ("👍" * 67, Segments("UCS-2", 3, "👍")),  # 33 in a part: the pair is not split
    ],
)
def test_counts(text: str, expected: Segments) -> None:
    assert count(text) == expected


@pytest.mark.parametrize("language", ["sv", "en"])
def test_every_message_is_one_segment(language: str) -> None:
    texts = dict(load().messages(language))
    assert len(texts) > 60
    costs = {name: count(text) for name, text in texts.items()}
    assert {name: cost for name, cost in costs.items() if cost != Segments("GSM-7", 1, None)} == {}


def test_an_english_question_never_invites_the_word_that_opts_in() -> None:
    assert not [name for name, text in load().messages("en") if "YES" in text or " yes" in text.lower()]
