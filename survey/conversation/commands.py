"""What a customer may ask for at any time, whether a question is open or not.

=====================  ==========================================================================
the customer says      what follows
=====================  ==========================================================================
HJÄLP                  who asks, why, and whom to call
SPRÅK, or a language   the choices; or the language is changed
MINA SVAR              the customer's own answers; on a shared address first whose
RADERA                 is asked to say it again; then deletes. Anything else keeps the answers
KLAGOMÅL               the rest of the message, or the next one, becomes a case
FEL NUMMER             the address is unlinked at once; nothing of the history is said
=====================  ==========================================================================

A request that takes two messages is remembered between them (Awaiting) for a day. So it is asked, where several
share an address, whose ended conversation a correction or a late answer belongs to
(survey.conversation.after_close).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.conversation.model import (
    Awaiting,
    Effect,
    Erase,
    OpenCase,
    Resume,
    SetLanguage,
    Subject,
    TellAnswers,
    TextReceived,
    Unlink,
)
from survey.understanding import parse
from survey.understanding.questions import Command, Question, Vocabulary

AWAITED_FOR = timedelta(days=1)

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Answered:
    """What the desk makes of a text. ``phrases`` are said, before the open question where ``repeats``;
    the next message is about ``subject``."""

    effects: tuple[Effect, ...] = ()
    phrases: tuple[str, ...] = ()
    repeats: bool = False
    subject: Subject | None = None
    born: int | None = None


def fresh(awaiting: Awaiting | None, now: datetime) -> Awaiting | None:
    """What is still awaited at ``now``."""
    return awaiting if awaiting is not None and now - awaiting.since < AWAITED_FOR else None


def is_awaited(text: str, awaiting: Awaiting | None, words: Vocabulary) -> bool:
    """Whether a text is the second message of a request: not when it is a request of its own."""
    return awaiting is not None and parse.command(text, words) is None and parse.language(text, words) is None


def ask(
    event: TextReceived, command: Command | None, words: Vocabulary, awaiting: Awaiting | None
) -> Answered | None:
    """What the desk makes of a text that is ``command``; None when the text is not for the desk."""
    chosen = parse.language(event.text, words)
    if chosen is not None:
        return Answered((SetLanguage(chosen),), ("language_changed",), repeats=True)
    match command:
        case "help":
            return Answered(phrases=("help",))
        case "language":
            return Answered(phrases=("language_choices",))
        case "wrong_number":
            return Answered((OpenCase("wrong_number", ""), Unlink()), ("wrong_number",))
        case "answers":
            return _which("answers_of") if event.sharing else Answered((TellAnswers(),))
        case "erase":
            return _erase(event, awaiting)
        case "complaint":
            told = _complaint(event.text, words)
            return _received(told, words) if told else Answered(phrases=("complaint",), subject="complaint")
    if awaiting is None or command is not None:
        return None
    return _awaited(event, words, awaiting)


def danger(text: str, words: Vocabulary) -> tuple[Effect, ...]:
    """The urgent case that words of acute danger open; empty when there are none."""
    return (OpenCase("danger", parse.tidy(text), urgent=True),) if parse.danger(text, words) else ()


def unclear_stop(question: Question, text: str, words: Vocabulary) -> tuple[Effect, ...]:
    """The case for what could be meant as a stop and is not clearly one: a free text that begins with such a word,
    or an answer that was not understood and has one in it. Empty for any other text."""
    said = _words(text[:200]) if len(text) > 3 else []
    meant = said[:1] if question.kind == "text" else said
    stops = any(words.commands.get(word) == "stop" for word in meant)
    return (OpenCase("unclear_stop", parse.tidy(text)),) if stops else ()


def only_polite(text: str, words: Vocabulary) -> bool:
    """Whether a text says no more than thank you: nothing to add to a free text."""
    return all(not word or word in words.filler or word.isdecimal() for word in _words(text))


def _words(text: str) -> list[str]:
    return ["".join(filter(str.isalnum, word)) for word in parse.fold(text).split()]


def _complaint(text: str, words: Vocabulary) -> str:
    """The complaint that follows the command in the same message; empty when none does."""
    said = text.split()
    for length in range(1, len(said)):
        if parse.command(" ".join(said[:length]), words, 0) == "complaint":
            told = parse.tidy(text.split(maxsplit=length)[length])
            return "" if only_polite(told, words) else told
    return ""


def _received(complaint: str, words: Vocabulary) -> Answered:
    urgent = danger(complaint, words)
    said = "danger" if urgent else "complaint_received"
    return Answered((OpenCase("complaint", complaint), *urgent), (said,))


def _erase(event: TextReceived, awaiting: Awaiting | None) -> Answered:
    if awaiting is not None and awaiting.subject == "erase":
        return Answered((Erase(awaiting.born),), ("erased",))
    return _which("erase_of") if event.sharing else _confirm(None)


def _confirm(born: int | None) -> Answered:
    return Answered(phrases=("erase_confirm",), subject="erase", born=born)


def _which(subject: Subject) -> Answered:
    return Answered(phrases=("which_person",), subject=subject)


def _awaited(event: TextReceived, words: Vocabulary, awaiting: Awaiting) -> Answered | None:
    match awaiting.subject:
        case "complaint":
            complaint = parse.tidy(event.text)
            return _received(complaint, words) if complaint else None
        case "erase":
            return Answered(phrases=("erase_kept",), repeats=True)
        case subject:
            years = [int(year) for year in _YEAR.findall(parse.fold(event.text))]
            if len(years) != 1 or event.sharing.count(years[0]) != 1:
                return Answered(phrases=("help",))  # it cannot be told who asks: a person must help
            return _of(subject, years[0])


def _of(subject: Subject, born: int) -> Answered:
    """What was asked for, now that it is known by whom."""
    match subject:
        case "answers_of":
            return Answered((TellAnswers(born),))
        case "erase_of":
            return _confirm(born)
    return Answered((Resume(born, correcting=subject == "correct_of"),))
