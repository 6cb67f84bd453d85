"""What holds for any text, any tap and any order of events."""

from copy import deepcopy
from datetime import UTC, datetime, timedelta
from typing import get_args

import pytest
from hypothesis import given
from hypothesis import strategies as st

from survey.codes import Outcome
from survey.conversation import engine
from survey.conversation.model import (
    Append,
    Awaiting,
    Correct,
    Erase,
    Event,
    Expired,
    Finish,
    OpenCase,
    OptOut,
    Record,
    Say,
    Session,
    Started,
    Subject,
    TextReceived,
    Unreadable,
    Waited,
)
from survey.packs import segments
from survey.understanding import answers
from tests.support.survey.events import CATALOGUE, conversations, keep, quiet, surveys, taps, years

WORDS = CATALOGUE.words
NOW = datetime(2026, 3, 30, tzinfo=UTC)


@given(surveys, st.sampled_from(CATALOGUE.languages), conversations)
def test_any_event_leaves_a_valid_session(
    survey_id: str, language: str, happened: list[tuple[Event, timedelta]]
) -> None:
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_session(survey, language)
    kept: dict[str, object] = {}
    now = NOW
    for event, pause in [(Started(), timedelta()), *happened]:
        now += pause
        before, untouched = session, deepcopy((session, event))
        session, effects = engine.step(survey, session, event, now)
        assert untouched == (before, event)  # a step changes nothing it is given
        assert Session.from_json(session.to_json()) == session
        assert sum(isinstance(effect, Say) for effect in effects) <= 1
        finished = [effect.outcome for effect in effects if isinstance(effect, Finish)]
        if before.state == "open":
            assert len(finished) == (session.state == "closed")
        elif not effects:
            assert session == before
        for effect in effects:
            if isinstance(effect, Say):
                CATALOGUE.render(effect, survey=survey_id, language=session.language, channel="telegram")
                sms = CATALOGUE.render(effect, survey=survey_id, language=session.language, channel="sms")
                assert sms
                is_info = effect.phrases == ("info",)
                assert segments.within_budget(
                    segments.count(sms), CATALOGUE.alphabet(session.language), is_asked_for=is_info
                )
            elif isinstance(effect, OpenCase | Append):
                effect.text.encode()
                assert "\0" not in effect.text
            elif isinstance(effect, Record | Correct):
                (effect.text or "").encode()
        if not any(isinstance(effect, Erase) and effect.born is not None for effect in effects):
            keep(kept, effects)
            assert list(kept) == [question for question, _ in session.values]
            assert all(kept[question] == value for question, value in session.values if value is not None)
        assert (session.open_question is None) == (session.state == "closed")
        _conditions_hold(survey_id, session)


def _conditions_hold(survey_id: str, session: Session) -> None:
    """No answer is kept whose question would not have been asked."""
    values = dict(session.values)
    for question in CATALOGUE.surveys[survey_id].questions:
        if question.id in values and question.when is not None:
            assert question.when.holds(values)


stops = st.sampled_from(["STOPP", "stop", "Sluta!", "UNSUBSCRIBE", "quit", "Stopp tack", "sTOPp."])


@given(surveys, conversations, stops, conversations)
def test_stop_ends_it_whatever_comes_before_and_after(
    survey_id: str,
    before: list[tuple[Event, timedelta]],
    stop: str,
    after: list[tuple[Event, timedelta]],
) -> None:
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_session(survey, "sv")
    now = NOW
    for event, pause in [(Started(), timedelta()), *before]:
        now += pause
        session, _ = engine.step(survey, session, event, now)
    was_open = session.state == "open"
    session, effects = engine.step(survey, session, TextReceived(stop), now)
    assert session.state == "closed"
    if not was_open:
        assert effects == ()  # read as a message outside a conversation
        assert engine.outside(stop, WORDS)[0] == OptOut()
        return
    assert effects == (OptOut(), Say(("stopped",)), Finish(Outcome.OPTED_OUT))
    for event, pause in after:
        now += pause
        session, effects = engine.step(survey, session, event, now)
        assert effects == ()


@given(surveys, conversations, st.one_of(taps, quiet))
def test_the_same_event_twice_has_no_effect_twice(
    survey_id: str, before: list[tuple[Event, timedelta]], event: Event
) -> None:
    """Texts are told apart by their id in the inbox: two "4" may well be two answers."""
    survey = CATALOGUE.surveys[survey_id]
    session = engine.open_session(survey, "sv")
    now = NOW
    for happened, pause in before:
        now += pause
        session, _ = engine.step(survey, session, happened, now)
    session, first = engine.step(survey, session, event, now)
    _, second = engine.step(survey, session, event, now)
    repeatable = Say | OpenCase
    assert not {effect for effect in first if not isinstance(effect, repeatable)} & set(second)


@given(st.text(st.characters(), max_size=300), years, st.sampled_from([*get_args(Subject), None]))
def test_any_text_can_be_read(text: str, sharing: tuple[int, ...], subject: str | None) -> None:
    for survey in CATALOGUE.surveys.values():
        for question in survey.questions:
            answer = answers.parse(question, text, CATALOGUE.words)
            if answer is not None and question.kind != "text":
                assert answer.value in question.values
    awaiting = Awaiting(subject, NOW) if subject else None  # type: ignore[arg-type]  # one of the subjects
    effects = engine.outside(text, CATALOGUE.words, sharing, awaiting)
    assert sum(isinstance(effect, Say) for effect in effects) <= 1
    assert segments.count(text).parts >= 1


def test_a_question_dropped_by_a_newer_pack() -> None:
    survey = CATALOGUE.surveys["checkin"]
    session = Session("checkin", 0, "sv", "gone", (("followup_held", 1),), 1, "open")
    for event in (Waited(), Unreadable()):
        _, effects = engine.step(survey, session, event, NOW)
        assert [effect.question for effect in effects if isinstance(effect, Say)] in ([], [None])
    session, effects = engine.step(survey, session, TextReceived("4"), NOW)
    assert session.open_question == "progress"
    assert effects == (Say((), "progress"),)


def test_a_session_of_an_earlier_version_is_read() -> None:
    stored = '["start",1,"sv","treatment",[["overall",4]],0,"open"]'
    session = Session.from_json(stored)
    assert session.to_json() == stored
    session, _ = engine.step(CATALOGUE.surveys["start"], session, Expired(), NOW)
    assert session.outcome == "partial"


def test_commands_where_nothing_is_open() -> None:
    assert engine.outside("Stopp", WORDS) == (OptOut(), Say(("stopped",)))
    assert [type(effect).__name__ for effect in engine.outside("START", WORDS)] == ["OptIn", "Say"]
    assert engine.outside("hjälp", WORDS) == (Say(("help",)),)
    assert engine.outside("ändra", WORDS) == (Say(("nothing_to_correct",)),)


@pytest.mark.parametrize(("text", "opted_in"), [("YES", True), ("Yes", True), ("yes please", False), ("ja", False)])
def test_the_carriers_yes_opts_in_after_its_stop(text: str, opted_in: bool) -> None:
    assert engine.outside(text, WORDS) == ()
    assert bool(engine.outside(text, WORDS, carrier_opted_out=True)) == opted_in
