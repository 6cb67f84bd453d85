"""What can be asked, and the words in which replies are understood: plain frozen values, made by survey.packs."""

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Literal

from survey.codes import CaseKind
from survey.understanding.text.patterns import Words
from survey.understanding.text.phrases import Phrases
from survey.understanding.text.spelling import Spelling

Kind = Literal["rating", "choice", "yes_no", "text"]
Command = Literal[
    "stop", "start", "help", "info", "correct", "answers", "erase", "language", "complaint", "wrong_number"
]
Texts = dict[str, str]  # by language code

RATINGS = (5, 4, 3, 2, 1)  # very satisfied ... very dissatisfied
# What is known when a conversation opens. ``same_provider``: of the enrolment, 1 for yes and 0 for no. ``month``:
# the number of the month that is asked about. A question's condition may name a fact as it names an earlier
# question; a fact is no answer.
MONTH = "month"
FACTS = ("same_provider", MONTH)


@dataclass(frozen=True, slots=True)
class Option:
    """An answer that can be chosen: its value, and its label in each language."""

    value: int
    label: Texts


@dataclass(frozen=True, slots=True)
class Condition:
    """When a question is asked: ``question`` has an answer, or a fact, with a value of at most ``at_most``."""

    question: str
    at_most: int

    def holds(self, values: dict[str, int | None]) -> bool:
        """Return whether the question is asked after these answers and facts."""
        value = values.get(self.question)
        return value is not None and value <= self.at_most


@dataclass(frozen=True, slots=True)
class Question:
    """One question. A rating is 5 = very satisfied ... 1 = very dissatisfied; yes is 1 and no is 0.

    Attributes:
        options: of a choice, or of a rating with words of its own.
        case: the kind of case that a "yes" opens, if it opens one.
        short: what the question is called in a list of answers.
        words: the value of each option's label, in every language, as folding.key makes it.
        answers: the value of all words that answer it, its own labels and those of its kind, with and without
            diacritics.
        answer_starts: the first word of each of them.
        spelling: puts right the typing errors in those words.
        about_coach: whether it is about a person, so that "the wrong person" may answer it.
    """

    id: str
    kind: Kind
    text: Texts
    options: tuple[Option, ...] = ()
    when: Condition | None = None
    case: CaseKind | None = None
    short: Texts = field(default_factory=dict)
    words: Mapping[str, int] = field(default_factory=dict)
    answers: Mapping[str, int] = field(default_factory=dict)
    answer_starts: frozenset[str] = frozenset()
    spelling: Spelling = field(default_factory=Spelling, compare=False)
    about_coach: bool = False

    @property
    def asks_consent(self) -> bool:
        """Return whether a yes gives leave for something, so that "gärna" and "nej tack" answer it."""
        return self.kind == "yes_no" and self.case is not None

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
class Tongue:
    """What is known of one language beside its answers: its words, by which a message in it is known, and sets."""

    lexicon: frozenset[str]
    sets: Mapping[str, Words]


class Unions:
    """Each set of words as it is in several languages at once, put together when it is first asked for."""

    __slots__ = ("_made", "_tongues")

    def __init__(self, tongues: Mapping[str, Tongue]) -> None:
        self._tongues = tongues
        self._made: dict[tuple[str, tuple[str, ...]], Words] = {}

    def of(self, name: str, languages: tuple[str, ...]) -> Words:
        """Return the set ``name`` of all ``languages``; empty where none has it."""
        made = self._made.get((name, languages))
        if made is None:
            made = Words()
            for code in languages:
                made |= self._tongues[code].sets.get(name, made)
            self._made[name, languages] = made
        return made


@dataclass(frozen=True, slots=True)
class Vocabulary:
    """The words that are understood. Those of all languages count at once.

    Attributes:
        commands: each command's words, as folding.key makes them; ``command_starts`` are their first words.
        alone: commands that are ordinary words too and count only when nothing else is said.
        rating: words that answer a rating, ``yes_no`` any question of yes or no, and ``consent`` one that asks for
            leave, those of ``yes_no`` among them.
        courtesies: the words that ``consent`` has beside ``yes_no``, in their plain form.
        languages: names of languages, to their codes.
        out_of: finds the "of five" after a rating.
        number: matches a digit with or without the ending of a language; its group ``ordinal`` is that of "4th".
        greetings: polite words in their plain form, which say nothing themselves.
        phrases: every pattern of survey/packs/phrases and survey/packs/danger.
        tongues: each language's own sets of words.
        spoken_in: the languages that each word of a lexicon is in.
        language_words: the words that names of languages are made of.
        unions: those sets of several languages together.
        ours: every three words that follow each other in a text of ours.
    """

    commands: Mapping[str, Command]
    command_starts: frozenset[str]
    alone: frozenset[str]
    rating: Mapping[str, int]
    yes_no: Mapping[str, int]
    consent: Mapping[str, int]
    courtesies: frozenset[str]
    none: frozenset[str]
    filler: frozenset[str]
    sign_off: frozenset[str]
    languages: Mapping[str, str]
    out_of: re.Pattern[str]
    number: re.Pattern[str]
    greetings: Words
    phrases: Phrases
    tongues: Mapping[str, Tongue]
    spoken_in: Mapping[str, Sequence[str]]
    language_words: frozenset[str]
    unions: Unions
    ours: frozenset[tuple[str, ...]]

    def answers(self, question: Question) -> Mapping[str, int]:
        """Return what each word means as an answer to a question of this kind, beside its own options."""
        match question.kind:
            case "rating":
                return self.rating
            case "yes_no":
                return self.consent if question.asks_consent else self.yes_no
        return _NO_ANSWERS


_NO_ANSWERS: Mapping[str, int] = {}


@dataclass(frozen=True, slots=True)
class Survey:
    """A versioned list of questions, with the opening that says who asks."""

    id: str
    version: int
    opening: Texts
    questions: tuple[Question, ...]
    words: Vocabulary

    def question(self, id_: str) -> Question:
        """Return the question with this id.

        Raises:
            KeyError: the survey has no such question.
        """
        for question in self.questions:
            if question.id == id_:
                return question
        raise KeyError(id_)
