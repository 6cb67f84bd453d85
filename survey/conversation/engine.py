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
    noise                  nothing (survey.understanding.noise); nor does the same text within SAME_WITHIN
    words of danger        112 at once, and an urgent case. After a free text with clear ones the conversation
                           closes; a closed question can still be answered
    an answer              recorded; then the next question whose condition holds, or thanks and closed, completed.
                           A corrected answer keeps its history, and answers whose condition no longer holds are
                           withdrawn
    a question about us    answered with HELP's text; a wish opens a case. Neither costs a try, and the question
                           stays open. What may be a stop opens a case, too, and the question is not asked again
    several answers        each answers its question, in their order
    more of a free text    not an answer, and within flow.CONTINUE_WITHIN of the text before: part of that text
    anything else          not understood: asked again in other words, twice; then skipped, marked, and on

    other events           what follows
    ---------------------  ----------------------------------------------------------------------------------------
    TextAbout              as the answer to that question, where it is one; the open one is asked again
    ChoiceTapped           as an answer; the button of an earlier question asks the open one again
    Unreadable             the open question again, and that only text can be read
    Waited                 one reminder in all; to one who has never tried, the opening again: who asks, and STOP
    Expired                closed; what was answered counts: partial, completed or no answer
    Started, Resumed       nothing once the conversation is open and asking

How long the silence is before Waited and Expired is for scheduler.planning.rules to say.

What survives a crash. The engine keeps nothing between steps. The caller saves the session and all that the
effects ask for in one transaction, so that a crash leaves the session before the event or after it, never between.
Before it, the same event is stepped again when it is sent again; after it, the event's identity in the inbox keeps
it from being stepped twice. A session is stored as JSON and read by later versions; a question that a newer pack
has dropped is passed over.
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from survey.codes import CaseKind, Outcome
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
    Ignored,
    OpenCase,
    OptIn,
    OptOut,
    Record,
    Resumed,
    Say,
    Session,
    SetLanguage,
    Started,
    TextAbout,
    TextReceived,
    Unlink,
    Unreadable,
    Waited,
    checksum,
)
from survey.understanding import answers
from survey.understanding.answers import Answer
from survey.understanding.questions import Question, Survey, Vocabulary
from survey.understanding.reading import Reading, read
from survey.understanding.text.folding import fold, tidy

RETRIES = ("retry", "retry2")  # the phrases before a question that is asked again, in turn
SAME_WITHIN = timedelta(seconds=3)  # the same text again is one thumb, or one message sent twice
AT_ONCE = timedelta(minutes=1)  # after a free text, in which any text that answers nothing is more of it
CONTINUING_WORDS = 4  # words of what is more of it later; a shorter message is a reply that is not understood
# What a message may ask for while words of danger in it still come first, and what an answer in it outweighs.
COMPATIBLE = frozenset({None, "help", "info", "unclear_stop", "maybe_wrong_number"})
DOUBTFUL = frozenset({"unclear_stop", "maybe_wrong_number"})
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
    after, effects = _step(survey, session, event, now)
    month = flow.month(session.values)
    return after, flow.naming(effects, month) if month else effects


def _step(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    if session.state == "closed":
        return after_close.step(survey, session, event, now)
    if isinstance(event, TextReceived):
        return _text(survey, session, event, now)
    if isinstance(event, TextAbout):
        return _about(survey, session, event, now)
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
        if session.reminded or asked is None:
            return session, ()
        has_tried = flow.given(session.values) or session.failures
        reminder = "reminder" if has_tried else "opening"
        return replace(session, reminded=True), (Say((event.opening or reminder,), asked, event.told),)
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
    carrier: str = "",
    carrier_opted_out: bool = False,
    is_contact: bool = False,
) -> tuple[Effect, ...]:
    """Return what follows from a text where no question is open: only requests count.

    Args:
        sharing: as TextReceived has it.
        awaiting: what the sender's last message left open.
        carrier: as TextReceived has it.
        carrier_opted_out: the carrier has stopped our messages to this phone. It then takes its own word for an
            opt-in, and so do we.
        is_contact: a contact person of a provider writes, whose questions are about the list and not about us.
    """
    asked = read(text, words, carrier=carrier)
    if asked.request == "stop":
        return (OptOut(), Say(("stopped",)))
    if asked.request == "noise":
        return (Ignored(),)
    if asked.request == "start" or (carrier_opted_out and fold(text) == CARRIER_OPT_IN):
        return (OptIn(), Say(("started",)))
    urgent = commands.endangered(asked)
    if urgent and asked.request in COMPATIBLE:
        return (*urgent, Say(("danger",)))
    answered = commands.ask(TextReceived(text, sharing), asked, awaiting)
    if answered is None and not is_contact:
        answered = commands.meet(asked)
    if answered is not None:
        awaits = (Await(answered.subject, answered.born),) if answered.subject or awaiting else ()
        said = (Say(answered.phrases),) if answered.phrases else ()
        return (*answered.effects, *awaits, *said)
    if asked.request == "correct":
        return (Say(("nothing_to_correct",)),)
    return ()


def _text(survey: Survey, session: Session, event: TextReceived, now: datetime) -> Step:
    text = event.text
    if _is_repeated(session, text, now):
        return session, (Ignored(),)
    session = session.hear(text, now)
    question = flow.question_of(survey, session.open_question)
    if session.awaiting is None and question is not None and not event.carrier:
        answer = _plain_answer(question, text, survey.words)
        if answer is not None:
            return flow.answer(survey, session, question, answer, now)
    asked = read(text, survey.words, question, event.carrier)
    if asked.request == "stop":
        urgent = commands.endangered(asked)
        said = Say(("danger",) if urgent else ("stopped",))
        return flow.close(session, Outcome.OPTED_OUT, now), (OptOut(), *urgent, said, Finish(Outcome.OPTED_OUT))
    if asked.request == "noise":
        return session, (Ignored(),)
    if asked.danger is not None and asked.request in COMPATIBLE and session.awaiting is None:
        return _endangered(survey, session, question, asked, now)
    if asked.request == "start":
        again = flow.asked(survey, session)
        return session, (Say((), again),) if again else ()
    if asked.request == "correct":
        return flow.back(survey, session)
    awaiting = commands.fresh(session.awaiting, now)
    if session.awaiting is not None:
        session = replace(session, awaiting=None)
        if _keeps(awaiting, question, asked):
            awaiting = None  # an answer says clearly enough that the answers are kept
    if asked.request in DOUBTFUL and _outweighs(question, asked):
        return _reply(survey, session, question, asked, now)
    answered = commands.ask(event, asked, awaiting)
    if answered is not None:
        return _requested(survey, session, event, answered, now)
    return _reply(survey, session, question, asked, now)


def _is_repeated(session: Session, text: str, now: datetime) -> bool:
    """Return whether the same text has come a moment ago: a thumb that slipped, or a phone that sends twice.

    Messages that are taken in together, after an outage, have the same time and may have been written days apart.
    """
    if session.heard_at is None or session.heard_at == now:
        return False
    return now - session.heard_at < SAME_WITHIN and session.heard == checksum(text)


def _plain_answer(question: Question, text: str, words: Vocabulary) -> Answer | None:
    """Return the answer of a text that is nothing but an answer: nearly every reply is a single digit."""
    if len(text) == 1:
        return answers.parse(question, text, words) if "1" <= text <= "5" and question.kind != "text" else None
    return answers.known(question, text, words)


def _reply(survey: Survey, session: Session, question: Question | None, asked: Reading, now: datetime) -> Step:
    """Read a text that asks for nothing clear as a reply to the open question."""
    if question is None:  # not begun, or a newer pack no longer asks it
        if session.open_question:
            return flow.go_on(survey, session, session.values, (), (), now)
        met = commands.meet(asked)
        return (session, ()) if met is None else _requested_only(session, met)
    text = asked.message.text
    cases = commands.wished(asked)
    if asked.request == "unclear_stop":
        cases += (OpenCase(CaseKind.UNCLEAR_STOP, tidy(text)),)
    if question.kind == "text" and asked.about is not None:
        return session, (Say((commands.explanation(asked.about),)),)
    if question.kind == "text" and commands.is_yes(asked.message):
        return session, (Say(("text_only",), question.id),)  # "yes" to "anything more?" is not yet the text
    answer = answers.parse(question, text, survey.words, asked.message)
    if answer is not None:
        if question.asks_consent and answer.value == 1 and asked.wish == "call_me":
            cases = ()  # the yes opens the same case
        return flow.answer(survey, session, question, answer, now, cases=cases, said=text)
    met = commands.meet(asked)
    if met is not None:
        return _requested_only(session, met)
    given = _several(survey, session, question, text)
    if given:
        return _answer_all(survey, session, given, now)
    if flow.continues(survey, session, now) and _is_more(session, asked, now):
        return replace(session, wrote_at=now), (flow.more(session, text),)
    return _not_understood(survey, session, question, now)


def _is_more(session: Session, asked: Reading, now: datetime) -> bool:
    """Return whether a text that answers nothing is more of the free text before it, and no unclear reply."""
    is_at_once = session.wrote_at is not None and now - session.wrote_at < AT_ONCE
    return is_at_once or len(asked.message.said) >= CONTINUING_WORDS


def _requested_only(session: Session, met: commands.Answered) -> Step:
    """Meet a question about us or a wish: it costs no try, and the open question waits."""
    return session, (*met.effects, Say(met.phrases))


def _several(survey: Survey, session: Session, question: Question, text: str) -> list[tuple[Question, Answer]]:
    """Return the answers of a message that answers this question and those after it.

    A choice is passed over, and asked afterwards: nobody chooses among options that were not shown. At a choice,
    several numbers are several options of it.
    """
    if question.kind == "choice":
        return []
    values = dict(session.values)
    foreseen = replace(survey, questions=tuple(each for each in survey.questions if each.kind != "choice"))

    def following(given: Sequence[tuple[Question, Answer]]) -> Question | None:
        later = {answered.id: answer.value for answered, answer in given}
        return flow.next_question(foreseen, tuple((values | later).items()))

    return answers.several(question, text, survey.words, following) if question.id not in values else []


def _answer_all(survey: Survey, session: Session, given: Sequence[tuple[Question, Answer]], now: datetime) -> Step:
    """Keep the answers of one message, and go on after the last of them."""
    effects: list[Effect] = []
    for question, answer in given:
        session, following = flow.answer(survey, session, question, answer, now)
        effects = [*(effect for effect in effects if not isinstance(effect, Say)), *following]
    return session, tuple(effects)


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


def _about(survey: Survey, session: Session, event: TextAbout, now: datetime) -> Step:
    """Read a text as the answer to the question that it is about, and go on where the conversation is."""
    question = flow.question_of(survey, event.question)
    if question is None or question.id == session.open_question or session.awaiting is not None:
        return _text(survey, session, TextReceived(event.text), now)
    asked = read(event.text, survey.words, question)
    if asked.request is not None or asked.danger is not None:
        return _text(survey, session, TextReceived(event.text), now)
    answer = answers.parse(question, event.text, survey.words, asked.message)
    if answer is None:
        return _text(survey, session, TextReceived(event.text), now)
    if question.id not in dict(session.values):  # a newer answer has made it needless
        return session, (Say(("old_button",), flow.asked(survey, session)),)
    return flow.answer(survey, session, question, answer, now)


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
        return _not_understood(survey, session, question, now)
    return flow.answer(survey, session, question, answer, now)


def _keeps(awaiting: Awaiting | None, question: Question | None, asked: Reading) -> bool:
    """Return whether a message answers the open question and not the one whether to erase, as a yes does."""
    if awaiting is None or awaiting.subject != "erase" or commands.is_yes(asked.message):
        return False
    return _answers(question, asked)


def _answers(question: Question | None, asked: Reading) -> bool:
    """Return whether a text is an answer to a closed question."""
    if question is None or question.kind == "text":
        return False
    message = asked.message
    return answers.parse(question, message.text, message.words, message) is not None


def _outweighs(question: Question | None, asked: Reading) -> bool:
    """Return whether a text that may be a request is rather a reply: an answer, or a free text with a case."""
    is_text = question is not None and question.kind == "text"
    if asked.request == "maybe_wrong_number":
        return False
    return is_text or _answers(question, asked)


def _not_understood(survey: Survey, session: Session, question: Question, now: datetime) -> Step:
    """Ask again in other words, and in the end go on without an answer."""
    cases: tuple[Effect, ...] = ()
    if session.failures < len(RETRIES):
        again = replace(session, open_question=question.id, failures=session.failures + 1)
        return again, (Say((RETRIES[session.failures],), question.id),)
    values = session.values
    if question.id not in dict(values):  # else it was being corrected, and the earlier answer stands
        values = (*values, (question.id, None))
        cases += (Record(question.id, None, None, skipped=True),)
    return flow.go_on(survey, session, values, ("skipped",), cases, now)


def _endangered(survey: Survey, session: Session, question: Question | None, asked: Reading, now: datetime) -> Step:
    """Say whom to call, and call a person. A free text is kept; only clear words of danger end the questions."""
    urgent = commands.endangered(asked)
    said = Say(("danger",))
    message = asked.message
    answer = answers.parse(question, message.text, message.words, message) if question else None
    if question is None or answer is None:
        return session, (*urgent, said)
    if question.kind != "text":
        if asked.danger == "sure":
            return session, (*urgent, said)  # the question can be answered later
        return flow.answer(survey, session, question, answer, now, cases=urgent)
    values, effects = flow.kept(survey, session.values, question, answer)
    following = flow.next_question(survey, values)
    if asked.danger == "maybe" and following is not None:
        opened = replace(session, open_question=following.id, values=values, failures=0, wrote_at=now)
        return opened, (*effects, *urgent, said)
    outcome = flow.outcome_of(survey, values)
    closed = replace(flow.close(session, outcome, now), values=values, wrote_at=now)
    return closed, (*effects, *urgent, said, Finish(outcome))
