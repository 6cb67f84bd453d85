"""What a message is besides an answer, and what the conversation makes of it."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from survey.conversation import engine
from survey.conversation.model import Ignored, OpenCase, OptOut, Record, Say, Session, Started, TextReceived
from survey.packs.catalogue import load

CATALOGUE = load()
START = CATALOGUE.surveys["start"]
NOW = datetime(2026, 3, 30, tzinfo=UTC)
VALUES = (("overall", 1), ("treatment", 2), ("usefulness", 2))


def _at(question: str) -> Session:
    return engine.open_at(START, "sv", question)


@pytest.mark.parametrize(
    ("seconds", "is_repeated"),
    [(0, False), (1, True), (2.9, True), (3, False)],  # messages taken in together have one time
)
def test_the_same_text_within_seconds_is_one(seconds: float, is_repeated: bool) -> None:
    session, _ = engine.step(START, _at("overall"), TextReceived("5"), NOW)
    session = Session.from_json(session.to_json())
    again, effects = engine.step(START, session, TextReceived("5"), NOW + timedelta(seconds=seconds))
    assert (effects == (Ignored(),)) == is_repeated
    assert (again.open_question == "treatment") == is_repeated
    _, effects = engine.step(START, session, TextReceived("4"), NOW + timedelta(seconds=1))
    assert effects[0] == Record("treatment", 4, None)


def test_an_automatic_reply_is_never_answered() -> None:
    session = _at("overall")
    for minute in range(100):
        event = TextReceived("Autosvar: jag är på semester till den 15 augusti.")
        session, effects = engine.step(START, session, event, NOW + timedelta(minutes=minute))
        assert effects == (Ignored(),)
    assert (session.open_question, session.failures) == ("overall", 0)


def test_what_the_carrier_has_stopped_is_stopped() -> None:
    _, effects = engine.step(START, _at("overall"), TextReceived("4", carrier="stop"), NOW)
    assert effects[0] == OptOut()
    assert engine.outside("hejdå", CATALOGUE.words, carrier="stop")[0] == OptOut()


@pytest.mark.parametrize("text", ["vem är du?", "is this a scam", "من أنتم؟", "скільки це коштує"])
def test_a_question_about_us_costs_no_try(text: str) -> None:
    session = _at("overall")
    after, effects = engine.step(START, session, TextReceived(text), NOW)
    assert effects == (Say(("help",)),)
    assert (after.open_question, after.failures) == ("overall", 0)
    assert engine.outside(text, CATALOGUE.words) == (Say(("help",)),)


def test_info_tells_of_rights_and_keeps_the_question() -> None:
    session = _at("overall")
    for text in ("INFO", "معلومات", "інфо", "hur fick ni mitt nummer", "vem läser svaren"):
        after, effects = engine.step(START, session, TextReceived(text), NOW)
        assert effects == (Say(("info",)),)
        assert (after.open_question, after.failures) == ("overall", 0)


def test_a_checkin_names_its_month_every_time() -> None:
    """Asked in December about November, it names November, also when it is asked again."""
    checkin = CATALOGUE.surveys["checkin"]
    session = engine.open_session(checkin, "sv", (("month", 11),))
    session, opened = engine.step(checkin, session, Started(), datetime(2026, 12, 3, tzinfo=UTC))
    _, again = engine.step(checkin, session, TextReceived("hej"), datetime(2026, 12, 4, tzinfo=UTC))
    for said in (*opened, *again):
        assert isinstance(said, Say)
        kept = Say.from_json(said.to_json())
        text = CATALOGUE.render(kept, survey="checkin", language="sv", channel="sms")
        assert "Har du haft novembers uppföljning" in text


@pytest.mark.parametrize(
    ("language", "month"),
    [
        ("sv", "novembers"),
        ("sv-easy", "i november"),
        ("en", "November"),
        ("fi", "marraskuussa"),
        ("so", "Nofembar"),
        ("ar", "نوفمبر"),
        ("fa", "نوامبر"),
        ("ti", "ሕዳር"),
        ("uk", "у листопаді"),
    ],
)
def test_every_language_names_the_month(language: str, month: str) -> None:
    say = Say((), "followup_held", month=11)
    assert month in CATALOGUE.render(say, survey="checkin", language=language, channel="sms")


def test_an_unclear_stop_asks_nothing_again() -> None:
    after, effects = engine.step(START, _at("overall"), TextReceived("nej, nu räcker det"), NOW)
    assert [type(effect) for effect in effects] == [OpenCase, Say]
    assert effects[1] == Say(("help",))
    assert (after.open_question, after.failures) == ("overall", 0)


def test_an_answer_with_a_wish_is_both() -> None:
    after, effects = engine.step(START, _at("overall"), TextReceived("4, ring mig gärna"), NOW)
    assert effects[:2] == (Record("overall", 4, None), OpenCase("contact", "4, ring mig gärna"))
    assert after.open_question == "treatment"


def test_the_case_of_a_yes_keeps_its_words() -> None:
    for text, kept in (("ja", ""), ("ja, ring efter klockan tre", "ja, ring efter klockan tre")):
        _, effects = engine.step(START, _at("contact"), TextReceived(text), NOW)
        assert [effect for effect in effects if isinstance(effect, OpenCase)] == [OpenCase("contact", kept)]


def test_clear_danger_ends_the_questions() -> None:
    session = engine.open_at(START, "sv", "comment")
    for text, state in (("jag vill bara dö", "closed"), ("jag orkar inte mer", "open")):
        dissatisfied = replace(session, values=(*VALUES, ("reason", 5)))
        after, effects = engine.step(START, dissatisfied, TextReceived(text), NOW)
        assert effects[:3] == (
            Record("comment", None, text),
            OpenCase("danger", text, urgent=True),
            Say(("danger",)),
        )
        assert after.state == state
        assert after.open_question == (None if state == "closed" else "contact")
