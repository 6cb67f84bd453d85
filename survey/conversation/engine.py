"""The conversation: ``step(survey, session, event, now) -> (session, effects)``. No I/O, no clock.

The rules, in the order in which they are asked; after the end those of survey.conversation.after_close:

=====================  ==========================================================================
the customer says      ``stop`` ends it at once and is never an answer; nothing opens it again
                       ``correct`` goes back one question
                       what may be asked for at any time (survey.conversation.commands); the question stays open
words of danger        112 at once, and an urgent case; no more questions after a free text
more of a free text    within course.CONTINUE_WITHIN, and no answer to the question: part of that text
the open question      understood: record, ask the next whose condition holds, or thank and finish
                       not understood: ask again in other words, twice; then skip, mark and go on
a corrected answer     keeps its history; answers whose condition no longer holds are withdrawn
silence                one reminder, where an answer has been tried; then closed, and what was answered
                       counts (after how long: scheduler.rules)
=====================  ==========================================================================
"""

from dataclasses import replace
from datetime import datetime

from survey.conversation import after_close, commands, flow
from survey.conversation.flow import Step, Values
from survey.conversation.model import (
    Await,
    Awaiting,
    ChoiceTapped,
    Effect,
    Erase,
    Event,
    Expired,
    Finish,
    OptIn,
    OptOut,
    Record,
    Resumed,
    Say,
    Session,
    SetLanguage,
    Started,
    TextReceived,
    Unlink,
    Unreadable,
    Waited,
)
from survey.understanding import parse
from survey.understanding.questions import Question, Survey, Vocabulary

RETRIES = ("retry", "retry2")  # what is said before the question is asked again, in turn
TEXT_COMMAND_TAIL = 0  # inside a free text "STOPP" and "STOPP tack" are a stop, "Sluta bråka" is not
CARRIER_OPT_IN = "yes"  # Twilio's own word, beside START and UNSTOP, which are ours too


def open_session(survey: Survey, language: str, facts: Values = ()) -> Session:
    """Return a conversation that has not begun; step it with Started.

    Args:
        facts: those of survey.understanding.questions.FACTS that are known. They decide what is asked as answers
            do, and are no answers.
    """
    return Session(survey.id, survey.version, language, None, facts, 0, "open")


def open_at(survey: Survey, language: str, question_id: str) -> Session:
    """Return a conversation in which ``question_id`` is open, to try that question alone.

    The questions before it count as skipped, but for the one that its condition asks about: that has the highest
    value with which it is asked. Raises KeyError where the survey has no such question.
    """
    asked = survey.question(question_id)
    values: dict[str, int | None] = {}
    if asked.when is not None:
        values[asked.when.question] = asked.when.at_most
    for question in survey.questions:
        if question.id == question_id:
            break
        if question.id not in values and (question.when is None or question.when.holds(values)):
            values[question.id] = None
    return Session(survey.id, survey.version, language, question_id, tuple(values.items()), 0, "open")


def step(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    """What ``event`` leads to. Total: any event in any state gives a valid session."""
    if session.state == "closed":
        return after_close.step(survey, session, event, now)
    if isinstance(event, TextReceived):
        return _text(survey, session, event, now)
    if isinstance(event, ChoiceTapped):
        return _tap(survey, session, event, now)
    if isinstance(event, Unreadable):
        return session, (Say(("text_only",), flow.asked(survey, session)),)
    if isinstance(event, Started):
        if session.open_question is not None:
            return session, ()
        return flow.go_on(survey, session, session.values, (event.opening,), (), now, told=event.told)
    if isinstance(event, Waited):
        asked = flow.asked(survey, session)
        tried = flow.given(session.values) or session.failures
        if session.reminded or asked is None or not tried:
            return session, ()
        return replace(session, reminded=True), (Say((event.reminder,), asked, event.told),)
    if isinstance(event, Resumed):
        return session, ()
    assert isinstance(event, Expired)
    outcome = flow.outcome_of(survey, session.values)
    return flow.close(session, outcome, now), (Finish(outcome),)


def outside(
    text: str,
    words: Vocabulary,
    sharing: tuple[int, ...] = (),
    awaiting: Awaiting | None = None,
    *,
    carrier_opted_out: bool = False,
) -> tuple[Effect, ...]:
    """What a text means where no question is open: only requests count.

    ``awaiting`` is what the sender's last message left open. ``carrier_opted_out``: messages to this phone are
    stopped, so that the carrier takes its own word for an opt-in, and we with it.
    """
    command = parse.command(text, words)
    if command == "stop":
        return (OptOut(), Say(("stopped",)))
    if command == "start" or (carrier_opted_out and parse.fold(text) == CARRIER_OPT_IN):
        return (OptIn(), Say(("started",)))
    answered = commands.ask(TextReceived(text, sharing), command, words, awaiting)
    if answered is not None:
        awaits = (Await(answered.subject, answered.born),) if answered.subject or awaiting else ()
        said = (Say(answered.phrases),) if answered.phrases else ()
        return (*answered.effects, *awaits, *said)
    if command == "correct":
        return (Say(("nothing_to_correct",)),)
    urgent = commands.danger(text, words)
    return (*urgent, Say(("danger",))) if urgent else ()


def _text(survey: Survey, session: Session, event: TextReceived, now: datetime) -> Step:
    question = flow.question_of(survey, session.open_question)
    text = event.text
    urgent: tuple[Effect, ...] = ()
    if len(text) > 1 or session.awaiting is not None:  # nearly every reply is a single digit
        tail = TEXT_COMMAND_TAIL if question and question.kind == "text" else parse.COMMAND_TAIL
        command = parse.command(text, survey.words, tail)
        if command == "stop":
            urgent = commands.danger(text, survey.words)
            said = Say(("danger",) if urgent else ("stopped",))
            return flow.close(session, "opted_out", now), (OptOut(), *urgent, said, Finish("opted_out"))
        if command == "start":
            asked = flow.asked(survey, session)
            return session, (Say((), asked),) if asked else ()
        if command == "correct":
            return flow.back(survey, session)
        awaiting = commands.fresh(session.awaiting, now)
        if session.awaiting is not None:
            session = replace(session, awaiting=None)
            if awaiting is not None and awaiting.subject == "erase" and _answers(survey, question, text):
                awaiting = None  # an answer says clearly enough that the answers are kept
        answered = commands.ask(event, command, survey.words, awaiting)
        if answered is not None:
            return _requested(survey, session, event, answered, now)
        urgent = commands.danger(text, survey.words)
    answer = parse.parse(question, text, survey.words) if question else None
    if urgent:
        if question is None or question.kind != "text" or answer is None:
            return session, (*urgent, Say(("danger",)))  # the question can be answered later
        return _endangered(survey, session, question, answer, urgent, now)
    if question is None:  # not begun, or a newer pack no longer asks it
        return flow.go_on(survey, session, session.values, (), (), now) if session.open_question else (session, ())
    if answer is None:
        if flow.continues(survey, session, now) and text.strip():
            return replace(session, wrote_at=now), (flow.more(session, text),)
        return _not_understood(survey, session, question, text, now)
    cases = commands.unclear_stop(question, text, survey.words) if len(text) > 1 else ()
    return flow.answer(survey, session, question, answer, now, cases)


def _requested(
    survey: Survey, session: Session, event: TextReceived, answered: commands.Answered, now: datetime
) -> Step:
    """What the desk has made of a text while a question is open."""
    effects = answered.effects
    if answered.subject is not None:
        session = replace(session, awaiting=Awaiting(answered.subject, now, answered.born))
    for effect in effects:
        if isinstance(effect, SetLanguage):
            session = replace(session, language=effect.language)
        elif isinstance(effect, Unlink):
            said = Say(answered.phrases)
            return flow.close(session, "unreachable", now), (*effects, said, Finish("unreachable"))
        elif isinstance(effect, Erase) and effect.born in (None, *event.sharing[:1]):
            finish = Finish(flow.outcome_of(survey, session.values))
            emptied = Session(session.survey, session.version, session.language, None, (), 0, "closed")
            return emptied, (finish, *effects, Say(answered.phrases))
    if not answered.phrases:
        return session, effects
    return session, (*effects, Say(answered.phrases, flow.asked(survey, session) if answered.repeats else None))


def _tap(survey: Survey, session: Session, event: ChoiceTapped, now: datetime) -> Step:
    if session.open_question is None:
        return session, ()
    question = flow.question_of(survey, session.open_question)
    if question is None:
        return flow.go_on(survey, session, session.values, (), (), now)
    if event.question != question.id:
        if (event.question, event.value) in session.values:
            return session, ()  # tapped twice
        return session, (Say(("old_button",), question.id),)
    answer = flow.chosen(question, event.value)
    if answer is None:
        return _not_understood(survey, session, question, "", now)
    return flow.answer(survey, session, question, answer, now)


def _answers(survey: Survey, question: Question | None, text: str) -> bool:
    """Whether a text is an answer to a closed question."""
    if question is None or question.kind == "text":
        return False
    return parse.parse(question, text, survey.words) is not None


def _not_understood(survey: Survey, session: Session, question: Question, text: str, now: datetime) -> Step:
    cases = commands.unclear_stop(question, text, survey.words)
    if session.failures < len(RETRIES):
        again = replace(session, open_question=question.id, failures=session.failures + 1)
        return again, (*cases, Say((RETRIES[session.failures],), question.id))
    values = session.values
    if question.id not in dict(values):  # else it was being corrected, and the earlier answer stands
        values = (*values, (question.id, None))
        cases += (Record(question.id, None, None, skipped=True),)
    return flow.go_on(survey, session, values, ("skipped",), cases, now)


def _endangered(
    survey: Survey,
    session: Session,
    question: Question,
    answer: parse.Answer,
    urgent: tuple[Effect, ...],
    now: datetime,
) -> Step:
    """A free text with words of danger is kept; a person takes over, and nothing more is asked."""
    values, effects = flow.kept(survey, session.values, question, answer)
    outcome = flow.outcome_of(survey, values)
    closed = replace(flow.close(session, outcome, now), values=values, wrote_at=now)
    return closed, (*effects, *urgent, Say(("danger",)), Finish(outcome))
