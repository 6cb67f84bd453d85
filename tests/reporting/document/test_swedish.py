"""Numbers, days, lists and names as the report prints them."""

from datetime import date

import pytest

from reporting.document.swedish import (
    count,
    day,
    decimal,
    in_words,
    listed,
    percent,
    printed_name,
    shortened,
    sort_key,
    told_apart,
    whole,
)


def test_numbers_round_halves_up() -> None:
    assert (decimal(66.25), decimal(70.0, short=True), whole(74.5)) == ("66,3", "70", "75")
    assert (percent(74.0), percent(70.0, short=True)) == ("74,0\u00a0%", "70\u00a0%")
    assert (count(999), count(1_000), count(1_234_567)) == ("999", "1\u202f000", "1\u202f234\u202f567")
    assert day(date(2016, 1, 31)) == "31\u00a0januari 2016"
    assert (listed([]), listed(["A"]), listed(["A", "B", "C"])) == ("", "A", "A, B och C")


def test_small_numbers_are_words_in_text() -> None:
    assert [in_words(6), in_words(12), in_words(13), in_words(2000)] == ["sex", "tolv", "13", "2\u202f000"]


@pytest.mark.parametrize(
    ("name", "printed"),
    [
        ("Ek & Co", "Ek & Co"),
        ('<b>Fet</b>\n"Stig"', '<b>Fet</b> "Stig"'),
        ("a\x00b\tc\u2028d", "ab c d"),
        ("\u202egnp.exe", "gnp.exe"),  # an override that would turn the rest of the line around
        ("שלום", "\u2068שלום\u2069"),
        ("مرحبا AB", "\u2068مرحبا AB\u2069"),
        ("\ud800x", "x"),
    ],
)
def test_names_turn_no_text_around(name: str, printed: str) -> None:
    assert printed_name(name) == printed


def test_names_sort_as_swedish_does() -> None:
    names = [
        "Öst",
        "Vägen",
        "Zon",
        "Ärlig",
        "wika",
        "Ånge",
        "arbete",
        "Évi",
        "Eva",
        "Vika",
        "Ek",
        "Über",
        "Arbete 2",
    ]
    assert sorted(names, key=sort_key) == [
        *("arbete", "Arbete 2", "Ek", "Eva", "Évi", "Vika", "Vägen", "wika", "Über", "Zon", "Ånge", "Ärlig", "Öst"),
    ]


def test_namesakes_are_told_apart_by_number() -> None:
    assert told_apart([("P3", "Ek"), ("P1", "EK"), ("P2", "Alm"), ("P4", "E\u200dk")]) == (
        ("P2", "Alm"),
        ("P1", "EK (P1)"),
        ("P3", "Ek (P3)"),
        ("P4", "Ek (P4)"),
    )


@pytest.mark.parametrize(
    ("name", "short"),
    [
        ("Ek & Co", "Ek & Co"),
        ("Ett långt namn för alla", "Ett långt namn …"),  # 16 of at most 17 characters
        ("Ett långt namn för alla (P07)", "Ett långt … (P07)"),  # 17
        ("x" * 80, "x" * 16 + "…"),
        ("x" * 80 + " (P07)", "x" * 10 + "… (P07)"),
        ("Ek (i Nacka, Värmdö och Tyresö)", "Ek (i Nacka, …"),
        ("\u2068" + "ש" * 80 + "\u2069", "\u2068" + "ש" * 16 + "…\u2069"),
    ],
)
def test_long_names_keep_beginning_and_number(name: str, short: str) -> None:
    assert shortened(name, 17) == short
