"""Patterns of phrases that cannot be read."""

import pytest

from survey.understanding.text.patterns import compile_patterns


@pytest.mark.parametrize("pattern", ["a b-c", "vill {nobody}", "*ing", "!inte", "ring?"])
def test_what_cannot_be_read_is_refused_by_name(pattern: str) -> None:
    with pytest.raises(ValueError, match=r"stop\.word"):
        compile_patterns({"stop": {"word": [pattern]}}, {"send": ["skick*"]})
