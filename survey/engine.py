"""The conversation: ``step(survey, session, event, now) -> (session, effects)``. No I/O, no clock.

The rules, in the order in which they are asked:

=====================  ==========================================================================
the session is closed  nothing happens
the customer says      ``stop`` ends it at once and is never an answer; ``help`` explains; the question stays open
the open question      understood: record, ask the next whose condition holds, or thank and finish
                       not understood: ask again in other words, twice; then skip, mark and go on
time is up             what was answered counts
=====================  ==========================================================================
"""

from datetime import datetime

from survey import parse
from survey.model import (
    ChoiceTapped,
    Effect,
    Event,
    Expired,
    Finish,
    OpenCase,
    OptIn,
    OptOut,
    Question,
    Record,
    Say,
    Session,
    Started,
    Survey,
    TextReceived,
    Vocabulary,
)

Step = tuple[Session, tuple[Effect, ...]]

RETRIES = ("retry", "retry2")  # what is said before the question is asked again, in turn
TEXT_COMMAND_TAIL = 0  # inside a free text "STOPP" and "STOPP tack" are a stop, "Sluta bråka" is not


def open_session(survey: Survey, language: str) -> Session:
    """A conversation that has not begun: step it with Started."""
    return Session(survey.id, survey.version, language, None, (), 0, "open")


def step(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    """What ``event`` leads to. Total: any event in any state gives a valid session."""
    if session.state == "closed":
        return session, ()
    if isinstance(event, TextReceived):
        return _text(survey, session, event.text)
    if isinstance(event, ChoiceTapped):
        return _tap(survey, session, event)
    if isinstance(event, Started):
        if session.open_question is not None:
            return session, ()
        return _ask(survey, session, (), ("opening",), ())
    assert isinstance(event, Expired)
    answered = any(value is not None for _, value in session.values)
    return _close(session), (Finish("partial" if answered else "no_answer"),)


def outside(text: str, words: Vocabulary) -> tuple[Effect, ...]:
    """What a text means where no question is open: only the commands count."""
    match parse.command(text, words):
        case "stop":
            return (OptOut(), Say(("stopped",)))
        case "start":
            return (OptIn(), Say(("started",)))
        case "help":
            return (Say(("help",)),)
    return ()


def _text(survey: Survey, session: Session, text: str) -> Step:
    question = _open_question(survey, session)
    tail = TEXT_COMMAND_TAIL if question and question.kind == "text" else parse.COMMAND_TAIL
    match parse.command(text, survey.words, tail):
        case "stop":
            return _close(session), (OptOut(), Say(("stopped",)), Finish("opted_out"))
        case "help":
            return session, (Say(("help",)),)  # the question is still open
    if question is None:  # not begun, or a newer pack no longer asks it
        return _ask(survey, session, session.values, (), ()) if session.open_question else (session, ())
    answer = parse.parse(question, text, survey.words)
    if answer is None:
        return _not_understood(survey, session, question)
    return _answered(survey, session, question, answer)


def _tap(survey: Survey, session: Session, event: ChoiceTapped) -> Step:
    if session.open_question is None:
        return session, ()
    question = _open_question(survey, session)
    if question is None:
        return _ask(survey, session, session.values, (), ())
    if event.question != question.id:
        return session, (Say(question=question.id),)
    if not any(value == event.value for value in values_of(question)):
        return _not_understood(survey, session, question)
    return _answered(survey, session, question, parse.Answer(event.value))


def _open_question(survey: Survey, session: Session) -> Question | None:
    for question in survey.questions:
        if question.id == session.open_question:
            return question
    return None


def values_of(question: Question) -> tuple[int, ...]:
    """The values that a closed question can have; none for a free text."""
    match question.kind:
        case "rating":
            return (5, 4, 3, 2, 1)
        case "yes_no":
            return (1, 0)
        case "choice":
            return tuple(option.value for option in question.options)
        case "text":
            return ()


def _answered(survey: Survey, session: Session, question: Question, answer: parse.Answer) -> Step:
    effects: tuple[Effect, ...] = (Record(question.id, answer.value, answer.text),)
    if question.case is not None and answer.value == 1:
        effects += (OpenCase(question.case, ""),)
    return _ask(survey, session, (*session.values, (question.id, answer.value)), (), effects)


def _not_understood(survey: Survey, session: Session, question: Question) -> Step:
    if session.failures < len(RETRIES):
        again = Session(
            session.survey,
            session.version,
            session.language,
            question.id,
            session.values,
            session.failures + 1,
            "open",
        )
        return again, (Say((RETRIES[session.failures],), question.id),)
    skipped = Record(question.id, None, None, skipped=True)
    return _ask(survey, session, (*session.values, (question.id, None)), ("skipped",), (skipped,))


def _ask(
    survey: Survey,
    session: Session,
    values: tuple[tuple[str, int | None], ...],
    phrases: tuple[str, ...],
    effects: tuple[Effect, ...],
) -> Step:
    """Go on to the next question whose condition holds, or thank and finish."""
    answered = dict(values)
    for question in survey.questions:
        if question.id not in answered and (question.when is None or question.when.holds(answered)):
            following = Session(session.survey, session.version, session.language, question.id, values, 0, "open")
            return following, (*effects, Say(phrases, question.id))
    closed = Session(session.survey, session.version, session.language, None, values, 0, "closed")
    return closed, (*effects, Say(("thanks",)), Finish("completed"))


def _close(session: Session) -> Session:
    return Session(
        session.survey, session.version, session.language, None, session.values, session.failures, "closed"
    )
