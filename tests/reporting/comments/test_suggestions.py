"""Which themes are suggested for a comment, and what may name a person in it."""

import pytest

from reporting.comments.suggestions import PERSONAL, personal, suggested


@pytest.mark.parametrize(
    ("text", "language", "found"),
    [
        ("De LOVADE mig praktik men inget hände", "sv", ("promises", "activities")),
        ("Otrevlig handläggare, svarar inte i telefon", "sv-easy", ("treatment", "contact")),
        ("Nobody listens and the course was cancelled", "en", ("treatment", "contact", "activities")),
        ("De ljuger", "so", ()),
        ("det är språket", "ar", ("language",)),  # Swedish, whatever the language of the customer
        ("شكرا لكم", "ar", ("praise",)),
        ("Ei vastaa puhelimeen", "fi", ("contact",)),
        ("Дякую, дуже добре", "uk", ("praise",)),
        ("allt är som det är", "sv", ()),
        ("", "sv", ()),
    ],
)
def test_suggested_themes(text: str, language: str, found: tuple[str, ...]) -> None:
    assert suggested(text, language) == found


@pytest.mark.parametrize(
    ("text", "marked"),
    [
        ("Anna på kontoret var otrevlig", ["name:Anna"]),
        ("Jag pratade med Karin Lindqvist igår", ["name:Karin", "name:Lindqvist"]),
        ("Annas mobil är 070-174 06 05.", ["name:Annas", "phone:070-174 06 05"]),
        ("ring +46 8 123 456 78", ["phone:+46 8 123 456 78"]),
        ("jag är 811218-9876", ["personal_number:811218-9876"]),  # Skatteverket's example, checksum right
        ("jag är 811218-9877", []),  # checksum wrong
        ("19811218-9876", ["personal_number:19811218-9876"]),
        ("8112189876", ["personal_number:8112189876"]),
        ("811278-9873", ["personal_number:811278-9873"]),  # coordination number: the day and 60
        ("811350-9876", []),  # no such day
        ("anna sa nej", []),  # a name has a capital
        ("Sten på vägen. Bo kvar.", []),  # words too: not at the beginning of a sentence
        ("jag heter Bo", ["name:Bo"]),
        ("Ann-Marie? Nej, Anna-Lena!", ["name:Anna-Lena"]),
        ("betyg 5 av 5, 12 veckor", []),
        ("😀 Mohammed 😀", ["name:Mohammed"]),
    ],
)
def test_personal_data_is_marked(text: str, marked: list[str]) -> None:
    assert [f"{mark.kind}:{text[mark.start : mark.end]}" for mark in personal(text)] == marked
    assert all(mark.kind in PERSONAL for mark in personal(text))
