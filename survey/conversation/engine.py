"""The conversation engine: ``step(survey, session, event, now) -> (session, effects)``. No I/O, no clock.

Theory of operation

States. A session is open or closed (Session.state), and its other fields tell where it stands:

    not begun   open without an open question: Started asks the first one
    asking      open with an open question. ``failures`` counts the replies that were not understood. A question
                that has a value already is being corrected. ``awaiting`` is set while a request, such as to erase,
                waits for its second message
    closed      no open question; ``outcome`` says how it ended. It may be opened again for a while
                (survey.conversation.after_close), unless ``closed_at`` is None

Transitions while it is open. A text is tried against these rules in order, and the first that fits decides:

    the customer writes    what follows
    ---------------------  ----------------------------------------------------------------------------------------
    STOP                   closed at once, opted out, and never opened again; it is never taken as an answer
    START                  the open question is asked again
    CORRECT (ÄNDRA)        the question before the open one is asked again
    a request              what may be asked for at any time (survey.conversation.commands). The question stays
                           open; a wrong number closes the conversation, unreachable, and a confirmed erasure
                           empties and closes it
    words of danger        112 at once, and an urgent case. After a free text the conversation closes; a closed
                           question can still be answered
    an answer              recorded; then the next question whose condition holds, or thanks and closed, completed.
                           A corrected answer keeps its history, and answers whose condition no longer holds are
                           withdrawn
    more of a free text    not an answer, and within flow.CONTINUE_WITHIN of the text before: part of that text
    anything else          not understood: asked again in other words, twice; then skipped, marked, and on

    other events           what follows
    ---------------------  ----------------------------------------------------------------------------------------
    ChoiceTapped           as an answer; the button of an earlier question asks the open one again
    Unreadable             the open question again, and that only text can be read
    Waited                 one reminder in all, and only to a customer who has tried to answer
    Expired                closed; what was answered counts: partial, completed or no answer
    Started, Resumed       nothing once the conversation is open and asking

How long the silence is before Waited and Expired is for scheduler.planning.rules to say.

What survives a crash. The engine keeps nothing between steps. The caller saves the session and all that the
effects ask for in one transaction, so that a crash leaves the session before the event or after it, never between.
Before it, the same event is stepped again when it is sent again; after it, the event's identity in the inbox keeps
it from being stepped twice. A session is stored as JSON and read by later versions; a question that a newer pack
has dropped is passed over.
"""

from dataclasses import replace
from datetime import datetime

from survey.codes import Outcome
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

RETRIES = ("retry", "retry2")  # the phrases before a question that is asked again, in turn
# Words that may follow a command in a reply to a free-text question: "STOPP" and "STOPP tack" (polite words do not
# count) are a stop there, "Sluta bråka" is an answer.
TEXT_COMMAND_TAIL = 0
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
    value with which it is asked.

    Raises:
        KeyError: the survey has no such question.
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
    """Return the session after ``event``, and what follows from it.

    Any event in any state gives a valid session; the session that is passed in is not changed.
    """
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
    """Return what follows from a text where no question is open: only requests count.

    Args:
        sharing: as TextReceived has it.
        awaiting: what the sender's last message left open.
        carrier_opted_out: the carrier has stopped our messages to this phone. It then takes its own word for an
            opt-in, and so do we.
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
    if len(text) < 2 and session.awaiting is None:  # nearly every reply is a single digit: no request, no danger
        return _reply(survey, session, question, text, (), now)
    tail = TEXT_COMMAND_TAIL if question and question.kind == "text" else parse.COMMAND_TAIL
    command = parse.command(text, survey.words, tail)
    if command == "stop":
        urgent = commands.danger(text, survey.words)
        said = Say(("danger",) if urgent else ("stopped",))
        return flow.close(session, Outcome.OPTED_OUT, now), (OptOut(), *urgent, said, Finish(Outcome.OPTED_OUT))
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
    return _reply(survey, session, question, text, commands.danger(text, survey.words), now)


def _reply(
    survey: Survey,
    session: Session,
    question: Question | None,
    text: str,
    urgent: tuple[Effect, ...],
    now: datetime,
) -> Step:
    """Read a text that asks for nothing as a reply to the open question. ``urgent``: it has words of danger."""
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
    return flow.answer(survey, session, question, answer, now, cases=cases)


def _requested(
    survey: Survey, session: Session, event: TextReceived, answered: commands.Answered, now: datetime
) -> Step:
    """Do what a text asks for while a question is open, and ask the question again where it should be."""
    effects = answered.effects
    if answered.subject is not None:
        session = replace(session, awaiting=Awaiting(answered.subject, now, answered.born))
    for effect in effects:
        if isinstance(effect, SetLanguage):
            session = replace(session, language=effect.language)
        elif isinstance(effect, Unlink):
            said = Say(answered.phrases)
            return flow.close(session, Outcome.UNREACHABLE, now), (*effects, said, Finish(Outcome.UNREACHABLE))
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
    """Return whether a text is an answer to a closed question."""
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
    """Keep a free text with words of danger, and close: a person takes over, and nothing more is asked."""
    values, effects = flow.kept(survey, session.values, question, answer)
    outcome = flow.outcome_of(survey, values)
    closed = replace(flow.close(session, outcome, now), values=values, wrote_at=now)
    return closed, (*effects, *urgent, Say(("danger",)), Finish(outcome))
