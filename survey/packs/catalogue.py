"""The catalogue: every text that a customer reads, loaded from the packs and rendered.

A bad pack is refused when it is loaded, with file, question and language named.
"""

import unicodedata
from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path

from survey.codes import Channel
from survey.conversation.model import Say
from survey.errors import PackError, UnitError
from survey.packs import bidi, own_texts, placeholders, segments, vocabulary
from survey.packs.own_texts import OwnTexts
from survey.packs.pack_files import (
    LANGUAGES,
    MONTHS,
    PACKS,
    PHRASES,
    PREFIXES,
    RIGHT_TO_LEFT,
    SLOT,
    TOLD,
    LanguageFile,
    PhraseFile,
    QuestionFile,
    Script,
    SurveyFile,
    read_language,
    read_phrases,
    read_surveys,
    wording_names,
)
from survey.understanding.questions import RATINGS, Option, Question, Survey, Texts, Vocabulary
from survey.understanding.text import folding
from survey.understanding.text.phrases import base_of
from survey.understanding.text.spelling import Spelling
from survey.unit import profile_file
from survey.unit.profile import UnitProfile

FALLBACK = "sv"  # for a customer whose language has no texts


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All surveys, phrases and words.

    Attributes:
        surveys: by id.
        phrases: by name.
        words: those that are understood, of all languages.
        ratings, yes_no: the label of each value, by language.
        names: the languages' own names, by code.
        unread: the names of the texts that no native speaker has read as they are now, by language.
        scripts: the script of each language.
        unit: who asks.
        months: by language, what a question calls each month; the first one stands for a month that is not known.
    """

    surveys: Mapping[str, Survey]
    phrases: Mapping[str, Texts]
    words: Vocabulary
    ratings: Mapping[str, Mapping[int, str]]
    yes_no: Mapping[str, Mapping[int, str]]
    names: Mapping[str, str]
    unread: Mapping[str, tuple[str, ...]]
    scripts: Mapping[str, Script]
    unit: UnitProfile
    months: Mapping[str, tuple[str, ...]]

    @property
    def languages(self) -> tuple[str, ...]:
        """The codes of all languages."""
        return tuple(self.names)

    def offering(self, languages: Collection[str]) -> "Catalogue":
        """Return the catalogue for customers of these languages; those of another get the texts of FALLBACK.

        What they write is understood in every language as before.
        """
        return replace(self, names={code: name for code, name in self.names.items() if code in languages})

    def render(self, say: Say, *, survey: str | None, language: str, channel: str) -> str:
        """Return the text of ``say``. An SMS lists the choices; in a chat they are buttons beside it.

        Args:
            survey: whose questions and opening are meant; None outside a conversation.
            language: a code; one without texts falls back on FALLBACK.
        """
        language = language if language in self.names else FALLBACK
        text = " ".join(self._phrase(phrase, survey, language) for phrase in say.phrases)
        if say.text and say.phrases[:1] and say.phrases[0] in TOLD:
            text = text.replace(SLOT, self.free(say.text, language), 1)
        elif say.text:
            text = f"{text}\n{say.text}" if text else say.text
        if say.question is None or survey is None:
            return text
        question = self.surveys[survey].question(say.question)
        asked = self.wording(question, language, say.month)
        if channel == Channel.SMS and question.kind == "choice":
            asked += "".join(f"\n{option.value} {option.label[language]}" for option in question.options)
        return f"{text} {asked}" if text else asked

    def wording(self, question: Question, language: str, month: int = 0) -> str:
        """Return a question as it is asked in ``language`` about ``month``, its number; 0 where it is not known."""
        asked = question.text[language]
        return asked.replace(SLOT, self.months[language][month], 1) if SLOT in asked else asked

    def choices(self, say: Say, survey: str | None, language: str) -> tuple[tuple[int, str], ...]:
        """Return (value, label) of each button; empty where there is nothing to choose."""
        if say.options:
            return say.options
        if say.question is None or survey is None:
            return ()
        question = self.surveys[survey].question(say.question)
        return tuple((value, self.label(question, value, language)) for value in question.values)

    def label(self, question: Question, value: int, language: str) -> str:
        """Return an answer to a closed question in words, as its button and the list of answers have it."""
        language = language if language in self.names else FALLBACK
        for option in question.options:
            if option.value == value:
                return option.label[language]
        return (self.ratings if question.kind == "rating" else self.yes_no)[language][value]

    def free(self, text: str, language: str) -> str:
        """Return a text that no pack holds, such as an answer, as it can stand in a message in ``language``."""
        text = unicodedata.normalize("NFC", text)
        return bidi.isolate(text) if self.scripts.get(language) in RIGHT_TO_LEFT else text

    def alphabet(self, language: str) -> segments.Alphabet:
        """Return the alphabet that an SMS in ``language`` should need."""
        return "GSM-7" if self.scripts[language] == "latin" else "UCS-2"

    def messages(self, language: str) -> Iterator[tuple[str, str]]:
        """Yield (name, text) of every SMS that the packs can make in ``language``."""
        longest = max(MONTHS, key=lambda month: len(self.months[language][month]))
        for survey in self.surveys.values():
            for index, question in enumerate(survey.questions):
                for prefix in ("", *PREFIXES, *(("opening", *TOLD) if index == 0 else ())):
                    say = Say((prefix,) if prefix else (), question.id, TOLD.get(prefix, ""), month=longest)
                    text = self.render(say, survey=survey.id, language=language, channel=Channel.SMS)
                    yield ".".join(filter(None, (survey.id, question.id, prefix))), text
        for phrase in self.phrases:
            yield phrase, self.phrases[phrase][language]
        promised = Say(("contact_promised", "thanks"))
        yield "contact_promised.thanks", self.render(promised, survey=None, language=language, channel=Channel.SMS)

    def _phrase(self, key: str, survey: str | None, language: str) -> str:
        if key == "opening" and survey is not None:
            return self.surveys[survey].opening[language]
        return self.phrases[key][language]


def load(
    directory: Path = PACKS, unit: UnitProfile | None = None, own: Mapping[str, OwnTexts] | None = None
) -> Catalogue:
    """Read the packs of ``directory``, with ``unit`` in their texts.

    Args:
        directory: where the packs are.
        unit: who asks. None is the bundled example, for tests; the program names its unit (tests/house).
        own: the unit's own texts, by language.

    Raises:
        PackError: a file is wrong. What is wrong in the language files has a line for each of them.
        UnitError: the profile has a name for a language that there is not.
    """
    unit = unit or profile_file.example()
    return _load(directory, unit, own) if directory != PACKS or own else _load_program_packs(unit)


@cache  # compiling the program's own packs takes a third of a second, and they do not change while it runs
def _load_program_packs(unit: UnitProfile) -> Catalogue:
    return _load(PACKS, unit, None)


def _load(directory: Path, unit: UnitProfile, own: Mapping[str, OwnTexts] | None) -> Catalogue:
    files = read_surveys(directory)
    languages = read_languages(files, directory, own)
    if FALLBACK not in {language.code for language in languages}:
        raise PackError(f"{directory}: there is no {LANGUAGES}/{FALLBACK}.toml, which every text falls back on.")
    unknown = sorted(unit.names.keys() - {language.code for language in languages})
    if unknown:
        codes = ", ".join(language.code for language in languages)
        raise UnitError(f"unit.names: språket {unknown[0]!r} finns inte; de som finns är {codes}.")
    languages = [placeholders.fill(language, unit) for language in languages]
    words = vocabulary.build(languages, files, _read_phrases(directory, languages))
    return Catalogue(
        surveys={file.id: _survey(file, languages, words) for file in files},
        phrases={phrase: _texts(languages, f"phrase.{phrase}") for phrase in PHRASES},
        words=words,
        ratings={each.code: {value: each.words[f"rating.{value}"][0] for value in RATINGS} for each in languages},
        yes_no={each.code: {1: each.words["words.yes"][0], 0: each.words["words.no"][0]} for each in languages},
        names={each.code: each.name for each in languages},
        unread={each.code: each.unread for each in languages},
        scripts={each.code: each.script for each in languages},
        unit=unit,
        months={each.code: tuple(each.text(f"month.{month}") for month in MONTHS) for each in languages},
    )


def read_languages(
    surveys: tuple[SurveyFile, ...], directory: Path = PACKS, own: Mapping[str, OwnTexts] | None = None
) -> list[LanguageFile]:
    """Return each language of ``directory`` as it is written, with a unit's ``own`` texts laid over it.

    Raises:
        PackError: a file is wrong; there is a line for each of them.
    """
    read, wrong, own = [], [], dict(own or {})
    for path in sorted((directory / LANGUAGES).glob("*.toml")):
        try:
            read.append(own_texts.lay_over(read_language(path, surveys), own.pop(path.stem, own_texts.NONE)))
        except PackError as error:
            wrong.append(str(error))
    wrong += [f"{LANGUAGES}/{code}.toml in FOLLOWUP_TEXTS: there is no such language." for code in own]
    if wrong:
        raise PackError("\n".join(wrong))
    return read


def _read_phrases(directory: Path, languages: list[LanguageFile]) -> dict[str, list[PhraseFile]]:
    """Return the phrases of each language; those that several share are read once."""
    bases = {language.code: base_of(language.code) for language in languages}
    read = {base: read_phrases(directory, base) for base in dict.fromkeys(bases.values())}
    return {code: read[base] for code, base in bases.items()}


def _survey(file: SurveyFile, languages: list[LanguageFile], words: Vocabulary) -> Survey:
    questions = tuple(_question(question, file.id, languages, words) for question in file.questions)
    return Survey(file.id, file.version, _texts(languages, f"opening.{file.id}"), questions, words)


def _question(file: QuestionFile, survey: str, languages: list[LanguageFile], words: Vocabulary) -> Question:
    options = tuple(Option(value, _texts(languages, f"option.{file.id}.{value}")) for value in file.options)
    labels = {folding.key(text): option.value for option in options for text in option.label.values()}
    asked = Question(
        file.id,
        file.kind,
        _texts(languages, *wording_names(survey, file.id)),
        options,
        file.when,
        file.case,
        short=_texts(languages, f"short.{file.id}"),
        words=labels,
        about_coach=file.about_coach,
    )
    # Where a rating has words of its own, a word of both means what its own label says.
    answers = vocabulary.spellings(labels, words.answers(asked))
    starts = frozenset(said.split(" ")[0] for said in answers)
    return replace(asked, answers=answers, answer_starts=starts, spelling=Spelling(answers))


def _texts(languages: list[LanguageFile], *names: str) -> Texts:
    """Return by language the text of the first name that it has.

    In right-to-left writing, runs of left-to-right characters are isolated.
    """
    texts = {each.code: each.text(*names) for each in languages}
    turned = [each.code for each in languages if each.script in RIGHT_TO_LEFT]
    return texts | {code: bidi.isolate(texts[code]) for code in turned}
