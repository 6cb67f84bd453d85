"""Words of acute danger, and words that only sound so (danger/): each language has a table of both."""

from collections import Counter

import pytest

from survey.understanding.reading import read
from tests.support.survey.lines import CATALOGUE, rows

LANGUAGES = CATALOGUE.languages


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_told_from_what_sounds_so(language: str) -> None:
    wrong = []
    for meant, text in rows("danger", language):
        found = read(text, CATALOGUE.words).danger or "-"
        # Where a person must look, to name 112 as well does no harm.
        if found != meant and not (meant == "maybe" and found == "sure"):
            wrong.append(f"{text!r}: {found}, expected {meant}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("language", LANGUAGES)
def test_the_table_has_forty_of_each(language: str) -> None:
    counts = Counter(meant for meant, _ in rows("danger", language))
    assert counts["sure"] >= 40
    assert counts["-"] >= 40


@pytest.mark.parametrize("language", LANGUAGES)
def test_danger_is_found_far_into_a_text(language: str) -> None:
    story = "Det har varit en lång vår. " * 120  # 3,240 characters
    found = [
        read(f"{story} {text}", CATALOGUE.words).danger
        for meant, text in rows("danger", language)
        if meant == "sure"
    ]
    assert found.count("sure") >= 0.9 * len(found)  # a single word counts only in a text of its own language


@pytest.mark.parametrize("written", ["{}", "{}!!!", "hej {}", "4. {}", "“{}”"])
def test_how_it_is_written_does_not_matter(written: str) -> None:
    for language in LANGUAGES:
        sure = [text for meant, text in rows("danger", language) if meant == "sure"]
        missed = [text for text in sure if read(written.format(text.upper()), CATALOGUE.words).danger != "sure"]
        assert not missed, language
