"""What contact persons write."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.contacts.commands import Done, List, Wrong, is_ours, parse

TODAY = date(2026, 11, 25)
THIRD = date(2026, 11, 3)


@pytest.mark.parametrize(
    ("text", "refs", "days"),
    [
        ("KLAR 1042 3/11", ("1042",), (THIRD,)),
        ("klar 1042 3/11.", ("1042",), (THIRD,)),
        ("Klart! 1042, 3.11", ("1042",), (THIRD,)),
        ("KLAR 1042 3 nov", ("1042",), (THIRD,)),
        ("KLAR 1042 3 November", ("1042",), (THIRD,)),
        ("KLAR 1042 den 3/11-26", ("1042",), (THIRD,)),
        ("KLAR 1042 3/11/2026", ("1042",), (THIRD,)),
        ("KLAR 1042 2026-11-03", ("1042",), (THIRD,)),
        ("KLAR 3/11 E-1042", ("E-1042",), (THIRD,)),
        ("KLAR\n1042\n3/11", ("1042",), (THIRD,)),
        ("ＫＬＡＲ １０４２ ３／１１", ("1042",), (THIRD,)),
        ("KLAR 1042", ("1042",), ()),
        ("KLAR 1042 idag", ("1042",), (TODAY,)),
        ("KLAR 1042 igår", ("1042",), (date(2026, 11, 24),)),
        ("KLAR 1042 30/12", ("1042",), (date(2026, 12, 30),)),  # ahead, and refused for it
        ("KLAR 1042 3/2", ("1042",), (date(2027, 2, 3),)),  # nearer than last February
        ("KLAR 1042 1043 3/11", ("1042", "1043"), (THIRD,)),
        ("KLAR 1042 3/11 4/11", ("1042",), (THIRD, date(2026, 11, 4))),
        ("KLAR", (), ()),
        ("KLAR 29/2-24 1042", ("1042",), (date(2024, 2, 29),)),
    ],
)
def test_a_follow_up_that_was_held(text: str, refs: tuple[str, ...], days: tuple[date, ...]) -> None:
    assert parse(text, TODAY) == Done(refs, days, None)


def test_the_turn_of_the_year() -> None:
    assert parse("KLAR 1042 30/12", date(2027, 1, 4)) == Done(("1042",), (date(2026, 12, 30),), None)


def test_the_form_may_be_said() -> None:
    for word, form in (("möte", "meeting"), ("Telefon", "phone"), ("digitalt", "digital")):
        found = parse(f"klar 1042 3/11 {word}", TODAY)
        assert isinstance(found, Done)
        assert found.form == form


@pytest.mark.parametrize("day", ["31/11", "0/3", "3/13", "2026-02-30", "29/2-26"])
def test_a_date_that_does_not_exist(day: str) -> None:
    found = parse(f"KLAR 1042 {day}", TODAY)
    assert isinstance(found, Done)
    assert found.wrong == day


@pytest.mark.parametrize("text", ["LISTA", " lista! "])
def test_the_list(text: str) -> None:
    assert parse(text, TODAY) == List()


@pytest.mark.parametrize("text", ["", "STOPP", "4", "Jag är klar med allt", "listade", "klarar 1042", "KLARNA"])
def test_other_words_are_not_ours(text: str) -> None:
    assert parse(text, TODAY) is None


@given(st.text())
def test_nothing_raises(text: str) -> None:
    parse(text, TODAY)
    parse(f"KLAR {text}", TODAY)


@pytest.mark.parametrize(
    "text", ["FEL", "fel 1042", "FEL person 1042", "fel person, 1042 är inte vår", "Fel nummer E-7"]
)
def test_a_wrong_list_keeps_the_whole_message(text: str) -> None:
    assert is_ours(text)
    assert parse(text, TODAY) == Wrong(text)


@pytest.mark.parametrize("text", ["fel nummer", "Fel person!", "fel nummer tyvärr"])
def test_a_wrong_phone_is_not_about_the_list(text: str) -> None:
    assert not is_ours(text)
    assert parse(text, TODAY) is None
