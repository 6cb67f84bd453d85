"""The conversation: ``step(survey, session, event, now) -> (session, effects)``. No I/O, no clock.

The rules, in the order in which they are asked:

=====================  ==========================================================================
the customer says      ``stop`` ends it at once and is never an answer; nothing opens it again
                       ``correct`` goes back one question, also within CORRECT_WITHIN of the end
                       what may be asked for at any time (survey.desk); the question stays open
words of danger        112 at once, and an urgent case; no more questions after a free text
more of a free text    within CONTINUE_WITHIN, and no answer to the question: part of that text
the open question      understood: record, ask the next whose condition holds, or thank and finish
                       not understood: ask again in other words, twice; then skip, mark and go on
a corrected answer     keeps its history; answers whose condition no longer holds are withdrawn
silence                one reminder, where an answer has been tried; then closed, and what was answered
                       counts (after how long: scheduler.rules)
a late answer          within REOPEN_WITHIN of such an end: opens it again, flagged late
=====================  ==========================================================================
"""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from survey import desk, parse
from survey.model import (
    Append,
    Await,
    Awaiting,
    ChoiceTapped,
    Correct,
    Effect,
    Erase,
    Event,
    Expired,
    Finish,
    OpenCase,
    OptIn,
    OptOut,
    Outcome,
    Question,
    Record,
    Say,
    Session,
    SetLanguage,
    Started,
    Survey,
    TextReceived,
    Unlink,
    Unreadable,
    Vocabulary,
    Waited,
    Withdraw,
)
from survey.packfiles import FACTS

Step = tuple[Session, tuple[Effect, ...]]
Values = tuple[tuple[str, int | None], ...]

REOPEN_WITHIN = timedelta(days=14)  # of a conversation that was closed half-finished
CORRECT_WITHIN = timedelta(days=7)  # of the end
CONTINUE_WITHIN = timedelta(minutes=10)  # between the messages of one free text
RETRIES = ("retry", "retry2")  # what is said before the question is asked again, in turn
TEXT_COMMAND_TAIL = 0  # inside a free text "STOPP" and "STOPP tack" are a stop, "Sluta bråka" is not
CARRIER_OPT_IN = "yes"  # Twilio's own word, beside START and UNSTOP, which are ours too


def open_session(survey: Survey, language: str, facts: Values = ()) -> Session:
    """A conversation that has not begun: step it with Started. ``facts``: those of survey.packfiles.FACTS that are
    known; they decide what is asked as answers do, and are none."""
    return Session(survey.id, survey.version, language, None, facts, 0, "open")


def step(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    """What ``event`` leads to. Total: any event in any state gives a valid session."""
    if session.state == "closed":
        return _after_the_end(survey, session, event, now)
    if isinstance(event, TextReceived):
        return _text(survey, session, event, now)
    if isinstance(event, ChoiceTapped):
        return _tap(survey, session, event, now)
    if isinstance(event, Unreadable):
        return session, (Say(("text_only",), _asked(survey, session)),)
    if isinstance(event, Started):
        if session.open_question is not None:
            return session, ()
        return _ask(survey, session, session.values, ("opening",), (), now)
    if isinstance(event, Waited):
        asked = _asked(survey, session)
        tried = _given(session.values) or session.failures
        if session.reminded or asked is None or not tried:
            return session, ()
        return replace(session, reminded=True), (Say(("reminder",), asked),)
    assert isinstance(event, Expired)
    outcome = _outcome(survey, session.values)
    return _close(session, outcome, now), (Finish(outcome),)


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
    answered = desk.ask(TextReceived(text, sharing), command, words, awaiting)
    if answered is not None:
        awaits = (Await(answered.subject, answered.born),) if answered.subject or awaiting else ()
        said = (Say(answered.phrases),) if answered.phrases else ()
        return (*answered.effects, *awaits, *said)
    if command == "correct":
        return (Say(("nothing_to_correct",)),)
    urgent = desk.danger(text, words)
    return (*urgent, Say(("danger",))) if urgent else ()


def _text(survey: Survey, session: Session, event: TextReceived, now: datetime) -> Step:
    question = _question(survey, session.open_question)
    text = event.text
    urgent: tuple[Effect, ...] = ()
    if len(text) > 1 or session.awaiting is not None:  # nearly every reply is a single digit
        tail = TEXT_COMMAND_TAIL if question and question.kind == "text" else parse.COMMAND_TAIL
        command = parse.command(text, survey.words, tail)
        if command == "stop":
            urgent = desk.danger(text, survey.words)
            said = Say(("danger",) if urgent else ("stopped",))
            return _close(session, "opted_out", now), (OptOut(), *urgent, said, Finish("opted_out"))
        if command == "start":
            asked = _asked(survey, session)
            return session, (Say((), asked),) if asked else ()
        if command == "correct":
            return _back(survey, session)
        awaiting = desk.fresh(session.awaiting, now)
        if session.awaiting is not None:
            session = replace(session, awaiting=None)
            if awaiting is not None and awaiting.subject == "erase" and _answers(survey, question, text):
                awaiting = None  # an answer says clearly enough that the answers are kept
        answered = desk.ask(event, command, survey.words, awaiting)
        if answered is not None:
            return _requested(survey, session, event, answered, now)
        urgent = desk.danger(text, survey.words)
    answer = parse.parse(question, text, survey.words) if question else None
    if urgent:
        if question is None or question.kind != "text" or answer is None:
            return session, (*urgent, Say(("danger",)))  # the question can be answered later
        return _endangered(survey, session, question, answer, urgent, now)
    if question is None:  # not begun, or a newer pack no longer asks it
        return _ask(survey, session, session.values, (), (), now) if session.open_question else (session, ())
    if answer is None:
        if _continues(survey, session, now) and text.strip():
            return replace(session, wrote_at=now), (_more(session, text),)
        return _not_understood(survey, session, question, text, now)
    cases = desk.unclear_stop(question, text, survey.words) if len(text) > 1 else ()
    return _answered(survey, session, question, answer, now, cases)


def _after_the_end(survey: Survey, session: Session, event: Event, now: datetime) -> Step:
    """A closed conversation: a late answer, a correction or the rest of a free text; else nothing."""
    if session.closed_at is None or session.outcome in ("opted_out", "unreachable"):
        return session, ()
    question = _next(survey, session.values)
    late = question is not None and now - session.closed_at < REOPEN_WITHIN
    if isinstance(event, ChoiceTapped):
        if not late or question is None or event.question != question.id:
            return session, ()
        answer = _chosen(question, event.value)
    elif isinstance(event, TextReceived):
        command = parse.command(event.text, survey.words)
        if command == "correct" and session.values and now - session.closed_at < CORRECT_WITHIN:
            reopened, effects = _back(survey, _reopen(session, late=session.late))
            return (reopened, effects) if reopened.open_question else (session, ())
        if command is not None or parse.language(event.text, survey.words) is not None:
            return session, ()
        if _continues(survey, session, now) and not desk.only_polite(event.text, survey.words):
            urgent = desk.danger(event.text, survey.words)
            said = (*urgent, Say(("danger",))) if urgent else ()
            return replace(session, wrote_at=now), (_more(session, event.text), *said)
        if not late or question is None or desk.danger(event.text, survey.words):
            return session, ()
        answer = parse.parse(question, event.text, survey.words)
    else:
        return session, ()
    if answer is None or question is None:
        return session, ()
    return _answered(survey, _reopen(session, late=True), question, answer, now, (), ("late",))


def _reopen(session: Session, *, late: bool) -> Session:
    return replace(session, state="open", closed_at=None, outcome=None, awaiting=None, late=late, reminded=True)


def _requested(
    survey: Survey, session: Session, event: TextReceived, answered: desk.Answered, now: datetime
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
            return _close(session, "unreachable", now), (*effects, said, Finish("unreachable"))
        elif isinstance(effect, Erase) and effect.born in (None, *event.sharing[:1]):
            finish = Finish(_outcome(survey, session.values))
            emptied = Session(session.survey, session.version, session.language, None, (), 0, "closed")
            return emptied, (finish, *effects, Say(answered.phrases))
    if not answered.phrases:
        return session, effects
    return session, (*effects, Say(answered.phrases, _asked(survey, session) if answered.repeats else None))


def _tap(survey: Survey, session: Session, event: ChoiceTapped, now: datetime) -> Step:
    if session.open_question is None:
        return session, ()
    question = _question(survey, session.open_question)
    if question is None:
        return _ask(survey, session, session.values, (), (), now)
    if event.question != question.id:
        if (event.question, event.value) in session.values:
            return session, ()  # tapped twice
        return session, (Say(("old_button",), question.id),)
    answer = _chosen(question, event.value)
    if answer is None:
        return _not_understood(survey, session, question, "", now)
    return _answered(survey, session, question, answer, now)


def _answers(survey: Survey, question: Question | None, text: str) -> bool:
    """Whether a text is an answer to a closed question."""
    if question is None or question.kind == "text":
        return False
    return parse.parse(question, text, survey.words) is not None


def _chosen(question: Question, value: int) -> parse.Answer | None:
    return parse.Answer(value) if value in values_of(question) else None


def _question(survey: Survey, id_: str | None) -> Question | None:
    for question in survey.questions:
        if question.id == id_:
            return question
    return None


def _asked(survey: Survey, session: Session) -> str | None:
    """The open question, where the pack still has it."""
    return session.open_question if _question(survey, session.open_question) else None


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


def _answered(
    survey: Survey,
    session: Session,
    question: Question,
    answer: parse.Answer,
    now: datetime,
    cases: tuple[Effect, ...] = (),
    phrases: tuple[str, ...] = (),
) -> Step:
    values, effects = _kept(survey, session.values, question, answer)
    if question.case is not None and answer.value == 1 and effects:
        cases += (OpenCase(question.case, ""),)
        phrases = ("contact_promised",)
    wrote_at = now if question.kind == "text" else None
    return _ask(survey, session, values, phrases, (*effects, *cases), now, wrote_at)


def _kept(
    survey: Survey, values: Values, question: Question, answer: parse.Answer
) -> tuple[Values, tuple[Effect, ...]]:
    """The answers with this one among them, and what there is to write down."""
    earlier = dict(values)
    if question.id not in earlier:
        return (*values, (question.id, answer.value)), (Record(question.id, answer.value, answer.text),)
    if question.kind != "text" and earlier[question.id] == answer.value:
        return values, ()  # the same again
    effects: list[Effect] = [Correct(question.id, answer.value, answer.text)]
    kept: dict[str, int | None] = {}
    for id_, value in values:
        asked = _question(survey, id_)
        if id_ == question.id:
            kept[id_] = answer.value
        elif asked is None or asked.when is None or asked.when.holds(kept):
            kept[id_] = value
        else:
            effects.append(Withdraw(id_))
    return tuple(kept.items()), tuple(effects)


def _back(survey: Survey, session: Session) -> Step:
    """The question before the open one is asked again; its answer stands until there is another."""
    answered = [id_ for id_, _ in session.values if _question(survey, id_) is not None]
    if session.open_question in answered:
        answered = answered[: answered.index(session.open_question)]
    if not answered:
        return session, (Say(("nothing_to_correct",), _asked(survey, session)),)
    earlier = replace(session, open_question=answered[-1], failures=0, awaiting=None, wrote_at=None)
    return earlier, (Say(("corrected",), answered[-1]),)


def _not_understood(survey: Survey, session: Session, question: Question, text: str, now: datetime) -> Step:
    cases = desk.unclear_stop(question, text, survey.words)
    if session.failures < len(RETRIES):
        again = replace(session, open_question=question.id, failures=session.failures + 1)
        return again, (*cases, Say((RETRIES[session.failures],), question.id))
    values = session.values
    if question.id not in dict(values):  # else it was being corrected, and the earlier answer stands
        values = (*values, (question.id, None))
        cases += (Record(question.id, None, None, skipped=True),)
    return _ask(survey, session, values, ("skipped",), cases, now)


def _endangered(
    survey: Survey,
    session: Session,
    question: Question,
    answer: parse.Answer,
    urgent: tuple[Effect, ...],
    now: datetime,
) -> Step:
    """A free text with words of danger is kept; a person takes over, and nothing more is asked."""
    values, effects = _kept(survey, session.values, question, answer)
    outcome = _outcome(survey, values)
    closed = replace(_close(session, outcome, now), values=values, wrote_at=now)
    return closed, (*effects, *urgent, Say(("danger",)), Finish(outcome))


def _continues(survey: Survey, session: Session, now: datetime) -> bool:
    """Whether a message now can be more of the free text before it."""
    if session.wrote_at is None or not session.values or now - session.wrote_at > CONTINUE_WITHIN:
        return False
    last = _question(survey, session.values[-1][0])
    return last is not None and last.kind == "text"


def _more(session: Session, text: str) -> Append:
    return Append(session.values[-1][0], parse.tidy(text))


def _next(survey: Survey, values: Values) -> Question | None:
    """The next question whose condition holds."""
    answered = dict(values)
    for question in survey.questions:
        if question.id not in answered and (question.when is None or question.when.holds(answered)):
            return question
    return None


def _outcome(survey: Survey, values: Values) -> Outcome:
    """How a conversation ends that ends now."""
    given = _given(values)
    if given and _next(survey, values) is None:
        return "completed"
    return "partial" if any(value is not None for _, value in given) else "no_answer"


def _given(values: Values) -> Values:
    """The answers among ``values``, without the facts."""
    return tuple((id_, value) for id_, value in values if id_ not in FACTS)


def _ask(
    survey: Survey,
    session: Session,
    values: Values,
    phrases: tuple[str, ...],
    effects: Sequence[Effect],
    now: datetime,
    wrote_at: datetime | None = None,
) -> Step:
    """Go on to the next question whose condition holds, or thank and finish."""
    question = _next(survey, values)
    if question is not None:
        following = Session(
            session.survey,
            session.version,
            session.language,
            question.id,
            values,
            0,
            "open",
            wrote_at,
            None,
            None,
            None,
            session.late,
            session.reminded,
        )
        return following, (*effects, Say(phrases, question.id))
    closed = Session(
        session.survey,
        session.version,
        session.language,
        None,
        values,
        0,
        "closed",
        wrote_at,
        now,
        "completed",
        late=session.late,
        reminded=session.reminded,
    )
    promised = tuple(phrase for phrase in phrases if phrase == "contact_promised")
    return closed, (*effects, Say((*promised, "thanks")), Finish("completed"))


def _close(session: Session, outcome: Outcome, now: datetime) -> Session:
    return replace(
        session, open_question=None, state="closed", closed_at=now, outcome=outcome, awaiting=None, failures=0
    )
