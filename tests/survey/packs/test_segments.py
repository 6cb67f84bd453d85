"""Segments by the published rules, and every message within one."""

import pytest

from survey.packs.catalogue import load
from survey.packs.segments import Alphabet, Segments, count, within_budget
from tests.support.survey.segments import calculated


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


def test_texts_count_as_by_twilios_own_calculator() -> None:
    rows = list(calculated())
    assert len({text for text, _, _ in rows}) > 3_000
    wrong = [
        f"{text[:20]!r} of {len(text)}: {count(text)}, not {parts} in {alphabet}"
        for text, parts, alphabet in rows
        if (count(text).parts, count(text).alphabet) != (parts, alphabet)
    ]
    assert not wrong, "\n".join(wrong)


CATALOGUE = load()


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_every_message_is_within_its_budget(language: str) -> None:
    costs = {name: count(text) for name, text in CATALOGUE.messages(language)}
    assert len(costs) > 200
    alphabet = CATALOGUE.alphabet(language)
    assert {
        name: cost for name, cost in costs.items() if not within_budget(cost, alphabet, is_asked_for=name == "info")
    } == {}
    assert alphabet == ("UCS-2" if language in ("ar", "fa", "ti", "uk") else "GSM-7")


@pytest.mark.parametrize(
    ("text", "alphabet", "expected"),
    [
        ("a" * 160, "GSM-7", True),
        ("a" * 161, "GSM-7", False),
        ("Svara 1–5", "GSM-7", False),  # a dash: a third of the room is gone
        ("\u0627" * 134, "UCS-2", True),
        ("\u0627" * 135, "UCS-2", False),
        ("Suomi", "UCS-2", True),
    ],
)
def test_what_a_message_may_cost(text: str, alphabet: Alphabet, expected: bool) -> None:
    assert within_budget(count(text), alphabet) is expected
