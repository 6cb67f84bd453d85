"""What can be asked, and the words in which it is understood: surveys, questions, vocabulary. Plain and frozen."""

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Literal

Kind = Literal["rating", "choice", "yes_no", "text"]
Command = Literal["stop", "start", "help", "correct", "answers", "erase", "language", "complaint", "wrong_number"]
Texts = dict[str, str]  # language code -> text

RATINGS = (5, 4, 3, 2, 1)  # very satisfied ... very dissatisfied
# What is known of an enrolment when its conversation opens: 1 for yes, 0 for no. A question's condition may name a
# fact as it names an earlier question; a fact is no answer.
FACTS = ("same_provider",)


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

    @property
    def values(self) -> tuple[int, ...]:
        """The values that an answer can have, in the order of the buttons; none for a free text."""
        match self.kind:
            case "rating":
                return RATINGS
            case "yes_no":
                return (1, 0)
            case "choice":
                return tuple(option.value for option in self.options)
            case "text":
                return ()


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
