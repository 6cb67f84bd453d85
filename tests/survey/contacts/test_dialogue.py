"""The dialogue with contact persons: what a message leads to, and the words of the answers."""

from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.codes import CaseKind, FollowUpForm
from survey.contacts import commands
from survey.contacts.dialogue import (
    HELP,
    LISTED,
    LOOKED_INTO,
    Answer,
    Known,
    Record,
    Recorded,
    Refused,
    Tapped,
    needs,
    step,
)
from survey.conversation.model import OpenCase, Say
from survey.packs import segments

TODAY = date(2026, 11, 25)
THIRD = date(2026, 11, 3)
THEIRS = (("1042", 1), ("E-77", 2), ("F-77", 2), ("e-9", 2))


def known(*missing: str, has_buttons: bool = False, is_customer: bool = False) -> Known:
    return Known(TODAY, has_buttons, is_customer, (1, 2), THEIRS, missing)


def written(text: str, *missing: str, is_customer: bool = False) -> Answer | Record | None:
    said = commands.parse(text, TODAY)
    return step(said, known(*missing, is_customer=is_customer)) if said is not None else None


def words(answer: Answer | Record | None) -> str:
    assert isinstance(answer, Answer)
    return answer.say.text


@pytest.mark.parametrize(
    ("text", "recorded"),
    [
        ("KLAR 1042 3/11", Record("1042", 1, THIRD, None)),
        ("KLAR 1042", Record("1042", 1, TODAY, None)),
        ("KLAR 1042 3/11 telefon", Record("1042", 1, THIRD, FollowUpForm.PHONE)),
        ("KLAR e-77 3/11", Record("E-77", 2, THIRD, None)),  # in any case
        ("KLAR 9 3/11", Record("e-9", 2, THIRD, None)),  # by its digits
        ("KLAR 9999 3/11", Record("9999", 1, THIRD, None)),  # nobody's: refused where it is recorded
        ("KLAR F77 3/11", Record("F77", 1, THIRD, None)),  # digits alone stand for another number
    ],
)
def test_a_held_follow_up_is_recorded(text: str, recorded: Record) -> None:
    assert written(text) == recorded
    assert recorded.month == "2026-11"


@pytest.mark.parametrize(
    ("text", "outcome", "answer"),
    [
        ("KLAR", "contact_help", HELP),
        ("hjälp", "contact_help", HELP),
        (
            "KLAR 1042 1043 3/11",
            "contact_refused",
            "Inget sparat. Skriv en insats och en dag i varje meddelande: KLAR 1042 3/11.",
        ),
        (
            "KLAR 1042 3/11 4/11",
            "contact_refused",
            "Inget sparat. Skriv en insats och en dag i varje meddelande: KLAR 1042 3/11.",
        ),
        ("KLAR 1042 31/11", "contact_refused", "Inget sparat. Datumet 31/11 finns inte."),
        ("KLAR 77 3/11", "contact_refused", "Inget sparat. Vilken menar du: E-77, F-77?"),
        ("lista", "contact_list", "Alla uppföljningar är registrerade för månaden."),
    ],
)
def test_what_is_answered_at_once(text: str, outcome: str, answer: str) -> None:
    found = written(text)
    assert isinstance(found, Answer)
    assert (found.outcome, found.say) == (outcome, Say(text=answer))
    assert segments.count(answer).parts == 1


@pytest.mark.parametrize(
    ("result", "left", "answer"),
    [
        ("new", 1, "Tack! 1042: 3/11. Kvar i månaden: 1."),
        ("new", 0, "Tack! 1042: 3/11. Alla är klara för månaden."),
        ("changed", 2, "Ändrat! 1042: 3/11. Kvar i månaden: 2."),
        ("same", 2, "Redan registrerad! 1042: 3/11. Kvar i månaden: 2."),
    ],
)
def test_what_was_recorded_is_confirmed(result: str, left: int, answer: str) -> None:
    recorded = Recorded(Record("1042", 1, THIRD, None), result, left)  # type: ignore[arg-type]  # one of the three
    assert step(recorded, known()) == Answer("contact_recorded", Say(text=answer))


def test_what_was_refused_is_explained() -> None:
    refused = step(Refused("Månaden är låst."), known())
    assert refused == Answer("contact_refused", Say(text="Inget sparat. Månaden är låst."))


def test_by_sms_the_list_is_text() -> None:
    found = step(commands.List(), known("1042", "1043"))
    text = "Saknas i månaden: 1042, 1043. Svara KLAR 1042 25/11."
    assert found == Answer("contact_list", Say(text=text))


def test_in_a_chat_the_list_has_buttons() -> None:
    found = step(commands.List(), known("1042", "1043", has_buttons=True))
    assert isinstance(found, Answer)
    assert found.say.options == ((1, "1042"), (2, "1043"))
    assert found.say.about == "list:2026-11"


def test_a_long_list_is_cut() -> None:
    numbers = [str(1000 + n) for n in range(LISTED + 3)]
    found = step(commands.List(), known(*numbers, has_buttons=True))
    assert isinstance(found, Answer)
    assert len(found.say.options) == 20
    assert ", 1019 och 3 till. Svara KLAR 1000 25/11." in found.say.text


def test_a_wrong_list_opens_a_case() -> None:
    found = written("FEL 1042 har slutat")
    case = OpenCase(CaseKind.LIST, "FEL 1042 har slutat")
    assert found == Answer("contact_list_wrong", Say(text=LOOKED_INTO), case)


LIST = Say(text="...", options=((1, "1042"), (2, "1043")), about="list:2026-11")
FORM = Say(
    text="1043 i dag, 25/11: hur gjordes uppföljningen?",
    options=((1, "Möte"), (2, "Telefon"), (3, "Digitalt")),
    about="form:2026-11-25:1042",
)


def test_a_tapped_number_asks_for_the_form() -> None:
    found = step(Tapped(LIST, 1), known())
    assert isinstance(found, Answer)
    assert found.say.text == "1042 i dag, 25/11: hur gjordes uppföljningen?"
    assert (found.say.options, found.say.about) == (FORM.options, FORM.about)


def test_a_tapped_form_records_for_today() -> None:
    assert step(Tapped(FORM, 2), known()) == Record("1042", 1, TODAY, FollowUpForm.PHONE)


@pytest.mark.parametrize("about", ["list:2026-10", "form:2026-11-24:1042"])
def test_an_old_button_records_nothing(about: str) -> None:
    found = step(Tapped(Say(text="...", options=((1, "1042"),), about=about), 1), known())
    assert words(found) == "Den knappen är gammal. Skriv LISTA så får du en ny."


@pytest.mark.parametrize(("asked", "value"), [(LIST, 3), (FORM, 4), (Say((), "overall"), 1), (Say(("help",)), 1)])
def test_other_buttons_are_not_the_contacts(asked: Say, value: int) -> None:
    assert step(Tapped(asked, value), known()) is None


def test_a_contact_who_is_a_customer_too() -> None:
    """HELP is then answered as a customer's; what begins with a word of ours is not."""
    assert written("hjälp", is_customer=True) is None
    assert written("KLAR 1042 3/11", is_customer=True) == Record("1042", 1, THIRD, None)


@pytest.mark.parametrize(
    ("event", "field"),
    [
        (commands.parse("KLAR 1042", TODAY), "enrolments"),
        (Tapped(FORM, 2), "enrolments"),
        (Tapped(LIST, 1), None),
        (commands.List(), "missing"),
        (commands.Help(), None),
        (Refused("..."), None),
    ],
)
def test_what_must_be_read_first(event: object, field: str | None) -> None:
    assert needs(event) == field  # type: ignore[arg-type]  # events of the dialogue


@given(st.text(), st.integers(-1, 25), st.lists(st.text(max_size=8), max_size=30), st.booleans())
def test_any_message_has_an_answer(text: str, value: int, missing: list[str], has_buttons: bool) -> None:
    knows = known(*missing, has_buttons=has_buttons)
    for said in (commands.parse(text, TODAY), commands.parse(f"KLAR {text}", TODAY), commands.List()):
        answer = step(said, knows) if said is not None else None
        if isinstance(answer, Answer):
            step(Tapped(answer.say, value), knows)
