"""All that one message asks for beside an answer, read once. This is what the conversation decides on.

``read`` calls each reader of this folder and says which of their findings counts: a stop before everything, then a
command word or the name of a language, then noise, then a wrong number. Danger, questions about us and wishes are
told beside it, since they may stand in an answer, too.
"""

from typing import Literal, get_args

from survey.frozen import frozen
from survey.understanding import answers, danger, noise, requests, stop, wishes, wrong_number
from survey.understanding.danger import Danger
from survey.understanding.message import Message
from survey.understanding.questions import Command, Question, Vocabulary
from survey.understanding.wishes import About, Wish

Request = Command | Literal["unclear_stop", "maybe_wrong_number", "noise"]
REQUESTS: frozenset[Command] = frozenset(get_args(Command))  # those that are clearly meant
FREE_TEXT_REQUEST = 5  # words of a request in plain words there: "she changed my answers" tells of a coach
FREE_TEXT_ABOUT = 9  # words of a question to us that is no answer where a free text is awaited


@frozen
class Reading:
    """What a message asks for.

    Attributes:
        message: the message itself, for whoever reads it for an answer.
        request: what it asks for, or what it may ask for ("unclear_stop", "maybe_wrong_number"); "noise" is no
            message at all; None where it asks for nothing.
        language: the code of the language that it names.
        danger: how clearly it speaks of danger to somebody's life.
        about: what it wants to know about us.
        wish: what it wishes or tells that a person must act on.
    """

    message: Message
    request: Request | None = None
    language: str | None = None
    danger: Danger | None = None
    about: About | None = None
    wish: Wish | None = None

    @property
    def is_request(self) -> bool:
        """Return whether it clearly asks for something of its own, so that it answers nothing."""
        return self.request in REQUESTS or self.language is not None


def read(text: str, words: Vocabulary, question: Question | None = None, carrier: str = "") -> Reading:
    """Return what ``text`` asks for.

    Args:
        question: the open question, where one is open.
        carrier: what the carrier has taken the message for: "stop" where it lets no more messages of ours through,
            which must be believed.
    """
    message = Message(text, words)
    if question is not None and not carrier and answers.known(question, text, words) is not None:
        return Reading(message)
    is_text = question is not None and question.kind == "text"
    request: Request | None
    named: str | None = None
    sound = noise.read(message)
    if sound in noise.NOT_WRITTEN:
        return Reading(message, "noise")  # our own text may stand in it, which names the word for stop
    verdict = "stop" if carrier == "stop" else stop.read(message, question)
    if verdict == "stop":
        request = "stop"
    else:
        request = requests.command(message, tail=0 if is_text else requests.COMMAND_TAIL)
        named = requests.language(text, words) if request is None else None
        if request is None and named is None:
            request = "noise" if sound is not None else _doubtful(message, question, verdict)
        is_short = not is_text or len(message.said) <= FREE_TEXT_REQUEST
        if request is None and named is None and verdict is None and is_short:
            request = requests.phrased(message)
    about = wishes.about_sender(message)
    if about is not None and is_text and len(message.said) > FREE_TEXT_ABOUT:
        about = None
    wish = wishes.wish(message)
    asks_us = not is_text or (len(message.said) <= FREE_TEXT_ABOUT and message.any_in("to_us", message.said))
    if about is None and wish is None and asks_us and wishes.is_question(message):
        is_answer = question is not None and answers.parse(question, text, words, message) is not None
        about = None if is_answer else "topic"
    return Reading(message, request, named, danger.read(message), about, wish)


def _doubtful(message: Message, question: Question | None, verdict: stop.Stop | None) -> Request | None:
    """Return what a message may be that is no command."""
    wrong = wrong_number.read(message, question)
    if wrong == "sure":
        return "wrong_number"
    if verdict == "unclear":
        return "unclear_stop"
    return "maybe_wrong_number" if wrong == "maybe" else None
