"""The words of a conversation: surveys and questions, what happens (events), what follows (effects), and where
it stands (the session). Plain frozen values; nothing here decides anything."""

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

Kind = Literal["rating", "choice", "yes_no", "text"]
Outcome = Literal["completed", "partial", "no_answer", "opted_out"]
Command = Literal["stop", "start", "help", "correct", "answers", "erase", "language", "complaint", "wrong_number"]
Texts = dict[str, str]  # language code -> text


@dataclass(frozen=True, slots=True)
class Option:
    """One answer that can be chosen: its value and its label in each language."""

    value: int
    label: Texts


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: ``question`` was answered with a value of at most ``at_most``."""

    question: str
    at_most: int

    def holds(self, values: dict[str, int | None]) -> bool:
        value = values.get(self.question)
        return value is not None and value <= self.at_most


@dataclass(frozen=True, slots=True)
class Question:
    """One question. A rating is 5 = very satisfied ... 1 = very dissatisfied; yes is 1 and no is 0.

    ``short`` names it in a list of answers; ``words`` are its options' labels in every language, as parse.key
    makes them, with their values.
    """

    id: str
    kind: Kind
    text: Texts
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    case: str | None = None  # a "yes" opens a case of this kind
    short: Texts = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that are understood, as parse.key makes them. Those of all languages count at once.

    ``command_starts`` are the first words of all commands; ``alone`` the commands that are ordinary words too and
    count only when nothing else is said; ``languages`` lead from names to codes; ``danger`` from the first word of
    each phrase to all phrases that begin with it; ``out_of`` finds the "of five" after a rating.
    """

    commands: Mapping[str, Command]
    command_starts: frozenset[str]
    alone: frozenset[str]
    rating: Mapping[str, int]
    yes_no: Mapping[str, int]
    none: frozenset[str]
    filler: frozenset[str]
    sign_off: frozenset[str]
    languages: Mapping[str, str]
    danger: Mapping[str, tuple[str, ...]]
    out_of: re.Pattern[str]


@dataclass(frozen=True, slots=True)
class Survey:
    """A versioned list of questions with the opening line that says who asks."""

    id: str
    version: int
    opening: Texts
    questions: tuple[Question, ...]
    words: Vocabulary

    def question(self, id_: str) -> Question:
        """The question with this id. Raises KeyError."""
        for question in self.questions:
            if question.id == id_:
                return question
        raise KeyError(id_)


# --- events ---


@dataclass(frozen=True, slots=True)
class Started:
    """The conversation opens."""


@dataclass(frozen=True, slots=True)
class TextReceived:
    """The customer wrote something."""

    text: str


@dataclass(frozen=True, slots=True)
class ChoiceTapped:
    """The customer tapped a button of a question."""

    question: str
    value: int


@dataclass(frozen=True, slots=True)
class Expired:
    """The conversation waited too long."""


Event = Started | TextReceived | ChoiceTapped | Expired

# --- effects ---


@dataclass(frozen=True, slots=True)
class Say:
    """Phrases, then ``text`` (a customer's own answers), then a question. Keys, not words: rendered when sent, in
    the language of that moment."""

    phrases: tuple[str, ...] = ()
    question: str | None = None
    text: str = ""

    def to_json(self) -> str:
        kept: dict[str, Any] = {"phrases": self.phrases, "question": self.question}
        return json.dumps(kept | {"text": self.text} if self.text else kept)

    @classmethod
    def from_json(cls, text: str) -> "Say":
        kept = json.loads(text)
        return cls(tuple(kept["phrases"]), kept["question"], kept.get("text", ""))


@dataclass(frozen=True, slots=True)
class Record:
    """An answer to keep. ``skipped``: asked, and not understood in the end."""

    question: str
    value: int | None
    text: str | None
    skipped: bool = False


@dataclass(frozen=True, slots=True)
class OptOut:
    """No more messages on any channel."""


@dataclass(frozen=True, slots=True)
class OptIn:
    """Messages are welcome again."""


@dataclass(frozen=True, slots=True)
class OpenCase:
    """A human must look at this."""

    kind: str
    text: str


@dataclass(frozen=True, slots=True)
class Finish:
    """The conversation is over."""

    outcome: Outcome


Effect = Say | Record | OptOut | OptIn | OpenCase | Finish


@dataclass(frozen=True, slots=True)
class Session:
    """Where a conversation stands. ``values`` are the answers so far, None where skipped or free text;
    ``failures`` counts replies to the open question that were not understood."""

    survey: str
    version: int
    language: str
    open_question: str | None
    values: tuple[tuple[str, int | None], ...]
    failures: int
    state: Literal["open", "closed"]

    def to_json(self) -> str:
        return json.dumps(
            [
                self.survey,
                self.version,
                self.language,
                self.open_question,
                self.values,
                self.failures,
                self.state,
            ],
            separators=(",", ":"),
        )

    @classmethod
    def from_json(cls, text: str) -> "Session":
        survey, version, language, question, values, failures, state = json.loads(text)
        return cls(survey, version, language, question, tuple((q, v) for q, v in values), failures, state)
