"""Digits and Latin names inside Arabic and Persian."""

import re

import pytest

from survey.conversation.model import Say
from survey.packs.bidi import isolate
from survey.packs.catalogue import load

CATALOGUE = load()
MARKS = "\u2068\u2069"


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("أجب 1-5، والرقم 5", "أجب ⟨1-5⟩، والرقم 5"),
        ("هاتف: 08-718 80 00.", "هاتف: ⟨08-718 80 00⟩."),
        ("بلدية Nacka.", "بلدية ⟨Nacka⟩."),
        ("Lätt svenska، English، ትግርኛ، Українська", "⟨Lätt svenska⟩، ⟨English⟩، ⟨ትግርኛ⟩، ⟨Українська⟩"),
        ("اتصل 112", "اتصل 112"),  # digits alone keep their order
        ("نعم", "نعم"),
        ("", ""),
    ],
)
def test_a_run_that_would_be_reordered_is_isolated(text: str, marked: str) -> None:
    assert isolate(text).translate(str.maketrans(MARKS, "⟨⟩")) == marked


@pytest.mark.parametrize("language", CATALOGUE.languages)
def test_marks_are_paired_in_right_to_left_alone(language: str) -> None:
    texts = [text for _, text in CATALOGUE.messages(language)]
    marks = ["".join(re.findall(f"[{MARKS}]", text)) for text in texts]
    assert all(found == MARKS * (len(found) // 2) for found in marks)
    assert any(marks) == (language in ("ar", "fa"))


def test_right_to_left_messages_read_from_the_right() -> None:
    for language in ("ar", "fa"):
        for name, text in CATALOGUE.messages(language):
            outside = re.sub(f"{MARKS[0]}[^{MARKS}]*{MARKS[1]}", "", text)
            assert not re.search("[A-Za-z]", outside), name
            assert not re.search(r"\d[-–/ ]+\d", outside), name


def test_text_put_into_a_message_is_isolated() -> None:
    assert CATALOGUE.free("4 av 5, ABC Jobb", "ar") == "\u20684 av 5\u2069, \u2068ABC Jobb\u2069"
    assert CATALOGUE.free("Bra sto\u0308d", "sv") == "Bra stöd"


def test_a_button_holds_no_marks() -> None:
    for language in CATALOGUE.languages:
        for question in ("overall", "reason", "contact"):
            labels = [label for _, label in CATALOGUE.choices(Say(question=question), "start", language)]
            assert not [label for label in labels if set(label) & set(MARKS)]
