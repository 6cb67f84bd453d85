"""What a customer may ask for at any time, whether a question is open or not.

=====================  ==========================================================================
the customer says      what follows
=====================  ==========================================================================
HJÄLP                  who asks, why, and whom to call
INFO                   why, whence the number, what is kept, and the rights to see and to erase
SPRÅK, or a language   the choices are listed, or the language is changed
MINA SVAR              the customer's own answers are listed; on a shared address it is asked first whose
RADERA                 it must be said once more, or yes, and then the answers are deleted; all else keeps them
KLAGOMÅL               the rest of the message, or the next one, becomes a case
FEL NUMMER             the address is unlinked at once, and nothing is told of the customer
=====================  ==========================================================================

A request that takes two messages is remembered between them for a day (Awaiting). Where several share an address,
whose ended conversation a correction or a late answer belongs to is asked in the same way
(survey.conversation.after_close).
"""

import re
from dataclasses import dataclass
from datetime import datetime, timedelta

from survey.codes import CaseKind
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
from survey.understanding.message import Message
from survey.understanding.questions import Vocabulary
from survey.understanding.reading import Reading, read
from survey.understanding.requests import command
from survey.understanding.text.folding import fold, tidy
from survey.understanding.wishes import About

AWAITED_FOR = timedelta(days=1)  # between the two messages of a request

_YEAR = re.compile(r"(?<!\d)(?:19|20)\d\d(?!\d)")


@dataclass(frozen=True, slots=True)
class Answered:
    """What follows from a request.

    Attributes:
        phrases: what is said.
        repeats: the open question is asked again after them.
        subject: what the next message is about, and
        born: of whom.
    """

    effects: tuple[Effect, ...] = ()
    phrases: tuple[str, ...] = ()
    repeats: bool = False
    subject: Subject | None = None
    born: int | None = None


def fresh(awaiting: Awaiting | None, now: datetime) -> Awaiting | None:
    """Return what is still awaited at ``now``."""
    return awaiting if awaiting is not None and now - awaiting.since < AWAITED_FOR else None


def is_awaited(text: str, awaiting: Awaiting | None, words: Vocabulary) -> bool:
    """Return whether a text is the second message of a request. It is not when it is a request of its own."""
    return awaiting is not None and not read(text, words).is_request


def ask(event: TextReceived, asked: Reading, awaiting: Awaiting | None) -> Answered | None:
    """Return what follows from a text that asks for something; None when it asks for nothing.

    Args:
        asked: what the text asks for.
        awaiting: what the message before left open.
    """
    words = asked.message.words
    if asked.language is not None:
        return Answered((SetLanguage(asked.language),), ("language_changed",), repeats=True)
    match asked.request:
        case "help" | "info" as word:
            return Answered(phrases=(word,))
        case "language":
            return Answered(phrases=("language_choices",))
        case "maybe_wrong_number":
            case = OpenCase(CaseKind.WRONG_NUMBER, tidy(event.text))
            return Answered((case,), ("wrong_number_check",))
        case "unclear_stop":
            return Answered((OpenCase(CaseKind.UNCLEAR_STOP, tidy(event.text)),), ("help",))
        case "wrong_number":
            return Answered((OpenCase(CaseKind.WRONG_NUMBER, ""), Unlink()), ("wrong_number",))
        case "answers":
            return _which("answers_of") if event.sharing else Answered((TellAnswers(),))
        case "erase":
            return _erase(event, awaiting)
        case "complaint":
            told = _complaint(event.text, words)
            return _received(told, words) if told else Answered(phrases=("complaint",), subject="complaint")
    if awaiting is not None and not asked.is_request:
        return _awaited(event, words, awaiting)
    return None


def meet(asked: Reading) -> Answered | None:
    """Return what follows from a question about us, or from a wish; None where a message has neither."""
    if asked.about is not None:
        return Answered(phrases=(explanation(asked.about),))
    if asked.wish is not None:
        return Answered(wished(asked), ("complaint_received" if asked.wish == "complaint" else "contact_promised",))
    return None


def explanation(about: About) -> str:
    """Return the phrase that answers a question about us: what is kept of the customer is told at more length."""
    return "info" if about in ("number", "privacy") else "help"


def wished(asked: Reading) -> tuple[Effect, ...]:
    """Return the case that a wish opens, with the text; empty where there is no wish."""
    if asked.wish is None:
        return ()
    kind = CaseKind.COMPLAINT if asked.wish == "complaint" else CaseKind.CONTACT
    return (OpenCase(kind, tidy(asked.message.text)),)


def endangered(asked: Reading) -> tuple[Effect, ...]:
    """Return the case that words of danger open, urgent where they are clear; empty where there are none."""
    if asked.danger is None:
        return ()
    return (OpenCase(CaseKind.DANGER, tidy(asked.message.text), urgent=True),)


def is_yes(message: Message) -> bool:
    """Return whether a message says yes in words and nothing else."""
    words = message.words
    said = [token for token in message.said if token not in words.greetings or token.folded in words.yes_no]
    return bool(said) and all(words.yes_no.get(token.folded) == 1 and not token.isdecimal() for token in said)


def only_polite(text: str, words: Vocabulary) -> bool:
    """Return whether a text says no more than thank you, and so adds nothing to a free text."""
    return all(not word or word in words.filler or word.isdecimal() for word in _words(text))


def _words(text: str) -> list[str]:
    return ["".join(filter(str.isalnum, word)) for word in fold(text).split()]


def _complaint(text: str, words: Vocabulary) -> str:
    """Return the complaint that follows the command in the same message; empty when none does."""
    said = text.split()
    for length in range(1, len(said)):
        if command(Message(" ".join(said[:length]), words), tail=0) == "complaint":
            told = tidy(text.split(maxsplit=length)[length])
            return "" if only_polite(told, words) else told
    return ""


def _received(complaint: str, words: Vocabulary) -> Answered:
    """Open the case, and an urgent one where the complaint has words of danger."""
    urgent = endangered(read(complaint, words))
    said = "danger" if urgent else "complaint_received"
    return Answered((OpenCase(CaseKind.COMPLAINT, complaint), *urgent), (said,))


def _erase(event: TextReceived, awaiting: Awaiting | None) -> Answered:
    """Erase when it is said for the second time; before that ask whose answers, or for the second time."""
    if awaiting is not None and awaiting.subject == "erase":
        return Answered((Erase(awaiting.born),), ("erased",))
    return _which("erase_of") if event.sharing else _confirm(None)


def _confirm(born: int | None) -> Answered:
    return Answered(phrases=("erase_confirm",), subject="erase", born=born)


def _which(subject: Subject) -> Answered:
    """Ask which of those who share the address is asking."""
    return Answered(phrases=("which_person",), subject=subject)


def _awaited(event: TextReceived, words: Vocabulary, awaiting: Awaiting) -> Answered | None:
    """Take a text as the second message of a request."""
    match awaiting.subject:
        case "complaint":
            complaint = tidy(event.text)
            return _received(complaint, words) if complaint else None
        case "erase":
            if is_yes(Message(event.text, words)):
                return Answered((Erase(awaiting.born),), ("erased",))
            return Answered(phrases=("erase_kept",), repeats=True)
        case subject:
            years = [int(year) for year in _YEAR.findall(fold(event.text))]
            if len(years) != 1 or event.sharing.count(years[0]) != 1:
                return Answered(phrases=("help",))  # who asks cannot be told: a member of staff must help
            return _of(subject, years[0])


def _of(subject: Subject, born: int) -> Answered:
    """Do what was asked for, now that it is known by whom."""
    match subject:
        case "answers_of":
            return Answered((TellAnswers(born),))
        case "erase_of":
            return _confirm(born)
    return Answered((Resume(born, correcting=subject == "correct_of"),))
