"""The values of a conversation: events (what happens), effects (what follows) and the session (where it stands).

Plain frozen values; nothing here decides anything.
"""

import json
from datetime import datetime
from typing import Any, Literal
from zlib import crc32

from survey.codes import CaseKind, Outcome
from survey.frozen import frozen

# What a message may be about that is awaited as the second one of a request. "erase" is the confirmation and
# "complaint" the complaint itself; the others are answered with a birth year, where several share an address: whose
# answers to list or erase, whose last answer to correct, whose ended conversation a late answer belongs to.
Subject = Literal["erase", "complaint", "answers_of", "erase_of", "correct_of", "late_of"]


# --- events ---


@frozen
class Started:
    """The conversation opens.

    Attributes:
        opening: the phrase that it opens with, and
        told: what stands in that phrase; both from survey.conversation.openings.
    """

    opening: str = "opening"
    told: str = ""


@frozen
class TextReceived:
    """The customer wrote something.

    Attributes:
        sharing: the birth years of the customers who use the address, where there are several; that of the
            conversation's own customer first, and 0 where a year is not known.
        carrier: what the carrier has done about this message: "stop", "start" or "help" where it took the text for
            a word of its own, else empty.
    """

    text: str
    sharing: tuple[int, ...] = ()
    carrier: str = ""


@frozen
class TextAbout:
    """The customer wrote about one question: replied to the message that asked it, or edited the answer to it."""

    question: str
    text: str


@frozen
class ChoiceTapped:
    """The customer tapped a button of a question."""

    question: str
    value: int


@frozen
class Unreadable:
    """Something came that is not text: a picture, a voice message.

    Attributes:
        is_greeting: it stands for a word or two and tells nothing else: a sticker.
    """

    is_greeting: bool = False


@frozen
class Waited:
    """The customer has been silent for so long that a reminder is due.

    Attributes:
        opening: the phrase of an opening that tells whom the question is for; empty where nothing must tell it.
        told: what stands in that phrase.
    """

    opening: str = ""
    told: str = ""


@frozen
class Expired:
    """The conversation's time is up."""


@frozen
class Resumed:
    """Somebody who shares the address has told that this ended conversation is theirs.

    Attributes:
        correcting: they want to correct it; else they go on with it late.
    """

    correcting: bool


Event = Started | TextReceived | TextAbout | ChoiceTapped | Unreadable | Waited | Expired | Resumed

# --- effects ---


@frozen
class Say:
    """A message: phrases, then a text, then a question.

    It holds keys, which are rendered when the message is sent, in the language of that moment
    (survey.packs.catalogue).

    Attributes:
        text: what no pack holds: a customer's own answers, or what an opening tells. A message to a contact person
            is this text alone.
        options: (value, label) of each button of a message to a contact person in a chat.
        about: what those buttons mean, as survey.contacts.dialogue reads it.
        month: the number of the month that the question is about; 0 where it is about none.
    """

    phrases: tuple[str, ...] = ()
    question: str | None = None
    text: str = ""
    options: tuple[tuple[int, str], ...] = ()
    about: str = ""
    month: int = 0

    def to_json(self) -> str:
        """Return the message as it is stored, without the fields that are empty."""
        kept: dict[str, Any] = {"phrases": self.phrases, "question": self.question}
        more = {"text": self.text, "options": self.options, "about": self.about, "month": self.month}
        return json.dumps(kept | {name: value for name, value in more.items() if value})

    @classmethod
    def from_json(cls, text: str) -> "Say":
        """Return the message that ``to_json`` has stored."""
        kept = json.loads(text)
        options = tuple((value, label) for value, label in kept.get("options", ()))
        return cls(
            tuple(kept["phrases"]),
            kept["question"],
            kept.get("text", ""),
            options,
            kept.get("about", ""),
            kept.get("month", 0),
        )


@frozen
class Record:
    """An answer to save.

    Attributes:
        value: of a closed question; None for a free text.
        text: what was written; None for a closed question, and where a free text says no more than "nothing".
        skipped: the question was asked and no reply to it was understood.
    """

    question: str
    value: int | None
    text: str | None
    skipped: bool = False


@frozen
class Correct:
    """An answer that replaces an earlier one, which stays in the history."""

    question: str
    value: int | None
    text: str | None


@frozen
class Withdraw:
    """An answer that no longer counts, because after a correction its question would not have been asked."""

    question: str


@frozen
class Append:
    """More of a free text that comes in several messages."""

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
    """A member of the unit's staff must look at this."""

    kind: CaseKind
    text: str
    urgent: bool = False


@frozen
class SetLanguage:
    """The customer is spoken to in this language from now on."""

    language: str


@frozen
class Unlink:
    """The address belongs to none of the customers whom it was tied to."""


@frozen
class TellAnswers:
    """The customer's own answers are to be listed.

    Attributes:
        born: the birth year of the one who asks, where the address is shared.
    """

    born: int | None = None


@frozen
class Erase:
    """The customer's answers are to be deleted. ``born`` as in TellAnswers."""

    born: int | None = None


@frozen
class Resume:
    """The ended conversation of the customer born in that year is to be taken up again, with Resumed."""

    born: int
    correcting: bool


@frozen
class Ignored:
    """The message is none (survey.understanding.noise), or the same one again: nothing is said to it."""


@frozen
class Await:
    """What the next message is about, outside a conversation. ``subject`` is None for nothing in particular."""

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
    | Ignored
    | Await
    | Finish
)


@frozen
class Awaiting:
    """What the next message is about, when it is not the open question.

    Attributes:
        since: when it began to be awaited.
        born: the birth year of the customer whom it concerns, on a shared address.
    """

    subject: Subject
    since: datetime
    born: int | None = None

    def to_json(self) -> str:
        """Return it as it is stored."""
        return json.dumps([self.subject, self.since.isoformat(), self.born])

    @classmethod
    def from_json(cls, text: str) -> "Awaiting":
        """Return what ``to_json`` has stored."""
        subject, since, born = json.loads(text)
        return cls(subject, datetime.fromisoformat(since), born)


def checksum(text: str) -> int:
    """Return a number that tells a text from the one before it."""
    return crc32(text.encode("utf-8", "replace"))


@frozen
class Session:
    """Where a conversation stands.

    Attributes:
        survey, version: the pack that it began with.
        open_question: the question that waits for an answer. One that has a value already is being corrected.
        values: the facts and the answers so far, in the order in which they came; None where a question was
            skipped and for a free text.
        failures: how many replies to the open question were not understood.
        wrote_at: when the latest answer came, if that was a free text.
        closed_at: None too where the conversation may never open again.
        outcome: once it is closed.
        late: a late answer has opened it again.
        reminded: the customer has been reminded, and is reminded no more.
        heard: a checksum of the latest text, and
        heard_at: when it came, so that the same text again at once is known.
    """

    survey: str
    version: int
    language: str
    open_question: str | None
    values: tuple[tuple[str, int | None], ...]
    failures: int
    state: Literal["open", "closed"]
    wrote_at: datetime | None = None
    closed_at: datetime | None = None
    outcome: Outcome | None = None
    awaiting: Awaiting | None = None
    late: bool = False
    reminded: bool = False
    heard: int = 0
    heard_at: datetime | None = None

    def hear(self, text: str, now: datetime) -> "Session":
        """Return the session once ``text`` has come. dataclasses.replace would take three times as long."""
        return Session(
            self.survey,
            self.version,
            self.language,
            self.open_question,
            self.values,
            self.failures,
            self.state,
            self.wrote_at,
            self.closed_at,
            self.outcome,
            self.awaiting,
            self.late,
            self.reminded,
            checksum(text),
            now,
        )

    def to_json(self) -> str:
        """Return the session as it is stored. The fields that most conversations never use come last, by name."""
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
            "heard": self.heard,
            "heard_at": self.heard_at and self.heard_at.isoformat(),
        }
        more = {key: value for key, value in more.items() if value}
        return json.dumps([*state, more] if more else state, separators=(",", ":"))

    @classmethod
    def from_json(cls, text: str) -> "Session":
        """Return the session that ``to_json`` has stored, of this version of the program or an earlier one."""
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
            more.get("heard", 0),
            datetime.fromisoformat(more["heard_at"]) if "heard_at" in more else None,
        )
