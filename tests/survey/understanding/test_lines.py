"""What people write, language by language (lines/): dialect, typing errors, no dots, Latin letters for others."""

import pytest

from tests.support.survey.lines import ANYWHERE, CATALOGUE, is_right, lines, rows, taken_for

LANGUAGES = CATALOGUE.languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_each_line_is_taken_for_what_it_means(language: str) -> None:
    wrong = []
    for place, meant, text in lines(language):
        taken = taken_for(language, place, text)
        if not is_right(place, meant, taken, text):
            wrong.append(f"{place} {text!r}: {', '.join(sorted(taken))}, expected {' or '.join(sorted(meant))}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_is_wide(language: str) -> None:
    table = [tuple(row) for row in rows("lines", language)]
    assert len(set(table)) == len(table) >= (150 if language == "sv-easy" else 300)
    meanings = {meaning for _, meant, _ in table for meaning in meant.split("|")}
    assert {"stop", "again", "kept", "nothing", "sender", "call_me", "cannot_read", "moved", "job"} <= meanings
    if language != "sv-easy":
        assert {"complaint", "died", "noise", "wrong_number", "maybe_wrong_number"} <= meanings
        assert {place for place, *_ in table} >= {"any", "overall", "held", "contact", "reason", "comment"}


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_stop_among_its_false_alarms_is_told(language: str) -> None:
    """Each table has both: words that stop, and a free text that begins with the same words and does not."""
    kept = [text for place, meant, text in rows("lines", language) if place == "comment" and meant == "kept"]
    for text in kept:
        for place in ANYWHERE:
            assert "stop" not in taken_for(language, place, text), (place, text)
