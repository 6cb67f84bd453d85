"""What holds for any text, any tap and any order of events."""

from datetime import UTC, datetime

from hypothesis import given
from hypothesis import strategies as st

from survey import engine, parse, segments
from survey.catalogue import load
from survey.model import (
    ChoiceTapped,
    Event,
    Expired,
    Finish,
    OptOut,
    Record,
    Say,
    Session,
    Started,
    TextReceived,
)

CATALOGUE = load()
NOW = datetime(2026, 3, 30, tzinfo=UTC)

texts = st.one_of(
    st.text(st.characters(), max_size=60),  # lone surrogates too
    st.sampled_from(["1", "2", "3", "4", "5", "ja", "nej", "4-5", "STOPP", "hjälp", "START", "0", "", "bra"]),
)
taps = st.builds(
    ChoiceTapped, st.sampled_from(["overall", "reason", "contact", "progress", "x"]), st.integers(-1, 6)
)
events = st.one_of(st.builds(TextReceived, texts), taps, st.just(Started()), st.just(Expired()))
surveys = st.sampled_from(sorted(CATALOGUE.surveys))
conversations = st.lists(events, max_size=25)


@given(surveys, st.sampled_from(CATALOGUE.languages), conversations)
def test_any_event_leaves_a_valid_session(survey_id: str, language: str, happened: list[Event]) -> None:
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_session(survey, language)
    finished: list[Finish] = []
    records: list[Record] = []
    for event in [Started(), *happened]:
        closed = session.state == "closed"
        session, effects = engine.step(survey, session, event, NOW)
        assert Session.from_json(session.to_json()) == session
        assert not (closed and effects)
        assert sum(isinstance(effect, Say) for effect in effects) <= 1
        for effect in effects:
            if isinstance(effect, Say):
                CATALOGUE.render(effect, survey=survey_id, language=language, channel="telegram")
                said = CATALOGUE.render(effect, survey=survey_id, language=language, channel="sms")
                assert said
                assert segments.within_budget(segments.count(said), CATALOGUE.alphabet(language))
            elif isinstance(effect, Record):
                records.append(effect)
                (effect.text or "").encode()
            elif isinstance(effect, Finish):
                finished.append(effect)
    assert len(finished) == (session.state == "closed")
    assert (session.open_question is None) == (session.state == "closed")
    assert [(record.question, record.value) for record in records] == list(session.values)
    assert len({record.question for record in records}) == len(records)


@given(surveys, conversations, st.sampled_from(["STOPP", "stop", "Sluta!", "UNSUBSCRIBE", "quit"]), conversations)
def test_stop_ends_it_whatever_comes_before_and_after(
    survey_id: str, before: list[Event], stop: str, after: list[Event]
) -> None:
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_session(survey, "sv")
    for event in [Started(), *before]:
        session, _ = engine.step(survey, session, event, NOW)
    was_open = session.state == "open"
    session, effects = engine.step(survey, session, TextReceived(stop), NOW)
    assert session.state == "closed"
    if was_open:
        assert effects == (OptOut(), Say(("stopped",)), Finish("opted_out"))
    for event in after:
        session, effects = engine.step(survey, session, event, NOW)
        assert effects == ()


@given(st.text(st.characters(), max_size=300))
def test_any_text_can_be_read(text: str) -> None:
    for survey in CATALOGUE.surveys.values():
        for question in survey.questions:
            answer = parse.parse(question, text, CATALOGUE.words)
            if answer is not None and question.kind != "text":
                assert answer.value in engine.values_of(question)
    assert engine.outside(text, CATALOGUE.words) is not None
    assert segments.count(text).parts >= 1


def test_a_question_that_a_newer_pack_dropped_is_passed_over() -> None:
    survey = CATALOGUE.surveys["checkin"]
    session = Session("checkin", 0, "sv", "gone", (("followup_held", 1),), 1, "open")
    session, effects = engine.step(survey, session, TextReceived("4"), NOW)
    assert session.open_question == "progress"
    assert effects == (Say((), "progress"),)


def test_commands_where_nothing_is_open() -> None:
    words = CATALOGUE.words
    assert engine.outside("Stopp", words) == (OptOut(), Say(("stopped",)))
    assert [type(effect).__name__ for effect in engine.outside("START", words)] == ["OptIn", "Say"]
    assert engine.outside("hjälp", words) == (Say(("help",)),)
    assert engine.outside("YES", words) == ()
