"""What replies mean: one table of texts, and one of command words."""

from datetime import UTC, datetime
from pathlib import Path

import pytest

from survey import parse
from survey.catalogue import load

CATALOGUE = load()
START = CATALOGUE.surveys["start"]
QUESTIONS = {
    "rating": START.question("overall"),
    "yes_no": START.question("contact"),
    "choice": START.question("reason"),
    "text": START.question("comment"),
}
NOW = datetime(2026, 3, 30, tzinfo=UTC)


def _rows() -> list[tuple[str, str, str]]:
    lines = (Path(__file__).parent / "parse.tsv").read_text(encoding="utf-8").split("\n")
    rows = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [(kind, expected, text.replace("\\n", "\n")) for kind, expected, text in rows]


def test_the_table_of_replies() -> None:
    rows = _rows()
    assert len(rows) >= 200
    wrong = []
    for kind, expected, text in rows:
        answer = parse.parse(QUESTIONS[kind], text, CATALOGUE.words)
        got = "-" if answer is None else str(answer.value)
        if got != expected:
            wrong.append(f"{kind} {text!r}: {got}, expected {expected}")
    assert not wrong, "\n".join(wrong)


@pytest.mark.parametrize("text", ["0", "nej", "Nej tack!", "no", "Nothing.", "-", "inget", "..."])
def test_nothing_to_say_is_an_answer_without_text(text: str) -> None:
    assert parse.parse(QUESTIONS["text"], text, CATALOGUE.words) == parse.Answer(None, None)


def test_free_text_is_kept_composed_and_storable() -> None:
    said = parse.parse(QUESTIONS["text"], " Bra sto\u0308d\0 \ud800 ", CATALOGUE.words)
    assert said == parse.Answer(None, "Bra stöd")


STOPS = "STOPP stopp Stopp! STOP stop. SLUTA avsluta AVREGISTRERA unsubscribe END quit STOPALL revoke OPTOUT cancel"


@pytest.mark.parametrize("text", [*STOPS.split(), " ＳＴＯＰ ", "Stopp tack", "stop please", '"STOPP"', "STOPP!!!"])
@pytest.mark.parametrize("tail", [parse.COMMAND_TAIL, 0])
def test_stop_in_every_spelling(text: str, tail: int) -> None:
    assert parse.command(text, CATALOGUE.words, tail) == "stop"


@pytest.mark.parametrize("text", ["Sluta skicka sms till mig", "Stop texting me", "stop sending messages"])
def test_stop_with_a_little_after_it(text: str) -> None:
    assert parse.command(text, CATALOGUE.words) == "stop"
    assert parse.command(text, CATALOGUE.words, tail=0) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("hjälp", "help"),
        ("HELP", "help"),
        ("Info", "help"),
        ("START", "start"),
        ("unstop", "start"),
        ("Start tack", "start"),
        ("Start var bra", None),
        ("stopplikt", None),
        ("Vi ska inte stoppa", None),
        ("Stopp i hela systemet gjorde att jag aldrig fick börja min praktik", None),
        ("", None),
        ("4", None),
        ("yes", None),
    ],
)
def test_command_words(text: str, meant: str | None) -> None:
    assert parse.command(text, CATALOGUE.words) == meant


@pytest.mark.parametrize(
    ("text", "value"), [("Bra", 4), ("dåligt!", 2), ("very badly", 1), ("5", 5), ("ganska bra", None), ("6", None)]
)
def test_a_rating_with_words_of_its_own(text: str, value: int | None) -> None:
    answer = parse.parse(CATALOGUE.surveys["checkin"].question("progress"), text, CATALOGUE.words)
    assert (answer and answer.value) == value


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("ÄNDRA", "correct"),
        ("ändra mitt svar", "correct"),
        ("Ändra inte på något", None),
        ("Mina svar", "answers"),
        ("my answers please", "answers"),
        ("mina svar var ärliga", None),
        ("RADERA!", "erase"),
        ("SPRÅK", "language"),
        ("Fel nummer, jag heter Anna", "wrong_number"),
        ("You have the wrong number", "wrong_number"),
        ("KLAGOMÅL", "complaint"),
        ("klagomål: de ringde aldrig tillbaka", "complaint"),
        ("Klagomål de ringde aldrig tillbaka, " * 9, "complaint"),
        ("Quit", "stop"),
        ("End of the month is better", None),
        ("Info om kursen", None),
    ],
)
def test_words_that_ask_for_something_else(text: str, meant: str | None) -> None:
    assert parse.command(text, CATALOGUE.words) == meant


def test_in_a_free_text_a_complaint_is_a_complaint_when_it_says_so() -> None:
    assert parse.command("Klagomål: de ringde aldrig", CATALOGUE.words, tail=0) == "complaint"
    assert parse.command("Klagomål har jag inga", CATALOGUE.words, tail=0) is None


@pytest.mark.parametrize(
    ("text", "meant"),
    [
        ("svenska", "sv"),
        ("English please", "en"),
        ("på engelska tack", "en"),
        ("SPRÅK engelska", "en"),
        ("Språk", None),
        ("en", None),  # one, in Swedish
        ("svenska är svårt", None),
        ("", None),
        ("4", None),
    ],
)
def test_a_language_by_its_name(text: str, meant: str | None) -> None:
    assert parse.language(text, CATALOGUE.words) == meant


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("Jag orkar inte leva längre", True),
        ("3. Jag tänker på SJÄLVMORD", True),
        ("I want to die", True),
        ("i don’t want to live", True),
        ("vill dörren", False),
        ("4", False),
        ("Jag är trött", False),
        ("", False),
    ],
)
def test_words_of_acute_danger(text: str, found: bool) -> None:
    assert parse.danger(text, CATALOGUE.words) is found
