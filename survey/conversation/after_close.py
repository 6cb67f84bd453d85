"""What a late message does to a conversation that is closed.

What is not in this table changes nothing here; the caller then reads it as a message outside a conversation
(engine.outside).

=====================  ==========================================================================
the customer says      what follows
=====================  ==========================================================================
more of a free text    within flow.CONTINUE_WITHIN: part of that text
``correct``            within CORRECT_WITHIN: the last question is asked again
an answer              within REOPEN_WITHIN, where not every question was answered: recorded, marked late,
                       and the next question is asked
an edited answer,      within CORRECT_WITHIN: corrected; it tells its question by itself
or a reply to a
question's message
the others, on a       whose conversation it belongs to is asked first (survey.conversation.commands)
address
=====================  ==========================================================================

A conversation that ended with an opt-out or at a wrong number is never opened again.
"""

from dataclasses import replace
from datetime import datetime, timedelta

from survey.codes import Outcome
from survey.conversation import commands, flow
from survey.conversation.flow import Step
from survey.conversation.model import (
    Await,
    ChoiceTapped,
    Event,
    Resumed,
    Say,
    Session,
    Subject,
    TextAbout,
    TextReceived,
)
from survey.understanding import answers
from survey.understanding.questions import Question, Survey
from survey.understanding.reading import read

REOPEN_WITHIN = timedelta(days=14)  # of the end
CORRECT_WITHIN = timedelta(days=7)  # of the end


def step(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    """Return a closed conversation after ``event``, and what follows from it."""
    if session.closed_at is None or session.outcome in (Outcome.OPTED_OUT, Outcome.UNREACHABLE):
        return session, ()
    match event:
        case TextReceived():
            return _text(survey, session, event, now)
        case TextAbout(question_id, text):
            return _about(survey, session, question_id, text, now)
        case ChoiceTapped(question_id, value):
            question = _unanswered(survey, session, now)
            if question is not None and question.id == question_id:
                return _late(survey, session, flow.chosen(question, value), now)
        case Resumed(correcting):
            if correcting:
                return _correct(survey, session, now)
            if _unanswered(survey, session, now) is not None:
                return flow.go_on(survey, _reopened(session, late=True), session.values, ("late",), (), now)
    return session, ()


def closed_by_delivery(session: Session, outcome: str, closed_at: datetime | None) -> Session:
    """Return the session of a conversation whose message did not arrive, closed as if nobody had answered in time.

    Delivery writes only the occasion's outcome. A session that the engine has closed itself is returned as it is.
    After an opt-out the conversation never opens again.
    """
    if session.state == "closed":
        return session
    reopens_from = None if outcome == Outcome.OPTED_OUT else closed_at
    return replace(session, state="closed", closed_at=reopens_from, open_question=None)


def _text(survey: Survey, session: Session, event: TextReceived, now: datetime) -> Step:
    text, words = event.text, survey.words
    question = _unanswered(survey, session, now)
    asked = read(text, words, question, event.carrier)
    if asked.request == "correct":
        reopened, effects = _correct(survey, session, now)
        return _whose(session, "correct_of") if effects and event.sharing else (reopened, effects)
    if asked.request is not None or asked.language is not None or asked.about is not None or asked.wish is not None:
        return session, ()
    urgent = commands.endangered(asked)
    if flow.continues(survey, session, now) and not commands.only_polite(text, words):
        said = (*urgent, Say(("danger",))) if urgent else ()
        return replace(session, wrote_at=now), (flow.more(session, text), *said)
    if question is None or urgent:
        return session, ()
    answer = answers.parse(question, text, words, asked.message)
    if answer is not None and event.sharing:
        return _whose(session, "late_of")
    return _late(survey, session, answer, now)


def _about(survey: Survey, session: Session, question_id: str, text: str, now: datetime) -> Step:
    """Correct the answer to a question, or read a text that is none as any other."""
    question = flow.question_of(survey, question_id)
    is_answered = question_id in dict(session.values)
    if (
        question is None
        or not is_answered
        or session.closed_at is None
        or now - session.closed_at >= CORRECT_WITHIN
    ):
        return _text(survey, session, TextReceived(text), now)
    asked = read(text, survey.words, question)
    answer = None
    if asked.request is None and asked.danger is None:
        answer = answers.parse(question, text, survey.words, asked.message)
    if answer is None:
        return _text(survey, session, TextReceived(text), now)
    return flow.answer(survey, _reopened(session, late=session.late), question, answer, now)


def _whose(session: Session, subject: Subject) -> Step:
    """Ask who writes, before anybody's conversation is opened again."""
    return session, (Await(subject), Say(("which_person",)))


def _may_correct(session: Session, now: datetime) -> bool:
    return session.closed_at is not None and now - session.closed_at < CORRECT_WITHIN


def _correct(survey: Survey, session: Session, now: datetime) -> Step:
    if not _may_correct(session, now):
        return session, ()
    reopened, effects = flow.back(survey, _reopened(session, late=session.late))
    return (reopened, effects) if reopened.open_question else (session, ())


def _late(survey: Survey, session: Session, answer: answers.Answer | None, now: datetime) -> Step:
    question = _unanswered(survey, session, now)
    if answer is None or question is None:
        return session, ()
    return flow.answer(survey, _reopened(session, late=True), question, answer, now, phrases=("late",))


def _unanswered(survey: Survey, session: Session, now: datetime) -> Question | None:
    """Return the question that an answer would belong to; None once it is too late."""
    if session.closed_at is None or now - session.closed_at >= REOPEN_WITHIN:
        return None
    return flow.next_question(survey, session.values)


def _reopened(session: Session, *, late: bool) -> Session:
    return replace(session, state="open", closed_at=None, outcome=None, awaiting=None, late=late, reminded=True)
