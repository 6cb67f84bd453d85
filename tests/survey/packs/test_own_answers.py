"""What a customer reads who asks for the own answers (MINA SVAR)."""

from datetime import date

from survey.packs.catalogue import load
from survey.packs.own_answers import LIMIT, Given, listing

CATALOGUE = load()
MAY = date(2026, 5, 4)
JUNE = date(2026, 6, 8)


def test_answers_stand_as_they_were_asked() -> None:
    given = [
        Given(1, "start", MAY, "comment", None, "Bra tider"),
        Given(1, "start", MAY, "reason", 2, None),
        Given(1, "start", MAY, "overall", 3, None),
    ]
    assert listing(given, CATALOGUE, "en") == "Help: 3\nReason: They were rude\nComment: Bra tider"


def test_several_conversations_have_their_dates() -> None:
    given = [Given(1, "start", MAY, "overall", 4, None), Given(2, "checkin", JUNE, "followup_held", 1, None)]
    assert listing(given, CATALOGUE, "en") == "2026-05-04\nHelp: 4\n2026-06-08\nFollow-up: Yes"


def test_skipped_questions_are_left_out() -> None:
    skipped = Given(1, "start", MAY, "overall", None, None)
    assert listing([skipped], CATALOGUE, "en") == ""
    assert listing([skipped, Given(2, "end", JUNE, "overall", 5, None)], CATALOGUE, "en") == "Help: 5"


def test_answers_of_a_question_since_removed() -> None:
    given = [Given(1, "start", MAY, "mood", 2, None), Given(1, "start", MAY, "overall", 5, None)]
    assert listing(given, CATALOGUE, "en") == "Help: 5\nmood: 2"
    assert listing([Given(1, "winter", MAY, "overall", 5, None)], CATALOGUE, "en") == "overall: 5"


def test_long_lists_lose_whole_conversations() -> None:
    long = [Given(number, "start", MAY, "comment", None, "x" * 600) for number in (1, 2, 3)]
    told = listing(long, CATALOGUE, "en")
    assert told.count("Comment: ") == 2  # 2 x 620 characters fit into 1,400; 3 do not
    assert told.endswith("x" * 600)
    assert len(listing([Given(1, "start", MAY, "comment", None, "x" * 2_000)], CATALOGUE, "en")) == LIMIT
