"""Every word that a customer reads: the packs, loaded, checked and rendered.

A bad pack is refused when it is loaded, with file, question and language named.
"""

import re
import tomllib
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from survey import engine, parse
from survey.errors import PackError
from survey.model import Condition, Option, Question, Say, Survey, Texts, Vocabulary

PACKS = Path(__file__).parent / "packs"
PHRASES = "phrases.toml"
LANGUAGES = ("sv", "en")
FALLBACK = "sv"  # for a customer whose language has no texts yet
KINDS = ("rating", "choice", "yes_no", "text")
# What may stand before a question, apart from the opening before the first.
PREFIXES = ((), ("retry",), ("retry2",), ("skipped",))

_CONDITION = re.compile(r"(\w+) <= (\d)")


@dataclass(frozen=True, slots=True)
class Catalogue:
    """All surveys, phrases and words. ``labels`` are those of ratings and yes/no, by language and value."""

    surveys: Mapping[str, Survey]
    phrases: Mapping[str, Texts]
    words: Vocabulary
    ratings: Mapping[str, Mapping[int, str]]
    yes_no: Mapping[str, Mapping[int, str]]
    languages: tuple[str, ...] = LANGUAGES

    def render(self, say: Say, *, survey: str | None, language: str, channel: str) -> str:
        """The text of ``say``: numbered lines by SMS; on Telegram the choices are buttons beside it."""
        language = language if language in self.languages else FALLBACK
        pieces = [self._phrase(phrase, survey, language) for phrase in say.phrases]
        text = " ".join(pieces)
        if say.question is None or survey is None:
            return text
        question = self.surveys[survey].question(say.question)
        asked = question.text[language]
        if channel == "sms" and question.kind == "choice":
            asked += "".join(f"\n{option.value} {option.label[language]}" for option in question.options)
        return f"{text} {asked}" if text else asked

    def choices(self, say: Say, survey: str | None, language: str) -> tuple[tuple[int, str], ...]:
        """(value, label) of each button; empty where there is nothing to choose."""
        language = language if language in self.languages else FALLBACK
        if say.question is None or survey is None:
            return ()
        question = self.surveys[survey].question(say.question)
        if question.options:
            return tuple((option.value, option.label[language]) for option in question.options)
        if question.kind == "text":
            return ()
        labels = self.ratings if question.kind == "rating" else self.yes_no
        return tuple((value, labels[language][value]) for value in engine.values_of(question))

    def messages(self, language: str) -> Iterator[tuple[str, str]]:
        """(name, text) of every SMS that the engine can say in ``language``."""
        for survey in self.surveys.values():
            for index, question in enumerate(survey.questions):
                for prefix in (*PREFIXES, ("opening",)) if index == 0 else PREFIXES:
                    name = ".".join((survey.id, question.id, *prefix))
                    say = Say(prefix, question.id)
                    yield name, self.render(say, survey=survey.id, language=language, channel="sms")
        for phrase in self.phrases:
            yield phrase, self.phrases[phrase][language]

    def _phrase(self, key: str, survey: str | None, language: str) -> str:
        if key == "opening" and survey is not None:
            return self.surveys[survey].opening[language]
        return self.phrases[key][language]


def load(directory: Path = PACKS) -> Catalogue:
    """Read the packs of ``directory``. Raises PackError."""
    data = _toml(directory / PHRASES)
    words = _vocabulary(data, directory / PHRASES)
    surveys = {}
    for path in sorted(directory.glob("*.toml")):
        if path.name != PHRASES:
            survey = _survey(path, words)
            surveys[survey.id] = survey
    if not surveys:
        raise PackError(f"{directory}: there is no survey pack.")
    phrases = {key: _texts(value, f"{PHRASES}: phrase {key}") for key, value in data.get("phrase", {}).items()}
    return Catalogue(
        surveys=surveys,
        phrases=phrases,
        words=words,
        ratings={
            language: {value: data["rating"][language][str(value)][0].capitalize() for value in range(1, 6)}
            for language in LANGUAGES
        },
        yes_no={
            language: {
                1: data["yes"][language]["words"][0].capitalize(),
                0: data["no"][language]["words"][0].capitalize(),
            }
            for language in LANGUAGES
        },
    )


def _toml(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except (OSError, tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise PackError(f"{path.name}: cannot be read: {error}") from error


def _survey(path: Path, words: Vocabulary) -> Survey:
    data = _toml(path)
    for name in ("id", "version", "opening", "question"):
        if name not in data:
            raise PackError(f"{path.name}: {name} is missing.")
    questions: list[Question] = []
    for item in data["question"]:
        questions.append(_question(item, path.name, {question.id for question in questions}))
    return Survey(
        str(data["id"]),
        int(data["version"]),
        _texts(data["opening"], f"{path.name}: opening"),
        tuple(questions),
        words,
    )


def _question(item: dict[str, Any], file: str, earlier: set[str]) -> Question:
    where = f"{file}: question {item.get('id', '(without id)')}"
    if not item.get("id") or item["id"] in earlier:
        raise PackError(f"{where}: every question needs an id of its own.")
    if item.get("kind") not in KINDS:
        raise PackError(f"{where}: kind must be one of {', '.join(KINDS)}.")
    options = tuple(_option(option, where) for option in item.get("option", ()))
    if item["kind"] == "choice" and not options:
        raise PackError(f"{where}: a choice needs options.")
    if item["kind"] == "rating" and options and {option.value for option in options} != set(range(1, 6)):
        raise PackError(f"{where}: a rating with words of its own has them for 1, 2, 3, 4 and 5.")
    if item["kind"] in ("text", "yes_no") and options:
        raise PackError(f"{where}: a {item['kind']} question has no options.")
    return Question(
        item["id"],
        item["kind"],
        _texts(item.get("text", {}), where),
        options,
        _condition(item["when"], where, earlier) if "when" in item else None,
        item.get("case"),
    )


def _option(item: dict[str, Any], where: str) -> Option:
    if not isinstance(item.get("value"), int):
        raise PackError(f"{where}: every option needs a whole number as its value.")
    label = _texts(item, f"{where}, option {item['value']}")
    return Option(item["value"], label, {lang: (parse.fold(text),) for lang, text in label.items()})


def _condition(text: str, where: str, earlier: set[str]) -> Condition:
    found = _CONDITION.fullmatch(text)
    if found is None or found[1] not in earlier:
        raise PackError(f'{where}: when must read "earlier_question <= number", not {text!r}.')
    return Condition(found[1], int(found[2]))


def _texts(values: Mapping[str, Any], where: str) -> Texts:
    texts = {}
    for language in LANGUAGES:
        text = values.get(language)
        if not isinstance(text, str) or not text.strip():
            raise PackError(f"{where}: the text for {language} is missing.")
        texts[language] = unicodedata.normalize("NFC", text.strip())
    return texts


def _vocabulary(data: dict[str, Any], path: Path) -> Vocabulary:
    try:
        return Vocabulary(
            commands={
                parse.fold(word): command
                for command in ("stop", "start", "help")
                for word in data["command"][command]
            },
            rating=parse.table(
                [(value, data["rating"][language][str(value)]) for language in LANGUAGES for value in range(1, 6)]
            ),
            yes_no=parse.table(
                [
                    (value, data[key][language]["words"])
                    for key, value in (("yes", 1), ("no", 0))
                    for language in LANGUAGES
                ]
            ),
            none=frozenset(parse.fold(word) for word in data["none"]["words"]),
            filler=frozenset(parse.fold(word) for word in data["filler"]["words"]),
        )
    except KeyError as error:
        raise PackError(f"{path.name}: {error.args[0]} is missing.") from error
