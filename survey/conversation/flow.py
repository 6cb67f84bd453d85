"""What an answer leads to, what is asked next, and how a conversation ends."""

from collections.abc import Sequence
from dataclasses import replace
from datetime import datetime, timedelta

from survey.codes import Outcome
from survey.conversation.model import (
    Append,
    Correct,
    Effect,
    Finish,
    OpenCase,
    Record,
    Say,
    Session,
    Withdraw,
)
from survey.understanding.answers import Answer
from survey.understanding.questions import FACTS, MONTH, Question, Survey
from survey.understanding.text.folding import tidy

Step = tuple[Session, tuple[Effect, ...]]
Values = tuple[tuple[str, int | None], ...]

CONTINUE_WITHIN = timedelta(minutes=10)  # at most, between two messages of one free text


def question_of(survey: Survey, id_: str | None) -> Question | None:
    """Return the question with this id; None where the pack does not have it, or no longer has it."""
    for question in survey.questions:
        if question.id == id_:
            return question
    return None


def asked(survey: Survey, session: Session) -> str | None:
    """Return the id of the open question; None where the pack no longer has it."""
    return session.open_question if question_of(survey, session.open_question) else None


def chosen(question: Question, value: int) -> Answer | None:
    """Return the answer of a button; None where the question has no such value."""
    return Answer(value) if value in question.values else None


def next_question(survey: Survey, values: Values) -> Question | None:
    """Return the first question without an answer whose condition holds."""
    answered = dict(values)
    for question in survey.questions:
        if question.id not in answered and (question.when is None or question.when.holds(answered)):
            return question
    return None


def given(values: Values) -> Values:
    """Return the answers among ``values``, without the facts."""
    return tuple((id_, value) for id_, value in values if id_ not in FACTS)


def month(values: Values) -> int:
    """Return the number of the month that a conversation is about; 0 where it is about none."""
    for id_, value in values:  # every step asks this, and a generator would take twice as long
        if id_ == MONTH:
            return value or 0
    return 0


def naming(effects: tuple[Effect, ...], month: int) -> tuple[Effect, ...]:
    """Return the effects, with ``month`` in the question that is asked."""
    return tuple(
        replace(effect, month=month) if isinstance(effect, Say) and effect.question else effect
        for effect in effects
    )


def outcome_of(survey: Survey, values: Values) -> Outcome:
    """Return how a conversation ends that ends now with these values."""
    answers = given(values)
    if answers and next_question(survey, values) is None:
        return Outcome.COMPLETED
    return Outcome.PARTIAL if any(value is not None for _, value in answers) else Outcome.NO_ANSWER


def answer(
    survey: Survey,
    session: Session,
    question: Question,
    answer: Answer,
    now: datetime,
    *,
    cases: tuple[Effect, ...] = (),
    phrases: tuple[str, ...] = (),
    said: str = "",
) -> Step:
    """Keep an answer, open the case that it calls for, and go on.

    Args:
        said: the words of the answer, which its case keeps where they say more than yes.
        cases: what else there is to open.
        phrases: what is said before the next question.
    """
    values, effects = kept(survey, session.values, question, answer)
    if question.case is not None and answer.value == 1 and effects:
        cases += (OpenCase(question.case, tidy(said) if len(said.split()) > 2 else ""),)
        phrases = ("contact_promised",)
    wrote_at = now if question.kind == "text" else None
    return go_on(survey, session, values, phrases, (*effects, *cases), now, wrote_at=wrote_at)


def kept(survey: Survey, values: Values, question: Question, answer: Answer) -> tuple[Values, tuple[Effect, ...]]:
    """Return the values with this answer among them, and the effects that save it.

    After a correction, answers to questions that would not have been asked are withdrawn.
    """
    earlier = dict(values)
    if question.id not in earlier:
        return (*values, (question.id, answer.value)), (Record(question.id, answer.value, answer.text),)
    if question.kind != "text" and earlier[question.id] == answer.value:
        return values, ()  # the same again
    effects: list[Effect] = [Correct(question.id, answer.value, answer.text)]
    still: dict[str, int | None] = {}
    for id_, value in values:
        other = question_of(survey, id_)
        if id_ == question.id:
            still[id_] = answer.value
        elif other is None or other.when is None or other.when.holds(still):
            still[id_] = value
        else:
            effects.append(Withdraw(id_))
    return tuple(still.items()), tuple(effects)


def go_on(
    survey: Survey,
    session: Session,
    values: Values,
    phrases: tuple[str, ...],
    effects: Sequence[Effect],
    now: datetime,
    *,
    wrote_at: datetime | None = None,
    told: str = "",
) -> Step:
    """Ask the next question whose condition holds, or thank and close.

    Args:
        phrases: what is said before the question; with the thanks only a promise of contact is said.
        effects: those of the step so far.
        wrote_at: as Session has it.
        told: what stands in an opening.
    """
    question = next_question(survey, values)
    if question is None:
        closed = replace(close(session, Outcome.COMPLETED, now), values=values, wrote_at=wrote_at)
        promised = tuple(phrase for phrase in phrases if phrase == "contact_promised")
        return closed, (*effects, Say((*promised, "thanks")), Finish(Outcome.COMPLETED))
    following = Session(
        session.survey,
        session.version,
        session.language,
        question.id,
        values,
        0,
        "open",
        wrote_at,
        late=session.late,
        reminded=session.reminded,
        heard=session.heard,
        heard_at=session.heard_at,
    )
    return following, (*effects, Say(phrases, question.id, told))


def back(survey: Survey, session: Session) -> Step:
    """Ask the question before the open one again; its answer stands until there is another."""
    answered = [id_ for id_, _ in session.values if question_of(survey, id_) is not None]
    if session.open_question in answered:
        answered = answered[: answered.index(session.open_question)]
    if not answered:
        return session, (Say(("nothing_to_correct",), asked(survey, session)),)
    earlier = replace(session, open_question=answered[-1], failures=0, awaiting=None, wrote_at=None)
    return earlier, (Say(("corrected",), answered[-1]),)


def close(session: Session, outcome: Outcome, now: datetime) -> Session:
    """Return the session closed, with the answers that it has."""
    return replace(
        session, open_question=None, state="closed", closed_at=now, outcome=outcome, awaiting=None, failures=0
    )


def continues(survey: Survey, session: Session, now: datetime) -> bool:
    """Return whether a message now can be more of the free text before it."""
    if session.wrote_at is None or not session.values or now - session.wrote_at > CONTINUE_WITHIN:
        return False
    last = question_of(survey, session.values[-1][0])
    return last is not None and last.kind == "text"


def more(session: Session, text: str) -> Append:
    """Return the effect that adds ``text`` to the last answer."""
    return Append(session.values[-1][0], tidy(text))
