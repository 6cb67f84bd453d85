"""Typing errors: which are put right, and that none makes one answer of another."""

import string

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.understanding.answers import parse
from survey.understanding.text.folding import plain
from survey.understanding.text.spelling import Spelling, one_apart
from tests.support.survey.replies import WORDS, answers

SPELLING = Spelling(
    {"задоволений": 4, "незадоволений": 2, "satisfied": 4, "dissatisfied": 2, "otrevliga": 2, "fem": 5}
)
KNOWN = [(question, word, value) for _, question, word, value in answers()]


@pytest.mark.parametrize(
    ("written", "right"),
    [
        ("задволений", "задоволений"),
        ("незадволений", "незадоволений"),
        ("езадоволений", None),  # one letter from either
        ("saticfied", "satisfied"),
        ("satisfeid", "satisfied"),
        ("disatisfied", "dissatisfied"),
        ("sattisfied", "satisfied"),
        ("revliga", None),  # the first letter may deny
        ("trevliga", None),
        ("otrevlga", "otrevliga"),
        ("satsfed", None),  # two letters away
        ("fen", None),  # too short: one letter makes another word
        ("satisfies", None),  # a word of its own
    ],
)
def test_a_misspelt_word_is_put_right(written: str, right: str | None) -> None:
    assert SPELLING.right(plain(written), [{"satisfies"}]) == right


def test_one_apart_is_one_letter() -> None:
    assert one_apart("stopp", "stop")
    assert one_apart("sotp", "stop")
    assert one_apart("step", "stop")
    assert not one_apart("stop", "stop")
    assert not one_apart("spot", "stops")


@given(st.data())
def test_no_error_makes_another_answer(data: st.DataObject) -> None:
    question, word, value = data.draw(st.sampled_from(KNOWN))
    at = data.draw(st.integers(0, len(word) - 1))
    letter = data.draw(st.sampled_from([*string.ascii_lowercase, "å", "ä", "ö", *word]))
    form = data.draw(st.sampled_from(["left out", "put in", "changed"]))
    rest = word[at + 1 :] if form != "put in" else word[at:]
    written = word[:at] + ("" if form == "left out" else letter) + rest
    spelled = {key: each for each_question, key, each in KNOWN if each_question is question}
    answer = parse(question, written, WORDS)
    if answer is not None and written.casefold() not in {key.casefold() for key in spelled}:
        assert answer.value == value or not _is_one_word(written), (word, written, answer)


def _is_one_word(text: str) -> bool:
    """Return whether a text is one long word: of several, or a short one, a letter may well make another answer."""
    return text.isalpha() and len(text) > 6
