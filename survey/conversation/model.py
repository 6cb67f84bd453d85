"""The words of a conversation: what happens (events), what follows (effects), and where it stands (the session).
Plain frozen values; nothing here decides anything."""

import json
from datetime import datetime
from typing import Any, Literal

from survey.frozen import frozen

Outcome = Literal["completed", "partial", "no_answer", "opted_out", "unreachable"]
Subject = Literal["erase", "complaint", "answers_of", "erase_of", "correct_of", "late_of"]


# --- events ---


@frozen
class Started:
    """The conversation opens; ``opening`` and ``told`` are what survey.conversation.openings has found."""

    opening: str = "opening"
    told: str = ""


@frozen
class TextReceived:
    """The customer wrote something.

    ``sharing``: the birth years of those who use the address, when they are several; that of the conversation's
    own customer first, 0 where it is not known.
    """

    text: str
    sharing: tuple[int, ...] = ()


@frozen
class ChoiceTapped:
    """The customer tapped a button of a question."""

    question: str
    value: int


@frozen
class Unreadable:
    """Something came that is not words: a picture, a voice message, an edit of an earlier message."""


@frozen
class Waited:
    """Nothing was heard for as long as it takes to be reminded. reminder may be an opening, as in Started."""

    reminder: str = "reminder"
    told: str = ""


@frozen
class Expired:
    """The conversation waited too long."""


@frozen
class Resumed:
    """Who shares an address has told that this ended conversation is theirs: to correct it, or to go on late."""

    correcting: bool


Event = Started | TextReceived | ChoiceTapped | Unreadable | Waited | Expired | Resumed

# --- effects ---


@frozen
class Say:
    """Phrases, then ``text`` (a customer's own answers, or what an opening tells), then a question. Keys, not
    words: rendered when sent, in the language of that moment.

    A message to a provider is ``text`` alone; ``options`` are its buttons in a chat, and ``about`` what they mean.
    """

    phrases: tuple[str, ...] = ()
    question: str | None = None
    text: str = ""
    options: tuple[tuple[int, str], ...] = ()
    about: str = ""

    def to_json(self) -> str:
        kept: dict[str, Any] = {"phrases": self.phrases, "question": self.question}
        more = {"text": self.text, "options": self.options, "about": self.about}
        return json.dumps(kept | {name: value for name, value in more.items() if value})

    @classmethod
    def from_json(cls, text: str) -> "Say":
        kept = json.loads(text)
        options = tuple((value, label) for value, label in kept.get("options", ()))
        return cls(tuple(kept["phrases"]), kept["question"], kept.get("text", ""), options, kept.get("about", ""))


@frozen
class Record:
    """An answer to keep. ``skipped``: asked, and not understood in the end."""

    question: str
    value: int | None
    text: str | None
    skipped: bool = False


@frozen
class Correct:
    """Another answer in the place of an earlier one, which is kept in the history."""

    question: str
    value: int | None
    text: str | None


@frozen
class Withdraw:
    """An answer that no longer counts: after a correction its question would not have been asked."""

    question: str


@frozen
class Append:
    """More of a free text that came in several messages."""

    question: str
    text: str


@frozen
class OptOut:
    """No more messages on any channel."""


@frozen
class OptIn:
    """Messages are welcome again."""


@frozen
class OpenCase:
    """A human must look at this. ``kind``: contact, complaint, danger, unclear_stop or wrong_number."""

    kind: str
    text: str
    urgent: bool = False


@frozen
class SetLanguage:
    """The customer is spoken to in this language from now on."""

    language: str


@frozen
class Unlink:
    """The address belongs to none of those it was tied to."""


@frozen
class TellAnswers:
    """The customer's own answers are to be listed; ``born`` tells who asks where an address is shared."""

    born: int | None = None


@frozen
class Erase:
    """The customer's answers are to be deleted; ``born`` as in TellAnswers."""

    born: int | None = None


@frozen
class Resume:
    """The ended conversation of the one ``born`` then is to be taken up again (Resumed)."""

    born: int
    correcting: bool


@frozen
class Await:
    """Outside a conversation: what the next message is about. None: nothing in particular."""

    subject: Subject | None
    born: int | None = None


@frozen
class Finish:
    """The conversation is over."""

    outcome: Outcome


Effect = (
    Say
    | Record
    | Correct
    | Withdraw
    | Append
    | OptOut
    | OptIn
    | OpenCase
    | SetLanguage
    | Unlink
    | TellAnswers
    | Erase
    | Resume
    | Await
    | Finish
)


@frozen
class Awaiting:
    """What the next message is about, when it is not the open question. ``born``: of whom, on a shared address."""

    subject: Subject
    since: datetime
    born: int | None = None

    def to_json(self) -> str:
        return json.dumps([self.subject, self.since.isoformat(), self.born])

    @classmethod
    def from_json(cls, text: str) -> "Awaiting":
        subject, since, born = json.loads(text)
        return cls(subject, datetime.fromisoformat(since), born)


@frozen
class Session:
    """Where a conversation stands. ``values`` are the answers so far, None where skipped or free text;
    ``failures`` counts replies to the open question that were not understood. An open question that has a value
    already is being corrected."""

    survey: str
    version: int
    language: str
    open_question: str | None
    values: tuple[tuple[str, int | None], ...]
    failures: int
    state: Literal["open", "closed"]
    wrote_at: datetime | None = None  # when the latest answer, a free text, came
    closed_at: datetime | None = None  # None too where the conversation may never open again
    outcome: Outcome | None = None  # once closed
    awaiting: Awaiting | None = None
    late: bool = False  # opened again by a late answer
    reminded: bool = False

    def to_json(self) -> str:
        state: list[Any] = [
            self.survey,
            self.version,
            self.language,
            self.open_question,
            self.values,
            self.failures,
            self.state,
        ]
        more = {
            "wrote_at": self.wrote_at and self.wrote_at.isoformat(),
            "closed_at": self.closed_at and self.closed_at.isoformat(),
            "outcome": self.outcome,
            "awaiting": self.awaiting and self.awaiting.to_json(),
            "late": self.late,
            "reminded": self.reminded,
        }
        more = {key: value for key, value in more.items() if value}
        return json.dumps([*state, more] if more else state, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Session":
        survey, version, language, question, values, failures, state, *rest = json.loads(text)
        values = tuple((q, v) for q, v in values)
        if not rest:
            return cls(survey, version, language, question, values, failures, state)
        more = rest[0]
        return cls(
            survey,
            version,
            language,
            question,
            values,
            failures,
            state,
            datetime.fromisoformat(more["wrote_at"]) if "wrote_at" in more else None,
            datetime.fromisoformat(more["closed_at"]) if "closed_at" in more else None,
            more.get("outcome"),
            Awaiting.from_json(more["awaiting"]) if "awaiting" in more else None,
            more.get("late", False),
            more.get("reminded", False),
        )
